"""Does polling move? What stalls is told apart from what waits for the archive."""

from datetime import timedelta

from clocks import FakeClock
from hypothesis import given
from hypothesis import strategies as st

from ingest.daemon.clockwatch import ClockWatch
from ingest.daemon.pulse import SLOWEST_VISIT, STALLED, Pulse
from storage.trouble import Trouble


def pulse(clock: FakeClock) -> Pulse:
    return Pulse(clock.monotonic)


def test_with_nothing_due_looking_is_moving() -> None:
    clock = FakeClock()
    shown = pulse(clock)
    for _ in range(100):
        clock.advance(60)
        shown.claimed(0)
    assert shown.moves
    assert shown.complaints() == []


def test_nobody_looking_for_due_feeds_is_a_stall() -> None:
    clock = FakeClock()
    shown = pulse(clock)
    clock.advance(STALLED.total_seconds() + 1)
    assert not shown.moves
    assert "nobody has looked" in shown.complaints()[0]


def test_visits_of_which_none_ends_are_a_stall() -> None:
    clock = FakeClock()
    shown = pulse(clock)
    shown.claimed(2)
    for _ in range(int(SLOWEST_VISIT.total_seconds()) // 10 + 1):
        clock.advance(10)
        shown.claimed(0)
    assert not shown.moves
    assert "2 visits" in shown.complaints()[0]
    shown.ended()
    assert shown.moves


def test_a_pause_before_the_first_visit_is_not_held_against_it() -> None:
    clock = FakeClock()
    shown = pulse(clock)
    for _ in range(600):
        clock.advance(1)
        shown.claimed(0)
    shown.claimed(1)
    assert shown.moves


def test_an_archive_that_cannot_be_written_is_told_and_no_reason_to_be_started_again() -> None:
    clock = FakeClock()
    shown = pulse(clock)
    shown.trouble = Trouble.FULL
    clock.advance(3600)
    assert shown.moves
    assert shown.complaints()[0] == Trouble.FULL.value


# --- the clock --------------------------------------------------------------------------------------------------------


@given(steps=st.lists(st.tuples(st.integers(0, 100_000), st.just(0) | st.integers(-(10**8), 10**8)), max_size=20))
def test_a_clock_that_is_set_is_noticed_once_and_time_that_passes_never(steps: list[tuple[int, int]]) -> None:
    clock = FakeClock()
    watch = ClockWatch(clock.now, clock.monotonic)
    for passed, jump in steps:
        clock.advance(passed)
        clock.at += timedelta(seconds=jump)
        noticed = watch.jump()
        assert noticed == (timedelta(seconds=jump) if abs(jump) > 30 else timedelta(0))
        assert watch.jump() == timedelta(0)
