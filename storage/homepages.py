"""When an outlet's homepage is looked at for feeds, at most daily, and which feed is at the address found there."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from storage.feeds import DISCOVERED_SLUG, add_feed, feed_named, move, postpone
from storage.records import FeedHealth, FeedRecord
from storage.tables import feed, outlet
from storage.transaction import Tx

INTERVAL = timedelta(days=1)
AT_ONCE = timedelta(minutes=1)  # a look that is forced is not made twice by two feeds of one outlet
IN_HAND = timedelta(minutes=10)


def begin_look(tx: Tx, feed_id: int, *, forced: bool = False) -> bool:
    """Whether the homepage is to be looked at now, by the caller: no feed of the outlet ever gave a good document.

    `forced`: though it was looked at today.
    """
    mine = select(feed.c.outlet_id).where(feed.c.feed_id == feed_id).scalar_subquery()
    home = tx.connection.execute(select(outlet).where(outlet.c.outlet_id == mine)).one()
    good = select(feed.c.feed_id).where(
        feed.c.outlet_id == home.outlet_id, feed.c.listed == 1, feed.c.last_success_at.is_not(None)
    )
    again = home.look_due_at and home.look_due_at - (INTERVAL - AT_ONCE if forced else timedelta())
    if home.homepage is None or (again and tx.now < again) or tx.connection.execute(good.limit(1)).first():
        return False
    put_off_look(tx, feed_id, tx.now + INTERVAL)
    return True


def put_off_look(tx: Tx, feed_id: int, until: datetime) -> None:
    """The homepage is not looked at before."""
    mine = select(feed.c.outlet_id).where(feed.c.feed_id == feed_id).scalar_subquery()
    tx.connection.execute(update(outlet).where(outlet.c.outlet_id == mine).values(look_due_at=until))


def take_found(tx: Tx, seen: FeedRecord, url: str) -> FeedRecord | None:
    """The outlet's feed `news`, at the address that was found; None: a feed that the outlet has is there already.

    It is the caller's to ask: nobody else does within minutes.
    """
    outlet_id = tx.connection.execute(select(feed.c.outlet_id).where(feed.c.feed_id == seen.feed_id)).scalar_one()
    at_it = select(feed.c.feed_id).where(feed.c.outlet_id == outlet_id, feed.c.listed == 1, feed.c.url == url)
    if tx.connection.execute(at_it).first():
        return None
    main = feed_named(tx, seen.outlet, DISCOVERED_SLUG)
    feed_id = (
        main.feed_id if main else add_feed(tx, outlet_id, DISCOVERED_SLUG, None, listed=True, outlet_slug=seen.outlet)
    )
    values: dict[str, Any] = {
        "url": url,
        "listed": 1,
        "state": FeedHealth.NEW.value,
        "next_due_at": tx.now + IN_HAND,
        "due_because": "just found from the homepage",
        "etag": None,
        "last_modified": None,
        "live_document_id": None,
    }
    tx.connection.execute(update(feed).where(feed.c.feed_id == feed_id).values(values))
    move(tx, feed_id, url, f"discovered from {seen.homepage}")
    return feed_named(tx, seen.outlet, DISCOVERED_SLUG)


def note_not_found(tx: Tx, feed_id: int, error: str, until: datetime) -> None:
    """The homepage showed no feed: it is looked at again then. That is no failure of the feed, which has no URL yet."""
    values = {"last_error": error, "last_attempt_at": tx.now}
    tx.connection.execute(update(feed).where(feed.c.feed_id == feed_id).values(values))
    due = select(outlet.c.look_due_at).join_from(feed, outlet, outlet.c.outlet_id == feed.c.outlet_id)
    again = tx.connection.execute(due.where(feed.c.feed_id == feed_id)).scalar()
    postpone(tx, feed_id, max(until, again or until), "no feed found from the homepage: looked for again then")
