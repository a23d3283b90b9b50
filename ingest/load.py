"""Take local documents in, through the same line as live ones: read them, record them with the time they were seen."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeAlias

from ingest.errors import IngestError
from ingest.hints import Hints
from ingest.local.documents import LocalDocument, Unreadable
from ingest.pipeline import Reads
from storage import feeds, observations
from storage.archive import Archive, Writer
from storage.recording import record
from storage.records import Failed, FeedRecord, Fetch, Ingested, Outcome, Recorded, Route, Unchanged, Visit

IN_HAND = 64  # documents being read or written at the same time: bounds memory


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of one place. `failure` says why there is nothing."""

    place: str
    feed: str | None = None
    recorded: Recorded | None = None
    failure: str | None = None


@dataclass(slots=True)
class Loader:
    """Loads documents into one archive."""

    archive: Archive
    writer: Writer
    parser: Reads
    _feeds: dict[str, FeedRecord] = field(default_factory=dict)

    async def load(self, found: Iterable[LocalDocument | Unreadable], tell: Callable[[Loaded], None]) -> None:
        """Load everything; `tell` is called with each place, in order.

        Documents are read side by side and recorded in their order, which spares the archive work; many share a commit.
        """
        written: deque[asyncio.Future[Loaded]] = deque()
        async for task in _ahead(self._known_or_read(each) for each in found):
            written.append(asyncio.ensure_future(self._record(*await task)))
            if len(written) >= IN_HAND:
                tell(await written.popleft())
        while written:
            tell(await written.popleft())

    async def _known_or_read(self, found: LocalDocument | Unreadable) -> "_Read":
        if isinstance(found, Unreadable):
            return found, None
        return found, await self._outcome(found, await self._feed(found))

    async def _record(self, found: LocalDocument | Unreadable, outcome: Outcome | None) -> Loaded:
        if isinstance(found, Unreadable):
            return Loaded(found.place, failure=found.why)
        if outcome is None:
            return Loaded(found.place, found.feed_name, Recorded(0, "unchanged", known=True))
        recorded = await self.writer.do(lambda tx: record(tx, Visit(outcome)))
        failure = f"{outcome.reason}: {outcome.detail}" if isinstance(outcome, Failed) else None
        return Loaded(found.place, found.feed_name, recorded, failure)

    async def _feed(self, found: LocalDocument) -> FeedRecord:
        if found.feed_name not in self._feeds:
            made = await self.writer.do(lambda tx: feeds.ensure_feed(tx, found.outlet, found.feed, found.url))
            self._feeds[found.feed_name] = made
        return self._feeds[found.feed_name]

    async def _outcome(self, found: LocalDocument, feed: FeedRecord) -> Outcome | None:
        """What the document comes to; None if the archive has this very observation."""
        name = sha256(found.body).digest()
        with self.archive.read() as connection:
            known = observations.known(connection, feed.feed_id, found.fetched_at, name)
        url = found.url or f"file:{found.place}"
        fetch = Fetch(feed.feed_id, Route.LOAD, url, found.fetched_at, detail=found.assumed, is_page=found.is_page)
        match known:
            case observations.Known.OBSERVED:
                return None
            case observations.Known.READ:
                return Unchanged(fetch, name)
            case _:
                return await self._read(found, feed, fetch, name)

    async def _read(self, found: LocalDocument, feed: FeedRecord, fetch: Fetch, name: bytes) -> Outcome:
        hints = Hints(found.content_type, found.url or feed.url, feed.timezone, feed.language)
        try:
            reading = await self.parser.read(found.body, hints)
        except IngestError as failure:
            return Failed(fetch, failure.reason, failure.detail, found.body, found.content_type)
        return Ingested(fetch, found.body, name, reading, found.content_type)


_Read: TypeAlias = tuple[LocalDocument | Unreadable, Outcome | None]


async def _ahead(jobs: Iterator[Coroutine[None, None, _Read]]) -> AsyncIterator[asyncio.Task[_Read]]:
    """The jobs as tasks in their order, a bounded number of them begun before the first is done."""
    waiting: deque[asyncio.Task[_Read]] = deque()
    try:
        for job in jobs:
            waiting.append(asyncio.ensure_future(job))
            if len(waiting) >= IN_HAND:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
