"""Time that a clock was set over has not passed, whatever is reckoned from before; set back, it is taken back."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest.daemon.clockwatch import Leaps

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NONE = timedelta(0)


def test_only_what_was_before_a_leap_lies_so_much_nearer() -> None:
    leaps = Leaps()
    leaps.leapt(10 * DAY, NOON + 10 * DAY)
    assert leaps.since(NOON - HOUR) == 10 * DAY
    assert leaps.since(NOON + 10 * DAY + HOUR) == NONE
    assert leaps.since(None) == NONE


def test_a_leap_that_is_taken_back_in_part_is_so_much_shorter() -> None:
    leaps = Leaps()
    leaps.leapt(10 * DAY, NOON + 10 * DAY)
    leaps.leapt(-4 * DAY, NOON + HOUR + 6 * DAY)
    assert leaps.since(NOON - HOUR) == 6 * DAY
    assert leaps.since(NOON + 6 * DAY + HOUR) == NONE


@given(st.lists(st.timedeltas(HOUR, 400 * DAY), max_size=4), st.timedeltas(NONE, 400 * DAY))
def test_once_all_leaps_are_taken_back_none_is_left_however_far_back_it_is_set(
    forward: list[timedelta], further: timedelta
) -> None:
    leaps, now = Leaps(), NOON
    for by in forward:
        now += by
        leaps.leapt(by, now)
    back = -sum(forward, NONE) - further
    leaps.leapt(back, now + back)
    assert leaps.since(NOON - HOUR) == leaps.since(NOON - 1000 * DAY) == NONE
