"""One thread writes: jobs share commits, a failing one spoils no other, and a closed archive is outlasted."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pytest
from saying import IN_A_FILE, rows
from sqlalchemy.exc import OperationalError

import storage.archive as writing
from storage import chores, engine
from storage.archive import Archive, Writer
from storage.tables import chore
from storage.transaction import Shared, Tx
from storage.trouble import Trouble, trouble_of

T = TypeVar("T")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(writing, "LONGEST_PAUSE", 0.02)


@contextmanager
def writer(archive: Archive, *, holds_out: bool = False) -> Iterator[Writer]:
    opened = Writer(archive, holds_out=holds_out)
    try:
        yield opened
    finally:
        opened.close()


def noting(name: str) -> Callable[[Tx], str]:
    def job(tx: Tx) -> str:
        chores.note(tx, name)
        return name

    return job


def broken(tx: Tx) -> None:
    chores.note(tx, "broken")
    raise LookupError("a bug")


def full(tx: Tx) -> None:
    """As a full disk does it: the statement fails and the transaction is gone."""
    tx.connection.exec_driver_sql("rollback")
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = 13  # type: ignore[misc]
    raise OperationalError("insert", {}, error)


def noted(archive: Archive) -> list[str]:
    return [name for (name,) in rows(archive, "select name from chore order by name")]


def together(opened: Writer, *jobs: Callable[[Tx], object]) -> list[object]:
    async def run() -> list[object]:
        async with asyncio.timeout(20):
            return await asyncio.gather(*map(opened.do, jobs), return_exceptions=True)

    return asyncio.run(run())


async def troubled(opened: Writer) -> None:
    """Until it has met trouble; a writer whose thread has died would let the test wait for ever."""
    for _ in range(500):
        if opened.trouble is not None:
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("no trouble was met")


def test_jobs_that_wait_together_share_a_commit(archive: Archive) -> None:
    seen: list[int] = []
    with writer(archive) as opened:
        blocked = threading.Event()
        together(opened, lambda _tx: blocked.wait(0.05), *[lambda tx: seen.append(id(tx.connection))] * 5)
    assert len(set(seen)) == 1


@dataclass(frozen=True, slots=True)
class Grouped(Shared[int]):
    """Says with how many it was done."""

    def __call__(self, tx: Tx) -> int:
        return self.together(tx, [self])[0]

    @classmethod
    def together(cls, _tx: Tx, jobs: Sequence["Grouped"]) -> Mapping[int, int]:
        return dict.fromkeys(range(len(jobs)), len(jobs))


def test_what_can_be_done_together_waits_a_moment_for_others_if_a_commit_was_just_now(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "APART", 0.3)

    async def run(opened: Writer) -> list[int]:
        first = await opened.do(Grouped())
        early = asyncio.create_task(opened.do(Grouped()))
        await asyncio.sleep(0.02)
        return [first, await opened.do(Grouped()), await early]

    with writer(archive) as opened:
        assert asyncio.run(run(opened)) == [1, 2, 2]


def test_a_failing_job_leaves_no_trace_and_spoils_no_other(archive: Archive) -> None:
    with writer(archive) as opened:
        first, failed, last = together(opened, noting("a"), broken, noting("b"))
    assert (first, last) == ("a", "b")
    assert isinstance(failed, LookupError)
    assert noted(archive) == ["a", "b"]


def test_a_job_that_nobody_waits_for_any_more_is_not_run(archive: Archive) -> None:
    async def run(opened: Writer) -> None:
        gate = threading.Event()
        first = asyncio.create_task(opened.do(lambda _tx: gate.wait(5)))
        second = asyncio.create_task(opened.do(noting("unwanted")))
        await asyncio.sleep(0.02)
        second.cancel()
        await asyncio.sleep(0)
        gate.set()
        await first
        await opened.do(noting("wanted"))

    with writer(archive) as opened:
        asyncio.run(run(opened))
    assert noted(archive) == ["wanted"]


def test_a_long_queue_is_committed_in_parts_and_all_of_it(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LONGEST_TURN", 0.0)
    with writer(archive) as opened:
        assert together(opened, *(noting(f"{n:02}") for n in range(30))) == [f"{n:02}" for n in range(30)]
    assert len(noted(archive)) == 30


@IN_A_FILE
def test_a_writer_that_holds_out_writes_once_the_lock_is_gone(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.01)
    lock = engine.sqlite_driver().connect(archive.location, isolation_level=None, check_same_thread=False)
    lock.execute("begin immediate")

    async def run(opened: Writer) -> str:
        job = asyncio.create_task(opened.do(noting("a")))
        await troubled(opened)
        assert opened.trouble is Trouble.LOCKED
        lock.execute("rollback")
        return await job

    with Archive.open(archive.location) as another, writer(another, holds_out=True) as opened:
        assert asyncio.run(run(opened)) == "a"
        assert opened.trouble is None
    lock.close()
    assert noted(archive) == ["a"]


def test_a_disk_that_fills_up_in_the_middle_costs_no_job_of_the_commit(archive: Archive) -> None:
    tries: list[int] = []

    def full_at_first(tx: Tx) -> None:
        tries.append(1)
        if len(tries) < 3:
            full(tx)

    with writer(archive, holds_out=True) as opened:
        assert together(opened, noting("a"), full_at_first, noting("b")) == ["a", None, "b"]
    assert len(tries) == 3
    assert noted(archive) == ["a", "b"]


def test_a_writer_that_does_not_hold_out_tells_all_who_wait(archive: Archive) -> None:
    with writer(archive) as opened:
        results = together(opened, noting("a"), full)
    assert all(isinstance(each, OperationalError) for each in results)
    assert noted(archive) == []


def test_one_that_gives_up_tells_all_who_wait(archive: Archive) -> None:
    async def run(opened: Writer) -> BaseException | None:
        job = asyncio.create_task(opened.do(full))
        await troubled(opened)
        opened.give_up()
        await asyncio.wait([job])
        return job.exception()

    with writer(archive, holds_out=True) as opened:
        assert trouble_of(asyncio.run(run(opened))) is Trouble.FULL


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (OSError(28, "No space left on device"), Trouble.FULL),
        (OSError(30, "Read-only file system"), Trouble.READ_ONLY),
        (OSError(2, "No such file"), None),
        (LookupError("a bug"), None),
    ],
)
def test_what_passes_is_told_from_what_does_not(error: Exception, trouble: Trouble | None) -> None:
    assert trouble_of(error) is trouble


@IN_A_FILE
def test_what_sqlite_says_of_a_read_only_archive_and_of_a_bug(archive: Archive) -> None:
    with archive.read() as connection:
        connection.exec_driver_sql("pragma query_only = on")
        with pytest.raises(OperationalError) as refused:
            connection.execute(chore.insert(), {"name": "a", "done_at": None})
        connection.rollback()
        connection.exec_driver_sql("pragma query_only = off")
        with pytest.raises(OperationalError) as mistaken:
            connection.exec_driver_sql("select nothing from nowhere")
    assert trouble_of(refused.value) is Trouble.READ_ONLY
    assert trouble_of(mistaken.value) is None


async def hindered(opened: Writer) -> Trouble | None:
    for _ in range(5000):
        if (found := opened.hindrance()) is not None:
            return found
        await asyncio.sleep(0.001)
    return None


def test_a_transaction_that_takes_long_is_not_taken_for_one_that_waits(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LONG", 0.0)
    gate, begun = threading.Event(), threading.Event()

    async def run(opened: Writer) -> Trouble | None:
        task = asyncio.create_task(opened.do(lambda _tx: (begun.set(), gate.wait(5))))
        await asyncio.to_thread(begun.wait, 5)
        told = await hindered(opened)
        gate.set()
        await task
        return told

    with writer(archive) as opened:
        assert asyncio.run(run(opened)) is Trouble.BUSY
        assert opened.hindrance() is None


@IN_A_FILE
def test_a_turn_that_another_program_has_is_said_to_be_so(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LONG", 0.0)
    others = engine.Turns(engine.lock_path(archive.location))

    async def run(opened: Writer) -> Trouble | None:
        with others.turn():
            task = asyncio.create_task(opened.do(noting("a")))
            told = await hindered(opened)
        await task
        return told

    with writer(archive) as opened:
        assert asyncio.run(run(opened)) is Trouble.LOCKED
        assert opened.hindrance() is None
    others.close()
