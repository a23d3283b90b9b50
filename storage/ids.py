"""Give out ids that only grow and are never used twice, many at a time."""

import threading
from typing import Protocol

from sqlalchemy import Connection, Engine, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.dialects.sqlite import insert

from storage.prepared import Often, Runner
from storage.tables import counter

BLOCK = 200  # ids that a process takes from a server at a time, at least
SEQ = "seq"


class Ids(Protocol):
    """The counters within one transaction."""

    def next(self, name: str) -> int:
        """One new id."""

    def take(self, name: str, count: int) -> range:
        """`count` new ids in a row."""

    def save(self) -> None:
        """Make them last. Call before commit."""


class FileIds:
    """In a file nobody else writes now: the counters are read once per name, and written back by `save`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._next: dict[str, int] = {}
        self._dirty: set[str] = set()

    def next(self, name: str) -> int:
        return self.take(name, 1)[0]

    def take(self, name: str, count: int) -> range:
        first = self._next.get(name)
        if first is None:
            first = self._start(name)
        self._next[name] = first + count
        if count:
            self._dirty.add(name)
        return range(first, first + count)

    def save(self) -> None:
        rows = [{"counter_name": name, "last": self._next[name] - 1} for name in sorted(self._dirty)]
        if rows:
            self._runner.write(_SAVE, rows)
        self._dirty.clear()

    def _start(self, name: str) -> int:
        self._next = {row.name: row.value + 1 for row in self._runner.rows(_ALL, {})} | self._next
        if name not in self._next:  # all of them cost as much as one
            self._runner.write(_BEGIN, [{"name": name, "value": 0}])
            self._next[name] = 1
        return self._next[name]


_ALL = Often(select(counter.c.name, counter.c.value))
_BEGIN = Often(insert(counter).on_conflict_do_nothing())
_SAVE = Often(update(counter).where(counter.c.name == bindparam("counter_name")).values(value=bindparam("last")))


class Blocks:
    """The ids that this process took from a server, in transactions of their own: nobody waits for our commits.

    Those that are not used, since a transaction failed or the process ended, are never used.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._left: dict[str, range] = {}
        self._lock = threading.Lock()

    def take(self, name: str, count: int) -> range:
        """`count` new ids in a row."""
        with self._lock:
            left = self._left.get(name, range(0))
            if len(left) < count:
                left = self._taken(name, max(count, BLOCK))
            self._left[name] = left[count:]
            return left[:count]

    def _taken(self, name: str, count: int) -> range:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            last = connection.execute(_TAKE, {"name": name, "value": count}).scalar_one()
        return range(last - count + 1, last + 1)


_NEW = upsert(counter).values(name=bindparam("name"), value=bindparam("value"))
_TAKE = _NEW.on_conflict_do_update(
    index_elements=[counter.c.name], set_={"value": counter.c.value + _NEW.excluded.value}
).returning(counter.c.value)


class ServerIds:
    """On a server many write at once. `seq` is given out last, under a lock that ends with the commit.

    So whoever has read all changes up to N never finds a lower one later. Until then a changed entry has a number
    below 0, which nobody else sees.
    """

    def __init__(self, connection: Connection, blocks: Blocks) -> None:
        self._connection = connection
        self._blocks = blocks
        self._changed = 0

    def next(self, name: str) -> int:
        return self.take(name, 1)[0]

    def take(self, name: str, count: int) -> range:
        if name != SEQ:
            return self._blocks.take(name, count)
        self._changed += count
        unsettled = self._blocks.take("unsettled", count)
        return range(-unsettled.start, -unsettled.stop, -1)

    def save(self) -> None:
        if self._changed:
            self._connection.execute(_TAKE, {"name": SEQ, "value": self._changed})
            self._connection.execute(_SETTLE, {"changed": self._changed})


# Rows that other transactions have not committed yet are not seen.
_SETTLE = text("""
UPDATE entry SET seq = counter.value - :changed + unsettled.nth
FROM (SELECT entry_id, row_number() OVER (ORDER BY seq DESC) AS nth FROM entry WHERE seq < 0) unsettled, counter
WHERE entry.entry_id = unsettled.entry_id AND counter.name = 'seq'
""")
