"""What the publisher asks for, each wish with a ceiling, so that one bad header or element cannot blind us.

Cache-Control and Expires (RFC 9111 section 4.2.1) are kept up to `max_interval`. What a document says of its own rhythm
is mostly boilerplate that nobody chose: every WordPress says "hourly, 1", and a `ttl` of a day stands at outlets with
hundreds of entries a day. RSS 2.0 `ttl` and RSS 1.0 `sy:*` are kept up to 10 minutes, RSS 2.0 `skipHours` and
`skipDays` up to 12 hours and only while the window surely does not roll over.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ingest.schedule.memory import Memory

TTL_CEILING = timedelta(minutes=10)
SKIP_CEILING = timedelta(hours=12)
HOUR = timedelta(hours=1)
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER = re.compile(r"\s*0*(\d{1,6})(?:\.\d*)?\s*")


def remembered(memory: Memory, hints: Mapping[str, Any]) -> Memory:
    """With what a document that was read says of its rhythm (`FeedHead.hints`)."""
    period = min(_period(hints), TTL_CEILING)
    return replace(memory, ttl_s=int(period.total_seconds()), skip=_skip(hints), pages=int(_has_pages(hints)))


def rest_of(memory: Memory) -> timedelta:
    """How long a document asks to be left alone, up to the ceiling."""
    return min(timedelta(seconds=memory.ttl_s), TTL_CEILING)  # whatever an older release has kept


def after_skipped(memory: Memory, due_at: datetime) -> datetime:
    """The next moment that is in no hour or day at which the feed asks not to be read (GMT), up to the ceiling."""
    hours, days = _skipped(memory.skip)
    at = due_at
    while (at.hour in hours or at.weekday() in days) and at < due_at + SKIP_CEILING:
        at = at.replace(minute=0, second=0, microsecond=0) + HOUR
    return min(at, due_at + SKIP_CEILING)


def _has_pages(hints: Mapping[str, Any]) -> bool:
    """RFC 5005 sections 3 and 4; WordPress gives pages to every feed (`paged`)."""
    links = any(hints.get(name) for name in ("next", "prev-archive", "next_url"))
    return links or "wordpress" in str(hints.get("generator", "")).lower()


def _period(hints: Mapping[str, Any]) -> timedelta:
    ttl = timedelta(minutes=_number(hints.get("ttl")) or 0)
    return max(ttl, _syndicated(hints))


def _syndicated(hints: Mapping[str, Any]) -> timedelta:
    """RDF Site Summary 1.0 modules: Syndication. Hourly, once, is what WordPress says unasked: no statement."""
    hours = _PERIODS.get(str(hints.get("sy:updatePeriod", "")).strip().lower(), 0)
    times = _number(hints.get("sy:updateFrequency")) or 1
    return timedelta(0) if (hours, times) == (1, 1) else timedelta(hours=hours) / times


def _number(value: object) -> int | None:
    found = _NUMBER.fullmatch(str(value))
    return int(found[1]) if found else None


def _skip(hints: Mapping[str, Any]) -> str | None:
    hours = {number % 24 for each in _words(hints.get("skipHours")) if (number := _number(each)) is not None}
    days = {
        _DAYS.index(each.strip().lower()) for each in _words(hints.get("skipDays")) if each.strip().lower() in _DAYS
    }
    return f"{_joined(hours)};{_joined(days)}" if hours or days else None


def _words(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _joined(numbers: set[int]) -> str:
    return ",".join(str(number) for number in sorted(numbers))


def _skipped(text: str | None) -> tuple[set[int], set[int]]:
    hours, _, days = (text or "").partition(";")
    return _split(hours), _split(days)


def _split(numbers: str) -> set[int]:
    return {int(number) for number in numbers.split(",") if re.fullmatch(r"\d{1,2}", number, re.ASCII)}
