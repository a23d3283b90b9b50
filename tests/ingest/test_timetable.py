"""When jobs of the daemon run again, whatever becomes of the clock."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest.daemon.timetable import Every

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@given(st.timedeltas(timedelta(days=-4_000), timedelta(days=4_000)), st.timedeltas(SECOND, timedelta(days=1)))
def test_the_next_time_is_to_come_and_no_further_off_than_the_last_time_and_an_interval(
    ago: timedelta, every: timedelta
) -> None:
    following = Every(every).get_next_fire_time(NOW - ago, NOW)
    assert NOW < following <= max(NOW, NOW - ago) + every


def test_a_year_that_was_jumped_over_is_one_step() -> None:
    steps, at = 0, NOW - timedelta(days=365)
    while at <= NOW:  # as APScheduler looks for all that it has missed
        at = Every(SECOND).get_next_fire_time(at, NOW)
        steps += 1
    assert steps == 1
