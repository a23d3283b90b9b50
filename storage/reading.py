"""Open an archive for reading, and for nothing else: quick to start, without the machinery that writing needs."""

import contextlib
import importlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol
from urllib.parse import quote

from storage.errors import ArchiveError, ArchiveMissingError

APPLICATION_ID = 0x6368726E  # "chrn", as storage.engine writes it; taken from there it would cost us loading SQLAlchemy
CONTRACT = "1"  # of the public views
BUSY_SECONDS = 10


class Reader(Protocol):
    """One state of the archive, asked in SQL."""

    dialect: str  # sqlite, postgresql

    def rows(self, query: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """All rows, column to value; instants are text `YYYY-MM-DDTHH:MM:SSZ`. Parameters are written `:name`."""

    def stream(self, query: str, values: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """The same, one row at a time: for answers that may not fit into memory."""


@contextlib.contextmanager
def reading(location: str) -> Iterator[Reader]:
    """Read the archive at a path or URL. Raises ArchiveError, ArchiveMissingError."""
    path = sqlite_file(location)
    with _server(location) if path is None else _file(path) as reader:
        yield reader


def sqlite_file(location: str) -> Path | None:
    """The file of an SQLite archive, by path or `sqlite:///…`; None if it is on a server. Raises ArchiveError."""
    if "://" not in location:
        return Path(location).expanduser()
    scheme, _, rest = location.partition("://")
    kind = scheme.partition("+")[0]
    if kind not in {"sqlite", "postgresql"}:
        raise ArchiveError(f"no archive is kept in {kind}: write a path or postgresql+psycopg://…")
    return Path(rest.removeprefix("/")) if kind == "sqlite" else None


def read_only(path: Path) -> tuple[ModuleType, Any]:
    """A driver, and its connection to the archive in this file. Raises ArchiveError, ArchiveMissingError."""
    if not path.is_file():
        raise ArchiveMissingError(
            f"no archive at {path}: `chronik poll` or `chronik load` makes one, or name another with -a"
        )
    driver = _driver()
    try:
        connection = driver.connect(_uri(path), uri=True, isolation_level=None, timeout=BUSY_SECONDS)
        owner = connection.execute("pragma application_id").fetchone()[0]
    except (driver.Error, driver.Warning) as error:
        raise ArchiveError(f"{path} cannot be read: {error}") from error
    if owner != APPLICATION_ID:
        raise ArchiveError(f"{path} is no archive of chronik: name another with -a")
    return driver, connection


def _driver() -> ModuleType:
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return importlib.import_module("sqlite3")


def _uri(path: Path) -> str:
    name = f"file:{quote(str(path.resolve()))}?mode=ro"
    # On a read-only disk SQLite cannot keep the index of the write-ahead log, and nobody can be writing either.
    unwritten = not Path(f"{path}-wal").exists()
    return f"{name}&immutable=1" if unwritten and not os.access(path.resolve().parent, os.W_OK) else name


@contextlib.contextmanager
def _file(path: Path) -> Iterator[Reader]:
    driver, connection = read_only(path)
    connection.create_function("chronik_text", -1, chronik_text, deterministic=True)
    try:
        connection.execute("begin")
        _check_contract(path, connection.execute("select value from archive_info where key = 'contract'").fetchone())
        yield _FileReader(connection)
    except driver.DatabaseError as error:
        raise ArchiveError(f"{path} cannot be read: {error}") from error
    finally:
        connection.close()


def _check_contract(path: Path, found: tuple[str] | None) -> None:
    if found is None or found[0] != CONTRACT:
        raise ArchiveError(f"{path} is of another release (its views are not of contract {CONTRACT}): update chronik")


def chronik_text(packed: bytes | None, *texts: str | None) -> str | None:
    """The SQL function: kept HTML as text, given the plain texts that it is kept against."""
    from storage.packing import unpacked  # only where it is asked for: it loads zstandard

    return unpacked(packed, *texts)


class _FileReader:
    dialect = "sqlite"

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def rows(self, query: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        return list(self.stream(query, values))

    def stream(self, query: str, values: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        cursor = self._connection.execute(query, dict(values or {}))
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))


@contextlib.contextmanager
def _server(location: str) -> Iterator[Reader]:
    from storage.server import Server  # its driver is loaded for servers only

    with Server.connected(location) as reader:
        yield reader
