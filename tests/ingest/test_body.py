"""Bodies beyond a size wait on disk, and are in memory one at a time, however many come in at once."""

import asyncio
import errno
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, cast

import pytest
from clocks import FakeClock

from ingest import body
from ingest.body import LARGE, MUCH, Intake, Room
from ingest.deadline import Deadline
from ingest.errors import FetchError
from storage.records import Reason

HALF = MUCH // 2 + 1


async def pieces(size: int) -> AsyncIterator[bytes]:
    for begin in range(0, size, LARGE):
        yield b"x" * min(LARGE, size - begin)


def intake(room: Room, most: int = 10 * MUCH) -> Intake:
    return Intake((), most, room, Deadline(timedelta(seconds=30), FakeClock()))


class Visits:
    """Visits that read a body of some size each, and hold it until they are told to end."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.reading: list[int] = []
        self.end = asyncio.Event()

    def begin(self, size: int) -> asyncio.Task[None]:
        return asyncio.create_task(self._visit(size))

    async def _visit(self, size: int) -> None:
        self.reading.append(len(await intake(self.room).read(pieces(size))))
        await self.end.wait()

    async def settle(self) -> list[int]:
        for _ in range(500):
            await asyncio.sleep(0)
        return self.reading


def run(act: Any) -> None:
    asyncio.run(act())


def test_a_body_is_what_was_sent_whatever_its_size() -> None:
    async def main() -> None:
        for size in (0, 1, LARGE, LARGE + 1, MUCH, MUCH + 1):
            assert await intake(Room()).read(pieces(size)) == b"x" * size

    run(main)


def test_large_bodies_are_in_memory_one_at_a_time_each_until_its_visit_is_over() -> None:
    async def main() -> None:
        visits = Visits(Room())
        tasks = [visits.begin(size) for size in (HALF, HALF, MUCH * 3)]
        assert await visits.settle() == [HALF]
        visits.end.set()
        await asyncio.gather(*tasks)
        assert visits.reading == [HALF, HALF, MUCH * 3]

    run(main)


def test_small_bodies_wait_for_nobody() -> None:
    async def main() -> None:
        visits = Visits(Room())
        large = visits.begin(MUCH)
        await visits.settle()
        others = [visits.begin(size) for size in (MUCH, LARGE)]
        assert await visits.settle() == [MUCH, LARGE]
        visits.end.set()
        await asyncio.gather(large, *others)

    run(main)


def test_a_body_is_read_on_disk_where_others_have_the_memory_and_all_of_it_is_given_back() -> None:
    async def main() -> None:
        room = Room()
        assert room.lends(MUCH)
        crowded = intake(room)
        assert await crowded.read(pieces(3 * LARGE)) == b"x" * (3 * LARGE)
        assert crowded.is_aside
        room.take_back(MUCH)
        roomy = intake(room)
        assert await roomy.read(pieces(3 * LARGE)) == b"x" * (3 * LARGE)
        assert not roomy.is_aside
        assert room.lends(MUCH)

    run(main)


def test_a_visit_that_is_called_off_makes_room() -> None:
    async def main() -> None:
        visits = Visits(Room())
        stuck = visits.begin(MUCH)
        await visits.settle()
        after = visits.begin(HALF)
        await visits.settle()
        stuck.cancel()
        assert await visits.settle() == [MUCH, HALF]
        visits.end.set()
        await after

    run(main)


def test_a_visit_that_asks_again_does_not_wait_for_itself() -> None:
    async def main() -> None:
        room = Room()
        for _ in range(3):
            room.leave()
            assert len(await intake(room).read(pieces(MUCH))) == MUCH

    run(main)


def test_whoever_holds_a_body_for_ever_holds_up_nobody_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "PATIENCE", 0.01)

    async def main() -> None:
        visits = Visits(Room())
        visits.begin(MUCH)
        await visits.settle()
        assert len(await intake(visits.room).read(pieces(MUCH))) == MUCH

    run(main)


def test_what_is_too_large_or_cannot_be_put_aside_takes_no_room() -> None:
    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    async def main() -> None:
        room = Room()
        full = Intake((), MUCH, room, Deadline(timedelta(seconds=30), FakeClock()), _kept=cast("Any", Full()))
        for refused, size in ((intake(room, most=MUCH), MUCH + 1), (full, 1)):
            with pytest.raises(FetchError) as caught:
                await refused.read(pieces(size))
            assert caught.value.reason is Reason.TOO_LARGE
        assert len(await intake(room).read(pieces(MUCH))) == MUCH

    run(main)
