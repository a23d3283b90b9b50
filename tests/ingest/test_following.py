"""What follows from the entries is worked off to its end, and never without a rest."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from clocks import FakeClock

from ingest.daemon import following

T = TypeVar("T")


class Queue:
    """A writer whose jobs wait for 10 seconds until it is their turn."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    async def do(self, job: Callable[[Any], T]) -> T:
        self._clock.advance(10.0)
        return job(None)


def test_work_is_done_to_its_end_with_rests_in_proportion_to_it_and_not_to_waiting() -> None:
    clock = FakeClock()
    left = [(2.0, 5), (0.5, 5), (1.0, 0)]  # what each takes, in seconds, and how many it does

    def some(_tx: object) -> int:
        took, done = left.pop(0)
        clock.advance(took)
        return done

    asyncio.run(following.worked_off(Queue(clock), some, 3.0, clock))
    assert not left
    assert clock.slept == [6.0, 1.5]
