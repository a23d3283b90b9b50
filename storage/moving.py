"""Move an archive from a file to a server, or back, while it is in use: all rows under the same ids.

The source notes which of its rows change meanwhile (storage.moving_notes). First all rows are copied, table by table,
then what was noted, again and again until little is left; the rest while nobody writes. How far a table is copied is
written down with its rows, in the target: a move that was broken off goes on where it stood. At the end counts and
digests of all tables are compared; the source stays as it was, and takes nothing in any more.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, Table, delete, func, insert, inspect, select, text, tuple_

from storage import moving_notes, search_index
from storage.archive import Archive
from storage.daemon_lock import only_daemon
from storage.errors import ArchiveBusyError, ArchiveError
from storage.moving_rows import Row, fingerprint, kept_there
from storage.schema import MOVED_TO
from storage.tables import archive_info, metadata, poller, search_former, search_line, search_pending
from storage.transaction import Tx

CHUNK = 500  # rows at a time; fewer where they are long
MOST_BYTES = 16 * 1024 * 1024  # of a chunk: bounds memory
FEW = 200  # notes that are left to the last seconds
_FROM = "moving_from"  # key in archive_info of a target that is not whole yet
_COPIED = "moved "  # begins the keys that say how far each table is copied
# The index is made anew, of the target's own kind; who works on the source does not work on the target.
STAY = {table.name for table in (search_pending, search_line, search_former, poller, archive_info)}

Tell: TypeAlias = Callable[[str, int, int], None]  # what is done now, rows done, rows in all


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows by table: as many on both sides, and with the same digest. `noted`: rows that changed meanwhile."""

    rows: Mapping[str, int]
    noted: int


