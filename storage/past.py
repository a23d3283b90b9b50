"""What a walk into a feed's past wants to know of the archive: the feed's own signs, its months, its gaps."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Text, bindparam, cast, func, select, update

from storage.tables import (
    entry,
    feed,
    feed_url,
    fetch,
    gap,
    guid_as_published,
    item,
    reading,
    whole_canonical_url,
    window,
    wording,
)
from storage.timeline import unpacked_items
from storage.transaction import Tx

AT_ONCE = 500  # addresses
SAMPLE = 20  # guids that are looked at for signs


@dataclass(frozen=True, slots=True)
class Signs:
    """What its newest document and the answer that brought it tell of a feed. `urls` are all that it has had."""

    format: str | None = None
    link: str | None = None
    hints: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    urls: tuple[str, ...] = ()
    guids: tuple[str, ...] = ()


def signs(connection: Connection, feed_id: int) -> Signs:
    """What is known of the feed without asking anybody."""
    row = connection.execute(select(feed.c.format, feed.c.link, feed.c.hints).where(feed.c.feed_id == feed_id)).one()
    urls = connection.execute(
        select(feed_url.c.url).where(feed_url.c.feed_id == feed_id).order_by(feed_url.c.from_at.desc())
    ).scalars()
    guids = connection.execute(
        select(guid_as_published)
        .where(item.c.feed_id == feed_id, item.c.guid.is_not(None))
        .order_by(item.c.item_id.desc())
        .limit(SAMPLE)
    ).scalars()
    headers = connection.execute(_HEADERS, {"feed": feed_id}).scalar()
    return Signs(
        row.format,
        row.link,
        json.loads(row.hints or "{}"),
        json.loads(headers or "{}"),
        tuple(dict.fromkeys(urls)),
        tuple(guid for guid in guids if guid),
    )


_HEADERS = (
    select(fetch.c.response_headers)
    .where(fetch.c.feed_id == bindparam("feed"), fetch.c.route == "live", fetch.c.outcome.in_(["new", "unchanged"]))
    .order_by(fetch.c.requested_at.desc())
    .limit(1)
)


def all_urls(connection: Connection) -> list[tuple[str, str]]:
    """Every address that a feed has had, with its name (`outlet/feed`); the one in force last."""
    query = select(feed_url.c.url, feed.c.name).join_from(feed_url, feed, feed.c.feed_id == feed_url.c.feed_id)
    rows = connection.execute(query.order_by(feed_url.c.until_at.is_(None), feed_url.c.from_at, feed.c.feed_id))
    return [(row.url, row.name) for row in rows]


# --- months -----------------------------------------------------------------------------------------------------------


def months(connection: Connection, feed_id: int) -> dict[str, int]:
    """Entries that the feed has carried, by month of publication (`YYYY-MM`, UTC); "" for those without a date."""
    rows = connection.execute(_MONTHS, {"feed": feed_id})
    return {row.month or "": row.entries for row in rows}


_OWN = select(item.c.entry_id).distinct().where(item.c.feed_id == bindparam("feed"))
_MONTH = func.substr(cast(entry.c.published_at, Text), 1, 7, type_=Text).label("month")
_MONTHS = (
    select(_MONTH, func.count().label("entries")).where(entry.c.entry_id.in_(_OWN)).group_by(_MONTH).order_by(_MONTH)
)


def known_urls(connection: Connection, outlet: str, urls: Sequence[str]) -> set[str]:
    """Which of these canonical URLs are those of entries of the outlet with a full text."""
    return set(_among(connection, _KNOWN_URLS, urls, outlet=f"{outlet}/"))


_KNOWN_URLS = (
    select(whole_canonical_url)
    .distinct()
    .join_from(item, feed, feed.c.feed_id == item.c.feed_id)
    .join(wording, wording.c.wording_id == item.c.wording_id)
    .where(
        whole_canonical_url.in_(bindparam("urls", expanding=True)),
        func.substr(feed.c.name, 1, func.length(bindparam("outlet", type_=Text))) == bindparam("outlet", type_=Text),
        wording.c.words > 0,
    )
)


def refused_urls(connection: Connection, feed_id: int, urls: Sequence[str]) -> set[str]:
    """Which of these pages a walk has asked for, and they were no articles or not there."""
    return set(_among(connection, _REFUSED_URLS, urls, feed=feed_id))


def _among(connection: Connection, query: Select[Any], urls: Sequence[str], **where: Any) -> Iterator[str]:
    """What a query gives of these addresses. A sitemap may have 50,000, which is more than one question can name."""
    for start in range(0, len(urls), AT_ONCE):
        yield from connection.execute(query, {**where, "urls": list(urls[start : start + AT_ONCE])}).scalars()


_REFUSED_URLS = (
    select(fetch.c.url)
    .distinct()
    .where(
        fetch.c.feed_id == bindparam("feed"),
        fetch.c.route == "sitemap",
        fetch.c.outcome == "failed",
        fetch.c.reason.in_(["not_a_feed", "gone", "http_4xx"]),
        fetch.c.url.in_(bindparam("urls", expanding=True)),
    )
)


# --- gaps -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenGap:
    """A gap to be repaired: entries dated after `newest_before` may be missing up to `before_at`.

    `newest_before` is the newest date in the last window before it; None: that window had no dates.
    """

    gap_id: int
    after_at: datetime
    before_at: datetime
    newest_before: datetime | None


def open_gaps(connection: Connection, feed_id: int) -> list[OpenGap]:
    """The feed's open gaps, oldest first."""
    rows = connection.execute(_OPEN, {"feed": feed_id}).all()
    return [
        OpenGap(row.gap_id, row.last_at, row.first_at, _newest(connection, unpacked_items(row.items), row.last_at))
        for row in rows
    ]


