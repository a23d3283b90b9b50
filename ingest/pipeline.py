"""The straight line: ask, read, record. The one place where a feed's failure is caught."""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Protocol, TypeVar

from ingest.clock import Clock
from ingest.config import Config, Defaults
from ingest.document import Answer, Asks, Document, NotModifiedAnswer
from ingest.errors import FetchError, IngestError
from ingest.hints import Hints
from ingest.homepage import look
from ingest.hosts import PostponedError
from ingest.schedule import Bounds, Memory, Signals, standing, wants_conditional
from ingest.source import Request
from storage import feeds, homepages
from storage.confirming import Recording
from storage.recording import record
from storage.records import (
    Failed,
    FeedRecord,
    Fetch,
    Ingested,
    NotModified,
    Outcome,
    Reading,
    Reason,
    Recorded,
    Route,
    Standing,
    Unchanged,
    Visit,
)
from storage.sources import Last, Lasting, Outdated
from storage.transaction import Tx
from storage.trouble import trouble_of

log = logging.getLogger(__name__)

NO_FEED_THERE = {Reason.NOT_A_FEED, Reason.HTTP_4XX, Reason.GONE}
UNANSWERED = {Reason.DNS, Reason.CONNECT, Reason.TLS, Reason.TIMEOUT, Reason.BUG}
LOOK_AGAIN = timedelta(hours=1)
LARGE = 1024 * 1024  # bytes of a document; its entries weigh many times as much
MANY = 500  # entries; going through more would hold up others
T = TypeVar("T")


class Reads(Protocol):
    """ingest.parse.sandbox.Sandbox, or what stands for it in a test."""

    async def read(self, body: bytes, hints: Hints) -> Reading: ...


class Writes(Protocol):
    """storage.archive.Writer."""

    async def do(self, job: Callable[[Tx], T]) -> T: ...


@dataclass(frozen=True, slots=True)
class Visited:
    """One visit and what came of it; `outcome` None: the host may not be asked before `postponed_until`.

    `before`: the visit that failed, where the feed was then found elsewhere, by its outlet's homepage.
    """

    feed: FeedRecord
    outcome: Outcome | None
    recorded: Recorded | None = None
    postponed_until: datetime | None = None
    before: "Visited | None" = None

    @property
    def all(self) -> "tuple[Visited, ...]":
        """One for each feed that was visited: one that was found instead comes with the visit that failed."""
        failed = self.before
        return (self,) if failed is None or failed.feed.feed_id == self.feed.feed_id else (failed, self)


