"""Short ways to get the past of a feed on a local server, on a clock that does not stand in the way."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from clocks import FakeClock
from here import Here, PagesHere
from saying import rows
from servers import Server

from ingest.backfill.repair import Repaired, repair_gap
from ingest.backfill.road import Scope
from ingest.backfill.run import Past, Wanted, backfill
from ingest.backfill.walking import Budget, Tell
from ingest.config import Config, config_of, listing, network_policy
from ingest.fetch import Fetcher, trusting
from ingest.hosts import HostTurns, MemoryLedger
from ingest.pipeline import Line
from ingest.poll import due, poll
from ingest.session import Session
from storage.archive import Archive, Writer
from storage.records import FeedRecord, Route

T = TypeVar("T")
SITE = "https://o.example"


class StillClock(FakeClock):
    """Sleeping takes no time, so that two runs see everything at the same times."""

    def advance(self, seconds: float) -> None:
        self._passed += seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


def config_text(server: Server, path: str = "/feed/", wayback: str | None = None, more: str = "") -> str:
    """A feeds.yaml of one outlet."""
    return (
        "network: {spacing: 0s, allow_private_hosts: [127.0.0.0/8]}\n"
        f"backfill: {{spacing: 0s, wayback: {wayback or 'null'}}}\n"
        f"outlets:\n  o:\n    homepage: '{server.url('/')}'\n    feeds: {{news: '{server.url(path)}'}}\n{more}"
    )


def running(
    folder: Path,
    config: str,
    act: Callable[[Session], Awaitable[T]],
    clock: FakeClock | None = None,
    environ: Mapping[str, str] | None = None,
) -> T:
    """What `act` gives with an open session on the archive in `folder`."""
    clock = clock or FakeClock()

    async def main() -> T:
        found = config_of(config, folder / "feeds.yaml", environ or {})
        with Archive.open(str(folder / "archive.sqlite"), create=True, now=clock.now) as archive:
            async with opened(found, archive, clock) as session:
                return await act(session)

    return asyncio.run(main())


@asynccontextmanager
async def opened(config: Config, archive: Archive, clock: FakeClock) -> AsyncIterator[Session]:
    """As ingest.session.session, but for what takes long: authorities are read once, hosts kept in memory."""
    archive.list_outlets(listing(config))
    writer = Writer(archive)
    try:
        turns = HostTurns(MemoryLedger(), clock)
        async with Fetcher(network_policy(config), turns, clock=clock, tls=_tls(None)) as fetcher:
            line = Line(fetcher, Here(), writer, clock, config)
            yield Session(config, archive, writer, line, clock, f"{socket.gethostname()}/{os.getpid()}/tests", turns)
    finally:
        writer.close()


_tls = cache(trusting)


def got(
    folder: Path,
    config: str,
    *routes: Route,
    tell: Tell = lambda _told: None,
    clock: FakeClock | None = None,
    most: int | None = None,
    **scope: Any,
) -> Past:
    """The past of the feed o/news."""

    async def act(session: Session) -> Past:
        async with backfill(session, budget=Budget(most)) as run:
            run.articles = PagesHere()
            return await run.get(news(session), Wanted(Scope(**scope), routes), tell)

    return running(folder, config, act, clock)


def polled(folder: Path, config: str, clock: FakeClock | None = None, name: str = "o/news") -> None:
    """One live poll of the feed."""

    async def act(session: Session) -> None:
        await poll(session, due(session, [news(session, name)], force=True), lambda _visited: None)

    running(folder, config, act, clock)


def repairing(folder: Path, config: str, clock: FakeClock | None = None) -> Repaired:
    """What repairing the gaps of o/news comes to."""

    async def act(session: Session) -> Repaired:
        return await repair_gap(session, news(session))

    return running(folder, config, act, clock)


def news(session: Session, name: str = "o/news") -> FeedRecord:
    """The feed of this name."""
    return next(each for each in session.archive.feeds() if each.name == name)


def asked(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """What a query on the archive gives."""
    with Archive.open(str(folder / "archive.sqlite")) as archive:
        return rows(archive, query)


def guids(folder: Path) -> list[int]:
    """The posts that the archive has, by the number in their guids or addresses; each as often as it has it."""
    found = asked(folder, "select coalesce(guid, url) from entries")
    return sorted(
        int("".join(char for char in text.rpartition("?p=")[2].strip("/").rpartition("/")[2])) for (text,) in found
    )


def routes_of(folder: Path) -> dict[str, int]:
    """Requests by route."""
    return dict(asked(folder, "select route, count(*) from fetches group by 1"))
