"""Where a verb writes: never in the archive's place, and into a pipe or a device rather than in its place."""

import os
from pathlib import Path

from ingest.cli.frame import Stop
from storage.export.growing import STDOUT
from storage.reading import sqlite_file

__all__ = ["STDOUT", "target"]


def target(output: str | os.PathLike[str], archive: str) -> Path:
    """The path to write to; `-` is standard output. Raises Stop where it is the archive or one of its own files."""
    path = STDOUT if os.fspath(output) == "-" else Path(output)
    own = sqlite_file(archive)
    if own is not None and path.resolve() in {Path(f"{own.resolve()}{end}") for end in ("", "-wal", "-shm", ".lock")}:
        raise Stop(f"{output} is the archive itself: name another file with -o")
    return path
