"""Dates: the table of shapes, and the laws that hold for any text."""

import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalise import dates
from ingest.normalise.dates import Instant, instant


class Row(NamedTuple):
    raw: str
    expected: str
    timezone: str | None
    language: str | None
    assumed: str | None


def rows() -> Iterator[Row]:
    for line in Path(__file__).with_name("dates.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            cells = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), line).split("\t")
            raw, expected, *rest = cells
            zone, language, assumed = (*(cell if cell != "-" else None for cell in rest), None, None, None)[:3]
            yield Row(raw, expected, zone, language, assumed)


TABLE = list(rows())


def written(found: Instant | None) -> str:
    return f"{found.at:%Y-%m-%dT%H:%M:%SZ}".rjust(20, "0") if found else "-"


def answers() -> list[tuple[str, str | None]]:
    found = [instant(row.raw, timezone=row.timezone, language=row.language) for row in TABLE]
    return [(written(each), each.assumed if each else None) for each in found]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.raw}|{row.timezone}|{row.language}")
def test_a_shape_gives_its_instant_and_says_what_it_assumed(row: Row) -> None:
    found = instant(row.raw, timezone=row.timezone, language=row.language)
    assert (written(found), found.assumed if found else None) == (row.expected, row.assumed)


def test_the_table_is_large_enough_and_has_no_row_twice() -> None:
    assert sum(row.expected != "-" for row in TABLE) >= 300
    assert sum(row.expected == "-" for row in TABLE) >= 60
    assert len({(row.raw, row.timezone, row.language) for row in TABLE}) == len(TABLE)


ZONES = st.sampled_from([None, "Europe/Vienna", "America/New_York", "Asia/Kathmandu", "Nowhere/Land", "", "../x"])
LANGUAGES = st.sampled_from([None, "de", "en", "en-US", "en_gb", "hu", "sv", "fa", "", "-", "x" * 50])
SHREDS = """
24 7 07 2025 25 0 99 60 24:00 14:05 14:05:09 14.05 2025-07-24 24.07.2025 03/04/2025 Jul juli mar Do Thu T Z A am pm + -
+02 +0200 -07:00 GMT CEST IST Europe/Vienna Uhr de um W30 335 ( ) , . : / &nbsp; ٢ ２ 年 月 日 오후 \u200e \ud800 \x00
"""
WORN = st.lists(st.sampled_from(SHREDS.split()) | st.sampled_from([" ", " ", ""]) | st.characters(), max_size=24).map(
    "".join
)


@given(
    raw=st.text(max_size=220) | WORN, timezone=ZONES | st.text(max_size=20), language=LANGUAGES | st.text(max_size=9)
)
def test_any_text_gives_an_instant_in_utc_of_whole_seconds_or_none(
    raw: str, timezone: str | None, language: str | None
) -> None:
    found = instant(raw, timezone=timezone, language=language)
    if found is not None:
        assert found.at.tzinfo is UTC
        assert found.at.microsecond == 0
        assert found.assumed != ""


TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001
MINUTES = st.integers(-23 * 60 - 59, 23 * 60 + 59)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def offset_text(minutes: int, colon: str) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{colon}{rest:02}"


def both_ways(raw: str) -> set[Instant | None]:
    """The short way, and the long way that all other shapes take."""
    return {instant(raw, timezone="Asia/Tokyo", language="en"), dates._written(raw, "Asia/Tokyo", "en")}


@given(local=TIMES, minutes=MINUTES, blank=st.sampled_from("Tt "), fraction=st.sampled_from(["", ".5", ".999999999"]))
def test_rfc_3339_is_always_read_and_the_short_way_agrees_with_the_long_one(
    local: datetime, minutes: int, blank: str, fraction: str
) -> None:
    raw = f"{local.isoformat(sep=blank)}{fraction}{offset_text(minutes, ':')}"
    assert both_ways(raw) == {Instant((local - timedelta(minutes=minutes)).replace(tzinfo=UTC))}


@given(local=TIMES, minutes=MINUTES, day_name=st.sampled_from(["", "Thu, ", "Sun, ", "Qux, "]))
def test_rfc_5322_is_always_read_and_the_short_way_agrees_with_the_long_one(
    local: datetime, minutes: int, day_name: str
) -> None:
    clock = f"{local:%H:%M:%S} {offset_text(minutes, '')}"
    raw = f"{day_name}{local.day} {MONTHS[local.month - 1]} {local.year:04} {clock}"
    on = {"Thu, ": 3, "Sun, ": 6}.get(day_name, local.weekday())
    doubt = None if on == local.weekday() else "the weekday says otherwise"
    assert both_ways(raw) == {Instant((local - timedelta(minutes=minutes)).replace(tzinfo=UTC), doubt)}


@given(st.integers(1, 31), st.integers(1, 31), st.integers(1950, 2049), st.sampled_from("/-"))
def test_two_numbers_that_may_both_be_the_month_give_nothing_without_evidence(
    first: int, second: int, year: int, separator: str
) -> None:
    raw = f"{first:02}{separator}{second:02}{separator}{year}"
    if first <= 12 and second <= 12 and first != second:
        assert instant(raw, timezone=None, language=None) is None


@given(st.text(min_size=1, max_size=300))
def test_a_text_longer_than_200_characters_is_no_date(text: str) -> None:
    padded = "2025-07-24T14:05:09Z".ljust(200)
    assert instant(padded, timezone=None, language=None) is not None
    assert instant(padded + text, timezone=None, language=None) is None


@pytest.fixture
def process_zone() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.mark.usefixtures("process_zone")
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu", "Europe/Vienna", "XYZ-3"])
def test_the_zone_of_the_process_changes_nothing(zone: str) -> None:
    os.environ["TZ"] = zone
    time.tzset()
    assert answers() == [(row.expected, row.assumed) for row in TABLE]


def test_the_last_instants_that_a_year_of_four_digits_has_are_kept_and_the_next_are_none() -> None:
    at = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert instant("9999-12-31T22:59:59-01:00", timezone=None, language=None) == Instant(at)
    assert instant("9999-12-31T23:00:00-01:00", timezone=None, language=None) is None
    assert instant("0001-01-01T00:59:59+01:00", timezone=None, language=None) is None


def test_a_zone_that_has_no_file_never_reaches_the_disk_outside_the_zones() -> None:
    for zone in ("/etc/localtime", "Europe/../../etc/passwd", "Europe/", "Europe", "posix/Europe/Vienna", "Europe/\0"):
        found = instant("2025-07-24 14:05", timezone=zone, language=None)
        assert found == Instant(datetime(2025, 7, 24, 14, 5, tzinfo=UTC), "time zone UTC")
