"""Hubs push: ask them to, agree to what was asked for, take what is signed, and measure what they miss.

Secrets are in memory alone: after a restart every hub is asked anew, with the address that it knows.
"""

import asyncio
import logging
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from ingest.config import Config, network_policy
from ingest.document import Document
from ingest.errors import FetchError
from ingest.guard import host_name
from ingest.listener import Asked, Told
from ingest.metrics import Metrics
from ingest.pipeline import Visited
from ingest.post import Poster
from ingest.schedule import Bounds
from ingest.session import Session
from ingest.websub import (
    EASED,
    NO,
    Hub,
    hub_of,
    is_reliable,
    is_signed,
    request,
    verified,
    wants_to_leave,
    wants_to_subscribe,
)
from storage import websub
from storage.records import FeedRecord, Fetch, Route
from storage.websub import Offered, Stage, Subscription

log = logging.getLogger(__name__)

MOST = 2 * 1024 * 1024  # bytes of a push
MOST_WAITING = 16  # pushes
A_ROUND = 20  # hubs are asked so often a minute
APART = 1.0  # seconds between two of them

GONE, TAKEN, LATER = Told(b"", 410), Told(b"", 202), Told(b"", 503)


@dataclass(slots=True)
class Pushes:
    """All subscriptions of a daemon. `metrics` counts entries by who brought them first."""

    metrics: Metrics
    _secrets: dict[int, str] = field(default_factory=dict)
    _active: dict[int, datetime] = field(default_factory=dict)  # since when we know that pushes are to come
    _reliable: set[int] = field(default_factory=set)
    _missed: Counter[int] = field(default_factory=Counter)
    _waiting: asyncio.Queue[tuple[FeedRecord, Subscription, Asked]] = field(
        default_factory=lambda: asyncio.Queue(MOST_WAITING)
    )

    def price(self, feed: FeedRecord) -> timedelta:
        """What a request is worth (see Bounds): less where pushes come."""
        return Bounds().price * (EASED if feed.feed_id in self._reliable else 1)

    def visited(self, visited: Visited) -> None:
        """A poll that found what a push should have brought."""
        feed, since = visited.feed, self._active.get(visited.feed.feed_id)
        new = visited.recorded.entries_new if visited.recorded else 0
        if new and since is not None and feed.last_success_at is not None and feed.last_success_at > since:
            self._missed[feed.feed_id] += new
            self.metrics.pushed("poll", new)

    # --- what hubs say ---

    async def answer(self, session: Session, asked: Asked) -> Told:
        """A hub's call: a question whether we meant it, or content."""
        with session.archive.read() as connection:
            found = websub.by_token(connection, asked.path.rpartition("/")[2])
        if found is None:
            return GONE if asked.method == "POST" else NO
        held, feed = found
        match asked.method:
            case "GET":
                return await self._verify(session, asked, held, feed)
            case "POST":
                return self._accept(asked, held, feed)
            case _:
                return Told(b"", 405)

    async def _verify(self, session: Session, asked: Asked, held: Subscription, feed: FeedRecord) -> Told:
        verdict = verified(asked, held)
        if verdict.state is Stage.ENDED:
            await session.writer.do(lambda tx: websub.forget(tx, held.feed_id))
        elif verdict.state is not None:
            stand = partial(websub.stand, feed_id=held.feed_id, state=verdict.state)
            await session.writer.do(partial(stand, lasting=verdict.lasting, detail=verdict.detail))
            log.info("%s: %s: %s", feed.name, held.hub, verdict.detail or "it pushes", extra={"feed": feed.name})
        return verdict.told

    def _accept(self, asked: Asked, held: Subscription, feed: FeedRecord) -> Told:
        """What is not signed is not believed; that is nobody's business but ours (section 8)."""
        if held.state not in {Stage.ACTIVE, Stage.ASKED}:
            return GONE
        secret = self._secrets.get(held.feed_id)
        if secret is None or not asked.body or not is_signed(asked, secret):
            log.debug("%s: a push without a good signature", feed.name)
            return TAKEN
        try:
            self._waiting.put_nowait((feed, held, asked))
        except asyncio.QueueFull:
            return LATER
        return TAKEN

    async def take(self, session: Session) -> None:
        """Record what waits, until nothing does."""
        while not self._waiting.empty():
            feed, held, asked = self._waiting.get_nowait()
            try:
                await self._take(session, feed, held, asked)
            except Exception:
                log.exception("a push of %s could not be recorded", feed.name, extra={"feed": feed.name})

    async def _take(self, session: Session, feed: FeedRecord, held: Subscription, asked: Asked) -> None:
        content_type = asked.headers.get("content-type")
        headers = tuple((name, asked.headers[name][:500]) for name in ("content-type", "link") if name in asked.headers)
        at = session.clock.now()
        fetch = Fetch(feed.feed_id, Route.PUSH, held.topic, at, response_headers=headers, wire_bytes=len(asked.body))
        visited = await session.line.take(feed, Document(fetch, asked.body, held.topic, content_type))
        if visited.recorded is not None and (new := visited.recorded.entries_new):
            self.metrics.pushed("push", new)
            await session.writer.do(lambda tx: websub.count(tx, feed.feed_id, pushed=new))
            log.info("%s: %d new, pushed", feed.name, new, extra={"feed": feed.name})

    # --- what we say ---

    async def work(self, session: Session) -> None:
        """Write down what was missed, and ask the hubs that are to be asked."""
        if session.config.websub.callback is None:
            return
        await self._count(session)
        with session.archive.read() as connection:
            offers = websub.offered(connection)
        now = session.clock.now()
        self._note(offers, now)
        hosts = _plain_hosts(session.config)
        wanted = [
            (offer, hub) for offer in offers if (hub := hub_of(offer.hints, plain_hosts=hosts)) or offer.subscription
        ]
        await self._leave(session, [offer for offer, hub in wanted if wants_to_leave(offer, hub)])
        asking = [
            (o, h) for o, h in wanted if h and wants_to_subscribe(o, h, now, has_secret=o.feed_id in self._secrets)
        ]
        for offer, hub in asking[:A_ROUND]:
            await self._subscribe(session, offer, hub)
            await session.clock.sleep(APART)

    async def _count(self, session: Session) -> None:
        missed, self._missed = self._missed, Counter()
        for feed_id, entries in missed.items():
            await session.writer.do(partial(websub.count, feed_id=feed_id, missed=entries))

    def _note(self, offers: list[Offered], now: datetime) -> None:
        held = [offer.subscription for offer in offers if offer.subscription and offer.feed_id in self._secrets]
        self._active = {each.feed_id: self._active.get(each.feed_id, now) for each in held if each.pushes(now)}
        self._reliable = {each.feed_id for each in held if is_reliable(each, now)}

    async def _subscribe(self, session: Session, offer: Offered, hub: Hub) -> None:
        held = offer.subscription
        same = held is not None and (held.hub, held.topic) == (hub.url, hub.topic)
        token = held.token if held is not None and same else secrets.token_urlsafe(24)
        asked = Subscription(offer.feed_id, hub.url, hub.topic, token)
        secret = self._secrets[offer.feed_id] = secrets.token_hex(32)
        await session.writer.do(lambda tx: websub.ask(tx, asked))
        refusal = await _posted(session, asked, secret)
        if refusal is not None:
            await session.writer.do(lambda tx: websub.stand(tx, offer.feed_id, Stage.REFUSED, detail=refusal))
            log.info("%s: %s: %s", offer.name, hub.url, refusal, extra={"feed": offer.name})

    async def _leave(self, session: Session, offers: list[Offered]) -> None:
        for offer in offers[:A_ROUND]:
            held = offer.subscription
            assert held is not None  # noqa: S101 - or there would be nothing to leave
            self._secrets.pop(offer.feed_id, None)
            await session.writer.do(partial(websub.stand, feed_id=offer.feed_id, state=Stage.ENDED))
            await _posted(session, held, None)
            await session.clock.sleep(APART)


async def _posted(session: Session, held: Subscription, secret: str | None) -> str | None:
    """Ask the hub. Why it would not, in words; None: its question follows."""
    callback = session.config.websub.callback
    assert callback is not None  # noqa: S101 - checked where this began
    try:
        receipt = await Poster(network_policy(session.config)).post(request(held, callback.value, secret))
    except FetchError as error:
        return str(error)
    return None if receipt.is_good else f"HTTP {receipt.status} {' '.join(receipt.text.split())[:200]}".strip()


def _plain_hosts(config: Config) -> frozenset[str]:
    return frozenset(
        host_name(each.rpartition(":")[0] or each) for each in config.network.allow_private_hosts if "/" not in each
    )
