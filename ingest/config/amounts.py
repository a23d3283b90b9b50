"""Text to durations, sizes and counts; `UnfitError` with the right spelling where the text has another one."""

import re
from collections.abc import Callable
from datetime import timedelta

from ingest.config.problems import UnfitError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"B": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_NUMBER_UNIT = re.compile(r"\s*([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([A-Za-z]*)\.?\s*", re.ASCII)
_DURATION = re.compile(r"(?:[0-9]{1,12}(?:\.[0-9]{1,6})?[smhd])+", re.ASCII)
_OTHER_DURATIONS = {
    **dict.fromkeys(("sec", "secs", "second", "seconds", "sekunde", "sekunden"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "minuten"), "m"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours", "std", "stunde", "stunden"), "h"),
    **dict.fromkeys(("day", "days", "tag", "tage"), "d"),
}
_OTHER_SIZES = {"": "B", "byte": "B", "bytes": "B", "k": "KiB", "m": "MiB", "g": "GiB"}


def duration(least: timedelta, most: timedelta) -> Callable[[str], timedelta]:
    """Reads `30s`, `5m`, `24h`, `7d`, `1h30m` within bounds (both allowed)."""

    def read(text: str) -> timedelta:
        if not _DURATION.fullmatch(text):
            raise UnfitError("is no duration", _duration_remedy(text))
        seconds = sum(float(number) * _SECONDS[unit] for number, unit in re.findall(r"([0-9.]+)([smhd])", text))
        if not least.total_seconds() <= seconds <= most.total_seconds():
            raise UnfitError("is out of bounds", f"write {written(least)} to {written(most)}")
        return timedelta(seconds=seconds)

    return read


def _duration_remedy(text: str) -> str:
    number, unit = _number_and_unit(text)
    if number and unit.lower() in {"w", "week", "weeks"}:
        return f"write {float(number) * 7:g}d"
    known = unit if unit in _SECONDS else _OTHER_DURATIONS.get(unit.lower())
    if number and known:
        return f"write {number}{known}"
    example = number or "5"
    return f"write a number and s, m, h or d, such as {example}s or {example}m"


def written(span: timedelta) -> str:
    """A duration as the file writes it.

    >>> written(timedelta(minutes=90)), written(timedelta(days=1)), written(timedelta(0))
    ('90m', '1d', '0s')
    """
    seconds = span.total_seconds()
    unit = next((unit for unit in "dhm" if seconds and seconds % _SECONDS[unit] == 0), "s")
    return f"{seconds / _SECONDS[unit]:g}{unit}"


def size(least: int, most: int) -> Callable[[str], int]:
    """Reads `512KiB`, `32MiB`, `5MB`, `100B` within bounds, in bytes."""

    def read(text: str) -> int:
        number, unit = _number_and_unit(text)
        if not number or unit not in _BYTES or number + unit != text:
            raise UnfitError("is no size", _size_remedy(number, unit))
        amount = round(float(number) * _BYTES[unit])
        if not least <= amount <= most:
            raise UnfitError("is out of bounds", f"write {least}B to {most // 1024**2}MiB")
        return amount

    return read


def _size_remedy(number: str, unit: str) -> str:
    same = {name.lower(): name for name in _BYTES} | _OTHER_SIZES
    if number and unit.lower() in same:
        return f"write {number}{same[unit.lower()]}"
    return "write a number and B, KiB, MiB or GiB, such as 32MiB"


def _number_and_unit(text: str) -> tuple[str, str]:
    match = _NUMBER_UNIT.fullmatch(text)
    return (match[1], match[2]) if match else ("", "")


def count(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number within bounds."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
            raise UnfitError("is no whole number", f"write {least} to {most}")
        if not least <= int(text) <= most:
            raise UnfitError("is out of bounds", f"write {least} to {most}")
        return int(text)

    return read
