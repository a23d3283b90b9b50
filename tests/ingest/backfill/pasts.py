"""Short ways to get the past of a feed on a local server, on a clock that does not stand in the way."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from clocks import FakeClock
from saying import rows
from servers import Server

from ingest import read
from ingest.backfill.road import Scope
from ingest.backfill.run import Backfill, Past, Wanted, backfill
from ingest.backfill.walking import Budget, Step
from ingest.config import config_of
from ingest.hints import Hints
from ingest.session import Session, session
from storage.archive import Archive
from storage.records import FeedRecord, Reading, Route

T = TypeVar("T")
SITE = "https://o.example"


class Here:
    """Reads in this process: what is read is the tests' own, and workers take a second to start."""

    async def read(self, body: bytes, hints: Hints) -> Reading:
        return read.read(body, hints)


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


def running(folder: Path, config: str, act: Callable[[Session], Awaitable[T]], clock: FakeClock | None = None) -> T:
    """What `act` gives with an open session on the archive in `folder`."""
    clock = clock or FakeClock()

    async def main() -> T:
        found = config_of(config, folder / "feeds.yaml", {})
        with Archive.open(str(folder / "archive.sqlite"), create=True, now=clock.now) as archive:
            async with session(found, archive, clock=clock) as opened:
                here = Here()
                return await act(replace(opened, line=replace(opened.line, parser=here)))

    return asyncio.run(main())


def got(
    folder: Path,
    config: str,
    *routes: Route,
    tell: Callable[[Step], None] = lambda _step: None,
    clock: FakeClock | None = None,
    most: int | None = None,
    **scope: Any,
) -> Past:
    """The past of the feed o/news."""

    async def act(opened: Session) -> Past:
        async with backfill(opened, budget=Budget(most)) as run:
            return await run.get(news(opened), Wanted(Scope(**scope), routes), tell)

    return running(folder, config, act, clock)


def news(opened: Session) -> FeedRecord:
    """The feed o/news."""
    return next(each for each in opened.archive.feeds() if each.name == "o/news")


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
