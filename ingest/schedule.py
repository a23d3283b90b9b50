"""When to come back. Pure: the clock is an argument."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from storage.records import FeedHealth, FeedRecord, Reason, Recorded, Standing

FIRST_INTERVAL = timedelta(minutes=30)
GONE_INTERVAL = timedelta(days=30)
EARLY_RETRIES = (timedelta(minutes=1), timedelta(minutes=3), timedelta(minutes=9))
DISCOVERY_INTERVAL = timedelta(days=1)
MOVE_AFTER = timedelta(days=2)  # a permanent redirect must say the same for so long
MOVE_TIMES = 3
TRUST = 30  # conditional requests in a row, then one without condition

# How much a failure weighs: hard ones show no sign of passing, temporary ones pass by themselves.
_HARD = {Reason.HTTP_4XX, Reason.GONE, Reason.NOT_A_FEED, Reason.REFUSED_ADDRESS, Reason.REDIRECT_LOOP, Reason.ROBOTS}
_TEMPORARY = {Reason.TIMEOUT, Reason.CONNECT, Reason.DNS, Reason.HTTP_5XX, Reason.TRUNCATED, Reason.RATE_LIMITED}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the configuration allows for a feed."""

    min_interval: timedelta = timedelta(minutes=5)
    max_interval: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Signals:
    """What a visit told besides entries.

    `failed` with `detail` if it gave no document. `fresh_for` is Cache-Control or Expires, `hints` what the document
    says of its own rhythm (ttl, sy:*, skipHours, skipDays). `published` are the dates of all entries in the document.
    """

    failed: Reason | None = None
    detail: str | None = None
    retry_after: timedelta | None = None
    fresh_for: timedelta | None = None
    etag: str | None = None
    last_modified: str | None = None
    permanent_url: str | None = None
    not_modified: bool = False
    conditional: bool = False
    hints: dict[str, Any] = field(default_factory=dict)
    published: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """What the schedule keeps of a feed between visits."""

    interval_s: int | None = None
    retries: int = 0
    conditional: int = 0  # conditional requests since the last one without condition
    gone: int = 0  # 410 in a row
    move_to: str | None = None
    move_since: str | None = None
    move_times: int = 0
    looked_at: str | None = None  # when the homepage was last asked for feeds

    @classmethod
    def of(cls, text: str | None) -> "Memory":
        """As kept in the archive; what is not understood (of another release) is forgotten."""
        try:
            kept = json.loads(text or "{}")
            return cls(**{name: value for name, value in kept.items() if name in cls.__slots__})
        except (ValueError, TypeError):
            return cls()

    def text(self) -> str:
        """As the archive keeps it."""
        return json.dumps({name: value for name in self.__slots__ if (value := getattr(self, name))})


def wants_conditional(memory: Memory) -> bool:
    """Now and then a request goes without validators: a server whose 304 lies is found out."""
    return memory.conditional < TRUST


def standing(feed: FeedRecord, recorded: Recorded, told: Signals, bounds: Bounds, now: datetime) -> Standing:
    """How the feed stands after this visit, and when it is due again."""
    memory = Memory.of(feed.memory)
    if told.failed is not None:
        return _after_failure(feed, told, memory, bounds, now)
    return _after_success(feed, recorded, told, memory, bounds, now)


# --- success ----------------------------------------------------------------------------------------------------------


def _after_success(
    feed: FeedRecord, recorded: Recorded, told: Signals, memory: Memory, bounds: Bounds, now: datetime
) -> Standing:
    interval, because = _interval(recorded, memory, bounds)
    interval, because = _not_before(interval, because, told, bounds)
    memory = replace(
        memory,
        interval_s=int(interval.total_seconds()),
        retries=0,
        gone=0,
        conditional=memory.conditional + 1 if told.conditional else 0,
    )
    memory, url = _move(told, memory, recorded, now)
    return Standing(
        state=FeedHealth.OK,
        failures=0,
        next_due_at=now + _jittered(interval, feed, now),
        due_because=because,
        etag=told.etag or (feed.etag if told.not_modified else None),
        last_modified=told.last_modified or (feed.last_modified if told.not_modified else None),
        memory=memory.text(),
        url=url,
        url_because=None if url is None else "permanent redirect, the same for days",
    )


