"""The daemon's alarm, against a webhook of the test's own: each alert once, a restart or not."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import FakeClock
from servers import Server, answer, serving

from ingest.clock import Clock
from ingest.config import Config, config_of, listing
from ingest.daemon.alarm import Alarm
from ingest.hosts import HostTurns, MemoryLedger
from ingest.session import Session
from storage.archive import Archive, Writer
from storage.tables import feed as feed_table
from storage.trouble import Trouble


class Nobody:
    """The line is not asked."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for")


@pytest.fixture
def hook() -> Iterator[Server]:
    with serving({"/hook": answer(b"ok")}) as server:
        yield server


def configured(folder: Path, hook: Server | None) -> Config:
    webhook = f"alerts: {{webhook: '{hook.url('/hook')}'}}\n" if hook else ""
    text = (
        "network: {allow_private_hosts: [127.0.0.0/8]}\n"
        + webhook
        + "outlets: {o: {feeds: {a: 'https://o.example/'}}}\n"
    )
    return config_of(text, folder / "feeds.yaml", {})


class Desk:
    """An archive with one listed feed, and the alarm over it."""

    def __init__(self, archive: Archive, config: Config) -> None:
        archive.list_outlets(listing(config))
        self.archive, self.alarm = archive, Alarm()
        self.writer = Writer(archive)
        clock: Clock = FakeClock()
        line: Any = Nobody()
        self.session = Session(config, archive, self.writer, line, clock, "us", HostTurns(MemoryLedger(), clock))

    def stand(self, **values: object) -> None:
        with self.archive.write() as tx:
            tx.connection.execute(feed_table.update().values(values))

    def look(self, config_error: str | None = None) -> None:
        asyncio.run(self.alarm.look(self.session, config_error))


@pytest.fixture
def desk(tmp_path: Path, hook: Server) -> Iterator[Desk]:
    with Archive.open(str(tmp_path / "archive.sqlite"), create=True) as archive:
        opened = Desk(archive, configured(tmp_path, hook))
        yield opened
        opened.writer.close()


def fail(desk: Desk) -> None:
    desk.stand(state="failing", failures=2, last_error="not_a_feed: a page")


def test_what_fails_is_told_once_and_when_it_is_over_once_more(desk: Desk, hook: Server) -> None:
    fail(desk)
    desk.look()
    desk.look()
    assert len(hook.asked) == 1
    desk.stand(state="ok", failures=0, last_error=None)
    desk.look()
    desk.look()
    assert len(hook.asked) == 2


def test_days_that_a_clock_leapt_over_are_no_days_of_failing(desk: Desk, hook: Server) -> None:
    now = desk.session.clock.now()
    desk.stand(state="failing", failures=9, last_error="timeout: slow", last_success_at=now - timedelta(days=400))
    desk.alarm.leaps.leapt(timedelta(days=399), now)
    desk.look()
    assert hook.asked == []
    desk.stand(last_success_at=now - timedelta(days=403))  # four days before the leap
    desk.look()
    assert len(hook.asked) == 1


def test_a_restart_tells_nothing_twice(desk: Desk, hook: Server) -> None:
    fail(desk)
    desk.look()
    desk.alarm = Alarm()
    desk.look()
    assert len(hook.asked) == 1


def test_what_the_webhook_does_not_take_is_told_again(desk: Desk, hook: Server) -> None:
    hook.pages["/hook"] = [answer(b"", 500), answer(b"ok")]
    fail(desk)
    for _ in range(3):
        desk.look()
    assert len(hook.asked) == 2


def test_a_wrong_configuration_and_a_missing_backup_are_told(desk: Desk, hook: Server, tmp_path: Path) -> None:
    desk.look("feeds.yaml:1: nonsense")
    assert len(hook.asked) == 1
    desk.look(None)
    assert len(hook.asked) == 2


def test_an_archive_that_cannot_be_written_is_told_without_writing(desk: Desk, hook: Server) -> None:
    async def minutes(*troubles: Trouble | None) -> None:
        for trouble in troubles:
            await desk.alarm.mind(desk.session, trouble)

    asyncio.run(minutes(Trouble.FULL, None, None))
    assert hook.asked == []  # it passed within a minute
    asyncio.run(minutes(Trouble.FULL, Trouble.FULL, Trouble.FULL))
    assert len(hook.asked) == 1
    asyncio.run(minutes(None, None))
    assert len(hook.asked) == 2


def test_without_a_webhook_the_log_says_it_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Archive.open(str(tmp_path / "archive.sqlite"), create=True) as archive:
        desk = Desk(archive, configured(tmp_path, None))
        fail(desk)
        for _ in range(3):
            desk.look()
        desk.writer.close()
    assert len([record for record in caplog.records if "not_a_feed" in record.getMessage()]) == 1