class Move:
    """One move, into an archive that has nothing yet, or what an earlier try brought."""

    def __init__(self, source: Archive, target: Archive, tell: Tell) -> None:
        self._source = source
        self._target = target
        self._tell = tell
        self._noted = 0
        moving = [table for table in metadata.sorted_tables if table.name not in STAY]
        self._tables = [table for table in moving if table.primary_key.columns]
        self._small = [table for table in moving if not table.primary_key.columns]  # copied whole, at last

    def run(self, wait: Callable[[str], None]) -> Moved:
        """Move. `wait` is called, with who is in the way, for as long as somebody is. Raises ArchiveError."""
        self._begin()
        for table in self._tables:
            self._copy(table)
        while self._drain() > FEW:
            pass
        while self._index():
            self._drain()
        with self._alone(wait):
            with self._source.write() as last:
                self._bring_the_rest(last)
                _say(last.connection, moving_notes.refused(last.connection.dialect.name, self._refusal()))
                _note(last.connection, MOVED_TO, self._target.name)
            self._finish()
            return self._verified()

    def _refusal(self) -> str:
        return f"this archive was moved to {self._target.name}: name that as archive"

    # --- the beginning ---

    def _begin(self) -> None:
        with self._target.write() as tx:
            held = tx.connection.scalar(select(archive_info.c.value).where(archive_info.c.key == _FROM))
            if held is None:
                self._refuse_if_filled(tx.connection)
                _note(tx.connection, _FROM, self._source.name)
                _without_references(tx.connection, self._tables)
            elif held != self._source.name:
                raise ArchiveError(f"{self._target.name} is being filled from {held}: finish that, or empty it")
        self._note_from_now_on()

    def _note_from_now_on(self) -> None:
        if self._source.on_server:
            for statement in moving_notes.begun("postgresql", self._tables):
                with self._source.write() as tx:
                    tx.connection.exec_driver_sql(statement)
            return
        with self._source.write() as tx:
            if moving_notes.NOTES not in inspect(tx.connection).get_table_names():
                _say(tx.connection, moving_notes.begun("sqlite", self._tables))

    def _refuse_if_filled(self, connection: Connection) -> None:
        for table in self._tables:
            if table.name != "counter" and connection.execute(select(table).limit(1)).first() is not None:
                raise ArchiveError(f"{self._target.name} is not empty: name another")

    # --- all rows ---

    def _copy(self, table: Table) -> None:
        name = f"{_COPIED}{table.name}"
        with self._target.read() as connection:
            held = connection.scalar(select(archive_info.c.value).where(archive_info.c.key == name))
        last = json.loads(held) if held else None
        total, done = self._size(table), 0
        while last != "all":
            rows = self._rows_after(table, last)
            last = [rows[-1][key.name] for key in table.primary_key] if rows else "all"
            with self._target.write() as tx:
                if rows:
                    _replace(tx, table, rows)
                _note(tx.connection, name, json.dumps(last))
            done += len(rows)
            self._tell(table.name, done, total)

    def _size(self, table: Table) -> int:
        with self._source.read() as connection:
            return int(connection.scalar(select(func.count()).select_from(table)) or 0)

    def _rows_after(self, table: Table, last: Sequence[Any] | None) -> list[Row]:
        keys = tuple_(*table.primary_key)
        query = select(table).order_by(*table.primary_key).limit(CHUNK)
        rows: list[Row] = []
        size = 0
        with self._source.read() as connection:
            found = connection.execute(query if last is None else query.where(keys > tuple_(*last)))
            for row in found.mappings():
                rows.append(dict(row))
                size += sum(len(value) for value in row.values() if isinstance(value, bytes | str))
                if size > MOST_BYTES:
                    found.close()
                    break
        return rows

    # --- what changed meanwhile ---

    def _drain(self) -> int:
        with self._source.write() as tx:
            return self._drained(tx)

    def _drained(self, source: Tx) -> int:
        """Bring some of what was noted over; how much it was. Notes go when the target has the rows."""
        query = f"SELECT n, tab, pk FROM {moving_notes.NOTES} ORDER BY n LIMIT {CHUNK}"  # noqa: S608 - our own names
        found = source.connection.execute(text(query)).all()
        if found:
            by_table: dict[str, list[list[Any]]] = {}
            for row in found:
                by_table.setdefault(row.tab, []).append(json.loads(row.pk))
            with self._target.write() as tx:
                for name, keys in by_table.items():
                    _renew(source.connection, tx, metadata.tables[name], keys)
            settled = text(moving_notes.settled(source.connection.dialect.name))
            source.connection.execute(settled, [{"n": row.n} for row in found])
            self._noted += len(found)
            self._tell("what changed meanwhile", self._noted, self._noted)
        return len(found)

    def _bring_the_rest(self, source: Tx) -> None:
        while self._drained(source):
            pass
        with self._target.write() as tx:
            for table in self._small:
                tx.connection.execute(delete(table))
                _put(tx, table, [dict(row) for row in source.connection.execute(select(table)).mappings()])

    # --- the end ---

    def _index(self) -> bool:
        """Index some of what was moved; whether there may be more."""
        with self._target.write() as tx:
            return bool(search_index.refresh(tx))

    @contextlib.contextmanager
    def _alone(self, wait: Callable[[str], None]) -> Iterator[None]:
        """While no daemon works on the source, from as soon as none does."""
        while True:
            with contextlib.ExitStack() as held:
                try:
                    held.enter_context(only_daemon(self._source.location))
                    self._refuse_if_at_work()
                except ArchiveBusyError as busy:
                    self._drain()
                    wait(str(busy))
                    continue
                yield
                return

    def _refuse_if_at_work(self) -> None:
        with self._source.read() as connection:
            names = list(connection.scalars(select(poller.c.name)))
        if names:
            raise ArchiveBusyError(f"{', '.join(names)} work on {self._source.name}: stop them")

    def _finish(self) -> None:
        with self._target.write() as tx:
            _with_references(tx.connection, self._tables)
            going = archive_info.c.key.startswith(_COPIED) | archive_info.c.key.in_([_FROM, MOVED_TO])
            tx.connection.execute(delete(archive_info).where(going))
        while self._index():
            pass

    def _verified(self) -> Moved:
        """Raises ArchiveError if a table is not the same on both sides; then the source goes on as before."""
        rows: dict[str, int] = {}
        for table in [*self._tables, *self._small]:
            one, other = self._digest(self._source, table), self._digest(self._target, table)
            if one != other:
                self._take_back()
                raise ArchiveError(f"{table.name} is not the same on both sides: {self._source.name} goes on as before")
            rows[table.name] = one[0]
        with self._source.write() as tx:
            _say(tx.connection, moving_notes.ended(tx.connection.dialect.name, self._tables))
        return Moved(rows, self._noted)

    def _digest(self, archive: Archive, table: Table) -> tuple[int, int]:
        count, total = 0, 0
        with archive.read() as connection:
            found = connection.execution_options(yield_per=CHUNK).execute(select(table))
            for row in found.mappings():
                total += fingerprint(table.name, dict(row), on_server=archive.on_server)
                count += 1
        self._tell(f"{table.name} compared", count, count)
        return count, total % 2**64

    def _take_back(self) -> None:
        with self._source.write() as tx:
            _say(tx.connection, moving_notes.allowed_again(tx.connection.dialect.name))
            tx.connection.execute(delete(archive_info).where(archive_info.c.key == MOVED_TO))


