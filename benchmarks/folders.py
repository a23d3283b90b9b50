"""Where a benchmark works: a folder that stays, or one that goes with it."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def working(given: Path | None) -> Iterator[Path]:
    """In the folder that is given, made there if need be; else one for the block."""
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
