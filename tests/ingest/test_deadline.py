"""One limit for all stretches of an attempt; waits of our own are not counted."""

import asyncio
from datetime import timedelta

import pytest
from clocks import FakeClock

from ingest.clock import SystemClock
from ingest.deadline import Deadline


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


def test_stretches_add_up() -> None:
    async def main() -> float:
        clock = FakeClock()
        deadline = Deadline(timedelta(hours=3), clock)
        for _ in range(3):
            async with deadline.running():
                clock.advance(3600)
            clock.advance(7200)  # in line
        with pytest.raises(TimeoutError):
            async with deadline.running():
                await wait_for_ever()
        return deadline.spent

    assert asyncio.run(asyncio.wait_for(main(), 10)) == 3 * 3600


def test_time_that_is_running_is_seen() -> None:
    async def main() -> float:
        clock = FakeClock()
        deadline = Deadline(timedelta(seconds=30), clock)
        async with deadline.running():
            clock.advance(4)
            return deadline.spent

    assert asyncio.run(main()) == 4


def test_a_pause_is_not_counted() -> None:
    async def main() -> None:
        deadline = Deadline(timedelta(seconds=0.3), SystemClock())
        async with deadline.running():
            for _ in range(2):
                async with deadline.paused():
                    await asyncio.sleep(0.35)
            assert deadline.spent < 0.3

    asyncio.run(main())


def test_after_a_pause_the_limit_is_in_force_again() -> None:
    async def main() -> None:
        deadline = Deadline(timedelta(seconds=0.2), SystemClock())
        async with deadline.running():
            async with deadline.paused():
                await asyncio.sleep(0.05)
            await wait_for_ever()

    with pytest.raises(TimeoutError):
        asyncio.run(main())
