"""`chronik backfill`: get an outlet's past."""

import argparse
import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ingest.cli.frame import DONE, SOME_FAILED, Stop, print_error, printable
from ingest.cli.progress import Bar, Bars, bars
from storage.records import FeedRecord, Route

if TYPE_CHECKING:
    from ingest.backfill.promise import Promise
    from ingest.backfill.repair import Repaired
    from ingest.backfill.run import Backfill, Past, Wanted
    from ingest.backfill.walking import Arrived, Step

ROUTES = (Route.RFC5005, Route.JSONFEED, Route.PAGES, Route.WORDPRESS, Route.SITEMAP, Route.WAYBACK)
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

    wanted = _wanted(args)
    with opened_with_config(args) as (config, archive):
        archive.list_outlets(listing(config))
        feeds = chosen(archive, args.selector)
        told = Told(as_json=args.json)
        asyncio.run(_run(config, archive, feeds, wanted, told, args))
        archive.refresh_search()
    told.finish()
    return SOME_FAILED if told.failed else DONE


def _wanted(args: argparse.Namespace) -> "Wanted":
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

    act = _dry if args.dry_run else _repair if args.gaps else _get
    places = asyncio.Semaphore(SIDE_BY_SIDE)
    with bars(quiet=args.json) as shown:
        async with session(config, archive) as opened, backfill(opened, budget=Budget(args.max_requests)) as run:

            async def one(feed: FeedRecord) -> None:
                async with places:
                    try:
                        await act(run, feed, wanted, told, shown)
                    except HeldError as held:
                        told.held(feed, str(held))

            async with asyncio.TaskGroup() as group:
                for feed in feeds:
                    group.create_task(one(feed))


async def _get(run: "Backfill", feed: FeedRecord, wanted: "Wanted", told: "Told", shown: Bars) -> None:
    progress = Progress(feed.name, shown)
    told.past(await run.get(feed, wanted, progress.step), progress)


async def _repair(run: "Backfill", feed: FeedRecord, wanted: "Wanted", told: "Told", shown: Bars) -> None:
    from ingest.backfill.repair import repaired

    told.repaired(await repaired(run, feed, wanted, Progress(feed.name, shown).step))


async def _dry(run: "Backfill", feed: FeedRecord, wanted: "Wanted", told: "Told", _shown: Bars) -> None:
    from ingest.backfill.promise import promises

    told.promised(feed, await promises(run, feed, wanted))


@dataclass(slots=True)
class Count:
    """What one route brought in this run."""

    requests: int = 0
    new: int = 0
    known: int = 0
    changed: int = 0

    def add(self, step: "Step") -> None:
        """One request more."""
        self.requests += 1
        if (recorded := step.page.recorded) is not None:
            self.new += recorded.entries_new
            self.changed += recorded.entries_changed
            self.known += max(recorded.entries_seen - recorded.entries_new - recorded.entries_changed, 0)

    def __str__(self) -> str:
        return f"{self.new} new, {self.changed} changed, {self.known} known"


@dataclass(slots=True)
class Progress:
    """A bar for each route of a feed."""

    feed: str
    bars: Bars
    counts: dict[Route, Count] = field(default_factory=dict)
    _shown: dict[Route, Bar] = field(default_factory=dict)

    def step(self, step: "Step") -> None:
        """One request is done."""
        count = self.counts.setdefault(step.route, Count())
        count.add(step)
        shown = self._shown.get(step.route)
        if shown is None:
            shown = self._shown[step.route] = self.bars.bar(f"{self.feed} {step.route.value}")
        if step.left is not None:
            shown.expect(count.requests + step.left)
        reached = f", back to {step.walk.reached[:10]}" if step.walk.reached else ""
        shown.advance(f"{count}{reached}")


@dataclass(slots=True)
class Told:
    """What a run came to, said at its end: as lines, or as one JSON object."""

    as_json: bool
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
        self.feeds.append(_past_json(past, progress))
        self._say(past_lines(past, progress.counts))

    def repaired(self, result: "Repaired") -> None:
        """One feed's gaps."""
        self.failed += result.still_open > 0
        self.feeds.append(_repaired_json(result))
        self._say(repaired_lines(result))

    def promised(self, feed: FeedRecord, found: "list[Promise]") -> None:
        """What one feed's routes promise."""
        self.feeds.append({"feed": feed.name, "routes": [_promise_json(each) for each in found]})
        self._say(promise_lines(feed, found))

    def finish(self) -> None:
        """The last word."""
        if self.as_json:
            feeds = sorted(self.feeds, key=lambda each: str(each["feed"]))
            print(json.dumps({"feeds": feeds, "failed": self.failed}, ensure_ascii=False))

    def _say(self, lines: list[str]) -> None:
        if not self.as_json:
            print("\n".join(printable(line) for line in lines), flush=True)


# --- a feed's past ----------------------------------------------------------------------------------------------------

CHART = 30  # characters
MOST_MONTHS = 36  # lines; beyond, years


def past_lines(past: "Past", counts: dict[Route, Count]) -> list[str]:
    """How each route stands, entries by month before and after, and what is still missing."""
    if past.feed.url is None:
        return [f"{past.feed.name}: it has no URL, and none was found from its homepage"]
    lines = [past.feed.name]
    for route, arrived in past.arrived.items():
        count = counts.get(route, Count())
        reached = f"; back to {arrived.walk.reached[:10]}" if arrived.walk.reached else ""
        brought = f"{count}; {count.requests} requests{reached}" if count.requests else "nothing asked"
        lines.append(f"  {route.value:<9} {arrived.state.value:<11} {brought} ({arrived.because})")
    return [*lines, *(f"  {line}" for line in chart(past.before, past.after)), *(f"  {m}" for m in missing(past))]


