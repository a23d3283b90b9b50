"""Loading takes documents in their order, holds but a bounded part of them, and outlives what one of them does."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from feeds import news
from here import Here
from saying import rows, told

from ingest import load, read
from ingest.hints import Hints
from ingest.load import Loaded, Loader
from ingest.local.documents import LocalDocument, Unreadable
from storage.archive import Archive, Writer
from storage.records import Reading

NO_ENTRY: Any = None  # what a bug in a parser might give
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def document(number: int, body: bytes | None = None) -> LocalDocument:
    body = news(number, number + 1, number + 2) if body is None else body
    return LocalDocument(f"{number}.xml", body, "o", "news", AT + timedelta(hours=number))


def loading(archive: Archive, found: Any, parser: Any = None, writer: Any = None) -> list[Loaded]:
    told: list[Loaded] = []

    async def main() -> None:
        writes = Writer(archive)
        try:
            await Loader(archive, writer or writes, parser or Here()).load(found, told.append)
        finally:
            writes.close()

    asyncio.run(main())
    return told


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(str(tmp_path / "archive.sqlite"), create=True) as opened:
        yield opened


def test_every_place_is_told_of_in_its_order(archive: Archive) -> None:
    found = [document(1), Unreadable("2.xml", "is torn"), document(3, b"no feed"), document(4)]
    told = loading(archive, found)
    assert [each.place for each in told] == ["1.xml", "2.xml", "3.xml", "4.xml"]
    assert [each.failure is None for each in told] == [True, False, False, True]


def test_documents_are_begun_only_as_far_as_they_fit_into_memory(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "BYTES_IN_HAND", 3 * len(document(1).body))
    taken = 0
    most = 0

    def found() -> Iterator[LocalDocument]:
        nonlocal taken
        for number in range(40):
            taken += 1
            yield document(number)

    told: list[Loaded] = []

    def tell(loaded: Loaded) -> None:
        nonlocal most
        most = max(most, taken - len(told))
        told.append(loaded)

    async def main() -> None:
        writer = Writer(archive)
        try:
            await Loader(archive, writer, Here()).load(found(), tell)
        finally:
            writer.close()

    asyncio.run(main())
    assert len(told) == 40
    assert most <= 2 * 3 + 1


def test_one_document_that_is_larger_than_all_that_may_be_in_hand_is_loaded_all_the_same(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "BYTES_IN_HAND", 1)
    assert [each.failure for each in loading(archive, [document(1), document(2)])] == [None, None]


def test_a_bug_met_at_one_document_is_told_of_its_body_kept_and_the_others_loaded(archive: Archive) -> None:
    class Unlucky(Here):
        async def read(self, body: bytes, hints: Hints) -> Reading:
            said = read.read(body, hints)
            return said if b"p=2<" not in body else replace(said, entries=(NO_ENTRY,))

    told = loading(archive, [document(3), document(0), document(6)], parser=Unlucky())
    assert [(each.failure or "")[:4] for each in told] == ["", "bug:", ""]
    kept = rows(archive, "select reason, document_id is not null from fetches where outcome = 'failed'")
    assert kept == [("bug", 1)]


class Counting(Here):
    """Counts the entries that it read. `forgetful`: it is not told what is known."""

    def __init__(self, forgetful: bool = False) -> None:
        self.forgetful = forgetful
        self.entries = 0

    async def read(self, body: bytes, hints: Hints) -> Reading:
        said = read.read(body, replace(hints, known=b"") if self.forgetful else hints)
        self.entries += len(said.entries)
        return said


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 9, 10), (10, 3, 9, 0, 2, 1)])
def test_of_a_series_only_what_is_new_is_read_and_the_archive_is_the_same(tmp_path: Path, order: list[int]) -> None:
    archives, read_of = [], []
    for forgetful in (False, True):
        with Archive.open(str(tmp_path / f"{forgetful}.sqlite"), create=True) as archive:
            parser = Counting(forgetful)
            loading(archive, [document(number) for number in order], parser=parser)
            archives.append(told(archive))
            read_of.append(parser.entries)
    assert archives[0] == archives[1]
    assert read_of[0] < read_of[1] == 3 * len(order)


def test_what_was_read_against_a_document_that_could_not_be_recorded_is_read_whole(archive: Archive) -> None:
    class Unlucky(Here):
        async def read(self, body: bytes, hints: Hints) -> Reading:
            said = read.read(body, hints)
            return said if b"p=2<" in body else replace(said, entries=(NO_ENTRY,), sources=said.sources[:16])

    found = [document(0, news(1, 3)), document(1, news(1, 2)), document(2, news(1, 2, 4))]
    told_of = loading(archive, found, parser=Unlucky())
    assert [(each.failure or "")[:4] for each in told_of] == ["bug:", "", ""]
    assert rows(archive, "select count(*) from entries") == [(3,)]
