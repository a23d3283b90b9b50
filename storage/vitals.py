"""How the archive as a whole stands, in a few numbers that are quick to get."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from storage.archive import Archive
from storage.engine import sqlite_path
from storage.feeds import FEEDS, record_of
from storage.records import FeedHealth, FeedRecord
from storage.tables import feed, gap, search_pending


@dataclass(frozen=True, slots=True)
class Vitals:
    """`due`: feeds that could be asked now and nobody asks; `oldest_due_at` is when the first of them was due.

    `bytes` and `log_bytes` are sizes of the SQLite file and its write-ahead log (None: the archive is on a server).
    """

    feeds: int = 0
    failing: int = 0
    gone: int = 0
    due: int = 0
    oldest_due_at: datetime | None = None
    next_due_at: datetime | None = None
    gaps_open: int = 0
    unindexed: int = 0
    bytes: int | None = None
    log_bytes: int | None = None


def vitals(archive: Archive, now: datetime) -> Vitals:
    """The numbers as of `now` (aware)."""
    with archive.read() as connection:
        standing = connection.execute(_FEEDS, {"now": now}).mappings().one()
        gaps = connection.execute(select(func.count()).select_from(gap).where(gap.c.state == "open")).scalar_one()
        waiting = connection.execute(select(func.count()).select_from(search_pending)).scalar_one()
        size, log_size = _sizes(archive, connection)
        return Vitals(**standing, gaps_open=gaps, unindexed=waiting, bytes=size, log_bytes=log_size)


def _sizes(archive: Archive, connection: Connection) -> tuple[int | None, int | None]:
    if (path := sqlite_path(archive.location)) is None:
        return connection.exec_driver_sql("select pg_database_size(current_database())").scalar_one(), None
    return _size(path), _size(path.with_name(path.name + "-wal"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def feeds_with_gaps(archive: Archive) -> list[FeedRecord]:
    """Listed feeds with a gap that is open, the latest first."""
    found = (
        select(gap.c.feed_id, func.max(gap.c.detected_at).label("at"))
        .where(gap.c.state == "open")
        .group_by(gap.c.feed_id)
        .subquery()
    )
    query = FEEDS.join(found, found.c.feed_id == feed.c.feed_id).where(feed.c.listed == 1).order_by(found.c.at.desc())
    with archive.read() as connection:
        return [record_of(row) for row in connection.execute(query)]


_FREE = or_(feed.c.lease_until.is_(None), feed.c.lease_until < bindparam("now"))
_IS_DUE = and_(_FREE, or_(feed.c.next_due_at.is_(None), feed.c.next_due_at <= bindparam("now")))
_FEEDS = select(
    func.count().label("feeds"),
    func.count().filter(feed.c.state == FeedHealth.FAILING.value).label("failing"),
    func.count().filter(feed.c.state == FeedHealth.GONE.value).label("gone"),
    func.count().filter(_IS_DUE).label("due"),
    func.min(feed.c.next_due_at).filter(_IS_DUE).label("oldest_due_at"),
    func.min(feed.c.next_due_at).filter(_FREE, feed.c.next_due_at > bindparam("now")).label("next_due_at"),
).where(feed.c.listed == 1)
