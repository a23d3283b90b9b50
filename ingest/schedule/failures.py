"""When to come back after a failure: soon where it passes by itself, ever later where it does not, never not at all."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from ingest.schedule.memory import Memory
from ingest.schedule.rhythm import expected
from ingest.schedule.signals import Bounds, Signals
from ingest.schedule.wait import room
from storage.records import FeedRecord, Reason

GONE_INTERVAL = timedelta(days=30)
EARLY_RETRIES = (timedelta(minutes=1), timedelta(minutes=3), timedelta(minutes=9))
FIRST_BACK_OFF = timedelta(minutes=5)
LIMITED = timedelta(hours=1)  # after a 429 that does not say for how long
FLOOR_CEILING = timedelta(hours=2)
OVERLOADED = 503  # RFC 9110 section 15.6.4: asking again at once makes it worse


class Weight(IntEnum):
    """How a failure weighs: the factor by which the wait grows with each one, in halves."""

    TEMPORARY = 4  # passes by itself
    SOFT = 6
    HARD = 8  # shows no sign of passing


_TEMPORARY = {Reason.TIMEOUT, Reason.CONNECT, Reason.DNS, Reason.HTTP_5XX, Reason.TRUNCATED}
_HARD = {Reason.HTTP_4XX, Reason.GONE, Reason.NOT_A_FEED, Reason.REFUSED_ADDRESS, Reason.REDIRECT_LOOP, Reason.ROBOTS}


def weight(reason: Reason) -> Weight:
    """How a failure weighs."""
    return Weight.TEMPORARY if reason in _TEMPORARY else Weight.HARD if reason in _HARD else Weight.SOFT


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to wait after a failure, and why."""

    wait: timedelta
    because: str


def backed_off(feed: FeedRecord, told: Signals, memory: Memory, bounds: Bounds, now: datetime) -> BackOff:
    """How long to wait after a failure of a feed that is not gone."""
    if told.retry_after is not None:
        return BackOff(_within(told.retry_after, bounds), "the server asked to wait")
    if told.failed is Reason.RATE_LIMITED:
        return BackOff(_within(max(LIMITED, timedelta(seconds=memory.floor_s)), bounds), "asked too often (429)")
    wait = _grown(feed, told, memory, bounds)
    if _passes_soon(told) and memory.retries < len(EARLY_RETRIES):
        early = EARLY_RETRIES[memory.retries]
        if _gap_threatens(memory, now + wait):
            return BackOff(early, "early retry: a gap threatens")
        wait = _within(early, bounds) if early < wait else wait
        return BackOff(wait, "early retry")
    count = feed.failures + 1
    return BackOff(wait, f"back-off after {count} failures" if count > 1 else "back-off after a failure")


def _grown(feed: FeedRecord, told: Signals, memory: Memory, bounds: Bounds) -> timedelta:
    """From a quarter of the last interval it grows with every failure: up to `max_interval`."""
    usual = timedelta(seconds=memory.interval_s or 0) / 4
    first = max(FIRST_BACK_OFF, bounds.min_interval, min(usual, timedelta(hours=1)))
    factor = weight(told.failed or Reason.BUG) / 2
    return _within(first * factor ** min(feed.failures, 12), bounds)


def _within(wait: timedelta, bounds: Bounds) -> timedelta:
    return min(max(wait, bounds.min_interval), bounds.max_interval)


def _passes_soon(told: Signals) -> bool:
    return told.failed in _TEMPORARY and told.http_status != OVERLOADED


def _gap_threatens(memory: Memory, at: datetime) -> bool:
    """By then more entries may have come than the window surely shows."""
    known = memory.rhythm
    if known is None:
        return False
    return expected(known, known.until, at.timestamp() / 60.0) > room(known.window, known.clumping)


def floor_after_429(memory: Memory, since_last: timedelta | None) -> Memory:
    """The server would not answer so soon after the last answer: from now on ask it less often than that."""
    refused = min(since_last or timedelta(0), FLOOR_CEILING) * 1.6
    floor = min(max(refused, timedelta(seconds=memory.floor_s), timedelta(minutes=10)), FLOOR_CEILING)
    return replace(memory, floor_s=floor.total_seconds())
