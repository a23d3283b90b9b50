"""`chronik backfill`: get an outlet's past."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

from ingest.cli.coverage import (
    Count,
    past_json,
    past_lines,
    promise_json,
    promise_lines,
    repaired_json,
    repaired_lines,
)
from ingest.cli.frame import DONE, SOME_FAILED, Stop, print_error, printable
from ingest.cli.interrupt import run
from ingest.cli.progress import WIDE, Bar, Bars, bars
from storage.records import FeedRecord, Route

if TYPE_CHECKING:
    from ingest.backfill.promise import Promise
    from ingest.backfill.repair import Repaired
    from ingest.backfill.run import Backfill, Past, Wanted
    from ingest.backfill.walking import Rest, Step

ROUTES = (Route.RFC5005, Route.JSONFEED, Route.PAGES, Route.WORDPRESS, Route.SITEMAP, Route.WAYBACK)
MOST_OF_ROUTE, VERY_WIDE = 9, 140  # characters
SIDE_BY_SIDE = 8  # feeds; of one host one request at a time all the same


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    from ingest.cli.dates import DATES

    parser.add_argument("selector", nargs="*", metavar="SELECTOR", help="outlet, outlet/feed or a glob (orf/*)")
    parser.add_argument("--since", metavar="D", help=f"as far back as this: {DATES}")
    parser.add_argument("--until", metavar="D", help="nothing later, where a route can ask so")
    parser.add_argument(
        "--route",
        action="append",
        default=[],
        choices=[route.value for route in ROUTES],
        help="by this route only (may be given several times)",
    )
    parser.add_argument("--gaps", action="store_true", help="only what may have been missed between two polls")
    parser.add_argument("--pages", action="store_true", help="the articles' own pages too, where a sitemap names them")
    parser.add_argument("--dry-run", action="store_true", help="say what there is and how long it takes; store nothing")
    parser.add_argument("--max-requests", type=int, metavar="N", help="at most so many requests in all")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def main(args: argparse.Namespace) -> int:
    """Get the past. 1 if some route was cut short by trouble."""
    from ingest.cli.opening import chosen, opened_with_config
    from ingest.config import listing

    wanted = wanted_of(args)
    with opened_with_config(args) as (config, archive):
        archive.list_outlets(listing(config))
        feeds = chosen(archive, args.selector)
        wanted = replace(wanted, feeds=tuple(feed.feed_id for feed in feeds))
        told = Told(as_json=args.json, is_alone=len(feeds) == 1)
        run(_run(config, archive, feeds, wanted, told, args))
        archive.refresh()
    told.finish()
    return SOME_FAILED if told.failed else DONE


def wanted_of(args: argparse.Namespace) -> "Wanted":
    """What the options say is wanted. Raises Stop."""
    from ingest.backfill.road import Scope
    from ingest.backfill.run import Wanted
    from ingest.cli.dates import since, until

    now = datetime.now(UTC)
    if args.pages and not find_spec("trafilatura"):
        raise Stop("--pages takes trafilatura: pip install 'chronik[pages]'")
    if args.max_requests is not None and args.max_requests < 1:
        raise Stop("--max-requests: at least 1")
    scope = Scope(
        since(args.since, now) if args.since else None, until(args.until, now) if args.until else None, args.pages
    )
    if scope.since and scope.until and scope.since >= scope.until:
        raise Stop("--since lies after --until: nothing is between them")
    return Wanted(scope, tuple(route for route in ROUTES if route.value in args.route))


async def _run(
    config: Any, archive: Any, feeds: list[FeedRecord], wanted: "Wanted", told: "Told", args: argparse.Namespace
) -> None:
    from ingest.backfill.run import HeldError, backfill
    from ingest.backfill.walking import Budget
    from ingest.session import session

    act = act_of(args)
    places = asyncio.Semaphore(SIDE_BY_SIDE)
    with bars(quiet=args.json) as shown:
        told.bars = shown
        async with (
            session(config, archive, verb="backfill") as opened,
            backfill(opened, budget=Budget(args.max_requests)) as run,
        ):

            async def one(feed: FeedRecord) -> None:
                async with places:
                    try:
                        await act(run, feed, wanted, told, shown)
                    except HeldError as held:
                        told.held(feed, str(held))

            async with asyncio.TaskGroup() as group:
                for feed in feeds:
                    group.create_task(one(feed))


Act: TypeAlias = Callable[["Backfill", FeedRecord, "Wanted", "Told", Bars], Awaitable[None]]


def act_of(args: argparse.Namespace) -> Act:
    """What is to be done with each feed."""
    return _dry if args.dry_run else _repair if args.gaps else _get


async def _get(run: "Backfill", feed: FeedRecord, wanted: "Wanted", told: "Told", shown: Bars) -> None:
    with Progress(feed.name, shown, is_alone=told.is_alone) as progress:
        told.past(await run.get(feed, wanted, progress.tell), progress)


async def _repair(run: "Backfill", feed: FeedRecord, wanted: "Wanted", told: "Told", shown: Bars) -> None:
    from ingest.backfill.repair import repaired

    with Progress(feed.name, shown, is_alone=told.is_alone) as progress:
        told.repaired(await repaired(run, feed, wanted, progress.tell))


async def _dry(run: "Backfill", feed: FeedRecord, wanted: "Wanted", told: "Told", _shown: Bars) -> None:
    from ingest.backfill.promise import promises

    told.promised(feed, await promises(run, feed, wanted))


@dataclass(slots=True)
class Progress:
    """A bar for each route of a feed. Of several feeds that are in hand at once, each has but that of its last route:
    there is no room on a terminal for all.
    """

    feed: str
    bars: Bars
    is_alone: bool = True
    counts: dict[Route, Count] = field(default_factory=dict)
    _shown: dict[Route, Bar] = field(default_factory=dict)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_raised: object) -> None:
        if not self.is_alone:
            self._clear()

    def tell(self, told: "Step | Rest") -> None:
        """One request is done, or none is made for a while."""
        from ingest.backfill.walking import Rest

        if isinstance(told, Rest):
            self._bar(told.route).note(f"waits {told.lasting.total_seconds():.0f} s: {told.because}")
        else:
            self._step(told)

    def _step(self, step: "Step") -> None:
        count = self.counts.setdefault(step.route, Count())
        count.add(step)
        shown = self._bar(step.route)
        if step.left is not None:
            shown.expect(count.requests + step.left)
        shown.advance(noted(count, step.walk.reached, self.bars.width))

    def _bar(self, route: Route) -> Bar:
        if route not in self._shown:
            if not self.is_alone:
                self._clear()
            self._shown[route] = self.bars.bar(titled(self.feed, route, self.bars.width))
        return self._shown[route]

    def _clear(self) -> None:
        for shown in self._shown.values():
            shown.go()
        self._shown = {}


def titled(feed: str, route: Route, width: int) -> str:
    """What a bar is called on a terminal of so many columns.

    >>> titled("die-nachrichten/news", Route.PAGES, 80), titled("die-nachrichten/news", Route.PAGES, 60)
    ('…chten/news pages    ', 'pages    ')
    """
    name, room = f"{feed} {route.value:<9}", width - 59
    if len(name) <= room:
        return name
    return f"{route.value:<9}" if room < 2 * MOST_OF_ROUTE else f"…{name[1 - room :]}"


def noted(count: Count, reached: str | None, width: int) -> str:
    """How a route stands, on a terminal of so many columns.

    >>> noted(Count(new=3), "2024-03-01T00:00:00Z", 60), noted(Count(new=3), "2024-03-01T00:00:00Z", 160)
    ('+3 ~0 =0 2024-03', '3 new, 0 changed, 0 known, back to 2024-03-01')
    """
    if width >= VERY_WIDE:
        return f"{count}, back to {reached[:10]}" if reached else str(count)
    return f"{count.short} {reached[: 10 if width >= WIDE else 7]}" if reached else count.short


@dataclass(slots=True)
class Told:
    """What a run came to, said at its end: as lines, or as one JSON object."""

    as_json: bool
    is_alone: bool = True  # one feed, and no other in hand
    bars: Bars | None = None  # while there are any
    failed: int = 0
    feeds: list[dict[str, Any]] = field(default_factory=list)

    def held(self, feed: FeedRecord, why: str) -> None:
        """Another process is at it."""
        self.failed += 1
        self.feeds.append({"feed": feed.name, "held": why})
        print_error(why)

    def past(self, past: "Past", progress: Progress) -> None:
        """One feed's past."""
        self.failed += any(each.is_trouble for each in past.arrived.values()) or past.feed.url is None
        self.feeds.append(past_json(past, progress.counts))
        self._say(past_lines(past, progress.counts))

    def repaired(self, result: "Repaired") -> None:
        """One feed's gaps."""
        self.failed += result.still_open > 0
        self.feeds.append(repaired_json(result))
        self._say(repaired_lines(result))

    def promised(self, feed: FeedRecord, found: "list[Promise]") -> None:
        """What one feed's routes promise."""
        self.feeds.append({"feed": feed.name, "routes": [promise_json(each) for each in found]})
        self._say(promise_lines(feed, found))

    def finish(self) -> None:
        """The last word."""
        if self.as_json:
            feeds = sorted(self.feeds, key=lambda each: str(each["feed"]))
            print(json.dumps({"feeds": feeds, "failed": self.failed}, ensure_ascii=False))

    def _say(self, lines: list[str]) -> None:
        if not self.as_json and self.bars is not None:
            self.bars.say("\n".join(printable(line) for line in lines))
