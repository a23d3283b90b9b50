"""What the past would cost and give, told before it is asked for: at most a few requests a route, nothing stored."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ingest.backfill.pages import PagesWalk
from ingest.backfill.road import About, Road, Walk
from ingest.backfill.run import Backfill, Wanted, begun, roads
from ingest.backfill.walking import Budget
from ingest.document import Document
from ingest.errors import IngestError
from ingest.hints import Hints
from ingest.hosts import PostponedError
from storage.past import SAMPLE, Signs
from storage.records import FeedRecord, Route

LOOKS = 10  # requests a route: a sitemap may be at seven places


@dataclass(frozen=True, slots=True)
class Promise:
    """Whether a route is offered, with `because`; what it holds and how long that takes at the polite rate.

    None: it does not say, or could not be asked.
    """

    route: Route
    offered: bool | None
    because: str
    pages: int | None = None
    entries: int | None = None
    lasting: timedelta | None = None


async def promises(run: Backfill, feed: FeedRecord, wanted: Wanted) -> list[Promise]:
    """What each route promises. Nothing is recorded."""
    about = await _glanced(run, run.about(feed, wanted))
    found = [await _looked(run, road, about) for road in roads(wanted)]
    total = next((each.entries for each, _ in found if each.entries), None)
    return [_estimated(promise, walk, total, run.spacing) for promise, walk in found]


async def _glanced(run: Backfill, about: About) -> About:
    """About a feed that was never polled: what its document tells just now, as that tells which roads there are."""
    if about.feed.last_success_at is not None:
        return about
    line, feed = run.session.line, about.feed
    try:
        document = await line.web.fetch(line.request(feed))
        assert isinstance(document, Document)  # noqa: S101 - asked without validators
        hints = Hints(document.content_type, document.url, feed.timezone, feed.language)
        reading = await line.parser.read(document.body, hints)
    except (IngestError, PostponedError):
        return about
    guids = tuple(each.guid for each in reading.entries if each.guid)
    head, headers = reading.head, dict(document.fetch.response_headers)
    signs = Signs(head.format, head.link, json.loads(head.hints or "{}"), headers, about.signs.urls, guids[:SAMPLE])
    return replace(about, signs=signs)


async def _looked(run: Backfill, road: Road[Any], about: About) -> tuple[Promise, Walk]:
    walk = await begun(road, about)
    if walk is None:
        return Promise(road.route, False, road.lacking(about)), Walk()
    looker = replace(run.looker(about), budget=Budget(LOOKS), until_offered=True)
    arrived = await looker.go(road, walk, about)
    found: Walk = arrived.walk
    if not found.offered:
        return Promise(road.route, None if arrived.is_trouble else False, arrived.because), found
    left = 0 if found.ended else road.left(found)
    pages = None if left is None else found.asked + left
    ask = None if found.ended else road.asks(found, about)
    spacing = max(run.spacing, (ask.spacing if ask else None) or timedelta(0))
    lasting = None if pages is None else spacing * pages
    return Promise(road.route, True, found.ended or "", pages, found.entries, lasting), found


def _estimated(promise: Promise, walk: Walk, total: int | None, spacing: timedelta) -> Promise:
    """Numbered pages say nothing of how many there are; where the REST API counts the posts, that can be told."""
    if not isinstance(walk, PagesWalk) or not promise.offered or total is None or not walk.first:
        return promise
    pages = -(-total // len(walk.first))
    return replace(promise, pages=pages, entries=total, lasting=spacing * pages)
