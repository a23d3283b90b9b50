"""One writing transaction: its connection, its ids, its time."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Generic, Self, TypeVar

from sqlalchemy import Connection, Executable, Row

from storage.documents import Recent
from storage.ids import Ids

T = TypeVar("T")
CHUNK = 5_000  # values in one IN list; SQLite takes 32,766
ROWS = 1_000  # written at a time: bounds memory


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
        for begin in range(0, len(rows), ROWS):
            self.connection.execute(statement, rows[begin : begin + ROWS])


class Shared(ABC, Generic[T]):
    """A job for a transaction of which many at once cost little more than one."""

    __slots__ = ()

    @abstractmethod
    def __call__(self, tx: Tx) -> T:
        """Do this one alone."""

    @classmethod
    @abstractmethod
    def together(cls, tx: Tx, jobs: Sequence[Self]) -> Mapping[int, T]:
        """Do those that can be done together, in whatever order; what came of them, by their place in `jobs`.

        The others are done one by one afterwards; all of them are, should this raise.
        """


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size`."""
    source = iter(values)
    while part := list(islice(source, size)):
        yield part
