"""Has feeds.yaml changed, and may it be taken in? What a running daemon cannot take in is named."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from ingest.config import Config

Stamp: TypeAlias = tuple[int, int, int] | None


def stamp(path: Path) -> Stamp:
    """What tells one state of a file from another; None while there is none (editors replace files)."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def needing_restart(old: Config, new: Config) -> Iterator[str]:
    """Keys whose new value is taken in at the next start only."""
    if old.archive != new.archive:
        yield "archive"
    if old.daemon != new.daemon:
        yield "daemon.listen"
    if old.websub != new.websub:
        yield "websub"
