"""How complete the archive is by an outlet's own list of its latest news: what it listed, what the archive held.

Kept with the chores, under the feed that takes what its outlet lists as a whole.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Text, bindparam, func, literal, select

from storage import chores, feeds
from storage.archive import Archive
from storage.reading import Reader
from storage.records import FeedRecord
from storage.tables import chore, feed, item, whole_canonical_url, window
from storage.transaction import Tx

_NAME = "list of "


@dataclass(frozen=True, slots=True)
class Held:
    """Of the entries that a list had, how many the archive held before it saw it; `there`: there is a list."""

    listed: int = 0
    held: int = 0
    there: bool = False

    def __add__(self, other: "Held") -> "Held":
        return Held(self.listed + other.listed, self.held + other.held, self.there or other.there)


@dataclass(frozen=True, slots=True)
class Every:
    """How often outlets are looked at that have a list, and those that had none."""

    list: timedelta
    none: timedelta


@dataclass(frozen=True, slots=True)
class Compared:
    """When an outlet's list was last looked at, RFC 3339 UTC, and what that told."""

    at: str
    listed: int
    held: int


def held_urls(connection: Connection, outlet: str, urls: Sequence[str]) -> set[str]:
    """Which of these canonical URLs are those of entries of the outlet."""
    rows = connection.execute(_HELD, {"outlet": f"{outlet}/", "urls": list(urls)})
    return {row.canonical_url for row in rows}


_OUTLET: Any = bindparam("outlet", type_=Text)
_HELD = (
    select(whole_canonical_url.label("canonical_url"))
    .distinct()
    .join_from(item, feed, feed.c.feed_id == item.c.feed_id)
    .where(
        whole_canonical_url.in_(bindparam("urls", expanding=True)),
        func.substr(feed.c.name, 1, func.length(_OUTLET)) == _OUTLET,
    )
)


def watched_since(connection: Connection, feed_id: int) -> datetime | None:
    """When the feed was first seen; None: never. What was published before, the archive was not there to hold."""
    return connection.execute(_FIRST, {"feed": feed_id}).scalar()


_FIRST = select(func.min(window.c.first_at)).where(window.c.feed_id == bindparam("feed"))


def note(tx: Tx, of: FeedRecord, held: Held) -> None:
    """Write down what a look at the list told."""
    chores.note(tx, _NAME + of.name, json.dumps(asdict(held)))


def due(archive: Archive, now: datetime, every: Every, most: int) -> list[FeedRecord]:
    """One feed of each outlet whose list is to be looked at, those that wait longest first.

    The first time is a day after the outlet was listed: before, there is nothing to hold against its list.
    """
    with archive.read() as connection:
        mains: dict[int, Any] = {}
        for row in connection.execute(_CANDIDATES):
            mains.setdefault(row.outlet_id, row)
        waiting = sorted((at, row.feed_id) for row in mains.values() if (at := _waits_since(row, now, every)))
        ids = [feed_id for _, feed_id in waiting[:most]]
        return [feeds.record_of(row) for row in connection.execute(_FEEDS, {"ids": ids})]


def listing_outlets(archive: Archive) -> frozenset[str]:
    """Outlets that have a list."""
    with archive.read() as connection:
        rows = connection.execute(_NOTED).all()
    names = (row.name.removeprefix(_NAME) for row in rows if Held(**json.loads(row.note)).there)
    return frozenset(name.partition("/")[0] for name in names)


_NOTED = select(chore.c.name, chore.c.note).where(
    func.substr(chore.c.name, 1, len(_NAME)) == _NAME, chore.c.note.is_not(None)
)


def _waits_since(row: Any, now: datetime, every: Every) -> datetime | None:
    """When it was last looked at, if that is long ago or was done by a wrong clock."""
    last = row.done_at or row.added_at
    wait = every.none if row.note and not Held(**json.loads(row.note)).there else every.list
    return None if timedelta(0) <= now - last < wait else last


# The feed with the shortest address takes what its outlet lists as a whole.
_CANDIDATES = (
    select(feed.c.feed_id, feed.c.outlet_id, feed.c.added_at, chore.c.done_at, chore.c.note)
    .join_from(feed, chore, chore.c.name == literal(_NAME).concat(feed.c.name), isouter=True)
    .where(feed.c.listed == 1, feed.c.state == "ok", feed.c.url.is_not(None), feed.c.last_success_at.is_not(None))
    .order_by(func.length(feed.c.url), feed.c.slug)
)
_FEEDS = feeds.FEEDS.where(feed.c.feed_id.in_(bindparam("ids", expanding=True)))


def compared(reader: Reader, since: timedelta, now: datetime) -> dict[str, Compared]:
    """What was told lately of the feeds whose outlets have a list."""
    rows = reader.rows(_COMPARED, {"length": len(_NAME), "name": _NAME, "since": f"{now - since:%Y-%m-%dT%H:%M:%SZ}"})
    told = {row["name"].removeprefix(_NAME): (row["at"], Held(**json.loads(row["note"]))) for row in rows}
    return {name: Compared(str(at), held.listed, held.held) for name, (at, held) in told.items() if held.listed}


_COMPARED = """
select name, done_at as at, note from chore
where substr(name, 1, :length) = :name and note is not null and done_at >= :since
order by name
"""
