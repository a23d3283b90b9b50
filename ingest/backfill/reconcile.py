"""Hold the archive against an outlet's own list of its latest news, and take in what it lacks.

A news sitemap lists the articles of the last two days (Google, "News sitemaps"), however many the feed shows: what
rolled out of the feed unseen, was dated back or never was in the feed is there. What the archive held before it was
looked at tells how complete polling is.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ingest.backfill.road import About, Page, Scope
from ingest.backfill.run import Backfill, Wanted, begun
from ingest.backfill.sitemap import Sitemap, SitemapWalk, on, sounds_like_news
from ingest.backfill.walking import Rest, Step
from ingest.errors import FetchError
from ingest.hosts import PostponedError
from storage import completeness
from storage.completeness import Held
from storage.recording import record
from storage.records import Entry, FeedRecord, Ingested, Outcome, Recorded, Route, Visit

LISTED = timedelta(days=2)
YOUNG = timedelta(hours=2)  # an entry may be so young without anybody having had the chance to see it


class NewsList(Sitemap):
    """Of all sitemaps the lists of news alone; of an index, the files that sound like one."""

    def after(self, walk: SitemapWalk, page: Page, about: About) -> SitemapWalk:
        walk = super().after(walk, page, about)
        if walk.ended is not None:
            return walk
        roots = set() if page.reading is not None else set(walk.roots)
        return on(
            replace(walk, queue=tuple(file for file in walk.queue if sounds_like_news(file[0]) or file[0] in roots))
        )


@dataclass(slots=True)
class _Tally:
    """Counts, before a list is recorded, which of its entries the archive holds."""

    run: Backfill
    feed: FeedRecord
    since: datetime
    until: datetime
    held: Held = field(default_factory=Held)

    async def keep(self, route: Route, outcome: Outcome, following: Callable[[Recorded], Any]) -> tuple[Any, Recorded]:
        if isinstance(outcome, Ingested):
            self.held += self._held(outcome.reading.entries)
        recorded = await self.run.session.writer.do(lambda tx: record(tx, Visit(outcome)))
        return following(recorded), recorded

    def _held(self, entries: Iterable[Entry]) -> Held:
        urls = {each.canonical_url for each in entries if each.canonical_url and self._counts(each)}
        with self.run.session.archive.read() as connection:
            held = completeness.held_urls(connection, self.feed.outlet, sorted(urls))
        return Held(len(urls), len(held), there=True)

    def _counts(self, entry: Entry) -> bool:
        at = entry.wording.published_at
        return at is not None and self.since < at < self.until


async def reconciled(run: Backfill, feed: FeedRecord) -> Held:
    """Look at the list of the feed's outlet, if it has one, and note what it told. Raises HeldError."""
    now = run.session.clock.now()
    with run.session.archive.read() as connection:
        first = completeness.watched_since(connection, feed.feed_id) or now
    tally = _Tally(run, feed, max(first, now - LISTED), now - YOUNG)
    about = run.about(feed, Wanted(Scope(since=now - LISTED), (Route.SITEMAP,)))
    async with run.held(feed, (Route.SITEMAP,)):
        with suppress(FetchError, PostponedError):  # robots.txt cannot be had: another day
            road = NewsList()
            walk: Any = await begun(road, about)
            if walk is not None:
                await run.walker(about, _unheard, tally.keep).go(road, walk, about)
    await run.session.writer.do(lambda tx: completeness.note(tx, feed, tally.held))
    return tally.held


def _unheard(_told: Step | Rest) -> None:
    return None
