"""chronik status: how the feeds stand, and what to do about those that fail."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from ingest.attention import needs_person
from ingest.cli.frame import DONE, SOME_FAILED, Stop, printable
from ingest.cli.grid import Cell, Look, lines
from ingest.cli.settings import archive_location
from ingest.cli.tables import json_text, look_of
from ingest.remedies import remedy_of
from storage.errors import ArchiveError
from storage.feed_health import FeedTold, discovered, feed_health
from storage.reading import reading

COLUMNS = ("feed", "state", "success", "new entry", "due", "because", "failures", "entries", "gaps")
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
    feeds, found = _asked(args)
    troubles = {feed.feed: why for feed in feeds if (why := needs_person(feed, now)) is not None}
    if args.json:
        print(json_text(_as_json(feeds, troubles, found), indent=1))
    else:
        for line in _told(feeds, troubles, found, now, look_of(sys.stdout)):
            print(line)
    return SOME_FAILED if args.check and troubles else DONE


def _asked(args: argparse.Namespace) -> tuple[list[FeedTold], dict[str, str]]:
    try:
        with reading(archive_location(args)) as reader:
            feeds, found = feed_health(reader, args.selector), discovered(reader, args.selector)
    except ArchiveError as error:
        raise Stop(str(error)) from error
    if args.selector and not feeds:
        raise Stop(f"no feed is named {' or '.join(args.selector)}: `chronik status` lists all")
    return feeds, found


def _as_json(feeds: list[FeedTold], troubles: dict[str, str], found: dict[str, str]) -> dict[str, object]:
    return {
        "feeds": [
            asdict(feed)
            | {
                "needs_person": troubles.get(feed.feed),
                "remedy": _remedy(feed.last_error),
                "discovered": found.get(feed.feed),
            }
            for feed in feeds
        ],
        "states": dict(Counter(feed.state for feed in feeds)),
        "needing_a_person": len(troubles),
    }


def _remedy(last_error: str | None) -> str | None:
    remedy = remedy_of(last_error)
    return None if remedy is None else remedy.remedy


# --- for people -------------------------------------------------------------------------------------------------------


def _told(
    feeds: list[FeedTold], troubles: dict[str, str], found: dict[str, str], now: datetime, look: Look
) -> Iterator[str]:
    yield from lines(COLUMNS, [_row(feed, now) for feed in feeds], look, _colour)
    for feed in feeds:
        if feed.last_error or feed.feed in troubles:
            yield ""
            yield from _trouble(feed, troubles.get(feed.feed), look)
    yield ""
    for name, what in found.items():
        yield f"{name} was found from its outlet's homepage: {printable(what)}"
    yield _summary(feeds, troubles)


def _colour(column: str, cell: Cell) -> str | None:
    return _COLOURS.get(str(cell)) if column == "state" else None


def _row(feed: FeedTold, now: datetime) -> tuple[Cell, ...]:
    return (
        feed.feed,
        feed.state,
        _apart(feed.last_success_at, now),
        _apart(feed.last_new_at, now),
        _apart(feed.next_due_at, now) if feed.state != "unlisted" else None,
        feed.due_because,
        feed.failures,
        feed.entries,
        feed.gaps,
    )


def _apart(text: str | None, now: datetime) -> str | None:
    if text is None:
        return None
    distance = datetime.fromisoformat(text) - now
    return f"in {span(distance)}" if distance > timedelta(0) else f"{span(-distance)} ago"


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


def _summary(feeds: list[FeedTold], troubles: dict[str, str]) -> str:
    states = Counter(feed.state for feed in feeds)
    parts = [f"{len(feeds):,} feeds", *(f"{states[state]:,} {state}" for state in _COLOURS if states[state])]
    parts.append(f"{sum(feed.gaps for feed in feeds):,} gaps")
    return f"{', '.join(parts)}; {f'{len(troubles):,} need' if len(troubles) != 1 else '1 needs'} a person"
