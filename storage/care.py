"""Care of the archive: is it whole, a copy of it, the space that it does not need."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError

from storage import documents, stowing, views
from storage.archive import Archive
from storage.checksum import BUNDLE, ITEM, WORDING, checksum
from storage.columns import REFERS_TO
from storage.engine import Turns, lock_path, open_engine, sqlite_driver, sqlite_path
from storage.errors import ArchiveError
from storage.object_store import StoreError
from storage.tables import document, metadata, object_

SAFE_SQLITE = (3, 51, 3)
SAFE_EXPAT = (2, 7, 2)
CHECKS_SEARCH = (3, 44, 0)  # from this release on, integrity_check looks into full-text indexes
STEP_PAGES = 2_000  # of a backup between two breaths of the writer
BATCH = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `grave`: something is wrong with the archive; else it is to be known."""

    check: str
    text: str
    grave: bool = True


Tick: TypeAlias = Callable[[str, int], None]


def verify(archive: Archive, tick: Tick = lambda _check, _done: None) -> Iterator[Finding]:
    """Everything that does not hold, as it is found: structure, references, views, documents, wordings, the index."""
    yield from versions()
    with archive.read() as connection, _any_text(connection):
        checks: dict[str, Iterator[Finding]] = {
            "views": _views(connection),
            "documents": _documents(connection, tick),
            "objects": _objects(connection),
            "wordings": _rows(connection, "wording", WORDING, tick),
            "items": _rows(connection, "item", ITEM, tick),
            "bundles": _rows(connection, "bundle", BUNDLE, tick),
        }
        if connection.dialect.name == "sqlite":
            checks = {"structure": _structure(connection), "search index": _search(connection)} | checks
        for name, findings in checks.items():
            yield from _to_its_end(name, findings)
    if sqlite_driver().sqlite_version_info < CHECKS_SEARCH:
        yield from _search_by_itself(archive)


