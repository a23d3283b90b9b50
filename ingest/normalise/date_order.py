"""Which number is the day, which the month: all readings of a date, and the one that the evidence leaves. Pure.

Two readings stay two unless the weekday beside the date or the language settles them, and these do not disagree.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

# Languages that write the year or the month first: 03/04/2025 in them is a foreign form and stays open.
_NOT_DAY_FIRST = frozenset(
    {"en", "eu", "fa", "fil", "hu", "ja", "ko", "lt", "mn", "ne", "ps", "si", "sv", "tl", "ug", "zh"}
)
_DAY_FIRST_ENGLISH = frozenset(
    {"au", "bw", "gb", "gh", "ie", "in", "jm", "ke", "mt", "my", "ng", "nz", "pk", "sg", "tt", "tz", "ug", "zm", "zw"}
)
_OPEN = frozenset({"es-us", "es-pr", "es-pa", "fr-ca"})

_AMERICAN = ("America/", "US/", "Pacific/")
_GREGORIAN = range(1583, 2200)  # beyond it, bare digits are sooner another calendar's year, or no date
_UNLIKELY_YEARS = range(31, 50)  # of two digits, among bare digits: a day (31), or nothing


@dataclass(frozen=True, slots=True)
class Order:
    """Which of two short numbers is the day: `dmy`, `mdy`, or None if that is open; and what says so."""

    written: str | None = None
    because: str = "the language"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a date. `favoured`: the order speaks for it. `missing`: what had to be added, in words."""

    day: date
    favoured: bool = False
    missing: str | None = None


def dated(
    year: int | None,
    month: int,
    day: int,
    only_gregorian: bool = False,
    favoured: bool = False,
    missing: str | None = None,
) -> Reading | None:
    """The reading, if there is such a day."""
    if year is None or (only_gregorian and year not in _GREGORIAN):
        return None
    try:
        return Reading(date(year, month, day), favoured, missing)
    except ValueError:
        return None


def day_of_year(year: int, number: int) -> Reading | None:
    """The reading of an ISO 8601 ordinal date."""
    first, last = dated(year, 1, 1), dated(year, 12, 31)
    if first is None or last is None or not 1 <= number <= (last.day - first.day).days + 1:
        return None
    return Reading(date.fromordinal(first.day.toordinal() + number - 1))


def year_of(digits: str) -> int | None:
    """A year of two, three or four digits (RFC 5322 section 4.3); one digit is none.

    >>> [year_of(digits) for digits in ("49", "50", "103", "2025", "7")]
    [2049, 1950, 2003, 2025, None]
    """
    number = int(digits)
    match len(digits):
        case 4:
            return number
        case 3:
            return 1900 + number
        case 2:
            return number + (2000 if number < 50 else 1900)
        case _:
            return None


def by_order(digits: list[str], separator: str, order: Order) -> list[Reading]:
    """The readings of three numbers. Dots mean day first everywhere; a dash with three short numbers may be ISO's."""
    first, second, third = (int(number) for number in digits)
    if len(digits[0]) == 4:
        found = [dated(first, second, third, True)]
    else:
        year = None if len(digits[2]) == 2 and third in _UNLIKELY_YEARS else year_of(digits[2])
        found = [dated(year, second, first, True, order.written == "dmy")]
        if separator != ".":
            found.append(dated(year, first, second, True, order.written == "mdy"))
        if separator == "-" and len(digits[0]) == len(digits[2]) == 2 and first not in _UNLIKELY_YEARS:
            found.append(dated(year_of(digits[0]), second, third, True))
    return [reading for reading in found if reading]


def written_order(language: str | None, timezone: str | None = None) -> str | None:
    """`dmy`, `mdy`, or None where the language's people write both or neither. `en-us` is also what programs say that
    nobody told a language: where the outlet's `timezone` is elsewhere it settles nothing.

    >>> [written_order(tag) for tag in ("de-at", "en-gb", "en-us", "en", "sv", None)]
    ['dmy', 'dmy', 'mdy', None, None, None]
    """
    if not language or language in _OPEN:
        return None
    tongue, _, region = language.partition("-")
    if tongue == "en":
        if region == "us":
            return "mdy" if not timezone or timezone.startswith(_AMERICAN) else None
        return "dmy" if region in _DAY_FIRST_ENGLISH else None
    return None if tongue in _NOT_DAY_FIRST else "dmy"


_NUMERIC = re.compile(r"(?<![\d/:.-])(\d{1,2})([/ -])(\d{1,2})\2(\d{4}|\d\d)(?![\d:/-])")


def is_numeric(raw: str) -> bool:
    """Day and month are numbers before a year, and no dots tell which is which."""
    return _NUMERIC.search(raw) is not None


def common_order(raws: Iterable[str]) -> Order | None:
    """The order that dates of one document prove, since no month is beyond 12; open where they prove both.

    None: they prove none.

    >>> common_order(["13/04/2026", "05/04/2026"]).written, common_order(["13/04/2026", "04/13/2026"]).written
    ('dmy', None)
    """
    proven = {_proven(*found.groups()) for raw in raws if (found := _NUMERIC.search(raw))}
    proven.discard(None)
    if not proven:
        return None
    return Order(proven.pop() if len(proven) == 1 else None, "the document's other dates")


def _proven(first: str, separator: str, second: str, year: str) -> str | None:
    if (int(first) > 12) == (int(second) > 12) or (len(year) == 2 and separator != "/"):
        return None  # 26-11-20 may have its year first
    return "dmy" if int(first) > 12 else "mdy"


def contradiction(weekdays: frozenset[int], day: date) -> str | None:
    """What to say of a date that is on none of the weekdays written beside it (RFC 5322 section 3.3), if any are."""
    return None if not weekdays or day.weekday() in weekdays else "the weekday says otherwise"


def chosen(
    readings: list[Reading], weekdays: frozenset[int], order: Order | None = None
) -> tuple[Reading, str | None] | None:
    """The one reading that the evidence leaves, and what settled it; None if none or several are left."""
    if len({reading.day for reading in readings}) <= 1:
        return (readings[0], None) if readings else None
    by_weekday = {reading.day for reading in readings if reading.day.weekday() in weekdays}
    by_favour = {reading.day for reading in readings if reading.favoured}
    picks = {days for days in (frozenset(by_weekday), frozenset(by_favour)) if len(days) == 1}
    if len(picks) != 1:
        return None
    (day,) = picks.pop()
    because = "the weekday" if by_weekday == {day} else (order or Order()).because
    return next(reading for reading in readings if reading.day == day), f"day and month settled by {because}"
