"""`chronik poll`: one pass over the due feeds."""

import argparse
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ingest.cli.frame import DONE, SOME_FAILED, printable
from ingest.cli.interrupt import run
from ingest.cli.progress import Bar, bar
from ingest.pipeline import Visited
from storage.records import Failed, FeedRecord, Ingested, Outcome, Reading


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("selector", nargs="*", metavar="SELECTOR", help="outlet, outlet/feed or a glob (orf/*)")
    parser.add_argument("--force", action="store_true", help="all of them, due or not; spacing is kept")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def main(args: argparse.Namespace) -> int:
    """Poll once. 1 if some feed failed."""
    from ingest.cli.opening import chosen, opened_with_config
    from ingest.config import listing

    with opened_with_config(args) as (config, archive):
        archive.remember_no_bodies()
        archive.list_outlets(listing(config))
        feeds = chosen(archive, args.selector)
        told = Told(selected=feeds)
        run(_poll(config, archive, feeds, told, args))
        archive.refresh()
    print(json.dumps(told.as_json(), ensure_ascii=False) if args.json else told.summary())
    return SOME_FAILED if told.failed or told.put_off() else DONE


async def _poll(config: Any, archive: Any, feeds: list[FeedRecord], told: "Told", args: argparse.Namespace) -> None:
    from ingest.memory import collect_rarely
    from ingest.poll import due, poll
    from ingest.session import session

    collect_rarely()
    async with session(config, archive, forced=args.force) as opened:
        claimed = due(opened, feeds, force=args.force)
        with bar("polling", len(claimed), quiet=args.json) as shown:
            await poll(opened, claimed, lambda visited: told.take(visited, shown, quiet=args.json))


@dataclass(slots=True)
class Told:
    """What a pass over the selected feeds, as they stood before it, came to."""

    selected: list[FeedRecord] = field(default_factory=list)
    visits: list[Visited] = field(default_factory=list)
    failed: int = 0
    entries_new: int = 0

    def take(self, visited: Visited, shown: Bar, *, quiet: bool) -> None:
        """One more visit: say it if it had news or failed."""
        # Bodies and entries are in the archive by now; a pass over thousands of feeds must not keep them.
        self.visits.append(_light(visited))
        self.failed += isinstance(visited.outcome, Failed)
        self.entries_new += visited.recorded.entries_new if visited.recorded else 0
        line = said(visited)
        if line and not quiet:
            shown.say(line)
        shown.advance(f"{self.entries_new} new, {self.failed} failed")

    def total(self, what: str) -> int:
        """Sum over all feeds."""
        return sum(getattr(visited.recorded, what) for visited in self.visits if visited.recorded)

    def outcomes(self) -> Counter[str]:
        """How many feeds came to what."""
        return Counter(outcome_of(visited) for visited in self.visits)

    def put_off(self) -> list[FeedRecord]:
        """Feeds that failed when they were last asked, where nothing was due: all is not well, though nothing fails."""
        return [] if self.visits else [feed for feed in self.selected if feed.last_error]

    def summary(self) -> str:
        """What is said at the end."""
        selected = len(self.selected)
        if not self.visits:
            nothing = f"nothing was due of {selected} feeds (--force asks all the same)"
            return "\n".join([*map(_put_off_line, self.put_off()), nothing])
        count = self.outcomes()
        parts = [f"{len(self.visits)} of {selected} feeds were due"] if len(self.visits) < selected else []
        parts += [f"{count[name]} {name.replace('_', ' ')}" for name in OUTCOMES if count[name]]
        parts += [f"{self.entries_new} new entries", f"{self.total('entries_changed')} changed"]
        return "; ".join([", ".join(parts[:-2]), ", ".join(parts[-2:])])

    def as_json(self) -> dict[str, Any]:
        """All of it, for machines."""
        return {
            "feeds": [_visit_json(visited) for visited in sorted(self.visits, key=lambda v: v.feed.name)],
            "outcomes": dict(self.outcomes()),
            "entries_new": self.entries_new,
            "entries_changed": self.total("entries_changed"),
            "failed": self.failed,
            "not_due_failing": [feed.name for feed in self.put_off()],
        }


def _put_off_line(feed: FeedRecord) -> str:
    until = f", asked again after {feed.next_due_at:%H:%M:%S}Z" if feed.next_due_at else ""
    return f"{feed.name}: {printable(feed.last_error or '')}{until}"


OUTCOMES = ("new", "unchanged", "not_modified", "postponed", "failed")


def outcome_of(visited: Visited) -> str:
    """One word."""
    if visited.postponed_until is not None:
        return "postponed"
    return visited.recorded.outcome if visited.recorded else "failed"


def said(visited: Visited) -> str | None:
    """A line for a feed that had news or failed."""
    name, recorded = visited.feed.name, visited.recorded
    if isinstance(visited.outcome, Failed):
        return f"{name}: {visited.outcome.reason}: {printable(visited.outcome.detail)}"
    if visited.postponed_until is not None:
        return f"{name}: postponed until {visited.postponed_until:%H:%M:%S}Z"
    damaged = _damage(visited.outcome)
    if recorded is None or recorded.outcome != "new":
        return f"{name}: {damaged}" if damaged else None
    parts = [f"{recorded.entries_new} new"] if recorded.entries_new else []
    parts += [f"{recorded.entries_changed} changed"] if recorded.entries_changed else []
    remarks = [*(["a gap before them"] if recorded.gap else []), *([damaged] if damaged else [])]
    counts = f"{name}: {', '.join(parts)} of {recorded.entries_seen}"
    return f"{counts} ({'; '.join(remarks)})" if remarks else counts


def _damage(outcome: Outcome | None) -> str | None:
    """Why what came may be less than there was, so that a feed that was cut off does not pass for a short one."""
    if not isinstance(outcome, Ingested) or not outcome.reading.salvaged:
        return None
    return printable(f"damaged, read as far as it goes: {outcome.reading.note or 'it is not well-formed'}")


def _visit_json(visited: Visited) -> dict[str, Any]:
    failed = visited.outcome if isinstance(visited.outcome, Failed) else None
    recorded = visited.recorded
    return {
        "feed": visited.feed.name,
        "outcome": outcome_of(visited),
        "reason": failed.reason.value if failed else None,
        "detail": failed.detail if failed else None,
        "entries_seen": recorded.entries_seen if recorded else 0,
        "entries_new": recorded.entries_new if recorded else 0,
        "entries_changed": recorded.entries_changed if recorded else 0,
        "gap": bool(recorded and recorded.gap),
    }


def _light(visited: Visited) -> Visited:
    from dataclasses import replace

    match visited.outcome:
        case Ingested() as outcome:
            nothing = Reading(outcome.reading.head, (), outcome.reading.encoding, outcome.reading.encoding_verdict)
            return replace(visited, outcome=replace(outcome, body=b"", reading=nothing))
        case Failed() as outcome:
            return replace(visited, outcome=replace(outcome, body=None))
        case _:
            return visited
