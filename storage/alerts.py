"""What needs a person and whether that was told: survives a restart, so that nothing is told twice or forgotten."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection, and_, bindparam, delete, func, select, update

from storage.archive import Archive
from storage.records import FeedHealth
from storage.tables import alert, feed, gap
from storage.transaction import Tx

Name: TypeAlias = tuple[str, str]  # subject, kind


@dataclass(frozen=True, slots=True)
class Alert:
    """`told_at` None: not yet told; `over_at` given: it has passed, and that is to be told."""

    subject: str
    kind: str
    detail: str
    since_at: datetime
    told_at: datetime | None = None
    over_at: datetime | None = None

    @property
    def name(self) -> Name:
        """What tells it from others."""
        return self.subject, self.kind


def alerts(connection: Connection) -> dict[Name, Alert]:
    """All there are."""
    rows = connection.execute(select(alert)).all()
    return {(row.subject, row.kind): Alert(*row) for row in rows}


def begin(tx: Tx, found: Iterable[tuple[Name, str]]) -> None:
    """These were found now, with a detail in words."""
    rows = [
        {"subject": subject, "kind": kind, "detail": detail, "since_at": tx.now} for (subject, kind), detail in found
    ]
    tx.write(alert.insert(), rows)


def again(tx: Tx, names: Iterable[Name]) -> None:
    """These came back before it was told that they were over."""
    tx.write(update(alert).where(_THIS).values(over_at=None), _named(names))


def over(tx: Tx, names: Iterable[Name]) -> None:
    """These have passed."""
    tx.write(update(alert).where(_THIS).values(over_at=tx.now), _named(names))


def told(tx: Tx, names: Iterable[Name]) -> None:
    """These were told."""
    tx.write(update(alert).where(_THIS).values(told_at=tx.now), _named(names))


def forget(tx: Tx, names: Iterable[Name]) -> None:
    """These are settled."""
    tx.write(delete(alert).where(_THIS), _named(names))


_THIS = and_(alert.c.subject == bindparam("of"), alert.c.kind == bindparam("what"))


def _named(names: Iterable[Name]) -> list[dict[str, str]]:
    return [{"of": subject, "what": kind} for subject, kind in names]


# --- what may be one --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Silent:
    """A feed that answers well and brings nothing new. `memory` is the schedule's."""

    feed: str
    last_new_at: datetime
    memory: str


def silent(archive: Archive, before: datetime) -> Iterator[Silent]:
    """Listed feeds that are asked with success and have brought nothing new since `before`."""
    query = select(feed.c.name, feed.c.last_new_at, feed.c.memory).where(
        feed.c.listed == 1,
        feed.c.state == FeedHealth.OK.value,
        feed.c.last_new_at < before,
        feed.c.memory.is_not(None),
    )
    with archive.read() as connection:
        for row in connection.execute(query):
            yield Silent(*row)


@dataclass(frozen=True, slots=True)
class Missed:
    """A feed's gaps that are not closed; `missed` is how many entries, estimated."""

    feed: str
    gaps: int
    missed: int


def missed(archive: Archive, after: datetime, before: datetime) -> list[Missed]:
    """Gaps found between the two times that are open or cannot be closed, by listed feed."""
    query = (
        select(feed.c.name, func.count(), func.coalesce(func.sum(gap.c.estimated_missed), 0))
        .join_from(gap, feed, feed.c.feed_id == gap.c.feed_id)
        .where(feed.c.listed == 1, gap.c.state != "closed", gap.c.detected_at > after, gap.c.detected_at < before)
        .group_by(feed.c.name)
    )
    with archive.read() as connection:
        return [Missed(name, count, int(entries)) for name, count, entries in connection.execute(query)]
