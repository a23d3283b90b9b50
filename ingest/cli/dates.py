"""Dates as people type them: 2026, 2026-03, 2026-03-01, 2026-03-01T12:00, or 7d ago. All UTC. Pure."""

import re
from datetime import UTC, datetime, timedelta

from ingest.cli.frame import Stop

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?Z?)?)?)?")
_AGO = re.compile(r"(\d{1,5})(m|h|d|w)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
DATES = "2026, 2026-03, 2026-03-01, 2026-03-01T12:00 (UTC), or 12h, 7d, 4w ago"


def since(text: str, now: datetime) -> datetime:
    """The first instant of what is named. Raises Stop.

    >>> since("2026-03", datetime(2026, 5, 1, tzinfo=UTC)).isoformat()
    '2026-03-01T00:00:00+00:00'
    """
    return _span(text, now)[0]


def until(text: str, now: datetime) -> datetime:
    """The instant after what is named, so that a day named as the end belongs to the range. Raises Stop.

    >>> until("2026-03", datetime(2026, 5, 1, tzinfo=UTC)).isoformat()
    '2026-04-01T00:00:00+00:00'
    """
    return _span(text, now)[1]


def _span(text: str, now: datetime) -> tuple[datetime, datetime]:
    if ago := _AGO.fullmatch(text):
        at = now - int(ago[1]) * _UNITS[ago[2]]
        return at, at
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        return _named(*(None if part is None else int(part) for part in found.groups()))
    except (ValueError, OverflowError):
        raise Stop(f"{text!r} is no date: write {DATES}") from None


def _named(
    year: int | None, month: int | None, day: int | None, hour: int | None, minute: int | None, second: int | None
) -> tuple[datetime, datetime]:
    begin = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=UTC)
    if hour is not None:
        return begin, begin
    if day is not None:
        return begin, begin + timedelta(days=1)
    if month is not None:
        return begin, (begin + timedelta(days=31)).replace(day=1)
    return begin, begin.replace(year=begin.year + 1)
