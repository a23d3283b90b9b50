"""At most one daemon on an SQLite archive: a lock on a file beside it, which tells who holds it."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from storage.errors import ArchiveBusyError, ArchiveError
from storage.reading import sqlite_file


@contextlib.contextmanager
def only_daemon(location: str) -> Iterator[None]:
    """Hold the lock for the block; it ends with the process, however that ends. Raises ArchiveBusyError with the pid.

    On a server many daemons share the work by leases: nothing is locked there. Raises ArchiveError where there can be
    no lock file.
    """
    path = sqlite_file(location)
    if path is None or os.name != "posix":
        yield
        return
    lock = path.with_name(path.name + ".daemon")
    try:
        file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ArchiveError(f"{lock} cannot be made: {error.strerror}; make its folder writable") from error
    try:
        _take(file, path, lock)
        yield
    finally:
        os.close(file)


def _take(file: int, archive: Path, lock: Path) -> None:
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise ArchiveBusyError(
            f"a daemon already runs on {archive} (pid {_holder(lock)}): stop it first, or use another archive"
        ) from error
    os.ftruncate(file, 0)
    os.write(file, str(os.getpid()).encode())


def _holder(lock: Path) -> str:
    """Its number; it may be about to write it."""
    for _ in range(20):
        if pid := lock.read_text().strip():
            return pid
        time.sleep(0.01)
    return "unknown"
