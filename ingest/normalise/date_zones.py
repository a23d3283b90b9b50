"""What a written time zone means: an offset from UTC, or nothing where it is unknown or contested.

`GMT+2` means ahead of Greenwich, as publishers mean it; `Etc/GMT+2` is the IANA name and means behind.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_UNIVERSAL = frozenset({"UTC", "GMT", "UT", "Z", "ZULU", "UCT", "ETC/UTC", "ETC/GMT"})

# Hours east of Greenwich; first the names of RFC 5322 section 4.3, then those in German, Czech and Canadian French.
_HOURS = """
-4 EDT HAE AST   -5 EST CDT HNE HAC COT PET   -6 CST MDT HNC HAR   -7 MST PDT HNR HAP   -8 PST HNP AKDT
0 WEZ WET   1 MEZ WESZ SEČ CET MET WEST BST WAT   2 MESZ OEZ SELČ CEST CEDT CETDST MEST EET SAST CAT
3 OESZ EEST EETDST FET TRT MSK IDT EAT   4 MSD GST GET AZT   -3 ADT BRT ART CLST UYT   -3.5 NST   -2.5 NDT   -2 BRST
-4 CLT   -9 AKST HADT   -10 HST HAST   -11 SST   3.5 IRST   5 PKT UZT   5.75 NPT   6 ALMT   7 ICT WIB
8 WITA HKT SGT MYT PHT BJT AWST   9 WIT JST KST   9.5 ACST   10 AEST CHST   10.5 ACDT   11 AEDT   12 NZST   13 NZDT
"""


def _offsets(table: str) -> Iterator[tuple[str, int]]:
    minutes = 0
    for word in table.split():
        if word[-1].isdigit():
            minutes = round(float(word) * 60)
        else:
            yield word, minutes


_FIXED = dict(_offsets(_HOURS))  # name -> minutes east

# Names that several countries use: an outlet in one of these places means that offset; else the meaning above holds.
# IST (India, Ireland, Israel) has none there.
_LOCAL = {
    "IST": {
        "Asia/Kolkata": 330,
        "Asia/Calcutta": 330,
        "Europe/Dublin": 60,
        "Asia/Jerusalem": 120,
        "Asia/Tel_Aviv": 120,
    },
    "BST": {"Asia/Dhaka": 360, "Pacific/Bougainville": 660},
    "CST": {"Asia/Shanghai": 480, "Asia/Taipei": 480, "Asia/Macau": 480, "America/Havana": -300}
    | dict.fromkeys(("Australia/Adelaide", "Australia/Darwin"), 570),
    "CDT": {"America/Havana": -240, "Australia/Adelaide": 630},
    "AST": dict.fromkeys(("Asia/Riyadh", "Asia/Baghdad", "Asia/Kuwait", "Asia/Qatar", "Asia/Bahrain"), 180),
    "EST": dict.fromkeys((f"Australia/{city}" for city in ("Sydney", "Melbourne", "Brisbane", "Hobart")), 600),
    "EDT": dict.fromkeys((f"Australia/{city}" for city in ("Sydney", "Melbourne", "Hobart")), 660),
    "MST": {"Asia/Kuala_Lumpur": 480, "Asia/Yangon": 390},
    "PST": {"Asia/Manila": 480, "Asia/Karachi": 300},
    "SST": {"Asia/Singapore": 480},
    "GST": {"Atlantic/South_Georgia": -120},
}

# Names that leave summer time open, or whose offset a law has moved: the zone's own history says.
_OF_PLACE = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "AT": "America/Halifax",
    "MSK": "Europe/Moscow",
}
_ALIASES = {"МСК": "MSK"}

_AREAS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Brazil", "Canada", "Chile", "Etc"}
    | {"Europe", "Indian", "Mexico", "Pacific", "US"}
)
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?\s*([+-])\s?(\d{1,2}?):?(\d\d)?(?::00)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Zoned:
    """An offset from UTC, and in words what had to be assumed to find it."""

    offset: timedelta
    assumed: str | None = None


@lru_cache(maxsize=512)
def place(name: str) -> ZoneInfo | None:
    """The IANA zone of that name, None if there is none. Never raises.

    >>> place("Europe/Vienna"), place("../etc/passwd")
    (zoneinfo.ZoneInfo(key='Europe/Vienna'), None)
    """
    if name != "UTC" and name.partition("/")[0] not in _AREAS:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return None


def is_name(word: str) -> bool:
    """True if the word, as written, names a zone that we know of."""
    name = word.upper()
    if len(name) < 3 and word != name and name != "Z":
        return False  # "at", "et" and "mt" are words
    return any(name in names for names in (_UNIVERSAL, _FIXED, _LOCAL, _OF_PLACE, _ALIASES)) or is_military(word)


def is_military(word: str) -> bool:
    """True for the letters that RFC 5322 section 4.3 makes equal to -0000, because RFC 822 had their signs wrong."""
    return len(word) == 1 and "A" <= word <= "Y" and word not in "JH"


def in_place(local: datetime, zone: ZoneInfo) -> Zoned:
    """The zone's offset at a local time without zone. Of a time that occurs twice, the first; one that does not occur
    is read with the offset before the change, as Python does (PEP 495).
    """
    first, second = zone.utcoffset(local), zone.utcoffset(local.replace(fold=1))
    if first is None or second is None or first == second:
        return Zoned(first or timedelta())
    if first > second:
        return Zoned(first, f"first of the two {local:%H:%M} (DST)")
    return Zoned(first, f"{local:%H:%M} skipped by DST, read as {local + (second - first):%H:%M}")


def zoned(written: tuple[str, ...], local: datetime, outlet: ZoneInfo | None) -> Zoned | None:
    """What the zones written beside a local time mean together. None: unknown, contested, or they contradict.

    A number wins over the names beside it if these can mean it (`+0100 CET`) or are the template's (`+0100 GMT`).
    """
    if len(written) == 1 and written[0] in _UNIVERSAL:
        return Zoned(timedelta())
    numbers = {_number(text) for text in written if _is_number(text)}
    names = [text for text in written if not _is_number(text)]
    if not numbers:
        return _agreed([_named(name, local, outlet) for name in names])
    offset = numbers.pop()
    if numbers or offset is None or not all(_can_mean(name, offset, local) for name in names):
        return None
    if offset and written[0] in "Zz":  # no template has both in this order
        return None
    return Zoned(offset)


def _is_number(text: str) -> bool:
    return "/" not in text and ("+" in text or "-" in text)


def _number(text: str) -> timedelta | None:
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    sign, hours, minutes = found[1], int(found[2]), int(found[3] or 0)
    if hours > 23 or minutes > 59:  # RFC 3339 section 5.6
        return None
    return timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)


def _agreed(meanings: list[Zoned | None]) -> Zoned | None:
    first = meanings[0]
    return first if first and all(other and other.offset == first.offset for other in meanings) else None


def _can_mean(name: str, offset: timedelta, local: datetime) -> bool:
    if name.upper() in _UNIVERSAL or is_military(name):
        return True
    named = _named(name, local, None)
    elsewhere = _LOCAL.get(name.upper(), {}).values()
    return (named is not None and named.offset == offset) or offset in [timedelta(minutes=east) for east in elsewhere]


def _named(name: str, local: datetime, outlet: ZoneInfo | None) -> Zoned | None:
    upper = _ALIASES.get(name.upper(), name.upper())
    if upper in _UNIVERSAL:
        return Zoned(timedelta())
    if is_military(name):
        return Zoned(timedelta(), f"time zone UTC (military letter {name})")
    if "/" in name:
        zone = place(name)
        return in_place(local, zone) if zone else None
    east = _LOCAL.get(upper, {}).get(outlet.key) if outlet else None
    if outlet and east is not None:
        return Zoned(timedelta(minutes=east), f"{upper} of {outlet.key}")
    return _of_place(upper, local) or _fixed(upper)


def _of_place(name: str, local: datetime) -> Zoned | None:
    zone = place(_OF_PLACE.get(name, ""))
    if zone is None or (name in _FIXED and zone.tzname(local) != name):
        return None
    return in_place(local, zone)


def _fixed(name: str) -> Zoned | None:
    return Zoned(timedelta(minutes=_FIXED[name])) if name in _FIXED else None
