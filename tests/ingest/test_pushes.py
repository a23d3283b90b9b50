"""Hub and daemon together on loopback: asked, agreed, pushed, recorded; what is not signed is not believed."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from clocks import FakeClock
from feeds import news

from ingest import read
from ingest.config import Config, config_of, listing
from ingest.daemon.pushes import Pushes
from ingest.hints import Hints
from ingest.hosts import HostTurns, MemoryLedger
from ingest.listener import Asked, Told, listening
from ingest.metrics import Metrics
from ingest.network import NetworkPolicy
from ingest.pipeline import Line, Visited
from ingest.post import Letter, Poster
from ingest.schedule import Bounds
from ingest.session import Session
from storage.archive import Archive, Writer
from storage.records import Reading, Recorded
from storage.tables import feed as feed_table
from storage.websub import Stage, Subscription, of_feed

TOPIC = "https://o.example/feed"


class Parser:
    async def read(self, body: bytes, hints: Hints) -> Reading:
        return read.read(body, hints)


class NoWeb:
    async def fetch(self, request: Any) -> Any:
        raise AssertionError(f"{request} was asked for")


class FakeHub:
    """Agrees to all, or not; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.status = 202

    async def answer(self, asked: Asked) -> Told:
        self.asked.append({name: values[0] for name, values in parse_qs(asked.body.decode()).items()})
        return Told(b"no such topic" if self.status >= 400 else b"", self.status)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(str(tmp_path / "archive.sqlite"), create=True, now=lambda: FakeClock().now()) as opened:
        yield opened


class Scene:
    """A daemon's pushes, the hub, and the address between them."""

    def __init__(self, session: Session, pushes: Pushes, hub: FakeHub) -> None:
        self.session, self.pushes, self.hub = session, pushes, hub
        self.poster = Poster(NetworkPolicy(allow_private_hosts=("127.0.0.1",)))

    @property
    def subscription(self) -> Subscription | None:
        with self.session.archive.read() as connection:
            return of_feed(connection, 1)

    async def verify(self, mode: str = "subscribe") -> Told:
        query = f"hub.mode={mode}&hub.topic={TOPIC}&hub.challenge=xyz&hub.lease_seconds=86400"
        return await self.pushes.answer(self.session, Asked("GET", self.path, query, {}))

    @property
    def path(self) -> str:
        return self.hub.asked[-1]["hub.callback"].removeprefix("https://us.example")

    async def push(self, body: bytes, secret: str | None = None) -> Told:
        key = (secret or self.hub.asked[-1]["hub.secret"]).encode()
        signature = "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
        headers = {"x-hub-signature": signature, "content-type": "application/rss+xml"}
        told = await self.pushes.answer(self.session, Asked("POST", self.path, "", headers, body))
        await self.pushes.take(self.session)
        return told

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.session.archive.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def stand(self, **values: object) -> None:
        with self.session.archive.write() as tx:
            tx.connection.execute(feed_table.update().values(values))


@asynccontextmanager
async def scene(archive: Archive) -> AsyncIterator[Scene]:
    hub, clock, pushes = FakeHub(), FakeClock(), Pushes(Metrics())
    async with listening("127.0.0.1:0", hub.answer, most=10_000) as port:
        config = configured(archive)
        archive.list_outlets(listing(config))
        writer = Writer(archive)
        line = Line(NoWeb(), Parser(), writer, clock, config)
        session = Session(config, archive, writer, line, clock, "us", HostTurns(MemoryLedger(), clock))
        opened = Scene(session, pushes, hub)
        opened.stand(state="ok", hints=f'{{"hub":["http://127.0.0.1:{port}/"],"self":["{TOPIC}"]}}')
        try:
            yield opened
        finally:
            writer.close()


def configured(archive: Archive) -> Config:
    text = (
        "network: {allow_private_hosts: [127.0.0.1]}\n"
        "websub: {callback: 'https://us.example/push', listen: '127.0.0.1:1'}\n"
        f"outlets: {{o: {{feeds: {{a: '{TOPIC}'}}}}}}\n"
    )
    return config_of(text, Path(archive.location).with_name("feeds.yaml"), {})