_after, _before = window.alias("after_window"), window.alias("before_window")
_OPEN = (
    select(gap.c.gap_id, _after.c.last_at, _before.c.first_at, reading.c["items"])
    .join_from(gap, _after, _after.c.window_id == gap.c.after_window_id)
    .join(_before, _before.c.window_id == gap.c.before_window_id)
    .join(reading, (reading.c.feed_id == gap.c.feed_id) & (reading.c.document_id == _after.c.document_id))
    .where(gap.c.feed_id == bindparam("feed"), gap.c.state == "open")
    .order_by(_before.c.first_at)
)


def _newest(connection: Connection, items: Iterable[int], seen_at: datetime) -> datetime | None:
    """The newest date that is not ahead of its time: a feed may announce, or mistake a year."""
    dates: list[datetime] = [
        row.published_at
        for row in connection.execute(_DATES, {"items": list(items)})
        if row.published_at and row.published_at <= seen_at
    ]
    return max(dates, default=None)


_DATES = (
    select(wording.c.published_at)
    .join_from(item, wording, wording.c.wording_id == item.c.wording_id)
    .where(item.c.item_id.in_(bindparam("items", expanding=True)))
)


def entries_between(connection: Connection, feed_id: int, after: datetime, before: datetime) -> int:
    """Entries that the feed has carried, dated after the one and not after the other."""
    where = {"feed": feed_id, "after": after, "before": before}
    return int(connection.execute(_BETWEEN, where).scalar_one())


_BETWEEN = select(func.count()).where(
    entry.c.entry_id.in_(_OWN),
    entry.c.published_at > bindparam("after", type_=entry.c.published_at.type),
    entry.c.published_at <= bindparam("before", type_=entry.c.published_at.type),
)


def settle_gap(tx: Tx, gap_id: int, state: str, recovered: int) -> None:
    """Write down that a gap is `closed` (what was missed is here) or `unclosable` (nobody has it any more)."""
    values = {"state": state, "recovered": gap.c.recovered + recovered, "closed_at": tx.now}
    tx.connection.execute(update(gap).where(gap.c.gap_id == gap_id, gap.c.state == "open").values(values))
