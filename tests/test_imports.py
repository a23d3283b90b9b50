"""Who may know whom. Held against the source, so that it is true of code that no test runs."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A library that is known in one place can be replaced in one place.
KNOWN_BY = {
    "alembic": {"storage.migrations", "storage.migrations.draft"},
    "apscheduler": {"ingest.daemon.timetable"},
    "datasette": {f"storage.web.{name}" for name in ("application", "pages", "plugin", "refusing", "whole")},
    "feedparser": {"ingest.parse.feedparser"},
    "h11": {"ingest.listener"},
    "httpcore": {"ingest.connect", "ingest.faults"},
    "httpx": {"ingest.fetch"},
    "idna": {"ingest.normalise.urls"},
    "lxml": {"ingest.discovery", "ingest.parse.article", "ingest.parse.constructs", "ingest.parse.tree"},
    "nh3": {"ingest.normalise.html"},
    "obstore": set(),  # by name only, storage.object_store
    "prometheus_client": {"ingest.metrics"},
    "protego": {"ingest.robots"},
    "psycopg": {"storage.server"},
    "pyarrow": {"ingest.cli.parquet"},
    "pysqlite3": set(),  # by name only, storage.engine and storage.reading
    "rensa": set(),  # by name only, storage.story_sketch
    "rich": {"ingest.cli.grid", "ingest.cli.progress", "ingest.cli.standing"},
    "ruamel": {"ingest.config.document"},
    "sqlite3": set(),
    "trafilatura": {"ingest.parse.article"},
    "uvicorn": {"ingest.cli.serve"},
    "yaml": {"ingest.config.document"},
    "zstandard": {"storage.compressing", "storage.packing"},
}
HEAVY = {
    *("alembic", "apscheduler", "datasette", "feedparser", "httpx", "lxml", "nh3"),
    *("rich", "ruamel", "sqlalchemy", "uvicorn", "yaml", "zstandard"),
}


def modules() -> dict[str, ast.Module]:
    """All modules of the project by name, but for migrations, which import nothing of it."""
    return {
        _name(path): ast.parse(path.read_text(encoding="utf-8"))
        for package in ("ingest", "storage")
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.parent.name != "versions"
    }


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(tree: ast.AST) -> Iterator[str]:
    """Everything that a tree imports, by full name: `a.b` for `from a import b`, as b may be a module or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


MODULES = modules()


def importers_of(library: str) -> set[str]:
    return {name for name, tree in MODULES.items() if any(_within(each, library) for each in imported(tree))}


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("library", KNOWN_BY)
def test_each_library_is_known_by_the_modules_named_here_alone(library: str) -> None:
    assert importers_of(library) <= KNOWN_BY[library]


def test_storage_knows_nothing_of_the_web() -> None:
    assert [name for name in importers_of("ingest") if _within(name, "storage")] == []
    assert [name for name in importers_of("urllib.request") | importers_of("socket") if _within(name, "storage")] == []


def test_ingest_knows_nothing_of_sql() -> None:
    knowing = importers_of("sqlalchemy") | importers_of("storage.tables")
    assert [name for name in knowing if _within(name, "ingest")] == []


def test_what_the_archive_keeps_is_told_with_the_standard_library_alone() -> None:
    others = {name.partition(".")[0] for name in imported(MODULES["storage.records"])} - sys.stdlib_module_names
    assert others == set()


def test_verbs_are_known_to_verbs_alone() -> None:
    assert [name for name in importers_of("ingest.cli") if not _within(name, "ingest.cli")] == []


def test_what_decides_does_no_input_and_no_output() -> None:
    pure = ["ingest.schedule", "ingest.attention", "storage.grouping", "storage.change", "storage.story_sketch"]
    acting = {"asyncio", "os", "pathlib", "socket", "subprocess", "threading", "time", "sqlalchemy"}
    for name in pure:
        assert {each.partition(".")[0] for each in imported(MODULES[name])}.isdisjoint(acting), name


def at_import(tree: ast.Module) -> Iterator[str]:
    """What is imported when the module is: not within functions, and not for the type checker."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported(ast.Module([node], []))


def test_no_module_imports_itself_by_way_of_others() -> None:
    needs = {name: _project(at_import(tree)) - {name} for name, tree in MODULES.items()}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as cycle:
        pytest.fail(" → ".join(cycle.args[1]))


def _project(names: Iterator[str]) -> set[str]:
    """The project's modules among the names: `a.b.C` is of module `a.b`, where no module is called so."""
    return {name if name in MODULES else name.rpartition(".")[0] for name in names} & MODULES.keys()


@pytest.mark.parametrize("name", MODULES)
def test_every_module_begins_with_its_law(name: str) -> None:
    law = (ast.get_docstring(MODULES[name]) or "").split("\n\n")[0]
    assert law, "a module's first docstring line says what it does"
    assert law.endswith((".", "?", ":")), law


def test_help_is_quick_for_it_loads_no_library() -> None:
    program = "import sys; from ingest.cli import main; main(['--help']); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "usage: chronik" in run.stdout
    assert HEAVY.isdisjoint(run.stdout.split())
