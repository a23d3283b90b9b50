"""Read the stored documents again with today's parser and put right what it reads otherwise. Nothing is fetched."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ingest.errors import IngestError
from ingest.hints import Hints
from ingest.pipeline import Reads
from storage import rereading
from storage.archive import Archive, Writer
from storage.records import FeedRecord, Reading
from storage.rereading import Changes, Stored


@dataclass(slots=True)
class Report:
    """What reading again came to. `kinds`: entries by what changed in their wording."""

    documents: int = 0
    otherwise: int = 0
    unreadable: int = 0
    readable_now: int = 0
    entries_new: int = 0
    entries_gone: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, changes: Changes) -> None:
        """One feed more."""
        self.entries_new += changes.entries_new
        self.entries_gone += changes.entries_gone
        self.kinds.update(changes.kinds)


@dataclass(frozen=True, slots=True)
class Reparser:
    """Reads feeds again; `dry_run` changes nothing and says what would change.

    `articles` reads again what once was read as an article's page; None: such documents stay as they are.
    """

    archive: Archive
    writer: Writer
    parser: Reads
    dry_run: bool = False
    articles: Reads | None = None

    async def reparse(self, feeds: Sequence[FeedRecord], tell: Callable[[FeedRecord, Report], None]) -> Report:
        """All documents of these feeds, a feed at a time; `tell` is called after each."""
        report = Report()
        for feed in feeds:
            otherwise = [pair async for pair in self._otherwise(feed, report)]
            if otherwise:
                job = rereading.replacing(feed.feed_id, otherwise, dry_run=self.dry_run)
                report.add(await self.writer.do(job))
            tell(feed, report)
        return report

    async def _otherwise(self, feed: FeedRecord, report: Report) -> AsyncIterator[tuple[Stored, Reading]]:
        """Documents that today's parser reads otherwise than the archive has them, with that reading."""
        for stored in rereading.stored(self.archive, feed.feed_id):
            report.documents += 1
            said = await self._read(feed, stored)
            if said is None:
                report.unreadable += 1
            elif not stored.was_read:
                report.readable_now += 1
                yield stored, said
            elif rereading.differs(self.archive, stored, said):
                report.otherwise += 1
                yield stored, said

    async def _read(self, feed: FeedRecord, stored: Stored) -> Reading | None:
        hints = Hints(stored.content_type, stored.url, feed.timezone, feed.language)
        body = stored.body(self.archive)
        for reader in (self.parser, self.articles if stored.was_read else None):
            if reader is not None:
                with suppress(IngestError):
                    return await reader.read(body, hints)
        return None
