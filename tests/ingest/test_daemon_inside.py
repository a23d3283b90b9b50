"""The daemon from inside: a clock that is set by years, a timetable that outlives it, a line on a terminal."""

import asyncio
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commands import CHRONIK, environment
from daemons import configure
from feeds import news
from servers import Server, answer, serving

from ingest.config import load_config
from ingest.daemon import Daemon
from ingest.daemon.aside import aside
from ingest.daemon.timetable import Job, Timetable
from ingest.session import session
from storage.archive import Archive
from storage.errors import ArchiveError

YEAR = timedelta(days=365)


class SetClock:
    """The machine's clock, which may be set."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def counts(server: Server) -> list[int]:
    return [server.count(path) for path in server.pages]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - what is waited for happens in another thread
            await asyncio.sleep(0.05)


def test_a_clock_that_is_set_by_years_makes_no_storm_and_starves_nobody(tmp_path: Path) -> None:
    async def run(server: Server, archive: Archive, clock: SetClock) -> None:
        config = load_config(tmp_path / "feeds.yaml", {})
        async with session(config, archive, clock=clock, holds_out=True) as opened:
            running = Daemon(opened, lambda _visited: None, {})
            task = asyncio.create_task(running.run())
            await until(lambda: min(counts(server)) >= 1)
            for jump in (YEAR, -2 * YEAR, YEAR):
                before = counts(server)
                clock.ahead += jump
                await asyncio.sleep(3)
                assert all(after - asked <= 3 for after, asked in zip(counts(server), before, strict=True))
                await until(lambda seen=before: all(a > b for a, b in zip(counts(server), seen, strict=True)))  # type: ignore[misc]
            running.stop()
            assert await task == 0

    clock = SetClock()
    with serving({f"/{n}": answer(news(n, 1)) for n in range(5)}) as server:
        configure(tmp_path, server, *server.pages, more="defaults: {min_interval: 2s, max_interval: 2s}")
        with Archive.open(str(tmp_path / "archive.sqlite"), create=True, now=clock.now) as archive:
            asyncio.run(run(server, archive, clock))


# --- the timetable ----------------------------------------------------------------------------------------------------


def play(jobs: list[Job], act: Callable[[Timetable], object], seconds: float = 0.4) -> None:
    async def run() -> None:
        timetable = Timetable(jobs)
        timetable.start()
        act(timetable)
        await asyncio.sleep(seconds)
        timetable.stop()

    asyncio.run(run())


def test_a_job_that_fails_comes_again_and_is_said(caplog: pytest.LogCaptureFixture) -> None:
    times: list[str] = []

    async def bug() -> None:
        times.append("bug")
        raise LookupError("a bug")

    async def fault() -> None:
        times.append("fault")
        raise ArchiveError("no backup: the disk is full")

    every = timedelta(seconds=0.05)
    play([Job("one", bug, every), Job("other", fault, every)], lambda _timetable: None)
    assert times.count("bug") > 1
    assert times.count("fault") > 1
    assert any("a bug" in (record.exc_text or str(record.exc_info)) for record in caplog.records)
    assert any("other: no backup" in record.getMessage() for record in caplog.records)


def test_a_job_that_is_still_at_it_is_not_begun_again() -> None:
    begun: list[int] = []

    async def long() -> None:
        begun.append(1)
        await asyncio.sleep(10)

    play([Job("long", long, timedelta(seconds=0.05))], lambda _timetable: None)
    assert begun == [1]


def test_jobs_that_a_wrong_clock_put_off_for_years_come_as_if_nothing_had_been() -> None:
    done: list[int] = []

    async def job() -> None:
        done.append(1)

    def set_back(timetable: Timetable) -> None:
        for each in timetable._scheduler.get_jobs():
            each.modify(next_run_time=datetime.now(UTC) + YEAR)
        timetable.clock_was_set()

    play([Job("job", job, timedelta(seconds=0.1))], set_back)
    assert done


# --- aside ------------------------------------------------------------------------------------------------------------


def test_what_is_done_aside_gives_its_result_or_its_error() -> None:
    def fail() -> None:
        raise LookupError("a bug")

    async def run() -> None:
        assert await aside(lambda n: n + 1, 1) == 2
        with pytest.raises(LookupError):
            await aside(fail)

    asyncio.run(run())


def test_what_is_done_aside_keeps_nobody_from_ending() -> None:
    async def run() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                await aside(time.sleep, 60)

    began = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - began < 30  # the pool's threads would be waited for: a minute


# --- the line ---------------------------------------------------------------------------------------------------------


def test_on_a_terminal_one_line_says_how_it_stands(tmp_path: Path) -> None:
    with serving({"/a": answer(news(2, 1))}) as server:
        configure(tmp_path, server, "/a")
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [CHRONIK, "run"],
            cwd=tmp_path,
            env=environment() | {"TERM": "xterm"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=theirs,
        )
        os.close(theirs)
        try:
            said = read_until(ours, b"1 feeds")
            assert b"in hand" in said
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
        finally:
            process.kill()
            process.wait()
            os.close(ours)
    assert b"Traceback" not in said


def read_until(terminal: int, words: bytes) -> bytes:
    said = b""
    end = time.monotonic() + 30
    while words not in said and time.monotonic() < end:
        with suppress(OSError):
            said += os.read(terminal, 4096)
    return said
