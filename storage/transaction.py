"""One writing transaction: its connection, its ids, its time."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Generic, Self, TypeVar

from sqlalchemy import Connection, Executable

from storage.compressing import Recent
from storage.ids import Ids
from storage.outlets import Outlets
from storage.prepared import Often, Runner, padded

T = TypeVar("T")
CHUNK = 5_000  # values in one IN list; SQLite takes 32,766
ROWS = 1_000  # written at a time: bounds memory


@dataclass(frozen=True, slots=True)
class Tx:
    """`now` is our clock when the transaction began, in UTC. `runner` is None on a server, `outlets` in a file."""

    connection: Connection
    ids: Ids
    recent: Recent
    now: datetime
    runner: Runner | None = None
    outlets: Outlets | None = None

    @property
    def on_server(self) -> bool:
        """Others write at the same time."""
        return self.outlets is not None

    def hold(self, feed_id: int) -> None:
        """Nobody else records anything of this feed's outlet until the end. Raises OutletBusyError."""
        if self.outlets is not None:
            self.outlets.hold(feed_id)

    def hold_all(self) -> None:
        """Nobody else changes which outlets and feeds there are until the end."""
        if self.outlets is not None:
            self.outlets.hold_all()

    def hold_body(self, sha256: bytes) -> None:
        """Nobody else stores this body until the end: two outlets may have the same."""
        if self.outlets is not None:
            self.outlets.hold_body(sha256)

    def held(self, feed_ids: Iterable[int]) -> set[int]:
        """The same for many; those that can be had at once."""
        wanted = set(feed_ids)
        return wanted if self.outlets is None or not wanted else self.outlets.held(sorted(wanted))

    def rows(self, statement: Executable | Often, **values: Any) -> Sequence[Any]:
        """All rows of a query, with their columns as attributes."""
        if self.runner is not None and isinstance(statement, Often):
            return self.runner.rows(statement, values)
        return self.connection.execute(_core(statement), values).all()

    def row(self, statement: Executable | Often, **values: Any) -> Any:
        """The first row of a query; None if there is none."""
        return next(iter(self.rows(statement, **values)), None)

    def value(self, statement: Executable | Often, **values: Any) -> Any:
        """What a query says: the first column of its first row; None if there is none."""
        row = self.row(statement, **values)
        return None if row is None else row[0]

    def rows_in(self, statement: Executable | Often, name: str, values: Iterable[T], **more: Any) -> Iterator[Any]:
        """Rows of a query with an expanding `IN :name`, asked in chunks."""
        for part in chunks(values, CHUNK):
            few_texts = padded(part) if self.on_server else part  # so that the server has planned it before
            yield from self.rows(statement, **{name: few_texts}, **more)

    def write(self, statement: Executable | Often, rows: Sequence[dict[str, Any]]) -> None:
        """One statement for many rows with the same keys (executemany); nothing to do for none."""
        for begin in range(0, len(rows), ROWS):
            part = rows[begin : begin + ROWS]
            if self.runner is not None and isinstance(statement, Often):
                self.runner.write(statement, part)
            else:
                self.connection.execute(_core(statement), part)

    def savepoint(self) -> AbstractContextManager[Any]:
        """What happens in the block stays, or leaves no trace if it raises."""
        return self.connection.begin_nested() if self.runner is None else self.runner.savepoint()


def _core(statement: Executable | Often) -> Executable:
    return statement.core if isinstance(statement, Often) else statement


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
