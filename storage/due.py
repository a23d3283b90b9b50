"""What is due: looked through, the longest due first, and leased to who takes it; moved when the clock was set."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Select, bindparam, func, or_, select, update

from storage.feeds import FEEDS, record_of
from storage.records import FeedRecord
from storage.tables import feed, outlet
from storage.transaction import Tx

LONGEST_WAIT = timedelta(days=62)  # nothing is due later, unless by a clock that was wrong: gone feeds wait a month
CLOCK_ERROR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Due:
    """A feed that nobody polls now. `url` is where it will be asked; `due_at` None: never asked."""

    feed_id: int
    url: str | None
    due_at: datetime | None


Choose: TypeAlias = Callable[[Iterable[Due]], Sequence[int]]


def claim(tx: Tx, *, by: str, lasting: timedelta, choose: Choose) -> list[FeedRecord]:
    """Lease those of the due feeds that `choose` picks; it is given all of them, the longest due first."""
    chosen = list(choose(_due(tx)))
    place = {feed_id: n for n, feed_id in enumerate(chosen)}
    rows = sorted(tx.rows_in(_CHOSEN, "chosen", chosen, now=tx.now), key=lambda row: place[row.feed_id])
    lease = {"lease_by": by, "lease_until": tx.now + lasting}
    tx.write(_LEASE.values(lease), [{"of": row.feed_id} for row in rows])
    return [record_of(row) for row in rows]


def _due(tx: Tx) -> Iterator[Due]:
    found = tx.connection.execute(_DUE, {"now": tx.now})
    try:
        for row in found:
            yield Due(row.feed_id, row.url, row.next_due_at)
    finally:
        found.close()


def _free(query: Select[Any]) -> Select[Any]:
    """Without those that somebody polls. A lease that has run out (its process died) is no obstacle."""
    return query.where(feed.c.listed == 1, or_(feed.c.lease_until.is_(None), feed.c.lease_until < bindparam("now")))


_DUE = (
    _free(select(feed.c.feed_id, func.coalesce(feed.c.url, outlet.c.homepage).label("url"), feed.c.next_due_at))
    .join_from(feed, outlet, outlet.c.outlet_id == feed.c.outlet_id)
    .where(or_(feed.c.next_due_at.is_(None), feed.c.next_due_at <= bindparam("now")))
    .order_by(feed.c.next_due_at.nulls_first(), feed.c.feed_id)
)
# On a server several daemons choose at the same time: what another one has just locked, or leased, is left to it.
_CHOSEN = _free(FEEDS.where(feed.c.feed_id.in_(bindparam("chosen", expanding=True)))).with_for_update(
    of=feed, skip_locked=True
)
_LEASE = update(feed).where(feed.c.feed_id == bindparam("of"))


def renew_leases(tx: Tx, feed_ids: Iterable[int], lasting: timedelta) -> None:
    """Hold these for longer."""
    tx.write(_LEASE.values(lease_until=tx.now + lasting), [{"of": feed_id} for feed_id in feed_ids])


# --- the clock --------------------------------------------------------------------------------------------------------


def move(tx: Tx, by: timedelta) -> int:
    """The clock was set, `by` is how far ahead: every due time and lease moves with it. Returns how many feeds.

    So nobody is asked sooner or later than was decided. What lies further off was written by yet another clock, and
    stays for `mend` to find.
    """
    before = tx.now - by
    rows = [
        {"of": row.feed_id, "due": _moved(row.next_due_at, by, before), "until": _moved(row.lease_until, by, before)}
        for row in tx.rows(select(feed.c.feed_id, feed.c.next_due_at, feed.c.lease_until).where(feed.c.listed == 1))
    ]
    tx.write(_LEASE.values(next_due_at=bindparam("due"), lease_until=bindparam("until")), rows)
    return len(rows)


def _moved(at: datetime | None, by: timedelta, before: datetime) -> datetime | None:
    return at if at is None or abs(at - before) > LONGEST_WAIT else at + by


def mend(tx: Tx) -> int:
    """Feeds that were asked in what is still the future were asked by a wrong clock: they are due now. How many?"""
    late = {"latest": tx.now + CLOCK_ERROR, "longest": tx.now + LONGEST_WAIT}
    values = {"next_due_at": tx.now, "due_because": "the clock was set back"}
    asked_ahead = feed.c.last_attempt_at > bindparam("latest")
    wrong = or_(asked_ahead, feed.c.next_due_at > bindparam("longest"))
    mended = tx.connection.execute(update(feed).where(feed.c.listed == 1, wrong).values(values), late)
    tx.connection.execute(
        update(feed).where(feed.c.lease_until > bindparam("longest")).values(lease_by=None, lease_until=None), late
    )
    return mended.rowcount
