"""A date as a publisher wrote it, to an instant; never a wrong one: what is unknown or ambiguous is None.

RFC 5322 section 3.3 and 4.3, RFC 3339, W3C-DTF and ISO 8601 first, then what publishers write in their languages. Pure:
no clock, no locale, no zone of the process.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ingest.normalise.date_order import (
    Order,
    Reading,
    by_order,
    chosen,
    contradiction,
    dated,
    day_of_year,
    written_order,
    year_of,
)
from ingest.normalise.date_shapes import Said, said
from ingest.normalise.date_words import ENGLISH_MONTHS, WEEKDAYS
from ingest.normalise.date_zones import Zoned, in_place, place, zoned

_LONGEST = 200  # characters; no date is longer
_ONE_CALENDAR = range(1900, 2200)  # a year in it is Gregorian in any script
_OTHER_CALENDARS = frozenset({"ar", "ckb", "fa", "ps", "th", "ur"})

_RFC3339 = re.compile(
    r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):?([0-5][0-9]))\s*"
)
_RFC5322 = re.compile(
    r"\s*(?:([A-Za-z]{3}),\s*)?([0-9]{1,2})\s+([A-Za-z]{3})\s+([0-9]{4})\s+([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?\s+"
    r"(?:([A-Z]{1,5})|([+-])([01][0-9]|2[0-3])([0-5][0-9]))\s*"
)
_ENGLISH = {name[:3].lower(): month for month, name in enumerate(ENGLISH_MONTHS, 1)}
_BARE = re.compile(r"[0-9]{4,7}|[0-9]{9,10}(?:\.[0-9]+)?|[0-9]{13}|-[0-9]{2}-?[0-9]{2}(?:-[0-9]{2})?")
# ISO 8601's extended and basic form in one, and blanks around the T.
_CLOCK_BEHIND_T = re.compile(
    r"(?<=[0-9]{4}-[0-9]{2}-[0-9]{2}) ?[Tt] ?([0-9]{2}):?([0-9]{2})(?::?([0-9]{2}))?(?![0-9:])"
)
_HOUR_BEHIND_T = re.compile(r"(?<=[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2})(?=[Zz]|[+-][0-9]{2}|$)")
_DOTNET = re.compile(r"/Date\(([0-9]{13})(?:[+-][0-9]{4})?\)/")  # the offset is but how to show it
_HANGUL = re.compile("[가-힣]")


@dataclass(frozen=True, slots=True)
class Instant:
    """`at` is aware, in UTC, in whole seconds (fractions are dropped). `assumed` says in words what was not written:
    "time zone Europe/Vienna", "midnight; time zone UTC", "first of the two 02:30 (DST)" …; None: all of it was.
    """

    at: datetime
    assumed: str | None = None


def instant(raw: str, *, timezone: str | None, language: str | None, order: Order | None = None) -> Instant | None:
    """The instant that `raw` names, None if that is unknown or open to two readings. Never raises.

    A date without a zone is in `timezone` (IANA name; None or unknown: UTC) and one without a time is its midnight;
    both are said in `assumed`. `language` (BCP 47) settles names, and the order of day and month unless `order` does.

    >>> instant("Do, 24 Jul 2025 14:05:00 MESZ", timezone=None, language=None)
    Instant(at=datetime.datetime(2025, 7, 24, 12, 5, tzinfo=datetime.timezone.utc), assumed=None)
    >>> instant("24. Juli 2025", timezone="Europe/Vienna", language="de").assumed
    'midnight; time zone Europe/Vienna'
    >>> instant("03/04/2025", timezone="Europe/Vienna", language=None)
    """
    if len(raw) > _LONGEST:
        return None
    found = _rfc3339(raw) or _rfc5322(raw, timezone) or _written(raw, timezone, language, order)
    if found is None or found.at.year in _ONE_CALENDAR:
        return found
    return None if _tag(language).partition("-")[0] in _OTHER_CALENDARS else found


# --- what nearly all feeds write: two shapes that the long way reads too, only slower ---------------------------------


def _rfc3339(raw: str) -> Instant | None:
    found = _RFC3339.fullmatch(raw)
    if found is None:
        return None
    year, month, day, hour, minute, second, sign, east, more = found.groups()
    try:
        at = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        return Instant(at - _offset(sign, east, more) if sign else at)
    except (ValueError, OverflowError):
        return None


def _rfc5322(raw: str, timezone: str | None) -> Instant | None:
    found = _RFC5322.fullmatch(raw)
    if found is None:
        return None
    weekday, day, name, year, hour, minute, second, zone, sign, east, more = found.groups()
    month = _ENGLISH.get(name.lower(), 0)
    try:
        at = datetime(int(year), month, int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC)
        doubt = contradiction(frozenset(WEEKDAYS.get((weekday or "").lower(), ())), at)
        if sign:
            return Instant(at - _offset(sign, east, more), doubt)
        meant = zoned((zone,), at.replace(tzinfo=None), _outlet(timezone))
        return Instant(at - meant.offset, _joined(doubt, meant.assumed)) if meant else None
    except (ValueError, OverflowError):
        return None


def _offset(sign: str, hours: str, minutes: str) -> timedelta:
    east = int(hours) * 60 + int(minutes)
    return timedelta(minutes=-east if sign == "-" else east)


# --- all other shapes -------------------------------------------------------------------------------------------------


def _written(raw: str, timezone: str | None, language: str | None, order: Order | None = None) -> Instant | None:
    text, tag = _plain(raw), _tag(language)
    order = order or Order(written_order(tag, timezone))
    text = match[1] if (match := _DOTNET.fullmatch(text)) else text
    found = _bare(text) if _BARE.fullmatch(text) else said(text, tag, order)
    if found is None:
        return None
    outlet = _outlet(timezone)
    if outlet is None and _HANGUL.search(text):
        outlet = place("Asia/Seoul")  # the one zone of the one language
    at = _at(found, outlet)
    return None if at and at.at.year not in _ONE_CALENDAR and _has_foreign_digits(raw) else at


def _outlet(timezone: str | None) -> ZoneInfo | None:
    return place(timezone) if timezone else None


def _tag(language: str | None) -> str:
    return (language or "").strip().lower().replace("_", "-")


def _plain(raw: str) -> str:
    """Entities decoded, digits of all scripts as ASCII, marks of direction out, any white space one blank."""
    text = html.unescape(html.unescape(raw)) if "&" in raw else raw
    if not text.isascii():
        text = "".join(map(_plain_char, unicodedata.normalize("NFKC", text)))
    return _HOUR_BEHIND_T.sub(r"T\1:00", _CLOCK_BEHIND_T.sub(_with_colons, " ".join(text.split())))


def _with_colons(match: re.Match[str]) -> str:
    return "T" + ":".join(filter(None, match.groups()))


def _plain_char(char: str) -> str:
    if char in "’ʼ":
        return "'"
    if char == "\N{MINUS SIGN}":
        return "-"
    if unicodedata.category(char) == "Cf":
        return ""
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _has_foreign_digits(raw: str) -> bool:
    return any(char.isdecimal() and not char.isascii() for char in raw)


def _bare(text: str) -> Said | None:
    """Digits alone: ISO 8601 (2004 and the shortened forms of 1988), or seconds or milliseconds since 1970."""
    if text.startswith("-"):
        return _shortened(text.replace("-", ""))
    match len(text):
        case 4:
            return _midnight(dated(int(text), 1, 1, only_gregorian=True, missing="first of the year"))
        case 5 if text.startswith("0"):  # without the zero it may be a count, or a spreadsheet's day
            return _midnight(day_of_year(2000 + int(text[:2]), int(text[2:])))
        case 6:
            pick = chosen(by_order([text[:2], text[2:4], text[4:]], "-", Order()), frozenset())
            return _midnight(pick[0] if pick else None)
        case 7:
            found = day_of_year(int(text[:4]), int(text[4:]))
            return _midnight(found) if found and found.day.year in _ONE_CALENDAR else None
        case 13:
            return _epoch(text[:-3])
        case _:
            return _epoch(text.partition(".")[0])


def _shortened(digits: str) -> Said | None:
    month = dated(year_of(digits[:2]), int(digits[2:4]), 1, missing="first of the month")
    return _midnight(month if len(digits) == 4 else dated(year_of(digits[:2]), int(digits[2:4]), int(digits[4:])))


def _midnight(reading: Reading | None) -> Said | None:
    if reading is None:
        return None
    return Said(reading.day, assumed=(reading.missing, "midnight") if reading.missing else ("midnight",))


def _epoch(digits: str) -> Said | None:
    seconds = int(digits)
    hourly = dated(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if len(digits) == 10 else None
    if not 631_152_000 <= seconds < 4_102_444_800 or (hourly and hourly.day.year in _ONE_CALENDAR):
        return None  # before 1990, after 2099, or sooner YYYYMMDDHH
    at = datetime.fromtimestamp(seconds, UTC)
    return Said(at.date(), (at.hour, at.minute, at.second), ("Z",))


def _at(found: Said, outlet: ZoneInfo | None) -> Instant | None:
    hour, minute, second = found.clock or (0, 0, 0)
    if hour == 24 and (minute or second):
        return None
    try:
        local = _local(found.day, hour, minute, min(second, 59))
        meant = zoned(found.zones, local, outlet) if found.zones else _unwritten(local, outlet)
        at = (local - meant.offset).replace(tzinfo=UTC) if meant else None
        if at and second == 60:
            at = _after_leap(at)
    except OverflowError:
        return None
    if at is None or meant is None:
        return None
    return Instant(at, _joined(*found.assumed, meant.assumed))


def _joined(*notes: str | None) -> str | None:
    return "; ".join(note for note in notes if note) or None


def _local(day: date, hour: int, minute: int, second: int) -> datetime:
    return datetime.combine(day, time(hour % 24, minute, second)) + timedelta(days=hour // 24)


def _after_leap(at: datetime) -> datetime | None:
    """Leap seconds stand at the end of a UTC day only (RFC 3339 section 5.7); next comes the next day."""
    return at + timedelta(seconds=1) if (at.hour, at.minute) == (23, 59) else None


def _unwritten(local: datetime, outlet: ZoneInfo | None) -> Zoned:
    if outlet is None:
        return Zoned(timedelta(), "time zone UTC")
    meant = in_place(local, outlet)
    return Zoned(meant.offset, _joined(f"time zone {outlet.key}", meant.assumed))
