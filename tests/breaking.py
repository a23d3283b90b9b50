"""A database of which any one operation fails, as a disk, a lock or a bug may make it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from storage.archive import Archive


class Broken(Exception):
    """What went wrong."""


@contextmanager
def failing(archive: Archive, number: int) -> Iterator[list[int]]:
    """The n-th operation on the database raises: a statement, whoever sends it, or a commit. 0: none.

    Yields how many there were.
    """
    seen, engine = [-1_000], archive._engine  # what sets a connection up is not meant

    def count(*_: Any) -> None:
        seen[0] += 1
        if seen[0] == number:
            raise Broken

    def connected(dialect: Any, _record: Any, args: Any, given: Any) -> Any:
        return dialect.dbapi.connect(*args, **given, factory=_counting(dialect.dbapi, count))

    engine.dispose()  # the connections that are open count nothing
    event.listen(engine, "do_connect", connected)
    engine.connect().close()
    seen[0] = 0
    event.listen(engine, "commit", count)
    try:
        yield seen
    finally:
        event.remove(engine, "commit", count)
        event.remove(engine, "do_connect", connected)
        engine.dispose()


def _counting(module: Any, count: Any) -> Any:
    """The driver's connection, which tells of each statement before it runs."""

    class Cursor(module.Cursor):  # type: ignore[misc]
        def execute(self, *given: Any) -> Any:
            count()
            return super().execute(*given)

        def executemany(self, *given: Any) -> Any:
            count()
            return super().executemany(*given)

    class Connection(module.Connection):  # type: ignore[misc]
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

    return Connection
