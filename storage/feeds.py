"""Outlets and feeds: what is listed, what is due, who polls it, how it stands."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select, update

from storage.prepared import Often
from storage.records import FeedHealth, FeedListing, FeedRecord, OutletListing, Standing
from storage.selector import selects
from storage.tables import document, feed, feed_url, outlet
from storage.transaction import Tx

DISCOVERED_SLUG = "news"

FEEDS = (
    select(
        feed,
        outlet.c.slug.label("outlet"),
        outlet.c.homepage,
        outlet.c.timezone,
        outlet.c.language.label("outlet_language"),
        document.c.sha256.label("live_sha256"),
    )
    .join_from(feed, outlet, outlet.c.outlet_id == feed.c.outlet_id)
    .outerjoin(document, document.c.document_id == feed.c.live_document_id)
)


def record_of(row: Row[Any]) -> FeedRecord:
    """A row of FEEDS as a value."""
    return FeedRecord(
        feed_id=row.feed_id,
        outlet=row.outlet,
        slug=row.slug,
        url=row.url,
        homepage=row.homepage,
        timezone=row.timezone,
        language=row.outlet_language,
        state=FeedHealth(row.state),
        failures=row.failures,
        last_error=row.last_error,
        added_at=row.added_at,
        last_attempt_at=row.last_attempt_at,
        last_success_at=row.last_success_at,
        last_new_at=row.last_new_at,
        next_due_at=row.next_due_at,
        etag=row.etag,
        last_modified=row.last_modified,
        newest_sha256=row.live_sha256,
        unstable_guids=row.unstable_guids > 1,
        memory=row.memory,
    )


# --- what is listed ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """What the archive has, asked for once: by (outlet, feed), and the URL that feeds.yaml gave each feed last."""

    outlets: dict[str, Row[Any]]
    feeds: dict[int, dict[str, Row[Any]]]
    listed_urls: dict[int, str]
    discovered: set[int]


def _known(tx: Tx) -> _Known:
    known: dict[int, dict[str, Row[Any]]] = {}
    columns = (feed.c.feed_id, feed.c.outlet_id, feed.c.slug, feed.c.url, feed.c.listed, feed.c.last_success_at)
    for row in tx.rows(select(*columns)):
        known.setdefault(row.outlet_id, {})[row.slug] = row
    # A move that the server asked for since then stays in force.
    urls = select(feed_url.c.feed_id, feed_url.c.url).where(feed_url.c.because == "listed").order_by(feed_url.c.from_at)
    found = select(feed_url.c.feed_id).where(feed_url.c.until_at.is_(None), feed_url.c.because.startswith("discovered"))
    return _Known(
        {row.slug: row for row in tx.rows(select(outlet))},
        known,
        {row.feed_id: row.url for row in tx.rows(urls)},
        {row.feed_id for row in tx.rows(found)},
    )


def list_outlets(tx: Tx, listings: Sequence[OutletListing]) -> None:
    """Make the archive list just these. What is no longer listed is kept and not polled."""
    tx.hold_all()
    known = _known(tx)
    kept: set[int] = set()
    for listing in listings:
        outlet_id = _keep_outlet(tx, listing, known.outlets.get(listing.slug))
        kept |= _keep_feeds(tx, outlet_id, listing, known)
    listed = (row.feed_id for feeds in known.feeds.values() for row in feeds.values() if row.listed)
    gone = [feed_id for feed_id in listed if feed_id not in kept]
    values = {"listed": 0, "state": FeedHealth.UNLISTED.value, "next_due_at": None, "due_because": "not in feeds.yaml"}
    tx.write(update(feed).where(feed.c.feed_id == bindparam("of")).values(values), [{"of": n} for n in gone])


def _keep_outlet(tx: Tx, listing: OutletListing, known: Row[Any] | None) -> int:
    values = {
        "name": listing.name,
        "homepage": listing.homepage,
        "language": listing.language,
        "country": listing.country,
        "timezone": listing.timezone,
    }
    if known is None:
        outlet_id = tx.ids.next("outlet")
        tx.connection.execute(outlet.insert(), {"outlet_id": outlet_id, "slug": listing.slug, **values})
        return outlet_id
    if any(getattr(known, name) != value for name, value in values.items()):
        tx.connection.execute(update(outlet).where(outlet.c.outlet_id == known.outlet_id).values(values))
    return int(known.outlet_id)


def _keep_feeds(tx: Tx, outlet_id: int, listing: OutletListing, known: _Known) -> set[int]:
    # None: found from the homepage; what was found before stays.
    listings = listing.feeds or (FeedListing(DISCOVERED_SLUG, None),)
    held = known.feeds.get(outlet_id, {})
    kept: set[int] = set()
    for each in listings:
        row = held.get(each.slug)
        if row is None:
            kept.add(add_feed(tx, outlet_id, each.slug, each.url, listed=True, outlet_slug=listing.slug))
        else:
            _keep_feed(tx, each, row, known.listed_urls.get(row.feed_id, row.url))
            kept.add(row.feed_id)
    return kept | _still_needed(held, kept, known.discovered)


def _still_needed(held: dict[str, Row[Any]], kept: set[int], discovered: set[int]) -> set[int]:
    """What was found from the homepage instead of listed feeds of which none ever gave a good document."""
    listed = [row for row in held.values() if row.feed_id in kept]
    found = held.get(DISCOVERED_SLUG)
    if found is None or not found.listed or found.feed_id not in discovered:
        return set()
    replaced = any(row.last_success_at is not None or row.url == found.url for row in listed)
    return set() if replaced else {found.feed_id}


def _keep_feed(tx: Tx, listing: FeedListing, known: Row[Any], listed_url: str | None) -> None:
    values: dict[str, Any] = {}
    if not known.listed:
        state = FeedHealth.OK if known.last_success_at else FeedHealth.NEW
        values |= {"listed": 1, "state": state.value, "next_due_at": None, "due_because": "listed again"}
    if listing.url is not None and listing.url != listed_url:
        # Another address may be another document: what the old one's server said of it is void.
        values |= {"url": listing.url, "etag": None, "last_modified": None, "live_document_id": None}
        values |= {"next_due_at": None, "due_because": "new address in feeds.yaml"}
        move(tx, known.feed_id, listing.url, "listed")
    if values:
        tx.connection.execute(update(feed).where(feed.c.feed_id == known.feed_id).values(values))


def add_feed(tx: Tx, outlet_id: int, slug: str, url: str | None, *, listed: bool, outlet_slug: str) -> int:
    """A new feed. Not listed: it comes from files, and is not polled."""
    feed_id = tx.ids.next("feed")
    row = {
        "feed_id": feed_id,
        "outlet_id": outlet_id,
        "slug": slug,
        "name": f"{outlet_slug}/{slug}",
        "url": url,
        "listed": int(listed),
        "state": (FeedHealth.NEW if listed else FeedHealth.UNLISTED).value,
        "added_at": tx.now,
        "due_because": "never asked" if listed else "not in feeds.yaml",
        "failures": 0,
        "unstable_guids": 0,
        "entries": 0,
    }
    tx.connection.execute(feed.insert(), row)
    if url is not None:
        _begin_url(tx, feed_id, url, "listed" if listed else "loaded")
    return feed_id


def move(tx: Tx, feed_id: int, url: str, because: str) -> None:
    """Write down that the feed is at this URL from now on."""
    standing = and_(feed_url.c.feed_id == feed_id, feed_url.c.until_at.is_(None))
    tx.connection.execute(update(feed_url).where(standing).values(until_at=tx.now))
    _begin_url(tx, feed_id, url, because)


def _begin_url(tx: Tx, feed_id: int, url: str, because: str) -> None:
    row = {"feed_id": feed_id, "url": url, "from_at": tx.now, "until_at": None, "because": because}
    tx.connection.execute(feed_url.insert(), row)


def ensure_feed(tx: Tx, outlet_slug: str, slug: str, url: str | None = None) -> FeedRecord:
    """The feed of this name; made, not polled, if the archive has none."""
    tx.hold_all()
    found = feed_named(tx, outlet_slug, slug)
    if found is not None:
        return found
    outlet_id = tx.connection.execute(select(outlet.c.outlet_id).where(outlet.c.slug == outlet_slug)).scalar()
    if outlet_id is None:
        outlet_id = tx.ids.next("outlet")
        tx.connection.execute(outlet.insert(), {"outlet_id": outlet_id, "slug": outlet_slug})
    add_feed(tx, outlet_id, slug, url, listed=False, outlet_slug=outlet_slug)
    made = feed_named(tx, outlet_slug, slug)
    assert made is not None  # noqa: S101 - just made
    return made


def feed_named(tx: Tx, outlet_slug: str, slug: str) -> FeedRecord | None:
    """The feed `outlet/slug`."""
    row = tx.connection.execute(FEEDS.where(outlet.c.slug == outlet_slug, feed.c.slug == slug)).first()
    return None if row is None else record_of(row)


# --- what is due ------------------------------------------------------------------------------------------------------


def claim(
    tx: Tx,
    *,
    by: str,
    lasting: timedelta,
    limit: int,
    feed_ids: Sequence[int] | None = None,
    force: bool = False,
) -> list[FeedRecord]:
    """Lease up to `limit` due feeds, longest due first; nobody else polls them until they are recorded.

    `force`: due time is ignored. A lease that has run out (its process died) is no obstacle.
    """
    query = _claimable(tx.now, force=force)
    if feed_ids is not None:
        query = query.where(feed.c.feed_id.in_(feed_ids))
    rows = tx.rows(query.order_by(feed.c.next_due_at.nulls_first(), feed.c.feed_id).limit(limit))
    lease = update(feed).where(feed.c.feed_id == bindparam("of")).values(lease_by=by, lease_until=tx.now + lasting)
    tx.write(lease, [{"of": row.feed_id} for row in rows])
    return [record_of(row) for row in rows]


def _claimable(now: datetime, *, force: bool) -> Select[Any]:
    query = FEEDS.where(feed.c.listed == 1, or_(feed.c.lease_until.is_(None), feed.c.lease_until < now))
    if force:
        return query
    return query.where(or_(feed.c.next_due_at.is_(None), feed.c.next_due_at <= now))


def unclaim(tx: Tx, feed_ids: Sequence[int]) -> None:
    """Give leases back: these feeds were not asked after all."""
    values = {"lease_by": None, "lease_until": None}
    tx.write(update(feed).where(feed.c.feed_id == bindparam("of")).values(values), [{"of": n} for n in feed_ids])


CHANGE = Often(update(feed).where(feed.c.feed_id == bindparam("of")), by_row=True)


def postpone(tx: Tx, feed_id: int, until: datetime, because: str) -> None:
    """The feed was not asked, since its host may not be: it is due again then. Its lease is given back."""
    values = {"next_due_at": until, "due_because": because, "lease_by": None, "lease_until": None}
    tx.write(CHANGE, [{"of": feed_id, **values}])


def free_dead_leases(tx: Tx, is_alive: Callable[[str], bool]) -> None:
    """Give back the leases of processes that are no more."""
    holders = select(feed.c.lease_by).distinct().where(feed.c.lease_by.is_not(None))
    dead = [row.lease_by for row in tx.rows(holders) if not is_alive(row.lease_by)]
    values = {"lease_by": None, "lease_until": None}
    tx.write(update(feed).where(feed.c.lease_by == bindparam("by")).values(values), [{"by": by} for by in dead])


def stand(
    tx: Tx, record: FeedRecord, standing: Standing, *, attempted_at: datetime, besides: Mapping[str, Any] | None = None
) -> None:
    """Write down how a feed stands after a visit, and give back its lease; and other columns `besides`."""
    values = standing_values(standing, record.state, attempted_at=attempted_at) | dict(besides or {})
    if standing.url is not None and standing.url != record.url:
        values["url"] = standing.url
        move(tx, record.feed_id, standing.url, standing.url_because or "moved")
    tx.write(CHANGE, [{"of": record.feed_id, **values}])


def standing_values(standing: Standing, before: FeedHealth, *, attempted_at: datetime) -> dict[str, Any]:
    """The columns STANDING of a feed after a visit; its lease is given back."""
    values: dict[str, Any] = {
        "state": standing.state.value,
        "failures": standing.failures,
        "next_due_at": standing.next_due_at,
        "due_because": standing.due_because,
        "last_error": standing.last_error,
        "etag": standing.etag,
        "last_modified": standing.last_modified,
        "memory": standing.memory,
        "last_attempt_at": attempted_at,
        "lease_by": None,
        "lease_until": None,
    }
    if before is FeedHealth.UNLISTED:  # it was taken out of feeds.yaml while it was asked
        values |= {"state": before.value, "next_due_at": None, "due_because": "not in feeds.yaml"}
    return values


def selected(rows: Iterable[FeedRecord], selectors: Sequence[str]) -> list[FeedRecord]:
    """Feeds that a selector names: `outlet`, `outlet/feed` or a glob; none means all."""
    return [row for row in rows if selects(row.name, list(selectors))]