def play(archive: Archive, act: Callable[[Scene], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(30), scene(archive) as opened:
            await act(opened)

    asyncio.run(run())


def test_a_feed_that_names_a_hub_is_subscribed_verified_and_fed(archive: Archive) -> None:
    async def act(on: Scene) -> None:
        await on.pushes.work(on.session)
        assert on.hub.asked[0]["hub.topic"] == TOPIC
        assert (await on.verify()).body == b"xyz"
        assert on.subscription is not None
        assert on.subscription.state is Stage.ACTIVE
        assert (await on.push(news(2, 1))).status == 202
        assert on.rows("select route, outcome, entries_new from fetches") == [("push", "new", 2)]
        assert on.rows("select count(*) from entries") == [(2,)]
        assert on.subscription.pushed == 2
        await on.pushes.work(on.session)
        assert len(on.hub.asked) == 1

    play(archive, act)


def test_a_push_is_no_window_so_that_what_it_leaves_out_is_not_gone(archive: Archive) -> None:
    async def act(on: Scene) -> None:
        await on.pushes.work(on.session)
        await on.verify()
        await on.push(news(2, 1))
        await on.push(news(3))
        assert on.rows("select count(*) from sightings") == [(0,)]
        assert on.rows("select count(*) from gaps") == [(0,)]
        assert on.rows("select count(*) from entries") == [(3,)]

    play(archive, act)


def test_what_is_not_signed_with_the_secret_leaves_no_trace(archive: Archive) -> None:
    async def act(on: Scene) -> None:
        await on.pushes.work(on.session)
        await on.verify()
        assert (await on.push(news(2, 1), secret="guessed")).status == 202  # section 8: nothing is given away
        assert on.rows("select count(*) from fetches") == [(0,)]

    play(archive, act)


def test_an_address_that_nobody_was_given_is_not_there(archive: Archive) -> None:
    async def act(on: Scene) -> None:
        assert (await on.pushes.answer(on.session, Asked("GET", "/push/x", "", {}))).status == 404
        assert (await on.pushes.answer(on.session, Asked("POST", "/push/x", "", {}, b"x"))).status == 410

    play(archive, act)


def test_a_hub_that_refuses_is_left_alone_and_why_is_known(archive: Archive) -> None:
    async def act(on: Scene) -> None:
        on.hub.status = 404
        await on.pushes.work(on.session)
        await on.pushes.work(on.session)
        assert len(on.hub.asked) == 1
        assert on.subscription is not None
        assert (on.subscription.state, on.subscription.detail) == (Stage.REFUSED, "HTTP 404 no such topic")

    play(archive, act)


def test_a_restart_asks_again_with_another_secret_and_the_same_address(archive: Archive) -> None:
    async def act(on: Scene) -> None:
        await on.pushes.work(on.session)
        await on.verify()
        with archive.write() as tx:
            tx.connection.exec_driver_sql("update subscription set asked_at = '2026-03-01T11:00:00Z'")
        on.pushes = Pushes(Metrics())
        await on.pushes.work(on.session)
        first, second = on.hub.asked
        assert first["hub.callback"] == second["hub.callback"]
        assert first["hub.secret"] != second["hub.secret"]
        assert on.subscription is not None
        assert on.subscription.state is Stage.ACTIVE  # the hub has not been told to stop
        assert (await on.push(news(1))).status == 202
        assert on.rows("select count(*) from entries") == [(1,)]

    play(archive, act)


def test_a_feed_that_is_taken_out_leaves_its_hub(archive: Archive) -> None:
    async def act(on: Scene) -> None:
        await on.pushes.work(on.session)
        await on.verify()
        on.stand(listed=0, state="unlisted")
        await on.pushes.work(on.session)
        assert on.hub.asked[-1]["hub.mode"] == "unsubscribe"
        assert (await on.verify("unsubscribe")).body == b"xyz"
        assert on.subscription is None

    play(archive, act)


def test_what_a_poll_finds_though_pushes_were_to_come_counts_as_missed_and_ends_the_easing(archive: Archive) -> None:
    async def act(on: Scene) -> None:
        await on.pushes.work(on.session)
        await on.verify()
        await on.push(news(*range(10, 0, -1)))
        await on.pushes.work(on.session)
        (feed,) = archive.feeds()
        assert on.pushes.price(feed) > Bounds().price
        on.stand(last_success_at=on.session.clock.now() + (Bounds().price))
        (feed,) = archive.feeds()
        on.pushes.visited(Visited(feed, None, Recorded(1, "new", entries_new=3)))
        await on.pushes.work(on.session)
        await on.pushes.work(on.session)
        assert on.subscription is not None
        assert on.subscription.missed == 3
        assert on.pushes.price(feed) == Bounds().price
        assert b'chronik_push_total{by="poll"} 3.0' in on.pushes.metrics.text(now_of(on))

    play(archive, act)


def now_of(on: Scene) -> Any:
    from ingest.metrics import Now
    from storage.vitals import Vitals

    return Now(0, 0, Vitals(), on.session.clock.now())


def test_a_call_goes_the_whole_way_by_http(archive: Archive) -> None:
    async def act(on: Scene) -> None:
        await on.pushes.work(on.session)
        await on.verify()
        body = news(1)
        signature = "sha1=" + hmac.new(on.hub.asked[-1]["hub.secret"].encode(), body, hashlib.sha1).hexdigest()

        async def called(asked: Asked) -> Told:
            return await on.pushes.answer(on.session, asked)

        async with listening("127.0.0.1:0", called, most=10_000) as port:
            letter = Letter(f"http://127.0.0.1:{port}{on.path}", body, "text/xml", [("X-Hub-Signature", signature)])
            assert (await on.poster.post(letter)).status == 202
        await on.pushes.take(on.session)
        assert on.rows("select count(*) from entries") == [(1,)]

    play(archive, act)
