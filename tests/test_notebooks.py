"""What docs/queries.md shows for notebooks runs, where its libraries are installed."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from commands import chronik, environment
from saying import Said, visit

from storage.archive import Archive

PAGE = (Path(__file__).parents[1] / "docs" / "queries.md").read_text(encoding="utf-8")
NOTEBOOKS = {
    library + " of NDJSON" * ("ndjson" in block): block
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    for library in re.findall(r"^import (pandas|polars|duckdb)", block, re.MULTILINE)
}
SHOWN = {  # outlet, when, entries
    "pandas": ["apa 2026-01-01 1", "orf 2026-01-01 1", "2026-01-02 1"],
    "polars": ["apa 2026-01 1 2.0", "orf 2026-01 2 1.5"],
    "polars of NDJSON": ["apa 1", "orf 2"],
    "duckdb": ["apa 2026-01-01 1", "orf 2026-01-01 1"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with three entries of two outlets, and what was exported of it."""
    folder = tmp_path_factory.mktemp("notebook")
    with Archive.open(str(folder / "archive.sqlite"), create=True) as archive:
        bridge, other = Said("Neue Brücke", guid="1", text="Text hier", at=0), Said("B", guid="2", text="x", at=30)
        archive.record(
            [
                visit(archive.ensure_feed("orf", "news"), 1, bridge, other),
                visit(archive.ensure_feed("apa", "news"), 1, Said("Brückenbau", guid="1", text="x y", at=3)),
            ]
        )
    pytest.importorskip("pyarrow")
    assert chronik("export", "--format", "parquet", "-o", "exported", cwd=folder).returncode == 0
    assert chronik("export", "-o", "exported.ndjson", cwd=folder).returncode == 0
    return folder


@pytest.mark.parametrize("library", SHOWN)
def test_what_is_shown_for_notebooks_runs(folder: Path, library: str) -> None:
    if find_spec(library.partition(" ")[0]) is None:
        pytest.skip(f"{library} is not installed")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", NOTEBOOKS[library]],
        cwd=folder,
        env=environment() | {"POLARS_FMT_TABLE_FORMATTING": "NOTHING"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [" ".join(re.sub(r"[│┆]", " ", line).split()) for line in done.stdout.splitlines()]
    assert [line for line in lines if line in SHOWN[library]] == SHOWN[library]