def _interval(recorded: Recorded, memory: Memory, bounds: Bounds) -> tuple[timedelta, str]:
    before = timedelta(seconds=memory.interval_s) if memory.interval_s else FIRST_INTERVAL
    if recorded.gap:
        interval, because = before / 4, "shared nothing with the window before"
    elif recorded.entries_new:
        interval, because = before * 0.7, f"{recorded.entries_new} new"
    else:
        interval, because = before * 1.3, "nothing new"
    return min(max(interval, bounds.min_interval), bounds.max_interval), because


def _not_before(interval: timedelta, because: str, told: Signals, bounds: Bounds) -> tuple[timedelta, str]:
    fresh = min(told.fresh_for or timedelta(0), bounds.max_interval)
    return (fresh, "the server says that it stands so long") if fresh > interval else (interval, because)


def _jittered(interval: timedelta, feed: FeedRecord, now: datetime) -> timedelta:
    """Up to 5 % more, so that feeds that were asked together do not stay together; the same for the same visit."""
    return interval * (1 + Random(f"{feed.feed_id} {now.isoformat()}").random() * 0.05)  # noqa: S311


def _move(told: Signals, memory: Memory, recorded: Recorded, now: datetime) -> tuple[Memory, str | None]:
    """Follow a permanent redirect for good once it has said the same for days and the entries are the known ones."""
    if told.permanent_url is None:
        return replace(memory, move_to=None, move_since=None, move_times=0), None
    if told.permanent_url != memory.move_to:
        return replace(memory, move_to=told.permanent_url, move_since=now.isoformat(), move_times=1), None
    memory = replace(memory, move_times=memory.move_times + 1)
    since = datetime.fromisoformat(memory.move_since or now.isoformat())
    same_content = told.not_modified or bool(recorded.overlap)
    if now - since >= MOVE_AFTER and memory.move_times >= MOVE_TIMES and same_content:
        return replace(memory, move_to=None, move_since=None, move_times=0), told.permanent_url
    return memory, None


# --- failure ----------------------------------------------------------------------------------------------------------


def _after_failure(feed: FeedRecord, told: Signals, memory: Memory, bounds: Bounds, now: datetime) -> Standing:
    gone = memory.gone + 1 if told.failed is Reason.GONE else 0
    memory = replace(memory, gone=gone, conditional=0)
    state = FeedHealth.GONE if gone >= 2 else FeedHealth.FAILING
    if state is FeedHealth.GONE:
        interval, because = GONE_INTERVAL, "gone (410, twice): asked monthly"
    else:
        memory, interval, because = _back_off(feed, told, memory, bounds)
    return Standing(
        state=state,
        failures=feed.failures + 1,
        next_due_at=now + _jittered(interval, feed, now),
        due_because=because,
        last_error=f"{told.failed}: {told.detail}",
        # The document that they name still is the newest one; a failed answer brings none of its own.
        etag=feed.etag,
        last_modified=feed.last_modified,
        memory=memory.text(),
    )


def _back_off(feed: FeedRecord, told: Signals, memory: Memory, bounds: Bounds) -> tuple[Memory, timedelta, str]:
    if told.retry_after is not None:
        asked = min(max(told.retry_after, bounds.min_interval), bounds.max_interval)
        return memory, asked, "the server asked to wait"
    if told.failed in _TEMPORARY and told.failed is not Reason.RATE_LIMITED and memory.retries < len(EARLY_RETRIES):
        return replace(memory, retries=memory.retries + 1), EARLY_RETRIES[memory.retries], "early retry"
    weight = 2.0 if told.failed in _HARD else 1.25 if told.failed in _TEMPORARY else 1.5
    before = timedelta(seconds=memory.interval_s) if memory.interval_s else FIRST_INTERVAL
    interval = before * weight ** min(feed.failures + 1, 30)
    interval = min(max(interval, bounds.min_interval), bounds.max_interval)
    return memory, interval, f"back-off after {feed.failures + 1} failures"
