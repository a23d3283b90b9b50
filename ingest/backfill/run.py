"""Get feeds' pasts: one resumable job for each feed and route, its walk committed with the rows that it brought."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from ingest.backfill.asking import Asker
from ingest.backfill.jsonfeed import JsonFeed
from ingest.backfill.pages import Pages
from ingest.backfill.rfc5005 import Rfc5005
from ingest.backfill.road import About, Road, Scope, Walk, covers, text_of
from ingest.backfill.sitemap import Sitemap
from ingest.backfill.walking import LONGEST_WAIT, Arrived, Budget, Keeps, Tell, Walker
from ingest.backfill.wayback import Wayback
from ingest.backfill.wordpress import WordPress
from ingest.document import Document
from ingest.normalise.urls import canonical_url
from ingest.parse.sandbox import Sandbox
from ingest.pipeline import Reads
from ingest.poll import due
from ingest.robots import Robots
from ingest.session import LEASE, Session, is_alive
from ingest.source import Request
from storage import jobs, past
from storage.feeds import unclaim
from storage.jobs import Job, JobState
from storage.recording import record
from storage.records import FeedRecord, Outcome, Recorded, Route, Visit
from storage.transaction import Tx

ROADS: tuple[type[Road[Any]], ...] = (Rfc5005, JsonFeed, Pages, WordPress, Sitemap, Wayback)  # in order of yield
ROUTES: tuple[Route, ...] = tuple(road.route for road in ROADS)


class HeldError(Exception):
    """Another process gets this feed's past just now. `holder` is who (host/pid/…)."""

    def __init__(self, feed: str, holder: str) -> None:
        super().__init__(f"{feed}: another process ({holder}) is at its past just now")
        self.holder = holder


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the past is wanted, and by which routes (none: all, outlet-wide ones for the outlet's main feed).

    `feeds` are all that it is wanted of, by their ids: where routes are named, outlet-wide ones go into the main one of
    these. None named: of the one in hand.
    """

    scope: Scope = field(default_factory=Scope)
    routes: tuple[Route, ...] = ()
    feeds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What came of one feed: how each route stands, and its entries by month before and after."""

    feed: FeedRecord
    arrived: dict[Route, Arrived]
    before: dict[str, int]
    after: dict[str, int]


@dataclass(slots=True)
class Backfill:
    """One run over feeds, all with the same bounds."""

    session: Session
    robots: Robots
    articles: Reads
    budget: Budget
    spacing: timedelta
    longest_wait: timedelta = LONGEST_WAIT

    # --- one feed's past ------------------------------------------------------------------------------------------

    async def get(self, feed: FeedRecord, wanted: Wanted, tell: Tell) -> Past:
        """Walk all roads that are wanted, each from where it stands. Raises HeldError."""
        feed = await self.polled(feed)
        if feed.url is None:
            return Past(feed, {}, {}, {})
        about = self.about(feed, wanted)
        before = self._months(feed)
        arrived: dict[Route, Arrived] = {}
        async with self.held(feed, ROUTES):
            for road in roads(wanted):
                arrived[road.route] = await self._job(road, about, tell)
        return Past(feed, arrived, before, self._months(feed))

    async def _job(self, road: Road[Any], about: About, tell: Tell) -> Arrived:
        """One route, its walk kept in the archive."""
        with self.session.archive.read() as connection:
            known = jobs.jobs_of(connection, about.feed.feed_id).get(road.route)
        walk = self._resumed(road, known, about) or await begun(road, about)
        if walk is None:
            arrived = Arrived(Walk(), JobState.NOT_OFFERED, road.lacking(about))
        else:
            arrived = await self._walker(about, tell, partial(self._step, about)).go(road, walk, about)
        kept = None if walk is None else self._hidden(about, arrived.walk)
        state, because = arrived.state, arrived.because
        await self.session.writer.do(lambda tx: jobs.stand(tx, about.feed.feed_id, road.route, state, because, kept))
        return arrived

    def _resumed(self, road: Road[Any], job: Job | None, about: About) -> Walk | None:
        """The walk as it was kept; None: there is none, or it was begun for less than is wanted now."""
        if job is None or job.walk is None or job.state is JobState.NOT_OFFERED:
            return None
        try:
            walk: Walk = road.remembered(self._shown(about, job.walk))
        except (ValueError, TypeError):
            return None  # of another release
        if not road.newest_first and not covers(walk.begun, about.scope):
            return None
        return road.again(walk, about) if job.state is JobState.DONE else walk

    async def _step(
        self, about: About, route: Route, outcome: Outcome, following: Callable[[Recorded], Walk]
    ) -> tuple[Walk, Recorded]:
        def write(tx: Tx) -> tuple[Walk, Recorded]:
            recorded = record(tx, Visit(outcome))
            walk = following(recorded)
            jobs.step(tx, about.feed.feed_id, route, self._hidden(about, walk), recorded, lasting=LEASE)
            return walk, recorded

        return await self.session.writer.do(write)

    def _hidden(self, about: About, walk: Walk) -> str:
        text = text_of(walk)
        for value, placeholder in self.session.line.request(about.feed).secrets:
            text = text.replace(value, placeholder) if value else text
        return text

    def _shown(self, about: About, text: str) -> str:
        for value, placeholder in self.session.line.request(about.feed).secrets:
            text = text.replace(placeholder, value) if value else text
        return text

    # --- what all walks share -------------------------------------------------------------------------------------

    async def polled(self, feed: FeedRecord) -> FeedRecord:
        """The feed, asked for once if it never was: its newest document tells which roads there are."""
        if feed.url is not None and feed.last_success_at is not None:
            return feed
        for claimed in due(self.session, [feed], force=True):
            try:
                await self.session.line.visit(claimed)
            finally:
                with self.session.archive.write() as tx:
                    unclaim(tx, [claimed.feed_id])
        return next(each for each in self.session.archive.feeds() if each.feed_id == feed.feed_id)

    def about(self, feed: FeedRecord, wanted: Wanted) -> About:
        """What is known of the feed."""
        archive = self.session.archive
        with archive.read() as connection:
            signs = past.signs(connection, feed.feed_id)

        def known(urls: Sequence[str]) -> set[str]:
            canonical = {url: canonical_url(url) or url for url in urls}
            with archive.read() as connection:
                found = past.known_urls(connection, feed.outlet, list(canonical.values()))
                refused = past.refused_urls(connection, feed.feed_id, urls)
            return {url for url, each in canonical.items() if each in found or url in refused}

        return About(
            feed=feed,
            url=self.session.line.request(feed).url,
            signs=signs,
            robots=self.robots,
            scope=wanted.scope,
            is_main=is_main(feed, _takers(feed, wanted, archive.feeds())),
            wayback=self.session.config.backfill.wayback,
            known=known,
        )

    @asynccontextmanager
    async def held(self, feed: FeedRecord, routes: Sequence[Route]) -> AsyncIterator[None]:
        """Hold the lease of the feed's past. Raises HeldError."""
        own = self.session.name
        holder = await self.session.writer.do(
            lambda tx: jobs.take(tx, feed.feed_id, routes, by=own, lasting=LEASE, is_alive=lambda by: is_alive(by, own))
        )
        if holder is not None:
            raise HeldError(feed.name, holder)
        try:
            yield
        finally:
            with self.session.archive.write() as tx:
                jobs.give_back(tx, feed.feed_id, own)

    def _walker(self, about: About, tell: Tell, keep: Any) -> Walker:
        line = self.session.line
        asker = Asker(line, line.request(about.feed), self.robots, self.spacing)
        return Walker(asker, line.parser.read, self.articles.read, keep, self.budget, tell, self.longest_wait)

    def walker(self, about: About, tell: Tell, keep: Keeps | None = None) -> Walker:
        """One whose pages are recorded, or kept as `keep` does; its walks are kept nowhere: short, or begun anew."""

        async def recorded_only(
            _route: Route, outcome: Outcome, following: Callable[[Recorded], Walk]
        ) -> tuple[Walk, Recorded]:
            recorded = await self.session.writer.do(lambda tx: record(tx, Visit(outcome)))
            return following(recorded), recorded

        return self._walker(about, tell, keep or recorded_only)

    def looker(self, about: About) -> Walker:
        """One that leaves no trace."""

        async def keep(
            _route: Route, _outcome: Outcome, following: Callable[[Recorded], Walk]
        ) -> tuple[Walk, Recorded]:
            recorded = Recorded(0, "unchanged")
            return following(recorded), recorded

        return self._walker(about, lambda _step: None, keep)

    def _months(self, feed: FeedRecord) -> dict[str, int]:
        with self.session.archive.read() as connection:
            return past.months(connection, feed.feed_id)


@asynccontextmanager
async def backfill(
    session: Session, *, budget: Budget | None = None, longest_wait: timedelta = LONGEST_WAIT
) -> AsyncIterator[Backfill]:
    """Everything that a run needs."""
    spacing = session.config.backfill.spacing

    async def get(url: str) -> Document:
        manner = session.config.defaults
        request = Request(url, Route.DISCOVERY, timeout=manner.timeout, max_bytes=manner.max_bytes, spacing=spacing)
        answer = await session.line.web.fetch(request)
        assert isinstance(answer, Document)  # noqa: S101 - asked without validators
        return answer

    async with Sandbox(1, reader="ingest.parse.article:read") as articles:
        yield Backfill(session, Robots(get, session.clock), articles, budget or Budget(), spacing, longest_wait)


async def begun(road: Road[Any], about: About) -> Walk | None:
    """A road's walk at its beginning, if the outlet may have that road."""
    walk: Walk | None = await road.begin(about)
    return None if walk is None else replace(walk, begun=about.scope.told)


def roads(wanted: Wanted) -> list[Road[Any]]:
    """The roads that are to be tried, in order of yield."""
    return [road() for road in ROADS if not wanted.routes or road.route in wanted.routes]


def _takers(feed: FeedRecord, wanted: Wanted, feeds: Sequence[FeedRecord]) -> list[FeedRecord]:
    """The feeds that outlet-wide routes may lead into."""
    chosen = wanted.feeds or (feed.feed_id,)
    return [each for each in feeds if not wanted.routes or each.feed_id in chosen]


def is_main(feed: FeedRecord, feeds: Sequence[FeedRecord]) -> bool:
    """Whether a feed takes what its outlet lists as a whole: the one with the shortest address; sections go below."""
    own = [each for each in feeds if each.outlet == feed.outlet and each.url]
    return min(own, key=lambda each: (len(each.url or ""), each.slug), default=feed).feed_id == feed.feed_id
