"""One writing transaction: its connection, its ids, its time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Row

from storage.documents import Recent
from storage.ids import Ids

T = TypeVar("T")
CHUNK = 5_000  # values in one IN list; SQLite takes 32,766


@dataclass(frozen=True, slots=True)
class Tx:
    """`now` is our clock when the transaction began, in UTC."""

    connection: Connection
    ids: Ids
    recent: Recent
    now: datetime

    def rows(self, statement: Executable, **values: Any) -> Sequence[Row[Any]]:
        """All rows of a query."""
        return self.connection.execute(statement, values).all()

    def rows_in(self, statement: Executable, name: str, values: Iterable[T], **more: Any) -> Iterator[Row[Any]]:
        """Rows of a query with an expanding `IN :name`, asked in chunks."""
        for part in chunks(values, CHUNK):
            yield from self.connection.execute(statement, {name: part, **more})

    def write(self, statement: Executable, rows: Sequence[dict[str, Any]]) -> None:
        """One statement for many rows (executemany); nothing to do for none."""
        if rows:
            self.connection.execute(statement, rows)


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size`."""
    source = iter(values)
    while part := list(islice(source, size)):
        yield part
