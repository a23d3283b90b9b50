"""What the schedule keeps of a feed between visits: a small JSON text, read back whatever it says."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from ingest.schedule.renewals import NOTHING, Belied
from ingest.schedule.rhythm import Rhythm

MOST = 1e9  # no count, no number of minutes is larger
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Memory:
    """What the schedule keeps of a feed between visits. Times are RFC 3339."""

    rhythm: Rhythm | None = None
    interval_s: int | None = None  # what was last waited for after a good answer
    floor_s: float = 0.0  # the server would not answer more often (429)
    stands_until: float = 0.0  # minutes since 1970 until which the server said that the last document stands
    lifetime_s: int = 0  # for how long the server says that a document stands
    belied: Belied = NOTHING  # how often each rhythm of renewal was contradicted
    ttl_s: int = 0  # what the document says of its own rhythm
    pages: int = 0  # 1: the document showed that pages of its past can be had
    skip: str | None = None  # hours and days at which it asks not to be read: "0,1,2;5,6"
    retries: int = 0
    conditional: int = 0  # conditional requests since the last one without condition
    unmodified_at: str | None = None  # the last 304
    lies: int = 0  # times that an unconditional answer had what a 304 before it denied
    gone: int = 0  # 410 in a row
    move_to: str | None = None
    move_since: str | None = None
    move_times: int = 0

    @classmethod
    def of(cls, text: str | None) -> "Memory":
        """As kept in the archive; what is not understood (of another release, damaged) is forgotten."""
        kept = _object(text)
        known = {name: _READERS[name](kept[name]) for name in kept.keys() & _READERS.keys()}
        return cls(**{name: value for name, value in known.items() if value is not None})

    def text(self) -> str:
        """As the archive keeps it."""
        kept = {name: value for name in _READERS if name not in _NUMERIC and (value := getattr(self, name))}
        if any(self.belied):
            kept["belied"] = " ".join(f"{count:.4g}" for count in self.belied)
        if self.rhythm is not None:
            kept["rhythm"] = _rhythm_kept(self.rhythm)
        return json.dumps(kept, separators=(",", ":"))


def _object(text: str | None) -> dict[str, Any]:
    if not text or len(text) > LONGEST_TEXT:
        return {}
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}


# --- values that exist are valid --------------------------------------------------------------------------------------


def _number(value: object, least: float = 0.0) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if least <= value <= MOST else None


def _count(value: object) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) < 4_000 else None


def _time(value: object) -> str | None:
    """RFC 3339 with a zone."""
    try:
        return value if isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None else None
    except ValueError:
        return None


# The rhythm is kept as numbers in the order of its fields, which is the shortest and fastest to read.
_PARTS = tuple((each.name, {"hours": 24, "days": 7}.get(each.name.partition("_")[0], 1)) for each in fields(Rhythm))
_NUMBERS = sum(length for _, length in _PARTS)
_KEPT = "%.9g" + " %.5g" * (_NUMBERS - 1)


def _rhythm_kept(rhythm: Rhythm) -> str:
    values: list[float] = []
    for name, length in _PARTS:
        value = getattr(rhythm, name)
        values.extend(value) if length > 1 else values.append(value)
    return _KEPT % tuple(values)


def _rhythm(kept: object) -> Rhythm | None:
    numbers = _numbers(kept, _NUMBERS)
    if numbers is None:
        return None
    parts: list[float | tuple[float, ...]] = []
    start = 0
    for _, length in _PARTS:
        parts.append(numbers[start : start + length] if length > 1 else numbers[start])
        start += length
    rhythm = Rhythm(*parts)  # type: ignore[arg-type] # in the order and with the lengths of its fields
    plausible = rhythm.seen > 1e-3 and rhythm.exposure >= 1.0 and 1.0 <= rhythm.dispersion <= 8.0 and rhythm.window >= 1
    return rhythm if plausible else None


def _belied(kept: object) -> Belied | None:
    return _numbers(kept, len(NOTHING))


def _numbers(kept: object, count: int) -> tuple[float, ...] | None:
    """So many numbers with blanks between them, none negative."""
    try:
        numbers = tuple(map(float, kept.split())) if isinstance(kept, str) else ()
    except ValueError:
        return None
    if len(numbers) != count or math.isnan(sum(numbers)):
        return None
    return numbers if min(numbers) >= 0.0 and max(numbers) <= MOST else None


_READERS: dict[str, Callable[[object], Any]] = {
    "rhythm": _rhythm,
    "interval_s": _count,
    "floor_s": _number,
    "stands_until": _number,
    "lifetime_s": _count,
    "belied": _belied,
    "ttl_s": _count,
    "pages": _count,
    "skip": _text,
    "retries": _count,
    "conditional": _count,
    "unmodified_at": _time,
    "lies": _count,
    "gone": _count,
    "move_to": _text,
    "move_since": _time,
    "move_times": _count,
}
_NUMERIC = {"rhythm", "belied"}