@dataclass(frozen=True, slots=True)
class Line:
    """Everything that one visit needs."""

    web: Asks
    parser: Reads
    archive: Writes
    clock: Clock
    config: Config
    forced: bool = False
    price: Callable[[FeedRecord], timedelta] = lambda _feed: Bounds().price  # see Bounds
    is_listed: Callable[[FeedRecord], bool] = lambda _feed: False  # a list of its outlet's latest news is looked at
    leapt: Callable[[datetime | None], timedelta] = lambda _since: timedelta(0)  # how far the clock was set forward
    large: asyncio.Lock = field(default_factory=asyncio.Lock)  # one large document at a time, from parser to commit

    async def visit(self, feed: FeedRecord) -> Visited:
        """Ask for a feed, read it, record it and when it is due again. Never raises for what one feed does."""
        try:
            if feed.url is None:
                return await self._found_first(feed)
            visited = await self._visited(feed)
            instead = await self._instead(visited)
            return visited if instead is None else replace(instead, before=visited)
        except PostponedError as postponed:
            until, because = postponed.until, str(postponed)
            await self.archive.do(lambda tx: feeds.postpone(tx, feed.feed_id, until, because))
            return Visited(feed, None, postponed_until=until)

    async def _visited(self, feed: FeedRecord) -> Visited:
        async with AsyncExitStack() as held:
            outcome, told = await self._outcome(feed, held)
            try:
                return Visited(feed, outcome, await self._recorded(outcome, told))
            except Outdated:
                outcome, told = await self._read_whole(feed, outcome, told)
                return Visited(feed, outcome, await self._recorded(outcome, told))
            except Exception as bug:
                if trouble_of(bug) is not None:  # the archive's, not the feed's
                    raise
                log.exception("a bug, met when %s was recorded", feed.name, extra={"feed": feed.name})
                outcome, told = _unrecordable(outcome, bug)
                return Visited(feed, outcome, await self._recorded(outcome, told))

    async def _recorded(self, outcome: Outcome, told: Signals) -> Recorded:
        return await self.archive.do(Recording(Visit(outcome, partial(self._standing, told))))

    async def take(self, feed: FeedRecord, document: Document) -> Visited:
        """Read and record what came without our asking. When the feed is due stays as it is."""
        async with AsyncExitStack() as held:
            if len(document.body) > LARGE:
                await held.enter_async_context(self.large)
            outcome, _ = await self._read(feed, document, sha256(document.body).digest(), Signals(), whole=True)
            return Visited(feed, outcome, await self.archive.do(lambda tx: record(tx, Visit(outcome))))

    def _standing(self, told: Signals, feed: FeedRecord, recorded: Recorded) -> Standing:
        manner = self.config.manner(feed.name)
        bounds = Bounds(manner.min_interval, manner.max_interval, self.price(feed))
        told = replace(told, repairable=True) if self.is_listed(feed) else told
        told = replace(told, leapt=self.leapt(feed.last_success_at))
        return standing(feed, recorded, told, bounds, self.clock.now())

    async def _outcome(self, feed: FeedRecord, held: AsyncExitStack) -> tuple[Outcome, Signals]:
        request = self.request(feed)
        try:
            answer = await self.web.fetch(request)
            return await self._taken(feed, answer, request, held)
        except FetchError as failure:
            return self._failed(request, failure)
        except PostponedError:
            raise
        except Exception as bug:
            # Not recorded, it would leave the feed due and asked again at once, for ever.
            log.exception("a bug, met at %s", feed.name)
            return self._failed(request, IngestError(Reason.BUG, f"{type(bug).__name__}: {bug}"))

    def request(self, feed: FeedRecord) -> Request:
        """What to ask for: the feed now."""
        manner = self.config.manner(feed.name)
        listed = self.config.feed(feed.name)
        url = listed.url if listed is not None and feed.url == listed.url_template else feed.url
        conditional = wants_conditional(Memory.of(feed.memory)) and feed.newest_sha256 is not None
        return _request(feed, url or "", manner, forced=self.forced, conditional=conditional)

    async def _taken(
        self, feed: FeedRecord, answer: Answer, request: Request, held: AsyncExitStack
    ) -> tuple[Outcome, Signals]:
        told = Signals(
            fresh_for=answer.freshness.fresh_for,
            etag=answer.etag,
            last_modified=answer.last_modified,
            permanent_url=answer.permanent_url,
            conditional=request.etag is not None or request.last_modified is not None,
        )
        if isinstance(answer, NotModifiedAnswer):
            return NotModified(answer.fetch), replace(told, not_modified=True)
        name = sha256(answer.body).digest()
        if name == feed.newest_sha256:
            return Unchanged(answer.fetch, name), told
        if len(answer.body) > LARGE:
            await held.enter_async_context(self.large)
        return await self._read(feed, answer, name, told)

    async def _read(
        self, feed: FeedRecord, document: Document, name: bytes, told: Signals, *, whole: bool = False
    ) -> tuple[Outcome, Signals]:
        is_known = feed.newest_sha256 is not None and not whole
        last = await self.archive.do(Lasting(feed.feed_id)) if is_known else Last()
        hints = Hints(document.content_type, document.url, feed.timezone, feed.language, last.sources)
        try:
            reading = await self.parser.read(document.body, hints)
        except IngestError as failure:
            failed = Failed(document.fetch, failure.reason, failure.detail, document.body, document.content_type)
            return failed, Signals(failed=failure.reason, detail=failure.detail)
        many = len(reading.entries) > MANY
        published = await asyncio.to_thread(_published, reading) if many else _published(reading)
        published += last.dates(reading)
        told = replace(told, hints=json.loads(reading.head.hints or "{}"), published=published)
        return Ingested(document.fetch, document.body, name, reading, document.content_type), told

    async def _read_whole(self, feed: FeedRecord, outcome: Outcome, told: Signals) -> tuple[Outcome, Signals]:
        """Read what was read against a document that another process has put a newer one beside."""
        assert isinstance(outcome, Ingested)  # noqa: S101 - nothing else is held against one
        url = outcome.fetch.final_url or self.request(feed).url
        document = Document(outcome.fetch, outcome.body, url, outcome.content_type)
        return await self._read(feed, document, outcome.sha256, told, whole=True)

    def _failed(self, request: Request, failure: IngestError) -> tuple[Outcome, Signals]:
        fetch = getattr(failure, "fetch", None) or Fetch(
            request.feed_id, request.route, request.safe_url, self.clock.now()
        )
        body = getattr(failure, "body", None)
        content_type = getattr(failure, "content_type", None)
        retry_after: timedelta | None = getattr(failure, "retry_after", None)
        told = Signals(failure.reason, failure.detail, http_status=fetch.http_status, retry_after=retry_after)
        return Failed(fetch, failure.reason, failure.detail, body, content_type), told

    # --- a feed that is not known yet, or never was one -----------------------------------------------------------

    async def _instead(self, visited: Visited) -> Visited | None:
        """A visit of the feed that the outlet's homepage names, where no feed of the outlet ever gave a document."""
        feed, outcome = visited.feed, visited.outcome
        if feed.homepage is None or feed.last_success_at is not None:
            return None
        if not isinstance(outcome, Failed) or outcome.reason not in NO_FEED_THERE:
            return None
        try:
            found, _ = await self._looked(feed)
            return None if found is None else await self._visited(found)
        except PostponedError:  # a later failure finds it; this one is recorded, and stays what is told
            return None

    async def _found_first(self, feed: FeedRecord) -> Visited:
        """A visit of a feed that has no address yet."""
        found, failed = await self._looked(feed) if feed.homepage else (None, None)
        return await self._without_url(feed, failed) if found is None else await self._visited(found)

    async def _looked(self, feed: FeedRecord) -> tuple[FeedRecord | None, Failed | None]:
        """The feed that its outlet's homepage names, if it is to be looked at now; else why there is none."""
        if not await self.archive.do(lambda tx: homepages.begin_look(tx, feed.feed_id, forced=self.forced)):
            return None, None
        request = replace(_request(feed, feed.homepage or "", self.config.manner(feed.name)), route=Route.DISCOVERY)
        request = replace(request, shown_url=None)
        try:
            seen = await look(request, self.web, self.clock.now())
        except PostponedError as postponed:
            until = postponed.until
            await self.archive.do(lambda tx: homepages.put_off_look(tx, feed.feed_id, until))
            raise

        def write(tx: Tx) -> FeedRecord | None:
            if isinstance(seen.outcome, Failed) and seen.outcome.reason in UNANSWERED:
                homepages.put_off_look(tx, feed.feed_id, tx.now + LOOK_AGAIN)
            found = None if seen.url is None else homepages.take_found(tx, feed, seen.url)
            of = found or feed
            record(tx, Visit(replace(seen.outcome, fetch=replace(seen.outcome.fetch, feed_id=of.feed_id))))
            return found

        found = await self.archive.do(write)
        return found, seen.outcome if isinstance(seen.outcome, Failed) else None

    async def _without_url(self, feed: FeedRecord, failed: Failed | None) -> Visited:
        """No feed was found, today or at the last look."""
        now = self.clock.now()
        error = f"{failed.reason}: {failed.detail}" if failed else feed.last_error
        error = error or f"{Reason.NOT_A_FEED}: no URL is listed and no homepage"
        await self.archive.do(lambda tx: homepages.note_not_found(tx, feed.feed_id, error, now + LOOK_AGAIN))
        reason, _, detail = error.partition(": ")
        fetch = failed.fetch if failed else Fetch(feed.feed_id, Route.DISCOVERY, feed.homepage or "", now)
        return Visited(feed, Failed(fetch, Reason(reason), detail))


def _request(
    feed: FeedRecord, url: str, manner: Defaults, *, forced: bool = False, conditional: bool = False
) -> Request:
    return Request(
        url=url,
        feed_id=feed.feed_id,
        etag=feed.etag if conditional else None,
        last_modified=feed.last_modified if conditional else None,
        headers=manner.headers,
        max_bytes=manner.max_bytes,
        timeout=manner.timeout,
        shown_url=feed.url,
        secrets=manner.secrets,
        spacing=manner.spacing,
        forced=forced,
    )


def _published(reading: Reading) -> tuple[datetime, ...]:
    dates = (entry.wording.published_at for entry in reading.entries)
    return tuple(at.replace(microsecond=0) for at in dates if at is not None)


def _unrecordable(outcome: Outcome, bug: Exception) -> tuple[Outcome, Signals]:
    """What came is kept as far as it can be: a later release may make sense of it."""
    detail = f"it could not be recorded: {type(bug).__name__}: {bug}"[:500]
    body, content_type = getattr(outcome, "body", None), getattr(outcome, "content_type", None)
    return Failed(outcome.fetch, Reason.BUG, detail, body, content_type), Signals(Reason.BUG, detail)