def _to_its_end(check: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    try:
        yield from findings
    except DBAPIError as error:
        yield Finding(check, f"cannot be read to the end ({error.orig}): restore a backup")


@contextlib.contextmanager
def _any_text(connection: Connection) -> Iterator[None]:
    """A text that is damaged is read all the same: a reader that stops there would find nothing after it."""
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    raw.text_factory = lambda said: str(said, "utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = str


def versions() -> Iterator[Finding]:
    """Which SQLite and expat are in use, judged."""
    import pyexpat

    sqlite = sqlite_driver().sqlite_version_info
    if sqlite < SAFE_SQLITE:
        text = f"SQLite {_dotted(sqlite)} can corrupt a WAL database that others write too: install pysqlite3"
        yield Finding("sqlite version", text, grave=False)
    expat = pyexpat.version_info
    if expat < SAFE_EXPAT:
        text = f"expat {_dotted(expat)} has known weaknesses (fixed in {_dotted(SAFE_EXPAT)}): use a newer Python"
        yield Finding("expat version", text, grave=False)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _structure(connection: Connection) -> Iterator[Finding]:
    for (said,) in connection.exec_driver_sql("PRAGMA integrity_check(100)"):
        if said != "ok":
            yield Finding("structure", said)
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Finding("references", f"{table} row {row} names a row of {parent} that is not there")
    for table, column, parent in loose_references():
        query = _DANGLING.format(table=table, column=column, parent=parent)
        for (value,) in connection.exec_driver_sql(query):
            yield Finding("references", f"{column} {value} in {table} names a row of {parent} that is not there")


_DANGLING = """
SELECT DISTINCT {column} FROM {table}
WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT {parent}_id FROM {parent}) LIMIT 100
"""


def loose_references() -> list[tuple[str, str, str]]:
    """(table, column, the table whose id it holds), where the database itself does not see to it."""
    columns = (column for table in metadata.sorted_tables for column in table.columns)
    return [(each.table.name, each.name, each.info[REFERS_TO]) for each in columns if REFERS_TO in each.info]


def _views(connection: Connection) -> Iterator[Finding]:
    there = set(inspect(connection).get_view_names())
    for name in views.statements(connection.dialect.name):
        if name not in there:
            yield Finding("views", f"{name} is not there: restore a backup")


def _search(connection: Connection) -> Iterator[Finding]:
    """Whether each entry is in the index as it is worded now, or waits for that."""
    (count,) = connection.exec_driver_sql(_NOT_INDEXED).one()
    if count:
        yield Finding("search index", f"{count} entries are not in it as they are worded now: restore a backup")


_NOT_INDEXED = """
SELECT count(*) FROM entry e LEFT JOIN search_line l ON l.entry_id = e.entry_id
WHERE l.wording_id IS NOT e.wording_id AND e.entry_id NOT IN (SELECT entry_id FROM search_pending)
"""


def _search_by_itself(archive: Archive) -> Iterator[Finding]:
    """An SQLite whose integrity_check passes full-text indexes over has them look at themselves, which is a write."""
    with archive.alone() as connection:
        for index in ("entries_fts", "former_fts") if connection is not None else ():
            try:
                connection.execute(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 0)")  # noqa: S608
            except sqlite_driver().Error as error:
                yield Finding("search index", f"{index} is not whole ({error}): restore a backup")


def _documents(connection: Connection, tick: Tick) -> Iterator[Finding]:
    away: set[str] = set()
    for done, row in enumerate(connection.execute(_BY_PLACE).all(), 1):
        if row.store in away:
            continue
        try:
            documents.body(connection, row.document_id)
        except StoreError as error:
            away |= {row.store} - {None}
            yield Finding("documents", f"not all could be looked at: {error}")
        except ArchiveError as error:
            yield Finding("documents", str(error))
        tick("documents", done)


_BY_PLACE = (  # so that each object is read once
    select(document.c.document_id, object_.c.store)
    .join_from(document, object_, object_.c.object_id == document.c.object_id, isouter=True)
    .order_by(document.c.object_id, document.c.document_id)
)


def _objects(connection: Connection) -> Iterator[Finding]:
    try:
        for stray in stowing.strays(connection):
            told = f"{stray.store} has {stray.objects} objects ({stray.bytes} bytes) that are none of this archive's"
            yield Finding(
                "objects", f"{told}: of another one, of one that this is a copy of, or left by a crash", False
            )
    except StoreError as error:
        yield Finding("objects", str(error))


def _rows(connection: Connection, name: str, columns: tuple[str, ...], tick: Tick) -> Iterator[Finding]:
    key = f"{name}_id"
    query = text(f"SELECT * FROM {name} WHERE {key} > :last ORDER BY {key} LIMIT {BATCH}")  # noqa: S608 - our own names
    last, done = -1, 0
    while rows := connection.execute(query, {"last": last}).mappings().all():
        for row in rows:
            if checksum(dict(row), columns) != row["checksum"]:
                yield Finding(f"{name}s", f"{name} {row[key]} is not what was stored: restore a backup, or reparse")
        last, done = rows[-1][key], done + len(rows)
        tick(f"{name}s", done)


# --- backup -----------------------------------------------------------------------------------------------------------


def backup(archive: Archive, to: Path, tick: Callable[[int, int], None] = lambda _done, _all: None) -> Path:
    """Copy an SQLite archive while it is in use; returns the file. Raises ArchiveError.

    The copy gets its name only when it is whole, on disk and verified. `tick` is told pages done and in all.
    """
    source = sqlite_path(archive.location)
    if source is None:
        raise ArchiveError("this archive is on a server: back it up with pg_dump")
    target = to / source.name if to.is_dir() else to
    if target.resolve() == source.resolve():
        raise ArchiveError(f"{target} is the archive itself: name another place")
    if not target.parent.is_dir():
        raise ArchiveError(f"no folder {target.parent}: make it first")
    partial = target.with_name(f".{target.name}.partial")
    try:
        _copy(source, partial, tick)
        _check_copy(partial)
        _put_in_place(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _copy(source: Path, partial: Path, tick: Callable[[int, int], None]) -> None:
    partial.unlink(missing_ok=True)
    driver = sqlite_driver()
    one, other = driver.connect(source), driver.connect(partial)
    try:
        one.backup(other, pages=STEP_PAGES, progress=lambda _status, left, whole: tick(whole - left, whole))
        other.execute("PRAGMA journal_mode = DELETE")
    finally:
        one.close()
        other.close()


def _check_copy(partial: Path) -> None:
    connection = sqlite_driver().connect(partial)
    try:
        (verdict,) = connection.execute("PRAGMA quick_check").fetchone()
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    if verdict != "ok":
        raise ArchiveError(f"the copy is damaged ({verdict}): verify the archive")


def _put_in_place(partial: Path, target: Path) -> None:
    for path in (partial, target.parent):
        file = os.open(path, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
    partial.replace(target)


# --- space ------------------------------------------------------------------------------------------------------------


def compact(location: str) -> tuple[int, int]:
    """Give unused space back to the file system; returns the file's size before and after. Raises ArchiveError."""
    path = sqlite_path(location)
    if path is None:
        raise ArchiveError("this archive is on a server: it looks after its space itself (VACUUM)")
    engine = open_engine(location, create=False)
    turns = Turns(lock_path(location))
    before = path.stat().st_size
    try:
        with turns.turn(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None  # noqa: S101
            raw.execute("INSERT INTO entries_fts(entries_fts) VALUES ('optimize')")
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.execute("PRAGMA optimize")
    finally:
        turns.close()
        engine.dispose()
    return before, path.stat().st_size
