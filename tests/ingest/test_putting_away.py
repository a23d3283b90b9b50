"""The daemon puts documents away: hourly, sooner when the store was away, and a person is told of that once."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import FakeClock

from ingest.config import config_of, listing
from ingest.daemon import upkeep
from ingest.daemon.alarm import Alarm
from ingest.hosts import HostTurns, MemoryLedger
from ingest.session import Session
from storage.alerts import alerts
from storage.archive import Archive, Writer
from storage.documents import keep
from storage.errors import ArchiveError

MONTH = timedelta(days=30)


class House:
    """An archive with some old documents, a folder for them, and the session of a daemon."""

    def __init__(self, folder: Path, archive: Archive, clock: FakeClock) -> None:
        self.store, self.archive, self.clock = folder / "raw", archive, clock
        text = f"documents: {self.store.as_uri()}\noutlets: {{o: {{feeds: {{a: 'https://o.example/'}}}}}}\n"
        config = config_of(text, folder / "feeds.yaml", {})
        archive.list_outlets(listing(config))
        line: Any = None
        self.writer = Writer(archive)
        self.session = Session(config, archive, self.writer, line, clock, "us", HostTurns(MemoryLedger(), clock))
        self.alarm = Alarm()

    def receive(self, *bodies: bytes) -> None:
        with self.archive.write() as tx:
            for body in bodies:
                keep(tx, body, self.clock.now() - MONTH)

    def stow(self) -> None:
        asyncio.run(upkeep.stow(self.session))

    def outside(self) -> int:
        with self.archive.reader() as reader:
            return int(reader.rows("select count(*) as n from documents where object is not null")[0]["n"])

    def told(self) -> list[str]:
        asyncio.run(self.alarm.look(self.session))
        with self.archive.read() as connection:
            return [each.detail for each in alerts(connection).values() if each.subject == "documents"]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = FakeClock()
    with Archive.open(str(tmp_path / "archive.sqlite"), create=True, now=clock.now) as archive:
        made = House(tmp_path, archive, clock)
        yield made
        made.writer.close()


def test_documents_at_rest_are_put_away_once_an_hour(house: House) -> None:
    house.store.mkdir()
    house.receive(b"a", b"b")
    house.stow()
    assert house.outside() == 2
    house.receive(b"c")
    house.stow()
    assert house.outside() == 2
    house.clock.advance(3601)
    house.stow()
    assert (house.outside(), house.told()) == (3, [])


def test_a_store_that_is_away_is_told_until_it_is_back_and_tried_sooner(house: House) -> None:
    house.receive(b"a")
    for _ in range(2):
        with pytest.raises(ArchiveError, match=r"no such folder: make it.*documents stay in the archive until then"):
            house.stow()
    assert len(house.told()) == 1
    house.store.mkdir()
    house.stow()
    assert (house.outside(), house.told()) == (1, [])
