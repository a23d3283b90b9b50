"""Who works on an archive on a server: each process says so every few seconds; what a silent one held is freed.

Times are the server's: clocks of machines may differ. A file has one machine, which knows its own processes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.reading import Reader
from storage.tables import poller
from storage.transaction import Tx

IsAlive: TypeAlias = Callable[[str], bool]  # is told who holds something
EVERY = timedelta(seconds=10)
SILENT = timedelta(seconds=40)  # after this a process is taken for dead; its work is taken over at the next claim
DAEMON = "run"


@dataclass(frozen=True, slots=True)
class Company:
    """Who is there. `is_first`: of the daemons, so that what only one of them should do is ours."""

    alive: frozenset[str]
    is_first: bool
    clock_error: timedelta
    somebody_died: bool


def beat(tx: Tx, name: str, verb: str, own_clock: datetime) -> Company:
    """Say that we are there; who else is. Those that have been silent are struck off.

    Unless we were silent as well: then the server was away, and all have as long again to say that they are there.
    """
    error = own_clock - tx.now
    before = tx.connection.scalar(select(poller.c.seen_at).where(poller.c.name == name))
    if before is not None and before < tx.now - SILENT:
        tx.connection.execute(update(poller).where(poller.c.seen_at < tx.now - SILENT).values(seen_at=tx.now))
    said = {"name": name, "verb": verb, "seen_at": tx.now, "clock_error_s": round(error.total_seconds())}
    tx.connection.execute(_HERE, said | {"began_at": tx.now})
    dead = tx.connection.execute(delete(poller).where(poller.c.seen_at < tx.now - SILENT)).rowcount
    rows = tx.rows(select(poller.c.name, poller.c.verb).order_by(poller.c.began_at, poller.c.name))
    daemons = [row.name for row in rows if row.verb == DAEMON]
    return Company(frozenset(row.name for row in rows), daemons[:1] in ([name], []), error, dead > 0)


_NEW = upsert(poller)
_HERE = _NEW.on_conflict_do_update(
    index_elements=["name"], set_={name: _NEW.excluded[name] for name in ("seen_at", "clock_error_s")}
)


def leave(tx: Tx, name: str) -> None:
    """We go."""
    tx.connection.execute(_GONE, {"of": name})


_GONE = delete(poller).where(poller.c.name == bindparam("of"))


@dataclass(frozen=True, slots=True)
class PollerTold:
    """A process as `status` shows it. Times are UTC text; `feeds`: how many it polls now."""

    name: str
    verb: str
    began_at: str
    seen_at: str
    clock_error_s: int
    feeds: int


def pollers(reader: Reader) -> list[PollerTold]:
    """Who polls what, the oldest first; nobody where the archive is a file."""
    return [PollerTold(**row) for row in reader.rows(_TOLD)]


_TOLD = """
select p.name, p.verb, p.began_at, p.seen_at, p.clock_error_s,
  (select count(*) from feed f where f.lease_by = p.name) as feeds
from poller p order by p.began_at, p.name
"""
