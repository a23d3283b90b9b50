"""Ask for one page of the past and read it. Never conditional; of live requests it has but the configured manner."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from ingest.backfill.road import About, Ask, Page, Road
from ingest.clock import Clock
from ingest.document import Document
from ingest.errors import FetchError, IngestError
from ingest.hints import Hints
from ingest.pipeline import Line
from ingest.robots import Robots
from ingest.source import Request
from storage.records import Failed, Fetch, Ingested, Looked, Outcome, Reading, Reason, Route

Reads: TypeAlias = Callable[[bytes, Hints], Awaitable[Reading]]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a request: for the road, and for the archive."""

    page: Page
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks for one feed's past. `like` is the feed's live request. `spacing` is that of backfill."""

    line: Line
    like: Request
    robots: Robots
    spacing: timedelta

    @property
    def clock(self) -> Clock:
        """The clock of the line."""
        return self.line.clock

    async def ask(self, road: Road[Any], ask: Ask, about: About, read: Reads) -> Answered:
        """Ask once. A failure is an answer too; raises PostponedError if the host may not be asked now."""
        try:
            document = await self._document(road, ask, about)
        except FetchError as failure:
            return self._failed(ask, road.route, failure)
        if not road.is_feed(ask, document):
            listed = await asyncio.to_thread(road.listed, ask, document, about)
            looked = Looked(replace(document.fetch, detail=f"a list of {len(listed)} addresses"))
            return Answered(Page(ask, document, listed=listed, status=document.fetch.http_status), looked)
        return await self._read(ask, document, about, read)

    async def get(self, url: str, route: Route = Route.DISCOVERY) -> Document:
        """A document whatever it is: robots.txt."""
        answer = await self.line.web.fetch(self._request(Ask(url), route))
        assert isinstance(answer, Document)  # noqa: S101 - asked without validators
        return answer

    async def _document(self, road: Road[Any], ask: Ask, about: About) -> Document:
        answer = road.in_hand(ask) or await self._fetched(road, ask)
        answer = replace(answer, fetch=replace(answer.fetch, is_article=road.is_article(ask)))
        return await asyncio.to_thread(road.taken, ask, answer, about)

    async def _fetched(self, road: Road[Any], ask: Ask) -> Document:
        spacing = self.spacing
        if ask.obeys_robots:
            await self.robots.check(ask.url)
            spacing = max(spacing, await self.robots.delay(ask.url) or spacing)
        answer = await self.line.web.fetch(self._request(ask, road.route, spacing))
        assert isinstance(answer, Document)  # noqa: S101 - asked without validators
        return answer

    def _request(self, ask: Ask, route: Route, spacing: timedelta | None = None) -> Request:
        """The feed's own headers go to the feed's own origin."""
        is_home = urlsplit(ask.url)[:2] == urlsplit(self.like.url)[:2]
        return replace(
            self.like,
            url=ask.url,
            route=route,
            etag=None,
            last_modified=None,
            headers=self.like.headers if is_home else (),
            shown_url=None,
            spacing=max(spacing or self.spacing, ask.spacing or timedelta(0)),
            forced=False,
        )

    async def _read(self, ask: Ask, document: Document, about: About, read: Reads) -> Answered:
        feed, fetch = about.feed, document.fetch
        hints = Hints(document.content_type, document.url, feed.timezone, feed.language)
        page = Page(ask, document, status=fetch.http_status)
        try:
            reading = await read(document.body, hints)
        except IngestError as failure:
            failed = Failed(fetch, failure.reason, failure.detail, document.body, document.content_type)
            return Answered(replace(page, failure=failure.reason, detail=failure.detail), failed)
        name = sha256(document.body).digest()
        ingested = Ingested(fetch, document.body, name, reading, document.content_type)
        return Answered(replace(page, reading=reading), ingested)

    def _failed(self, ask: Ask, route: Route, failure: FetchError) -> Answered:
        shown = self._request(ask, route).safe_url
        fetch = failure.fetch or Fetch(self.like.feed_id, route, shown, self.clock.now())
        status, wait = fetch.http_status, failure.retry_after
        page = Page(ask, failure=failure.reason, status=status, detail=failure.detail, retry_after=wait)
        failed = Failed(fetch, failure.reason, failure.detail, failure.body, failure.content_type)
        return Answered(page, failed)


PUSHING_BACK = frozenset({Reason.RATE_LIMITED, Reason.BLOCKED})
PASSING = PUSHING_BACK | {
    *(Reason.DNS, Reason.CONNECT, Reason.TLS, Reason.TIMEOUT, Reason.HTTP_5XX, Reason.TRUNCATED, Reason.PROTOCOL),
    *(Reason.DECOMPRESSION, Reason.NO_BODY),
}


def is_pushed_back(page: Page) -> bool:
    """The host wants less of us."""
    return page.failure in PUSHING_BACK or (page.failure is not None and page.status in {403, 429, 503})


def may_pass(page: Page) -> bool:
    """A failure that another try may not meet."""
    unreachable_robots = page.failure is Reason.ROBOTS and page.retry_after is not None
    return page.failure in PASSING or unreachable_robots or is_pushed_back(page)
