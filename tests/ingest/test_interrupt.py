"""Ctrl-C ends a verb in order, however often it is pressed; so does whoever reads no further."""

import asyncio
import os
import signal
import sys

import pytest

from ingest.cli import main
from ingest.cli.interrupt import run


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_what_is_to_be_done_at_the_end_is_done_though_it_is_pressed_again() -> None:
    done = []

    async def work() -> None:
        try:
            press()
            await asyncio.Event().wait()
        finally:
            for _ in range(3):
                press()
                await asyncio.sleep(0)
            done.append("commit")

    with pytest.raises(KeyboardInterrupt):
        run(work())
    assert done == ["commit"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_not_interrupted_gives_its_result() -> None:
    assert run(asyncio.sleep(0, "done")) == "done"


def test_pressed_while_that_is_said_it_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("ingest.cli._run", pressed)
    monkeypatch.setattr("ingest.cli.print_error", pressed)
    assert main(["poll"]) == 130


def test_that_nobody_reads_on_is_no_traceback_though_several_feeds_are_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", sys.stdout)

    async def told() -> None:
        raise BrokenPipeError

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(told())

    monkeypatch.setattr("ingest.cli._run", lambda *_: run(work()))
    assert main(["backfill"]) == 0
    sys.stdout.close()
