"""What needs a person, and how it is told: a feed that fails, one quieter than its own rhythm, a gap. Pure."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ingest.attention import needs_person
from ingest.post import Letter
from ingest.remedies import remedy_of
from ingest.schedule import Memory
from ingest.schedule.rhythm import expected
from storage.alerts import Alert, Missed, Name, Silent
from storage.feed_health import FeedTold

QUIET_AT_LEAST = timedelta(hours=6)
MISSING = 10.0  # entries that should have come, in units of how much their number varies: once in 20,000 times
REPAIR_TAKES = timedelta(hours=1)
YOUNG = timedelta(days=7)  # gaps that are told
MOST = 50  # alerts in a letter; the rest follows in the next one
TOLD_ONCE = frozenset({"gap"})  # that one is no longer young is no news

# --- what needs a person ----------------------------------------------------------------------------------------------


def failing(feeds: Iterable[FeedTold], now: datetime) -> dict[Name, str]:
    """Feeds that will not mend themselves, or have not for days."""
    found: dict[Name, str] = {}
    for feed in feeds:
        if feed.failures and (why := needs_person(feed, now)) is not None:
            remedy = remedy_of(feed.last_error)
            parts = [why, feed.last_error or "", f"remedy: {remedy.remedy}" if remedy else ""]
            found[feed.feed, "failing"] = "; ".join(part for part in parts if part)
    return found


def quiet(feeds: Iterable[Silent], now: datetime) -> dict[Name, str]:
    """Feeds that by their own rhythm should have brought many an entry by now, and answer as if all were well."""
    found: dict[Name, str] = {}
    for feed in feeds:
        rhythm = Memory.of(feed.memory).rhythm
        if rhythm is None or now - feed.last_new_at < QUIET_AT_LEAST:
            continue
        due = expected(rhythm, feed.last_new_at.timestamp() / 60, now.timestamp() / 60)
        if due >= MISSING * rhythm.clumping:
            found[feed.feed, "quiet"] = (
                f"nothing new since {feed.last_new_at:%Y-%m-%d %H:%M}Z; {due:.0f} entries would be usual"
            )
    return found


def missing(gaps: Iterable[Missed]) -> dict[Name, str]:
    """Feeds of which something may be missing for good."""
    return {
        (each.feed, "gap"): f"about {each.missed} entries may have been missed ({each.gaps} gaps):"
        " `chronik backfill --gaps` tries again"
        for each in gaps
    }


@dataclass(frozen=True, slots=True)
class Changes:
    """What has come, has come back, has passed, and has passed without anybody being told of it."""

    begun: tuple[tuple[Name, str], ...] = ()
    again: tuple[Name, ...] = ()
    over: tuple[Name, ...] = ()
    forgotten: tuple[Name, ...] = ()


def changes(held: Mapping[Name, Alert], found: Mapping[Name, str], is_over: Callable[[Alert], bool]) -> Changes:
    """What to write down. Pure. `is_over` has the last word on what is not found any more."""
    gone = [each for name, each in held.items() if name not in found and each.over_at is None and is_over(each)]
    silently = {each.name for each in gone if each.told_at is None or each.kind in TOLD_ONCE}
    return Changes(
        begun=tuple((name, detail) for name, detail in found.items() if name not in held),
        again=tuple(name for name in found if name in held and held[name].over_at is not None),
        over=tuple(each.name for each in gone if each.name not in silently),
        forgotten=tuple(silently),
    )


def has_passed(alert: Alert, brought: Mapping[str, str | None]) -> bool:
    """Whether what is not found any more has passed. `brought` says when each listed feed last brought something new.

    A quiet feed's rhythm forgets with time: only something new ends its silence.
    """
    if alert.kind != "quiet" or alert.subject not in brought:
        return True
    last = brought[alert.subject]
    return last is not None and datetime.fromisoformat(last) > alert.since_at


# --- telling it -------------------------------------------------------------------------------------------------------


def to_tell(held: Collection[Alert]) -> list[Alert]:
    """Alerts that nobody was told of, the oldest first, and those that are over."""
    waiting = [each for each in held if each.told_at is None or each.over_at is not None]
    return sorted(waiting, key=lambda each: (each.since_at, each.name))[:MOST]


def letter(url: str, told: Collection[Alert]) -> Letter:
    """One JSON object: `text` for people (as chat services want it), `raised` and `over` for machines."""
    raised, over = [a for a in told if a.over_at is None], [a for a in told if a.over_at is not None]
    lines = [f"{a.subject}: {a.kind}: {a.detail}" for a in raised] + [f"{a.subject}: {a.kind} is over" for a in over]
    body = {"text": "\n".join(lines), "raised": [_shown(a) for a in raised], "over": [_shown(a) for a in over]}
    return Letter(url, json.dumps(body, ensure_ascii=False).encode(), "application/json")


def _shown(alert: Alert) -> dict[str, Any]:
    return {
        "subject": alert.subject,
        "kind": alert.kind,
        "detail": alert.detail,
        "since_at": alert.since_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
