"""When to come back. Pure: the clock is an argument.

rhythm     how often the feed brings entries, learned
wait       how long it pays to wait, and until when the window surely shows a known entry
hints      what the publisher asks for
failures   after a failure
trust      whether a 304 is believed
moves      permanent redirects
gaps       how many entries a gap may hold
memory     what is kept of all this between visits
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from ingest.schedule import failures, hints, moves, renewals, rhythm, trust, wait
from ingest.schedule.gaps import estimated_missed
from ingest.schedule.memory import Memory
from ingest.schedule.signals import Bounds, Signals
from ingest.schedule.trust import wants_conditional
from storage.records import FeedHealth, FeedRecord, Reason, Recorded, Standing

__all__ = [
    "Bounds",
    "Memory",
    "Signals",
    "estimated_missed",
    "standing",
    "wants_conditional",
]

FIRST_INTERVAL = timedelta(minutes=30)  # for a feed that has shown nothing yet
FLOOR_FADES = 0.9997  # a limit that a server set is tried again after thousands of good answers
SECOND = timedelta(seconds=1)
PAST_THE_MARK = timedelta(seconds=18)  # a publisher's own scheduler takes a moment
PAST_THE_CACHE = timedelta(seconds=3)
ALONE = 0.6  # of the price, where nothing but the feed itself shows what came: entries missed there are lost
JITTER, MOST_JITTER = 0.03, timedelta(seconds=5)


def standing(feed: FeedRecord, recorded: Recorded, told: Signals, bounds: Bounds, now: datetime) -> Standing:
    """How the feed stands after this visit, and when it is due again (all times aware)."""
    memory = Memory.of(feed.memory)
    if told.failed is not None:
        return _after_failure(feed, told, memory, bounds, now)
    return _after_success(feed, recorded, told, memory, bounds, now)


# --- success ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """How long to wait, and which rule decided."""

    after: timedelta
    because: str


def _after_success(
    feed: FeedRecord, recorded: Recorded, told: Signals, memory: Memory, bounds: Bounds, now: datetime
) -> Standing:
    memory = _learned(_without_leaps(memory, told), recorded, told, now)
    memory, due = _due(feed, memory, told, bounds, now)
    memory, url = moves.moved(memory, told, recorded, now)
    return Standing(
        state=FeedHealth.OK,
        failures=0,
        next_due_at=now + due.after,
        due_because=due.because,
        etag=told.etag or (feed.etag if told.not_modified else None),
        last_modified=told.last_modified or (feed.last_modified if told.not_modified else None),
        memory=memory.text(),
        url=url,
        url_because=None if url is None else moves.BECAUSE,
        estimated_missed=None if recorded.unseen is None else estimated_missed(memory, *recorded.unseen),
    )


def _without_leaps(memory: Memory, told: Signals) -> Memory:
    """As if the last look had been by the clock as it goes now."""
    known = memory.rhythm
    if known is None or not told.leapt:
        return memory
    return replace(memory, rhythm=replace(known, until=known.until + _in_minutes(told.leapt)))


def _learned(memory: Memory, recorded: Recorded, told: Signals, now: datetime) -> Memory:
    memory = trust.judged(memory, told, recorded, now)
    if told.hints or told.published:
        memory = hints.remembered(memory, told.hints)
    shown = rhythm.Shown(
        tuple(_minutes(at) for at in told.published), recorded.entries_new, recorded.entries_seen, recorded.gap
    )
    stands_until = _minutes(now) + _in_minutes(told.fresh_for or timedelta(0))
    return replace(
        memory,
        rhythm=rhythm.learned(memory.rhythm, shown, _minutes(now)),
        lifetime_s=renewals.lifetime(
            memory.lifetime_s, told.fresh_for, timedelta(minutes=stands_until - memory.stands_until)
        ),
        stands_until=round(stands_until, 3),
        belied=_belied(memory, shown, _minutes(now)),
        floor_s=round(memory.floor_s * FLOOR_FADES, 2),
        retries=0,
        gone=0,
    )


def _belied(memory: Memory, shown: rhythm.Shown, now: float) -> renewals.Belied:
    if memory.rhythm is None or shown.gap or not shown.new:
        return memory.belied
    return renewals.belied(memory.belied, sorted(shown.dates)[-shown.new :], memory.rhythm.until, now)


def _minutes(at: datetime) -> float:
    return at.timestamp() / 60.0


def _due(feed: FeedRecord, memory: Memory, told: Signals, bounds: Bounds, now: datetime) -> tuple[Memory, Due]:
    known = memory.rhythm
    if known is None:
        return memory, Due(_within(FIRST_INTERVAL, bounds), "nothing is known of it yet")
    allowed = wait.room(known.window, known.clumping)
    repairable = bool(memory.pages) if told.repairable is None else told.repairable
    price = _in_minutes(bounds.price) * (1.0 if repairable else ALONE)
    at_most = max(allowed, 2.0 * known.window) if repairable else allowed
    best = wait.best_wait(known, _minutes(now), price, at_most, _in_minutes(bounds.max_interval))
    due = _allowed(Due(timedelta(minutes=best.minutes), _because(best, known)), memory, told, bounds, now)
    due = _after_skipped(due, memory, known, allowed, now)
    after = min(due.after + _jitter(feed, now) * min(due.after * JITTER, MOST_JITTER), bounds.max_interval)
    return replace(memory, interval_s=int(after.total_seconds())), replace(due, after=after)


def _allowed(due: Due, memory: Memory, told: Signals, bounds: Bounds, now: datetime) -> Due:
    """Not sooner than configuration, server and publisher allow, and where there is a better moment nearby, at it."""
    floor = max(bounds.min_interval, timedelta(seconds=memory.floor_s), hints.rest_of(memory))
    fresh = min((told.fresh_for or timedelta(0)) + PAST_THE_CACHE, bounds.max_interval)
    if due.after < floor:
        due = Due(floor, "not more often than is allowed")
    moved = _moved(due.after, fresh, memory, now)
    if moved >= floor:
        due = replace(due, after=moved)
    return Due(fresh, "the server says that it stands so long") if due.after < fresh else due


def _after_skipped(due: Due, memory: Memory, known: rhythm.Rhythm, allowed: float, now: datetime) -> Due:
    """Not in the hours at which it asks not to be read, unless its window could roll over meanwhile."""
    after = hints.after_skipped(memory, now + due.after) - now
    if after == due.after or rhythm.expected(known, _minutes(now), _minutes(now + after)) > allowed:
        return due
    return Due(after, "it asks not to be read before (skipHours, skipDays)")


def _moved(after: timedelta, fresh: timedelta, memory: Memory, now: datetime) -> timedelta:
    """Onto a better moment nearby: when the document is renewed, or just after the publisher's own mark."""
    minutes, past = _in_minutes(after), _minutes(now)
    if 0 < memory.lifetime_s <= renewals.LONGEST_LIFETIME:
        return timedelta(minutes=wait.on_grid(minutes, _in_minutes(fresh), memory.lifetime_s / 60.0, wait.RENEWED))
    if every := renewals.rhythm_of(memory.belied):
        first = -past % every + _in_minutes(PAST_THE_CACHE)
        return timedelta(minutes=wait.on_grid(minutes, first, every, wait.RENEWED))
    if memory.rhythm and memory.rhythm.marks > wait.MARKED:
        first = -past % rhythm.MARK + _in_minutes(PAST_THE_MARK)
        return timedelta(minutes=wait.on_grid(minutes, first, rhythm.MARK, wait.MARKS))
    return after


