"""What hostile documents do to a worker stays with that worker."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from ingest.errors import ReadError
from ingest.hints import Hints
from ingest.parse.nursery import Limits
from ingest.parse.sandbox import Sandbox
from storage.records import Reading, Reason

LIMITS = Limits(seconds=0.5)
FEED = b"<rss version='2.0'><channel><title>t</title><item><guid>1</guid></item></channel></rss>"


def sandbox(workers: int = 1, recycle_after: int = 500, limits: Limits = LIMITS) -> Sandbox:
    return Sandbox(workers, limits=limits, recycle_after=recycle_after, reader="parse_victims:read")


def with_sandbox(act: Callable[[Sandbox], Awaitable[None]], made: Sandbox | None = None) -> None:
    async def run() -> None:
        async with made or sandbox() as box:
            await act(box)

    asyncio.run(run())


async def note(box: Sandbox, body: bytes) -> str:
    return (await box.read(body, Hints())).note or ""


async def refusal(box: Sandbox, body: bytes) -> ReadError:
    with pytest.raises(ReadError) as caught:
        await box.read(body, Hints())
    return caught.value


@pytest.mark.parametrize("body", [b"hang", b"sleep"])
def test_a_document_that_hangs_ends_at_the_limit_and_the_next_is_read(body: bytes) -> None:
    async def act(box: Sandbox) -> None:
        assert (await refusal(box, body)).reason == Reason.PARSE_TIMEOUT
        assert (await note(box, b"hello")).startswith("hello")

    with_sandbox(act)


@pytest.mark.parametrize("body", [b"hang", b"sleep"])
def test_a_worker_ends_at_its_limit_though_nobody_kills_it(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(box: Sandbox) -> None:
        async with asyncio.timeout(60):
            assert (await refusal(box, body)).reason == Reason.PARSE_TIMEOUT

    monkeypatch.setattr("ingest.parse.sandbox._GRACE", 10_000)
    with_sandbox(act)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"crash", Reason.PARSE_CRASH),
        (b"eat", Reason.PARSE_CRASH),
        (b"bug", Reason.BUG),
        (b"refuse", Reason.NOT_A_FEED),
    ],
)
def test_every_way_to_fail_has_its_reason_and_harms_no_other_document(body: bytes, reason: Reason) -> None:
    async def act(box: Sandbox) -> None:
        assert (await refusal(box, body)).reason == reason
        assert (await note(box, b"hello")).startswith("hello")

    with_sandbox(act)


@pytest.mark.parametrize("body", [b"hang careful", b"crash careful", b"bug careful"])
def test_a_document_that_killed_its_worker_is_tried_once_more_with_care(body: bytes) -> None:
    async def act(box: Sandbox) -> None:
        assert await note(box, body) == "carefully"

    with_sandbox(act)


def test_a_worker_reads_many_documents_and_is_then_replaced() -> None:
    async def act(box: Sandbox) -> None:
        pids = [await note(box, b"pid") for _ in range(6)]
        assert len(set(pids)) == 2
        assert pids == sorted(pids, key=pids.index)

    with_sandbox(act, sandbox(recycle_after=3))


def test_a_worker_has_no_descriptor_but_its_own_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(box: Sandbox) -> None:
        assert await note(box, b"descriptors") in {"[1, 2, 3]", "[1, 2, 4]"}
        assert "hush" not in await note(box, b"environment")

    monkeypatch.setenv("SOME_SECRET", "hush")
    kept = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(kept, True)
    try:
        with_sandbox(act)
    finally:
        os.close(kept)


def test_a_worker_cannot_open_many_files() -> None:
    async def act(box: Sandbox) -> None:
        assert (await refusal(box, b"open 100")).reason == Reason.BUG

    with_sandbox(act)


@pytest.mark.parametrize(("body", "name"), [(b"evil function", "system"), (b"evil class", "Popen")])
def test_a_worker_cannot_make_this_process_run_anything(body: bytes, name: str) -> None:
    async def act(box: Sandbox) -> None:
        refused = await refusal(box, body)
        assert refused.reason == Reason.PARSE_CRASH
        assert name in refused.detail

    with_sandbox(act)


def test_ten_thousand_entries_pass() -> None:
    async def act(box: Sandbox) -> None:
        read = await box.read(b"many 10000", Hints())
        assert len(read.entries) == 10_000

    with_sandbox(act, sandbox(limits=Limits(seconds=20)))


def test_documents_are_read_side_by_side_up_to_the_number_of_workers() -> None:
    async def act(box: Sandbox) -> None:
        notes = await asyncio.gather(*(note(box, b"pid") for _ in range(20)))
        assert len(notes) == 20
        assert len(set(notes)) <= 3

    with_sandbox(act, sandbox(workers=3))


def test_a_worker_killed_from_outside_costs_at_most_a_second_try() -> None:
    async def act(box: Sandbox) -> None:
        for _ in range(3):
            os.kill(int((await note(box, b"pid")).split()[1]), signal.SIGKILL)
        assert (await note(box, b"hello")).startswith("hello")

    with_sandbox(act)


def test_a_nursery_killed_from_outside_is_replaced() -> None:
    async def act(box: Sandbox) -> None:
        await note(box, b"pid")
        nursery = box._nursery
        assert nursery is not None
        nursery.process.kill()
        await nursery.process.wait()
        assert (await refusal(box, b"crash")).reason == Reason.PARSE_CRASH
        assert (await note(box, b"hello")).startswith("hello")

    with_sandbox(act)


def test_a_cancelled_reading_leaves_the_pool_whole() -> None:
    async def act(box: Sandbox) -> None:
        task = asyncio.create_task(box.read(b"sleep", Hints()))
        await is_busy(box)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert (await note(box, b"hello")).startswith("hello")

    with_sandbox(act)


def test_nothing_is_started_for_nothing() -> None:
    async def act(box: Sandbox) -> None:
        assert box._nursery is None

    with_sandbox(act)


def test_leaving_ends_all_processes_even_busy_ones() -> None:
    async def run() -> tuple[int, int]:
        async with sandbox(workers=2, limits=Limits(seconds=30)) as box:
            idle = int((await note(box, b"pid")).split()[1])
            task = asyncio.create_task(box.read(b"sleep", Hints()))
            await is_busy(box)
            assert box._nursery is not None
            nursery = box._nursery.process.pid
        with pytest.raises(ReadError):
            await task
        return idle, nursery

    for pid in asyncio.run(run()):
        assert is_gone(pid)


async def is_busy(box: Sandbox) -> None:
    for _ in range(1000):
        if box._busy:
            return
        await asyncio.sleep(0.01)


def is_gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


PROGRAM = """
import asyncio, sys
from ingest.hints import Hints
from ingest.parse.nursery import Limits
from ingest.parse.sandbox import Sandbox

async def run():
    async with Sandbox(1, limits=Limits(seconds=30), reader="parse_victims:read") as box:
        pid = (await box.read(b"pid", Hints())).note
        task = asyncio.create_task(box.read(b"sleep", Hints()))
        await asyncio.sleep(0.5)
        print(pid, flush=True)
        await task

asyncio.run(run())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_worker_outlives_the_main_program(number: signal.Signals) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        idle = int(program.stdout.readline().split()[1])
        program.send_signal(number)
        _, errors = program.communicate(timeout=20)
    assert "nursery" not in errors
    assert "parse_victims" not in errors
    assert is_gone(idle)


def test_the_real_reader_reads_in_the_sandbox() -> None:
    async def act(box: Sandbox) -> None:
        read = await box.read(FEED, Hints())
        assert isinstance(read, Reading)
        assert len(read.entries) == 1

    with_sandbox(act, Sandbox(1))
