"""chronik status: how the feeds stand, and what to do about those that fail."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import ceil

from ingest.attention import needs_person
from ingest.cli.frame import DONE, SOME_FAILED, Stop, printable
from ingest.cli.grid import Cell, Look, cut_to, fits, lines
from ingest.cli.settings import archive_location
from ingest.cli.tables import json_text, look_of
from ingest.remedies import remedy_of
from storage.completeness import Compared, compared
from storage.errors import ArchiveError
from storage.feed_health import FeedTold, daily, discovered, feed_health
from storage.pollers import PollerTold, pollers
from storage.reading import reading

DAYS = 14
LATELY = timedelta(days=7)
CLOCK_TOLD = 2  # seconds that a machine's clock may be off without being told of
COLUMNS = ("feed", "state", "ok ago", "new ago", "due in", "fails", "entries", "gaps", f"{DAYS} days", "why then")
_BARS = "▁▂▃▄▅▆▇█"
_COLOURS = {"ok": "32", "new": "36", "failing": "33", "gone": "31", "unlisted": "2"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument(
        "selector", nargs="*", metavar="SELECTOR", help="outlet, outlet/feed or a glob; none: all feeds"
    )
    parser.add_argument("--json", action="store_true", help="all of it as one JSON object")
    parser.add_argument("--check", action="store_true", help="exit 1 if a feed needs a person")


def main(args: argparse.Namespace) -> int:
    """Look and print."""
    now = datetime.now(UTC)
    told = _asked(args, now)
    feeds = told.feeds
    troubles = {feed.feed: why for feed in feeds if (why := needs_person(feed, now)) is not None}
    if args.json:
        print(json_text(_as_json(told, troubles), indent=1))
    else:
        for line in shown(told, troubles, now, look_of(sys.stdout)):
            print(line)
    return SOME_FAILED if args.check and troubles else DONE


@dataclass(frozen=True, slots=True)
class Told:
    """The feeds; by feed, what was found on homepages, new entries a day, oldest first, and what outlets list."""

    feeds: list[FeedTold]
    found: dict[str, str]
    daily: dict[str, list[int]]
    compared: dict[str, Compared] = field(default_factory=dict)
    pollers: list[PollerTold] = field(default_factory=list)


def _asked(args: argparse.Namespace, now: datetime) -> Told:
    try:
        with reading(archive_location(args)) as reader:
            feeds = feed_health(reader, args.selector)
            told = Told(
                feeds,
                discovered(reader, args.selector),
                daily(reader, now, DAYS),
                compared(reader, LATELY, now),
                pollers(reader),
            )
    except ArchiveError as error:
        raise Stop(str(error)) from error
    if args.selector and not feeds:
        raise Stop(f"no feed is named {' or '.join(args.selector)}: `chronik status` lists all")
    return told


def _as_json(told: Told, troubles: dict[str, str]) -> dict[str, object]:
    return {
        "feeds": [
            asdict(feed)
            | {
                "entries_daily": told.daily.get(feed.feed, [0] * DAYS),
                "needs_person": troubles.get(feed.feed),
                "remedy": _remedy(feed.last_error),
                "discovered": told.found.get(feed.feed),
                "own_list": asdict(told.compared[feed.feed]) if feed.feed in told.compared else None,
            }
            for feed in told.feeds
        ],
        "pollers": [asdict(each) for each in told.pollers],
        "states": dict(Counter(feed.state for feed in told.feeds)),
        "needing_a_person": len(troubles),
    }


def _remedy(last_error: str | None) -> str | None:
    remedy = remedy_of(last_error)
    return None if remedy is None else remedy.remedy


# --- for people -------------------------------------------------------------------------------------------------------


def shown(told: Told, troubles: dict[str, str], now: datetime, look: Look) -> Iterator[str]:
    """All that is printed, line by line. `troubles`: why a feed needs a person."""
    rows = [_row(feed, told.daily.get(feed.feed), now) for feed in told.feeds]
    yield from _table(rows, look)
    for feed in told.feeds:
        if feed.last_error or feed.feed in troubles:
            yield ""
            yield from _trouble(feed, troubles.get(feed.feed), look)
    yield ""
    for name, what in told.found.items():
        yield f"{name} was found from its outlet's homepage: {printable(what)}"
    yield from (line for feed in told.feeds if (line := _completeness(feed, told.compared.get(feed.feed))))
    yield from (_poller(each) for each in told.pollers)
    yield _summary(told.feeds, troubles)


def _poller(told: PollerTold) -> str:
    machine, number, *_ = told.name.split("/")
    clock = f", its clock {told.clock_error_s:+d} s" if abs(told.clock_error_s) > CLOCK_TOLD else ""
    return (
        f"{printable(machine)} (pid {printable(number)}): {told.verb} since {told.began_at}, last seen {told.seen_at},"
        f" {told.feeds} feeds in hand{clock}"
    )


def _table(rows: list[tuple[Cell, ...]], look: Look) -> Iterator[str]:
    """Where the terminal is narrow the reason goes below its feed, and then the days go."""
    tables = {n: (COLUMNS[:n], [row[:n] for row in rows]) for n in range(len(COLUMNS), len(COLUMNS) - 3, -1)}
    columns, cells = next((each for each in tables.values() if fits(*each, look)), (COLUMNS, rows))
    table = lines(columns, cells, look, _colour)
    if columns == COLUMNS:
        yield from table
        return
    yield from islice(table, 2)
    for line, row in zip(table, rows, strict=True):
        yield line
        if row[-1] and look.width:
            yield look.dim(cut_to(f"    {printable(str(row[-1]))}", look.width))


def _colour(column: str, cell: Cell) -> str | None:
    return _COLOURS.get(str(cell)) if column == "state" else None


def _row(feed: FeedTold, daily: list[int] | None, now: datetime) -> tuple[Cell, ...]:
    return (
        feed.feed,
        feed.state,
        _since(feed.last_success_at, now),
        _since(feed.last_new_at, now),
        _until(feed, now),
        feed.failures,
        feed.entries,
        feed.gaps,
        bars(daily) if daily else None,
        feed.due_because,
    )


def bars(counts: Sequence[int]) -> str:
    """A line of bars, as high as the counts are among themselves; a day without entries has none.

    >>> bars([0, 1, 4, 8])
    ' ▁▄█'
    """
    most = max(counts, default=0)
    return "".join(_BARS[ceil(count * len(_BARS) / most) - 1] if count else " " for count in counts)


def _since(text: str | None, now: datetime) -> str | None:
    return span(max(now - datetime.fromisoformat(text), timedelta())) if text else None


def _until(feed: FeedTold, now: datetime) -> str | None:
    if feed.state == "unlisted":
        return None
    left = datetime.fromisoformat(feed.next_due_at) - now if feed.next_due_at else timedelta()
    return span(left) if left > timedelta() else "now"


def span(length: timedelta) -> str:
    """A length of time in its largest unit.

    >>> span(timedelta(minutes=200)), span(timedelta(days=3))
    ('3 h', '3 d')
    """
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _trouble(feed: FeedTold, why: str | None, look: Look) -> Iterator[str]:
    yield look.paint(feed.feed, "1;31" if why else "33") + f"  {printable(feed.last_error or '')}".rstrip()
    if why:
        yield f"    {why}"
    if remedy := _remedy(feed.last_error):
        yield f"    remedy: {remedy}"


def _completeness(feed: FeedTold, own: Compared | None) -> str | None:
    """What the outlet's own list of its latest news tells of us."""
    if own is None:
        return None
    held = f"{own.held:,} of the {own.listed:,} entries ({100 * own.held / own.listed:.1f} %)"
    return f"{feed.feed} held {held} that its outlet listed itself on {own.at[:10]}"


def _summary(feeds: list[FeedTold], troubles: dict[str, str]) -> str:
    states = Counter(feed.state for feed in feeds)
    parts = [f"{len(feeds):,} feeds", *(f"{states[state]:,} {state}" for state in _COLOURS if states[state])]
    parts.append(f"{sum(feed.gaps for feed in feeds):,} gaps")
    return f"{', '.join(parts)}; {f'{len(troubles):,} need' if len(troubles) != 1 else '1 needs'} a person"
