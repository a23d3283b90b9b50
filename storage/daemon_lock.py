"""At most one daemon on an SQLite archive: a lock on a file beside it, which tells who holds it."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from storage.engine import sqlite_path
from storage.errors import ArchiveBusyError


@contextlib.contextmanager
def only_daemon(location: str) -> Iterator[None]:
    """Hold the lock for the block; it ends with the process, however that ends. Raises ArchiveBusyError with the pid.

    On a server many daemons share the work by leases: nothing is locked there.
    """
    path = sqlite_path(location)
    if path is None or os.name != "posix":
        yield
        return
    import fcntl

    lock = path.with_name(path.name + ".daemon")
    file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ArchiveBusyError(_refusal(path, lock)) from error
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        yield
    finally:
        os.close(file)


def _refusal(archive: Path, lock: Path) -> str:
    pid = lock.read_text().strip() or "unknown"
    return f"a daemon already runs on {archive} (pid {pid}): stop it first, or use another archive"
