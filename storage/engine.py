"""Open the database rightly. The only module that knows drivers, pragmas and locks.

SQLite: WAL, foreign keys on every connection, `BEGIN IMMEDIATE` for every writing transaction (a deferred one fails at
once with "database is locked" when it turns from reading to writing, whatever busy_timeout says), and one writer at a
time across processes by a lock file, so that transactions and checkpoints take turns.
"""

import contextlib
import importlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from storage.errors import ArchiveError, ArchiveMissingError
from storage.server import SETTINGS
from storage.trouble import trouble_of

APPLICATION_ID = 0x6368726E  # "chrn"
BUSY_SECONDS = 60
PREPARED = 500  # statements that a server keeps planned for a connection
CACHED_STATEMENTS = 600  # of a visit, for each length of their lists; those that are not at hand are planned anew
JOURNAL_BYTES = 64 * 1024 * 1024


def sqlite_driver() -> ModuleType:
    """pysqlite3 where it is installed (it brings an SQLite without the WAL-reset bug), else the standard library's."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return importlib.import_module("sqlite3")


def is_url(location: str) -> bool:
    """True for `dialect://…`, False for a path."""
    return "://" in location


def sqlite_path(location: str) -> Path | None:
    """The file of an SQLite archive; None if the archive is on a server. Raises ArchiveError for an unusable URL."""
    if not is_url(location):
        return Path(location).expanduser()
    try:
        url = make_url(location)
    except ArgumentError as error:
        raise ArchiveError(
            f"archive {location!r} is no database URL: write a path or postgresql+psycopg://…"
        ) from error
    if url.get_backend_name() != "sqlite":
        return None
    return Path(url.database or "archive.sqlite").expanduser()


def open_engine(location: str, *, create: bool, references: bool = True) -> Engine:
    """An engine whose connections are set up. Raises ArchiveError, ArchiveMissingError.

    `references`: False while rows are brought in whatever order, see storage.moving; a server is told there.
    """
    path = sqlite_path(location)
    if path is None:
        return _server_engine(location)
    _check_path(path, create=create)
    module = sqlite_driver()
    engine = create_engine(
        f"sqlite:///{path.resolve()}",
        module=module,
        poolclass=QueuePool,
        pool_size=4,
        pool_use_lifo=True,  # the same connections again and again: each has a cache of its own
        connect_args={
            "timeout": BUSY_SECONDS,
            "check_same_thread": False,
            "isolation_level": None,
            "cached_statements": CACHED_STATEMENTS,
        },
    )
    event.listen(engine, "connect", _on_connect)
    if not references:
        event.listen(engine, "connect", _without_references)
    event.listen(engine, "begin", _on_begin)
    return engine


def _check_path(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise ArchiveError(f"{path} is a directory: name a file, such as {path / 'archive.sqlite'}")
    if path.exists():
        return
    if not create:
        raise ArchiveMissingError(
            f"no archive at {path}: `chronik poll` or `chronik load` makes one, or name another with -a"
        )
    if not path.parent.is_dir():
        raise ArchiveError(f"no folder {path.parent}: make it, or name another place with -a")


def _server_engine(location: str) -> Engine:
    url = make_url(location)
    if url.get_backend_name() != "postgresql":
        raise ArchiveError(f"no archive is kept in {url.get_backend_name()}: write a path or postgresql+psycopg://…")
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,  # a server that was restarted is no fault of the next transaction
            connect_args={
                "options": SETTINGS,
                "application_name": "chronik",
                "connect_timeout": BUSY_SECONDS,
                "prepare_threshold": 2,  # a visit's statements are always the same, and to plan them takes longer
            },
        )
        event.listen(engine, "connect", _on_connect_to_server)
        return engine
    except ModuleNotFoundError as error:
        raise ArchiveError(f"{error.name} is not installed: pip install 'chronik[postgresql]'") from error


def _on_connect_to_server(connection: Any, _record: Any) -> None:
    connection.prepared_max = PREPARED


def _on_connect(connection: Any, _record: Any) -> None:
    for pragma in (
        "foreign_keys = ON",
        "synchronous = FULL",  # a poll that was reported as stored survives power loss; group commits keep it cheap
        f"journal_size_limit = {JOURNAL_BYTES}",
        "trusted_schema = OFF",
        "cell_size_check = ON",
        "temp_store = MEMORY",
        "cache_size = -8000",  # KiB; the system caches the file as well
    ):
        connection.execute(f"PRAGMA {pragma}")


def _without_references(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = OFF")


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def faults_told(name: str) -> Iterator[None]:
    """A fault of the database within the block is one line for people: ArchiveError."""
    try:
        yield
    except DBAPIError as error:
        told = str(error.orig).partition("\n")[0]
        trouble = trouble_of(error)
        remedy = trouble.remedy if trouble else "`chronik verify` tells whether it is whole"
        raise ArchiveError(f"{name}: {told}; {remedy}") from error


class Turns:
    """Whose turn it is to write: one thread of one process at a time, by a lock on a file beside the archive."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._thread = threading.RLock()
        self._file: int | None = None

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, hold it for the block."""
        with self._thread:
            if self._path is None or os.name != "posix":
                yield
                return
            import fcntl

            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let the file go. It stays in place: taking it away would let two writers hold two different files."""
        with self._thread:
            if self._file is not None:
                os.close(self._file)
                self._file = None


def lock_path(location: str) -> Path | None:
    """The lock file of an SQLite archive; None on a server."""
    path = sqlite_path(location)
    return None if path is None else path.with_name(path.name + ".lock")
