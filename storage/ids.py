"""Give out ids that only grow and are never used twice, many at a time."""

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.tables import counter


class Ids:
    """The counters within one transaction: read once per name, written back by `save`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._next: dict[str, int] = {}
        self._dirty: set[str] = set()

    def next(self, name: str) -> int:
        """One new id."""
        return self.take(name, 1)[0]

    def take(self, name: str, count: int) -> range:
        """`count` new ids in a row."""
        first = self._next.get(name)
        if first is None:
            first = self._start(name)
        self._next[name] = first + count
        if count:
            self._dirty.add(name)
        return range(first, first + count)

    def save(self) -> None:
        """Write the counters back. Call before commit."""
        rows = [{"counter_name": name, "last": self._next[name] - 1} for name in sorted(self._dirty)]
        if rows:
            self._connection.execute(_SAVE, rows)
        self._dirty.clear()

    def _start(self, name: str) -> int:
        if self._connection.dialect.name == "sqlite":  # nobody else writes now, and all of them cost as much as one
            self._next = {row.name: row.value + 1 for row in self._connection.execute(_ALL)} | self._next
            if name in self._next:
                return self._next[name]
        last = self._connection.execute(_LAST, {"counter_name": name}).scalar()
        if last is None:
            insert = postgresql_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
            self._connection.execute(insert(counter).values(name=name, value=0).on_conflict_do_nothing())
            last = self._connection.execute(_LAST, {"counter_name": name}).scalar_one()
        return int(last) + 1


_ALL = select(counter.c.name, counter.c.value)
_LAST = select(counter.c.value).where(counter.c.name == bindparam("counter_name")).with_for_update()
_SAVE = update(counter).where(counter.c.name == bindparam("counter_name")).values(value=bindparam("last"))
