"""What follows from the entries is worked off to its end, and never without a rest."""

import asyncio

from clocks import FakeClock

from ingest.daemon import following


def test_work_is_done_to_its_end_with_rests_in_proportion() -> None:
    clock = FakeClock()
    left = [(2.0, 5), (0.5, 5), (1.0, 0)]  # what each takes, in seconds, and how many it does

    async def some() -> int:
        took, done = left.pop(0)
        clock.advance(took)
        return done

    asyncio.run(following.worked_off(some, 3.0, clock))
    assert not left
    assert clock.slept == [6.0, 1.5]
