"""When jobs of the daemon run again, whatever becomes of the clock."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.daemon.timetable import Every, Job, Timetable
from storage.trouble import Trouble

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


def test_a_job_that_the_archives_server_keeps_from_being_done_says_so_in_a_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def measure() -> None:
        raise OSError(28, "No space left on device")

    asyncio.run(Job("measuring", measure, SECOND).run())
    (record,) = caplog.records
    assert (record.getMessage(), record.exc_info) == (f"measuring: {Trouble.FULL.value}", None)


def test_a_job_that_fails_for_whatever_else_says_where(caplog: pytest.LogCaptureFixture) -> None:
    async def measure() -> None:
        raise ZeroDivisionError

    asyncio.run(Job("measuring", measure, SECOND).run())
    assert [record.exc_info is not None for record in caplog.records] == [True]


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_job_that_waits_is_begun_beside_itself_as_often_as_it_may_be(at_once: int) -> None:
    async def begun() -> int:
        waiting: list[asyncio.Event] = []

        async def wait() -> None:
            waiting.append(asyncio.Event())
            await waiting[-1].wait()

        table = Timetable([Job("waiting", wait, timedelta(days=1), at_once=at_once)])
        table.start()
        for _ in range(4):
            await asyncio.sleep(0.05)
            table.now("waiting")
        await asyncio.sleep(0.05)
        table.stop()
        return len(waiting)

    assert asyncio.run(begun()) == at_once
