"""What a written date says, part by part, before any zone is applied. A part that is not known ends the reading.

The text is read once, from left to right. Numbers and names become the letters of a shape (`nmy`: number, month, year)
that says what the numbers are; clocks, zones and weekdays are told apart on the way.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from ingest.normalise.date_order import Order, Reading, by_order, chosen, contradiction, dated, day_of_year, year_of
from ingest.normalise.date_words import HALVES, LINKS, MONTHS, OTHERWISE, ROMAN, SUFFIXES, WEEKDAYS, folded
from ingest.normalise.date_zones import is_military, is_name


@dataclass(frozen=True, slots=True)
class Said:
    """What the text says: a day, a clock (hour to 24, minute, second to 60), zones as written, and what was assumed."""

    day: date
    clock: tuple[int, int, int] | None = None
    zones: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    """What was found so far. `parts` are the letters of the shape, each with its text."""

    language: str | None
    order: Order
    parts: list[tuple[str, str]] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    clock: tuple[int, int, int] | None = None
    half: str | None = None
    zones: list[str] = field(default_factory=list)
    weekdays: set[int] = field(default_factory=set)
    last: str = ""


# The order is the grammar: at each place the first that fits is taken.
_FROM_DIGIT = re.compile(
    r"""
      (?P<cjk> \d{4} \s?[年년]\s? \d{1,2} \s?[月월]\s? \d{1,2} \s?[日일號号]? )
    | (?P<clock> \d{1,2} (?:
          : \d{1,2} (?: : \d{1,2} (?: [.,]\d+ )? )? (?![:\d])
        | \s?[時时시点點]\s? (?: \d{1,2} \s?[分분]\s? (?: \d{1,2} \s?[秒초] )? )?
        | \s?h (?: \s?\d\d (?: \s?m(?:in)?\b )? )? (?![^\W_])
        | (?= \s? (?: [ap]\.?\s?m\b | uur\b ) )
        | \s? uhr (?: \s?\d\d )? (?! [\d:] )
        | \.\d\d (?! [\d.] ) ) )
    | (?P<basic> \d{8}t(?=\d\d:) | (?: \d{14} | \d{12} | \d{8} (?: t\d{6} | t\d{4} )? ) (?![\d:]) )
    | (?P<week> \d{4} -? w \d\d (?: -?[1-7] )? (?!\d) (?: t(?=\d) )? )
    | (?P<ymd> \d{4} (?: - 0?\d{1,2} - | / \d{1,2} / | \. \s?\d{1,2} \. \s? ) \d{1,2} (?!\d) (?: t(?=\d) )? )
    | (?P<ordinal> \d{4} - \d{3} (?![\d-]) (?: t(?=\d) )? )
    | (?P<yearmonth> \d{4} - \d\d (?![\d-]) )
    | (?P<dmy> \d{1,2} (?: / \d{1,2} / | - \d{1,2} - | \. \s?\d{1,2} \. \s? ) (?: \d{4} | \d\d ) (?!\d) (?: t(?=\d) )? )
    | (?P<number> \d{1,4} (?: (?: st|nd|rd|th|er|re|eme|e|:[ae]|-?го | (?<=(?<!\d)1)(?-i:[oa]) ) (?![^\W_]) )?
          (?!\d | [oal](?![^\W_]) ) (?: t(?=\d) )? )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FROM_OTHER = re.compile(
    r"""
      (?P<offset> (?: GMT|UTC|UT ) \s?[+-]\s? \d{1,2} (?: :?\d\d )? (?![\d:.]) | (?<=\s) \+ \d{4} (?!\d)
                | (?<=\d\d-\d\d) [+-] \d\d:\d\d (?! [\d:] ) )
    | (?P<gap> [\s,،;|•·–—/'"\[\]-]+ | \.(?!\d) | (?<=[^\W\d_])\. | (?<=/\d{4}) : (?=\d\d:\d\d:) )
    | (?P<place> [a-z]+ (?: / [a-z_-]* [a-z] (?: [+-]\d{1,2} )? ){1,2} )
    | (?P<halfday> [ap]\.\s?m\.? | π\.?\s?μ\.? | μ\.?\s?μ\.? )
    | (?P<word> [^\W\d_]+ (?: ['-] [^\W\d_]+ )* )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OFFSET = re.compile(r"\s?(?:GMT|UTC|UT)?\s?[+-]\d{1,2}(?::?\d\d)?(?::00)?(?![\d:./])", re.IGNORECASE)
_SPAN = re.compile(r"(?<![\d:])\d{1,2}:\d\d-\d{1,2}:\d\d(?![:\d])")
_COMMENT = re.compile(r"\(([^()]*)\)")
_DIGITS = re.compile("[0-9]+")
_LABEL = re.compile(
    r"(?:stand|veröffentlicht|erschienen|datum|published|posted|date|publié|publicado|pubblicato)(?:\s?:|\s+(?:am|on|le))\s*",
    re.IGNORECASE,
)


def said(text: str, language: str | None, order: Order) -> Said | None:
    """What a date in plain text says; `language` is a lower-case tag (`de-at`) that settles what names mean, `order`
    what numbers do.

    >>> said("Do, 24. Juli 2025, 14:05 Uhr", "de", Order())
    Said(day=datetime.date(2025, 7, 24), clock=(14, 5, 0), zones=(), assumed=())
    """
    plain, comments = _without_comments(_LABEL.sub("", text, count=1) if _LABEL.match(text) else text)
    if _SPAN.search(plain) and not plain[:4].isdigit():
        return None  # "24.07.2025 10:00-12:00" is a span of time sooner than an offset
    found = _scanned(plain, _Found(language, order))
    if found is None:
        return None
    if not found.zones:
        found.zones += [name for name in comments if is_name(name) and not is_military(name)]
    return _result(found)


def _without_comments(text: str) -> tuple[str, list[str]]:
    comments: list[str] = []
    for _ in range(3):  # RFC 5322 lets comments nest
        if "(" not in text:
            break
        comments += _COMMENT.findall(text)
        text = _COMMENT.sub(" ", text)
    return text.strip(), [comment.strip() for comment in comments]


def _scanned(text: str, found: _Found) -> _Found | None:
    place = 0
    while place < len(text):
        part = found.clock and _OFFSET.match(text, place)
        if part:
            found.zones.append(part[0].strip())
            found.last = "offset"
        else:
            part = (_FROM_DIGIT if text[place].isdigit() else _FROM_OTHER).match(text, place)
            if part is None or not _TAKE[str(part.lastgroup)](found, part[0], text[part.end() :]):
                return None
            found.last = str(part.lastgroup) if part.lastgroup != "gap" else found.last
        place = part.end()
    return found


def _numbers(text: str) -> list[int]:
    return [int(digits) for digits in _DIGITS.findall(text)]


# --- one taker for each kind of part; False ends the reading ----------------------------------------------------------


def _take_gap(found: _Found, text: str, rest: str) -> bool:
    """A minus before a year is one: `30 Nov -0001` is what programs write that have no date."""
    return not (text.endswith("-") and (text != "-" or not found.last) and rest[:4].isdigit())


def _take_day(found: _Found, readings: Iterable[Reading | None]) -> bool:
    found.readings += [reading for reading in readings if reading]
    found.parts.append(("d", ""))
    return bool(found.readings)


def _take_ymd(found: _Found, text: str, _rest: str) -> bool:
    year, month, day = _numbers(text)
    return _take_day(found, [dated(year, month, day, only_gregorian="-" not in text)])


def _take_basic(found: _Found, text: str, _rest: str) -> bool:
    digits = "".join(_DIGITS.findall(text))
    if len(digits) > 8 and not _set_clock(
        found, [int(digits[place : place + 2]) for place in range(8, len(digits), 2)]
    ):
        return False
    return _take_day(found, [dated(int(digits[:4]), int(digits[4:6]), int(digits[6:8]), only_gregorian=True)])


def _take_week(found: _Found, text: str, _rest: str) -> bool:
    digits = "".join(_DIGITS.findall(text))
    year, week, weekday = int(digits[:4]), int(digits[4:6]), int(digits[6:] or 1)
    try:
        day = date.fromisocalendar(year, week, weekday)
    except ValueError:
        return False
    return _take_day(found, [Reading(day, missing=None if digits[6:] else "Monday of the week")])


def _take_ordinal(found: _Found, text: str, _rest: str) -> bool:
    year, number = _numbers(text)
    return _take_day(found, [day_of_year(year, number)])


def _take_yearmonth(found: _Found, text: str, _rest: str) -> bool:
    year, month = _numbers(text)
    return _take_day(found, [dated(year, month, 1, missing="first of the month")])


def _take_dmy(found: _Found, text: str, _rest: str) -> bool:
    if "." in text and found.clock is None and (found.readings or any(kind == "y" for kind, _ in found.parts)):
        return _set_clock(found, _numbers(text))  # "24.07.2025 kl. 10.15.00"
    return _take_day(found, by_order(_DIGITS.findall(text), text.lstrip("0123456789")[0], found.order))


def _take_clock(found: _Found, text: str, _rest: str) -> bool:
    numbers = _numbers(text)
    return _set_clock(found, numbers[:3])


def _set_clock(found: _Found, numbers: list[int]) -> bool:
    hour, minute, second = (*numbers, 0, 0)[:3]
    if found.clock or hour > 24 or minute > 59 or second > 60:
        return False
    found.clock = hour, minute, second
    return True


def _take_number(found: _Found, text: str, _rest: str) -> bool:
    digits = _DIGITS.findall(text)[0]
    found.parts.append(({4: "y", 3: "c"}.get(len(digits), "n"), digits))
    return True


def _take_zone(found: _Found, text: str, _rest: str) -> bool:
    found.zones.append(text)
    return True


def _take_half(found: _Found, text: str, _rest: str) -> bool:
    found.half = HALVES.get(folded(text).replace(".", "").replace(" ", ""), (None, ""))[0]
    return True


def _take_word(found: _Found, text: str, rest: str) -> bool:
    name = folded(text)
    if found.clock and is_name(text) and (text.isupper() or not _is_word(name)):
        return _take_zone(found, text, rest)
    if name in HALVES and _is_half(found, name, rest):
        return _take_half(found, text, rest)
    if name in MONTHS or (text.isupper() and name in ROMAN):
        found.parts.append(("x" if name in WEEKDAYS else "m", name))
        return True
    if name in WEEKDAYS and name not in LINKS:
        found.weekdays.update(WEEKDAYS[name])
        return True
    return _take_small_word(found, text, name, rest)


def _take_small_word(found: _Found, text: str, name: str, rest: str) -> bool:
    if name in LINKS or name in SUFFIXES:
        return not (name == "a" and found.last == "clock")  # "10:57a" may be a morning
    if is_name(text) and not is_military(text):
        return _take_zone(found, text, rest)
    if "'" in name:
        return _take_word(found, text.partition("'")[2], rest)
    # The place of a weekday, in a language that we do not know.
    return not found.last and rest.startswith(",") and name not in OTHERWISE


def _is_word(name: str) -> bool:
    return name in MONTHS or name in WEEKDAYS or name in LINKS or name in SUFFIXES


def _is_half(found: _Found, name: str, rest: str) -> bool:
    """`am` is also German for "on", `de` is "of": they count as half of the day only right after a clock."""
    _, only_in = HALVES[name]
    tongue = (found.language or "").partition("-")[0]
    if only_in:
        return found.last == "clock" and tongue == only_in
    if name == "am":
        return found.last == "clock" and not (tongue == "de" and rest[:2].strip().isdigit())
    return True


_TAKE: dict[str, Callable[[_Found, str, str], bool]] = {
    "cjk": _take_ymd,
    "clock": _take_clock,
    "basic": _take_basic,
    "week": _take_week,
    "ymd": _take_ymd,
    "ordinal": _take_ordinal,
    "yearmonth": _take_yearmonth,
    "dmy": _take_dmy,
    "number": _take_number,
    "place": _take_zone,
    "offset": _take_zone,
    "halfday": _take_half,
    "word": _take_word,
    "gap": _take_gap,
}


# --- the shape, and what it makes of the numbers ----------------------------------------------------------------------


def _result(found: _Found) -> Said | None:
    clock = _in_24_hours(found)
    if clock is None and found.clock:
        return None
    pick = chosen(_readings(found), frozenset(found.weekdays), found.order)
    if pick is None or (clock and pick[0].missing == "first of the month"):
        return None
    if clock is None and _is_sooner_a_clock(pick[0].day.year, found.zones):
        return None
    reading, settled = pick
    doubt = contradiction(frozenset(found.weekdays), reading.day)
    assumed = [note for note in (reading.missing, settled, doubt, None if clock else "midnight") if note]
    return Said(reading.day, clock, tuple(found.zones), tuple(assumed))


def _is_sooner_a_clock(year: int, zones: list[str]) -> bool:
    """`20 Nov 1030`, `20 Nov 1930 GMT`."""
    return year < (1970 if zones else 1583)


def _in_24_hours(found: _Found) -> tuple[int, int, int] | None:
    if found.clock is None or found.half is None:
        return found.clock
    hour, minute, second = found.clock
    if found.half == "am":
        return None if hour > 12 else (hour % 12, minute, second)
    return None if hour in {0, 24} else (hour if hour >= 12 else hour + 12, minute, second)


def _readings(found: _Found) -> list[Reading]:
    _tell_weekdays(found)
    shape = "".join(kind for kind, _ in found.parts)
    texts = [text for _, text in found.parts]
    if shape == "d":
        return found.readings
    if shape in _NUMERIC:
        return by_order(texts, " ", found.order)
    return _named_readings(shape, texts, found.language)


def _tell_weekdays(found: _Found) -> None:
    """A name that may be a month or a weekday is one where the date has its month: `mar 24 mar`, `mar 22/7/25`."""
    doubles = [part for part in found.parts if part[0] == "x"]
    bare = "".join(kind for kind, _ in found.parts if kind != "x")
    for part in doubles if bare in _NUMERIC or "m" in bare else doubles[:-1]:
        found.parts.remove(part)
        found.weekdays.update(WEEKDAYS[part[1]])


def _named_readings(shape: str, texts: list[str], language: str | None) -> list[Reading]:
    order = _NAMED.get(shape.replace("x", "m"))
    if order is None:
        return []
    day, name, year = (texts[place] if place is not None else None for place in order)
    months = MONTHS.get(str(name), {ROMAN.get(str(name), 0): frozenset()})
    tongue = (language or "").partition("-")[0]
    missing = None if day else "first of the month"
    found = [
        dated(year_of(str(year)), month, int(day or 1), False, tongue in said_by, missing)
        for month, said_by in months.items()
    ]
    return [reading for reading in found if reading]


_NUMERIC = frozenset({"d", "nny", "ynn"})

# shape -> where day, month and year stand in it
_NAMED: dict[str, tuple[int | None, int, int]] = {
    "nmy": (0, 1, 2),
    "nmn": (0, 1, 2),
    "nmc": (0, 1, 2),
    "mny": (1, 0, 2),
    "mnn": (1, 0, 2),
    "ymn": (2, 1, 0),
    "my": (None, 0, 1),
    "ym": (None, 1, 0),
}