def _because(best: wait.Wait, known: rhythm.Rhythm) -> str:
    if best.guarded:
        return f"its window of {known.window:.0f} entries could roll over"
    return f"{best.entries:.1f} new entries are expected by then"


def _in_minutes(length: timedelta) -> float:
    return length.total_seconds() / 60.0


def _within(length: timedelta, bounds: Bounds) -> timedelta:
    return min(max(length, bounds.min_interval), bounds.max_interval)


def _jitter(feed: FeedRecord, now: datetime) -> float:
    """From 0 to 1, so that feeds that were asked together do not stay together; the same for the same visit."""
    return crc32(f"{feed.feed_id} {now.isoformat()}".encode()) / 2**32


# --- failure ----------------------------------------------------------------------------------------------------------


def _after_failure(feed: FeedRecord, told: Signals, memory: Memory, bounds: Bounds, now: datetime) -> Standing:
    since = None if feed.last_success_at is None else max(now - feed.last_success_at, timedelta(0))
    gone = memory.gone + 1 if told.failed is Reason.GONE else 0
    memory = replace(memory, gone=gone, conditional=0)
    state = FeedHealth.GONE if gone >= 2 else FeedHealth.FAILING
    if told.failed is Reason.RATE_LIMITED:
        memory = failures.floor_after_429(memory, since)
    if state is FeedHealth.GONE:
        off = failures.BackOff(failures.GONE_INTERVAL, "gone (410, twice): asked monthly")
    else:
        off = failures.backed_off(feed, told, memory, bounds, now)
    longest = max(off.wait, bounds.max_interval)
    after = min(off.wait + _jitter(feed, now) * min(off.wait * JITTER, 60 * SECOND), longest)
    return Standing(
        state=state,
        failures=feed.failures + 1,
        next_due_at=now + after,
        due_because=off.because,
        last_error=f"{told.failed}: {told.detail}",
        # The document that they name still is the newest one; a failed answer brings none of its own.
        etag=feed.etag,
        last_modified=feed.last_modified,
        memory=replace(memory, retries=memory.retries + 1).text(),
    )
