"""Run `chronik` as a person does: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

CHRONIK = Path(sys.executable).with_name("chronik")


def environment() -> dict[str, str]:
    """The environment of a test's command: odd time zone, a terminal of 100 columns, no colours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHRONIK_")}
    return kept | {"TZ": "Asia/Kathmandu", "COLUMNS": "100", "NO_COLOR": "1"}


def start(*words: str | Path, cwd: Path) -> subprocess.Popen[str]:
    """Start `chronik …`."""
    return subprocess.Popen(
        [CHRONIK, *map(str, words)],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def chronik(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `chronik …` to its end, which must come within a minute and without a traceback."""
    process = start(*words, cwd=cwd)
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert "Traceback" not in err, err
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)
