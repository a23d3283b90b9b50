"""Walks into a feed's past: how far each has come, and who walks now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from storage.records import Recorded, Route
from storage.tables import job
from storage.transaction import Tx


class JobState(StrEnum):
    """How a job stands. A job that is done goes on where there may be news; all others where they stopped."""

    NEW = "new"
    UNDER_WAY = "under way"
    DONE = "done"
    STOPPED = "stopped"
    NOT_OFFERED = "not offered"


@dataclass(frozen=True, slots=True)
class Job:
    """One feed's walk by one route. `walk` is JSON of ingest.backfill; times are aware and in UTC."""

    route: Route
    state: JobState
    because: str | None
    walk: str | None
    began_at: datetime
    moved_at: datetime
    requests: int = 0
    entries_new: int = 0
    entries_known: int = 0
    entries_changed: int = 0


def jobs_of(connection: Connection, feed_id: int) -> dict[Route, Job]:
    """All jobs that the feed has had."""
    rows = connection.execute(select(job).where(job.c.feed_id == feed_id)).all()
    return {Route(row.route): _job(row) for row in rows}


def _job(row: Row[Any]) -> Job:
    return Job(
        Route(row.route),
        JobState(row.state),
        row.because,
        row.walk,
        row.began_at,
        row.moved_at,
        row.requests,
        row.entries_new,
        row.entries_known,
        row.entries_changed,
    )


def take(
    tx: Tx, feed_id: int, routes: Sequence[Route], *, by: str, lasting: timedelta, is_alive: Callable[[str], bool]
) -> str | None:
    """Lease the feed's past to `by`. Returns who has it, if another process that is alive does; else None.

    A job that there is none of yet is made.
    """
    rows = {Route(row.route): row for row in tx.rows(select(job).where(job.c.feed_id == feed_id).with_for_update())}
    for row in rows.values():
        if row.lease_by not in {None, by} and row.lease_until > tx.now and is_alive(row.lease_by):
            return str(row.lease_by)
    fresh = [_fresh(tx, feed_id, route) for route in routes if route not in rows]
    tx.write(job.insert(), fresh)
    lease = {"lease_by": by, "lease_until": tx.now + lasting}
    tx.connection.execute(update(job).where(job.c.feed_id == feed_id, job.c.route.in_(routes)).values(lease))
    return None


def _fresh(tx: Tx, feed_id: int, route: Route) -> dict[str, Any]:
    return {
        "feed_id": feed_id,
        "route": route.value,
        "state": JobState.NEW.value,
        "because": None,
        "walk": None,
        "began_at": tx.now,
        "moved_at": tx.now,
        "requests": 0,
        "entries_new": 0,
        "entries_known": 0,
        "entries_changed": 0,
        "lease_by": None,
        "lease_until": None,
    }


def step(tx: Tx, feed_id: int, route: Route, walk: str, recorded: Recorded | None, *, lasting: timedelta) -> None:
    """Write down that the walk went one request further; the lease is prolonged for as long as it is ours."""
    values: dict[str, Any] = {
        "walk": walk,
        "state": JobState.UNDER_WAY.value,
        "because": None,
        "moved_at": tx.now,
        "requests": job.c.requests + 1,
    }
    if recorded is not None:
        values["entries_new"] = job.c.entries_new + recorded.entries_new
        values["entries_changed"] = job.c.entries_changed + recorded.entries_changed
        known = max(recorded.entries_seen - recorded.entries_new - recorded.entries_changed, 0)
        values["entries_known"] = job.c.entries_known + known
    own = (job.c.feed_id == feed_id) & (job.c.route == route.value)
    tx.connection.execute(update(job).where(own).values(values))
    prolong = update(job).where(job.c.feed_id == feed_id, job.c.lease_by.is_not(None))
    tx.connection.execute(prolong.values(lease_until=tx.now + lasting))


def stand(tx: Tx, feed_id: int, route: Route, state: JobState, because: str | None, walk: str | None) -> None:
    """Write down how a job stands for now."""
    own = (job.c.feed_id == feed_id) & (job.c.route == route.value)
    values = {"state": state.value, "because": because, "walk": walk, "moved_at": tx.now}
    tx.connection.execute(update(job).where(own).values(values))


def free_dead_leases(tx: Tx, is_alive: Callable[[str], bool]) -> None:
    """Give back the leases of processes that are no more: their walks go on from where they stand."""
    holders = select(job.c.lease_by).distinct().where(job.c.lease_by.is_not(None))
    for by in [row.lease_by for row in tx.rows(holders) if not is_alive(row.lease_by)]:
        tx.connection.execute(update(job).where(job.c.lease_by == by).values(lease_by=None, lease_until=None))


def give_back(tx: Tx, feed_id: int, by: str) -> None:
    """End the lease."""
    tx.connection.execute(_GIVE_BACK, {"feed": feed_id, "holder": by})


_GIVE_BACK = (
    update(job)
    .where(job.c.feed_id == bindparam("feed"), job.c.lease_by == bindparam("holder"))
    .values(lease_by=None, lease_until=None)
)
