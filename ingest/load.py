"""Take local documents in, through the same line as live ones: read them, record them with the time they were seen."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Generic, TypeAlias, TypeVar

from ingest.errors import IngestError
from ingest.hints import Hints
from ingest.local.documents import LocalDocument, Unreadable
from ingest.pipeline import Reads
from storage import feeds, observations
from storage.archive import Archive, Writer
from storage.recording import record
from storage.records import (
    Failed,
    FeedRecord,
    Fetch,
    Ingested,
    Outcome,
    Reading,
    Reason,
    Recorded,
    Route,
    Unchanged,
    Visit,
)
from storage.sources import Outdated
from storage.trouble import trouble_of

log = logging.getLogger(__name__)

IN_HAND = 64  # documents being read, and as many being written, at the same time
BYTES_IN_HAND = 32 * 1024 * 1024  # of their bodies, or one document: what is read of them weighs a few times as much


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
    articles: Reads | None = None  # reads what is the page of one entry
    _feeds: dict[str, FeedRecord] = field(default_factory=dict)
    _series: "dict[str, _Series]" = field(default_factory=dict)

    async def load(self, found: Iterable[LocalDocument | Unreadable], tell: Callable[[Loaded], None]) -> None:
        """Load everything; `tell` is called with each place, in order.

        Documents are read side by side and recorded in their order, which spares the archive work; many share a commit.
        """
        written: Hand[Loaded] = Hand()
        async for task, size in self._ahead(found):
            written.put(asyncio.ensure_future(self._record(*await task)), size)
            while written.is_full:
                tell(await written.take()[0])
        while written:
            tell(await written.take()[0])

    async def _ahead(
        self, found: Iterable[LocalDocument | Unreadable]
    ) -> "AsyncIterator[tuple[asyncio.Task[_Read], int]]":
        """Reading each, as tasks in their order with the size of the body; some are begun before the first is done."""
        begun: Hand[_Read] = Hand()
        try:
            for each in found:
                size = len(each.body) if isinstance(each, LocalDocument) else 0
                begun.put(asyncio.ensure_future(self._known_or_read(each)), size)
                while begun.is_full:
                    yield begun.take()
            while begun:
                yield begun.take()
        finally:
            begun.drop()

    async def _known_or_read(self, found: LocalDocument | Unreadable) -> "_Read":
        if isinstance(found, Unreadable):
            return found, None
        return found, await self._outcome(found, await self._feed(found))

    async def _record(self, found: LocalDocument | Unreadable, outcome: Outcome | None) -> Loaded:
        if isinstance(found, Unreadable):
            return Loaded(found.place, failure=found.why)
        if outcome is None:
            return Loaded(found.place, found.feed_name, Recorded(0, "unchanged", known=True))
        try:
            recorded = await self._recorded(outcome)
        except Outdated:  # what it was read against could not be recorded
            outcome = await self._read(found, self._feeds[found.feed_name], outcome.fetch, _Series())
            recorded = await self._recorded(outcome)
        except Exception as bug:
            if trouble_of(bug) is not None:  # the archive's, not the document's
                raise
            log.exception("a bug, met when %s was recorded", found.place)
            outcome = _unrecordable(outcome, bug)
            recorded = await self._recorded(outcome)
        failure = f"{outcome.reason}: {outcome.detail}" if isinstance(outcome, Failed) else None
        return Loaded(found.place, found.feed_name, recorded, failure)

    async def _recorded(self, outcome: Outcome) -> Recorded:
        return await self.writer.do(lambda tx: record(tx, Visit(outcome)))

    async def _feed(self, found: LocalDocument) -> FeedRecord:
        if found.feed_name not in self._feeds:
            url = None if found.is_article else found.url
            made = await self.writer.do(lambda tx: feeds.ensure_feed(tx, found.outlet, found.feed, url))
            self._feeds[found.feed_name] = made
        return self._feeds[found.feed_name]

    async def _outcome(self, found: LocalDocument, feed: FeedRecord) -> Outcome | None:
        """What the document comes to; None if the archive has this very observation."""
        name = sha256(found.body).digest()
        with self.archive.read() as connection:
            known = observations.known(connection, feed.feed_id, found.fetched_at, name)
        url = found.url or f"file:{found.place}"
        fetch = Fetch(feed.feed_id, Route.LOAD, url, found.fetched_at, detail=found.assumed)
        fetch = replace(fetch, is_page=found.is_page, is_article=found.is_article)
        match known:
            case observations.Known.OBSERVED:
                return None
            case observations.Known.READ:
                return Unchanged(fetch, name)
            case _:
                series = self._series.setdefault(found.feed_name, _Series())
                async with series.turn if series.repeats else contextlib.nullcontext():
                    return await self._read(found, feed, fetch, series)

    async def _read(self, found: LocalDocument, feed: FeedRecord, fetch: Fetch, series: "_Series") -> Outcome:
        beside, known = series.last
        hints = Hints(found.content_type, found.url or feed.url, feed.timezone, feed.language, known)
        try:
            reader = self.articles if found.is_article and self.articles else self.parser
            reading = await reader.read(found.body, hints)
        except IngestError as failure:
            return Failed(fetch, failure.reason, failure.detail, found.body, found.content_type)
        name = sha256(found.body).digest()
        series.goes_on(name, reading)
        return Ingested(fetch, found.body, name, reading, found.content_type, beside)


@dataclass(slots=True)
class _Series:
    """Documents of one feed, each of which is read against the one before it: what that had is not read again.

    So they take turns, unless they turn out to repeat nothing, as pages of the past do.
    """

    last: tuple[bytes, bytes] = (b"", b"")  # the sha256 of the document, and what its entries were read from
    repeats: bool = True
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def goes_on(self, name: bytes, reading: Reading) -> None:
        """This one was read."""
        self.repeats = bool(reading.sources) and (not self.last[1] or bool(reading.against))
        self.last = name, reading.sources


_Read: TypeAlias = tuple[LocalDocument | Unreadable, Outcome | None]
T = TypeVar("T")


def _unrecordable(outcome: Outcome, bug: Exception) -> Failed:
    """What came is kept: a later release may make sense of it."""
    detail = f"it could not be recorded: {type(bug).__name__}: {bug}"[:500]
    body, content_type = getattr(outcome, "body", None), getattr(outcome, "content_type", None)
    return Failed(outcome.fetch, Reason.BUG, detail, body, content_type)


@dataclass(slots=True)
class Hand(Generic[T]):
    """Tasks in their order, as many as fit: bounds memory. One fits in any case."""

    _tasks: deque[tuple[asyncio.Task[T], int]] = field(default_factory=deque)
    _bytes: int = 0

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def is_full(self) -> bool:
        """The first has to go before another comes."""
        return len(self._tasks) >= IN_HAND or (len(self._tasks) > 1 and self._bytes >= BYTES_IN_HAND)

    def put(self, task: asyncio.Task[T], size: int) -> None:
        """The last in order; `size` in bytes."""
        self._tasks.append((task, size))
        self._bytes += size

    def take(self) -> tuple[asyncio.Task[T], int]:
        """The first in order, and its size."""
        task, size = self._tasks.popleft()
        self._bytes -= size
        return task, size

    def drop(self) -> None:
        """Cancel what is left."""
        for task, _ in self._tasks:
            task.cancel()