def chart(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Entries by month (by year where there are many): what was had, and what came to it.

    >>> chart({"2026-03": 2}, {"2026-03": 4, "2026-02": 1})[1]
    '2026-03       2 ->      4  ###############+++++++++++++++'
    >>> chart({"2026-03": 9, "2026-02": 7}, {"2026-03": 9, "2026-02": 7})[0]
    '2026-02       7 ->      7  ########################'
    """
    if sum(1 for month in after if month) > MOST_MONTHS:
        before, after = _by_year(before), _by_year(after)
    most = max(after.values(), default=0)
    lines = []
    for month in sorted(after, key=lambda month: month or "~"):
        had, has = before.get(month, 0), after[month]
        width = -(-has * CHART // most)
        old = min(width * had // has, width)
        bar = "#" * old + "+" * (width - old)
        lines.append(f"{month or 'no date':<7} {had:>7} -> {has:>6}  {bar}")
    return lines


def _by_year(months: dict[str, int]) -> dict[str, int]:
    years: Counter[str] = Counter()
    for month, entries in months.items():
        years[month[:4]] += entries
    return dict(years)


def missing(past: "Past") -> list[str]:
    """What is still missing, and why."""
    lines = [
        f"{route.value} was cut short: {arrived.because}"
        for route, arrived in past.arrived.items()
        if arrived.state.value == "stopped" and not arrived.is_enough
    ]
    lines += [
        f"{route.value} is not whole: {arrived.because}"
        for route, arrived in past.arrived.items()
        if arrived.walk.offered and not arrived.walk.whole and arrived.walk.ended is not None
    ]
    lines += [
        f"{route.value} counts {arrived.walk.entries} entries, the archive has {sum(past.after.values())}"
        for route, arrived in past.arrived.items()
        if arrived.walk.entries is not None and arrived.walk.entries > sum(past.after.values())
    ]
    if empty := _empty_months(past.after):
        lines.append(f"no entries at all in {', '.join(empty[:6])}" + (" …" if len(empty) > 6 else ""))
    if past.arrived and not any(arrived.walk.offered for arrived in past.arrived.values()):
        lines.append("no route leads into its past: what its window does not show can only come from files (load)")
    return [f"missing: {line}" for line in lines]


def _empty_months(months: dict[str, int]) -> list[str]:
    named = sorted(month for month in months if month)
    if not named:
        return []
    first, last = _index(named[0]), _index(named[-1])
    return [
        f"{n // 12:04}-{n % 12 + 1:02}" for n in range(first, last) if f"{n // 12:04}-{n % 12 + 1:02}" not in months
    ]


def _index(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _past_json(past: "Past", progress: Progress) -> dict[str, Any]:
    return {
        "feed": past.feed.name,
        "routes": [
            _route_json(route, arrived, progress.counts.get(route, Count())) for route, arrived in past.arrived.items()
        ],
        "months_before": past.before,
        "months_after": past.after,
        "missing": [line.removeprefix("missing: ") for line in missing(past)],
    }


def _route_json(route: Route, arrived: "Arrived", count: Count) -> dict[str, Any]:
    return {
        "route": route.value,
        "state": arrived.state.value,
        "because": arrived.because,
        "requests": count.requests,
        "entries_new": count.new,
        "entries_changed": count.changed,
        "entries_known": count.known,
        "reached": arrived.walk.reached,
        "entries_promised": arrived.walk.entries,
    }


# --- gaps and promises ------------------------------------------------------------------------------------------------


def repaired_lines(result: "Repaired") -> list[str]:
    """What became of a feed's gaps."""
    if not (result.closed or result.unclosable or result.still_open):
        return [f"{result.feed.name}: no open gap"]
    parts = [
        f"{number} {what}"
        for number, what in (
            (result.closed, "closed"),
            (result.unclosable, "unclosable: nobody has it any more"),
            (result.still_open, "still open"),
        )
        if number
    ]
    lines = [f"{result.feed.name}: gaps: {', '.join(parts)}; {result.recovered} entries recovered"]
    return lines + [f"  {route.value:<9} {because}" for route, because in result.because]


def _repaired_json(result: "Repaired") -> dict[str, Any]:
    return {
        "feed": result.feed.name,
        "closed": result.closed,
        "unclosable": result.unclosable,
        "still_open": result.still_open,
        "entries_recovered": result.recovered,
        "routes": [{"route": route.value, "because": because} for route, because in result.because],
    }


def promise_lines(feed: FeedRecord, found: "list[Promise]") -> list[str]:
    """What each route promises."""
    return [feed.name, *(f"  {each.route.value:<9} {_promised(each)}" for each in found)]


def _promised(each: "Promise") -> str:
    if not each.offered:
        return f"not offered ({each.because})"
    pages = "as many requests as it takes" if each.pages is None else f"{each.pages} requests at most"
    parts = [pages, *([f"{each.entries} entries"] if each.entries is not None else [])]
    parts += [f"{_duration(each.lasting)} at the polite rate"] if each.lasting is not None else []
    return "offered: " + ", ".join(parts)


def _duration(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{max(minutes, 1)} min"


def _promise_json(each: "Promise") -> dict[str, Any]:
    return {
        "route": each.route.value,
        "offered": each.offered,
        "because": each.because,
        "requests": each.pages,
        "entries": each.entries,
        "seconds": None if each.lasting is None else round(each.lasting.total_seconds()),
    }
