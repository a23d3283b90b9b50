"""Bodies beyond a size are held one at a time, however many come in at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from clocks import FakeClock

from ingest.body import LARGE, Intake, Room
from ingest.deadline import Deadline
from ingest.errors import FetchError
from storage.records import Reason


class Source:
    """Pieces of LARGE bytes; the last of them comes when `go` is set. `given` counts those that were taken."""

    def __init__(self, pieces: int = 3) -> None:
        self.pieces = pieces
        self.given = 0
        self.go = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for number in range(self.pieces):
            if number == self.pieces - 1:
                await self.go.wait()
            self.given += 1
            yield b"x" * LARGE


def intake(room: Room, most: int = 10 * LARGE) -> Intake:
    return Intake((), most, room, Deadline(timedelta(seconds=30), FakeClock()))


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_only_one_body_at_a_time_is_larger_than_small() -> None:
    async def main() -> None:
        room, first, second = Room(), Source(), Source()
        one = asyncio.create_task(intake(room).read(aiter(first)))
        two = asyncio.create_task(intake(room).read(aiter(second)))
        second.go.set()
        await settle()
        assert (first.given, second.given) == (2, 2)  # the second waits with its second piece in hand
        first.go.set()
        assert len(await one) == len(await two) == 3 * LARGE

    asyncio.run(main())


def test_small_bodies_do_not_wait_for_a_large_one() -> None:
    async def main() -> None:
        room, large, small = Room(), Source(), Source(pieces=1)
        task = asyncio.create_task(intake(room).read(aiter(large)))
        await settle()
        small.go.set()
        assert len(await intake(room).read(aiter(small))) == LARGE
        large.go.set()
        await task

    asyncio.run(main())


def test_room_is_given_back_when_a_body_fails() -> None:
    async def main() -> None:
        room, bomb, after = Room(), Source(pieces=5), Source()
        with pytest.raises(FetchError) as caught:
            await intake(room, most=2 * LARGE).read(aiter(bomb))
        assert caught.value.reason is Reason.TOO_LARGE
        after.go.set()
        assert len(await intake(room).read(aiter(after))) == 3 * LARGE

    asyncio.run(main())


def test_room_is_given_back_when_an_attempt_is_called_off() -> None:
    async def main() -> None:
        room, stuck, after = Room(), Source(), Source()
        task = asyncio.create_task(intake(room).read(aiter(stuck)))
        await settle()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        after.go.set()
        assert len(await intake(room).read(aiter(after))) == 3 * LARGE

    asyncio.run(main())
