"""Subscriptions to hubs (W3C WebSub): what was asked, until when it holds, what came of it. No secrets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.feeds import FEEDS, record_of
from storage.records import FeedHealth, FeedRecord
from storage.tables import feed, subscription
from storage.transaction import Tx


class Stage(StrEnum):
    """How far a subscription has come."""

    ASKED = "asked"
    ACTIVE = "active"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed's place at a hub. `token` ends the address that the hub calls; `lease_until` is as the hub said."""

    feed_id: int
    hub: str
    topic: str
    token: str
    state: Stage = Stage.ASKED
    asked_at: datetime | None = None
    lease_until: datetime | None = None
    pushed_at: datetime | None = None
    pushed: int = 0
    missed: int = 0
    detail: str | None = None

    def pushes(self, now: datetime) -> bool:
        """Whether pushes are to come."""
        return self.state is Stage.ACTIVE and self.lease_until is not None and now < self.lease_until


@dataclass(frozen=True, slots=True)
class Offered:
    """A listed feed that names a hub, or one that has a subscription. `hints` are those of its newest document."""

    feed_id: int
    name: str
    is_listed: bool
    is_polled: bool  # and answers well
    hints: Mapping[str, Any] = field(default_factory=dict)
    subscription: Subscription | None = None


def offered(connection: Connection) -> list[Offered]:
    """All of them."""
    held = {row.feed_id: _subscription(row) for row in connection.execute(select(subscription))}
    columns = (feed.c.feed_id, feed.c.name, feed.c.listed, feed.c.state, feed.c.hints)
    named = (feed.c.listed == 1) & feed.c.hints.like('%"hub":%')
    query = select(*columns).where(or_(feed.c.feed_id.in_(select(subscription.c.feed_id)), named))
    return [
        Offered(
            row.feed_id,
            row.name,
            bool(row.listed),
            bool(row.listed) and row.state == FeedHealth.OK.value,
            json.loads(row.hints or "{}"),
            held.get(row.feed_id),
        )
        for row in connection.execute(query.order_by(feed.c.feed_id))
    ]


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        row.feed_id,
        row.hub,
        row.topic,
        row.token,
        Stage(row.state),
        row.asked_at,
        row.lease_until,
        row.pushed_at,
        row.pushed,
        row.missed,
        row.detail,
    )


def by_token(connection: Connection, token: str) -> tuple[Subscription, FeedRecord] | None:
    """Whose address this is the end of."""
    row = connection.execute(select(subscription).where(subscription.c.token == token)).first()
    if row is None:
        return None
    record = connection.execute(FEEDS.where(feed.c.feed_id == row.feed_id)).one()
    return _subscription(row), record_of(record)


def of_feed(connection: Connection, feed_id: int) -> Subscription | None:
    """A feed's subscription."""
    row = connection.execute(select(subscription).where(subscription.c.feed_id == feed_id)).first()
    return None if row is None else _subscription(row)


def ask(tx: Tx, asked: Subscription) -> None:
    """A hub is asked now: in place of what there was, and it keeps its token if it is the same hub and topic."""
    insert = postgresql_insert if tx.connection.dialect.name == "postgresql" else sqlite_insert
    values = {"hub": asked.hub, "topic": asked.topic, "token": asked.token, "asked_at": tx.now, "detail": None}
    # While the lease runs, the hub goes on pushing what it was asked to push before.
    running = (subscription.c.state == Stage.ACTIVE.value) & (subscription.c.topic == asked.topic)
    state = case((running, Stage.ACTIVE.value), else_=Stage.ASKED.value)
    row = values | {"feed_id": asked.feed_id, "state": Stage.ASKED.value, "pushed": 0, "missed": 0}
    statement = (
        insert(subscription)
        .values(row)
        .on_conflict_do_update(index_elements=["feed_id"], set_=values | {"state": state})
    )
    tx.connection.execute(statement)


def stand(tx: Tx, feed_id: int, state: Stage, *, lasting: timedelta | None = None, detail: str | None = None) -> None:
    """The hub has agreed, refused or ended it."""
    until = None if lasting is None else tx.now + lasting
    values = {"state": state.value, "lease_until": until, "detail": detail}
    tx.connection.execute(update(subscription).where(subscription.c.feed_id == feed_id).values(values))


def count(tx: Tx, feed_id: int, *, pushed: int = 0, missed: int = 0) -> None:
    """Entries that a push brought first, and that a poll found though pushes were to come."""
    values: dict[str, Any] = {"pushed": subscription.c.pushed + pushed, "missed": subscription.c.missed + missed}
    if pushed:
        values["pushed_at"] = tx.now
    tx.connection.execute(update(subscription).where(subscription.c.feed_id == feed_id).values(values))


def forget(tx: Tx, feed_id: int) -> None:
    """It is over, and the hub knows."""
    tx.connection.execute(delete(subscription).where(subscription.c.feed_id == feed_id))
