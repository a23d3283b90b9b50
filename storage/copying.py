"""Copy an archive on a server into a file, as it is at one moment, while it is in use."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Table, delete, select

from storage.archive import Archive
from storage.moving import CHUNK, STAY
from storage.moving_rows import Row, kept_there
from storage.tables import metadata


def copy_from_server(archive: Archive, path: Path) -> None:
    """Make an archive at `path` that has the same rows under the same ids; only the search index is still to be made.

    Raises ArchiveError.
    """
    with Archive.open(str(path), create=True, references=False) as copy, archive.read() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")  # one state throughout
        for table in metadata.sorted_tables:
            if table.name not in STAY:
                _copy(connection, copy, table)


def _copy(source: Connection, copy: Archive, table: Table) -> None:
    rows = _rows(source, table)
    with copy.write() as tx:
        tx.connection.execute(delete(table))
    while part := list(islice(rows, CHUNK)):
        with copy.write() as tx:
            tx.connection.execute(table.insert(), part)


def _rows(source: Connection, table: Table) -> Iterator[Row]:
    found = source.execute(select(table), execution_options={"yield_per": CHUNK})
    return (kept_there(table.name, dict(row), on_server=False) for row in found.mappings())