# --- rows -------------------------------------------------------------------------------------------------------------


def _put(tx: Tx, table: Table, rows: Sequence[Row]) -> None:
    tx.write(table.insert(), [kept_there(table.name, row, on_server=tx.on_server) for row in rows])


def _replace(tx: Tx, table: Table, rows: Sequence[Row]) -> None:
    """What a note brought before is brought anew."""
    keys = tuple_(*table.primary_key)
    first, last = (tuple_(*(row[key.name] for key in table.primary_key)) for row in (rows[0], rows[-1]))
    tx.connection.execute(delete(table).where(keys >= first, keys <= last))
    _put(tx, table, rows)


def _renew(source: Connection, tx: Tx, table: Table, wanted: Sequence[list[Any]]) -> None:
    keys = list(table.primary_key)
    rows = []
    for values in wanted:
        is_it = [key == value for key, value in zip(keys, values, strict=True)]
        rows += [dict(row) for row in source.execute(select(table).where(*is_it)).mappings()]
        tx.connection.execute(delete(table).where(*is_it))
    _put(tx, table, rows)
    if table.name == "entry":
        waiting = set(tx.connection.scalars(select(search_pending.c.entry_id)))
        changed = {values[0] for values in wanted} - waiting
        tx.write(search_pending.insert(), [{"entry_id": entry_id} for entry_id in sorted(changed)])


# --- statements -------------------------------------------------------------------------------------------------------


def _say(connection: Connection, statements: Iterator[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def _note(connection: Connection, key: str, value: str) -> None:
    connection.execute(delete(archive_info).where(archive_info.c.key == key))
    connection.execute(insert(archive_info), {"key": key, "value": value})


def _without_references(connection: Connection, tables: Sequence[Table]) -> None:
    """A row may come before the one that it names. A file is opened without them, see storage.engine."""
    connection.execute(delete(metadata.tables["counter"]))
    if connection.dialect.name != "sqlite":
        _say(
            connection, (f'ALTER TABLE "{table.name}" DROP CONSTRAINT {name}' for table, name, _ in _references(tables))
        )


def _with_references(connection: Connection, tables: Sequence[Table]) -> None:
    """Raises ArchiveError, or what the database says of a reference that does not hold."""
    if connection.dialect.name != "sqlite":
        _say(connection, (f'ALTER TABLE "{table.name}" ADD {said}' for table, _, said in _references(tables)))
    elif (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()) is not None:
        raise ArchiveError(
            f"a row of {broken[0]} names one of {broken[2]} that was not there: run verify at the source"
        )


def _references(tables: Sequence[Table]) -> Iterator[tuple[Table, str, str]]:
    """(table, name, what is said of it), named as PostgreSQL names them by itself."""
    for table in tables:
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            name = f"{table.name}_{key.parent.name}_fkey"
            rest = " DEFERRABLE INITIALLY DEFERRED" if key.deferrable else ""
            there = key.column
            said = f'FOREIGN KEY ({key.parent.name}) REFERENCES "{there.table.name}" ({there.name}){rest}'
            yield table, name, f"CONSTRAINT {name} {said}"
