"""What is in hand: a bug costs an hour, not a storm; what cannot be finished is dropped; large bodies are weighed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import FakeClock

from ingest.config import config_of, listing
from ingest.daemon.pulse import Pulse
from ingest.daemon.rounds import UNRECORDED, Rounds
from ingest.daemon.watching import Timed
from ingest.document import Document
from ingest.hints import Hints
from ingest.hosts import HostTurns, MemoryLedger
from ingest.pipeline import Line, Visited
from ingest.session import Session
from ingest.source import Request
from storage.archive import Archive, Writer
from storage.records import Failed, FeedHead, FeedHealth, FeedRecord, Fetch, Reading, Reason, Route
from storage.transaction import Tx

NOW = FakeClock().now()


@dataclass
class FakeLine:
    """Does at each visit what a test says."""

    act: Callable[[FeedRecord], Awaitable[Visited]]

    async def visit(self, feed: FeedRecord) -> Visited:
        return await self.act(feed)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(str(tmp_path / "archive.sqlite"), create=True, now=lambda: NOW) as opened:
        yield opened


def play(
    archive: Archive, act: Callable[[FeedRecord], Awaitable[Visited]], then: Callable[[Rounds, Session], Awaitable[Any]]
) -> Rounds:
    clock = FakeClock()
    config = config_of(
        "outlets: {o: {feeds: {a: 'https://a.example/', b: 'https://b.example/'}}}", Path("/x/feeds.yaml"), {}
    )
    archive.list_outlets(listing(config))
    line: Any = FakeLine(act)
    rounds = Rounds(Pulse(clock.monotonic), lambda _visited: None)

    async def run() -> None:
        writer = Writer(archive)
        try:
            await then(rounds, Session(config, archive, writer, line, clock, "us", HostTurns(MemoryLedger(), clock)))
        finally:
            writer.close()

    asyncio.run(run())
    return rounds


async def bug(_feed: FeedRecord) -> Visited:
    raise LookupError("a bug")


async def hanging(_feed: FeedRecord) -> Visited:
    await asyncio.sleep(60)
    raise AssertionError("nobody waits so long")


def test_a_feed_whose_visit_cannot_be_recorded_is_left_alone_for_an_hour(archive: Archive) -> None:
    async def then(rounds: Rounds, session: Session) -> None:
        await rounds.claim(session)
        assert await rounds.finish(timedelta(seconds=10)) == 0
        await rounds.claim(session)
        assert rounds.pulse.in_hand == 0

    play(archive, bug, then)
    for feed in archive.feeds():
        assert feed.next_due_at == NOW + UNRECORDED
    with archive.read() as connection:
        assert connection.exec_driver_sql("select count(*) from feed where lease_by is not null").scalar() == 0


def test_nothing_is_taken_in_hand_twice(archive: Archive) -> None:
    asked: list[str] = []

    async def note(feed: FeedRecord) -> Visited:
        asked.append(feed.name)
        await asyncio.sleep(0.1)
        return Visited(feed, None)

    async def then(rounds: Rounds, session: Session) -> None:
        for _ in range(3):
            await rounds.claim(session)
        await rounds.finish(timedelta(seconds=10))

    rounds = play(archive, note, then)
    assert sorted(asked) == ["o/a", "o/b"]
    assert (rounds.pulse.in_hand, rounds.pulse.visits) == (0, 2)


def test_what_is_not_done_in_time_is_dropped_and_counted(archive: Archive) -> None:
    async def then(rounds: Rounds, session: Session) -> None:
        await rounds.claim(session)
        assert await rounds.finish(timedelta(seconds=0.05)) == 2

    play(archive, hanging, then)


def test_leases_are_held_for_what_is_in_hand(archive: Archive) -> None:
    async def then(rounds: Rounds, session: Session) -> None:
        await rounds.renew(session)  # nothing to hold yet
        await rounds.claim(session)
        with archive.write() as tx:
            tx.connection.exec_driver_sql("update feed set lease_until = '2026-03-01T12:00:01Z'")
        await rounds.renew(session)
        await rounds.finish(timedelta(0))

    play(archive, hanging, then)
    with archive.read() as connection:
        until = connection.exec_driver_sql("select min(lease_until) from feed").scalar()
    assert until == "2026-03-01T12:30:00Z"


class NoSuchColumn:
    """A writer whose first job meets a bug."""

    def __init__(self, writer: Writer) -> None:
        self.writer, self.jobs = writer, 0

    async def do(self, job: Callable[[Tx], Any]) -> Any:
        self.jobs += 1
        if self.jobs == 1:
            raise LookupError("a bug")
        return await self.writer.do(job)


def test_what_cannot_be_recorded_is_a_failure_of_the_feed_and_its_body_is_kept(archive: Archive) -> None:
    clock = FakeClock()
    config = config_of("outlets: {o: {feeds: {a: 'https://a.example/'}}}", Path("/x/feeds.yaml"), {})
    archive.list_outlets(listing(config))

    class Parser:
        async def read(self, body: bytes, hints: Hints) -> Reading:  # noqa: ARG002
            return Reading(FeedHead("rss20"), (), "utf-8", "declared")

    async def run() -> Visited:
        writer = Writer(archive)
        try:
            line = Line(FakeWeb(10), Parser(), NoSuchColumn(writer), clock, config)
            return await line.visit(archive.feeds()[0])
        finally:
            writer.close()

    visited = asyncio.run(run())
    assert isinstance(visited.outcome, Failed)
    assert visited.outcome.reason is Reason.BUG
    (feed,) = archive.feeds()
    assert (feed.state, feed.failures) == (FeedHealth.FAILING, 1)
    assert feed.last_error == "bug: it could not be recorded: LookupError: a bug"
    with archive.read() as connection:
        assert connection.exec_driver_sql(
            "select reason, bytes from fetches join documents using (document_id)"
        ).all() == [("bug", 10)]


@dataclass
class FakeWeb:
    size: int

    async def fetch(self, request: Request) -> Document:
        fetch = Fetch(1, Route.LIVE, request.url, NOW)
        return Document(fetch, b"x" * self.size, request.url)


# --- timed ------------------------------------------------------------------------------------------------------------


def test_reading_is_timed_also_when_it_fails() -> None:
    class Parser:
        async def read(self, body: bytes, hints: Hints) -> Reading:  # noqa: ARG002
            clock.advance(2)
            raise LookupError("a bug")

    clock, seconds = FakeClock(), list[float]()
    with pytest.raises(LookupError):
        asyncio.run(Timed(Parser(), seconds.append, clock.monotonic).read(b"", Hints()))
    assert seconds == [2]
