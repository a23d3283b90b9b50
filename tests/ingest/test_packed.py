"""A large reading comes from its worker in parts, says the same as a small one, and names nothing that could act."""

import asyncio
import os
import pickle
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from ingest.hints import Hints
from ingest.parse.packed import PackedEntries, packed
from ingest.parse.sandbox import Sandbox
from storage.archive import Archive
from storage.parts import MOST_CHARACTERS, MOST_ENTRIES, parts
from storage.records import Entry, FeedHead, Fetch, Ingested, Key, KeyKind, Reading, Route, Visit, Wording

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def entry(number: int, text: str = "") -> Entry:
    name = number.to_bytes(32, "big")
    said = Wording(name, title=f"title {number}", content_text=text, published_at=NOW)
    return Entry(name, said, (Key(KeyKind.GUID, str(number)),), guid=str(number))


def reading(entries: tuple[Entry, ...]) -> Reading:
    return Reading(FeedHead("rss20"), entries, "utf-8", "declared")


def unpacked(said: Reading) -> PackedEntries:
    head, frames = packed(said)
    assert head.entries == ()
    return PackedEntries(tuple(frames), len(said.entries))


MANY = reading(tuple(entry(number) for number in range(3 * MOST_ENTRIES + 1)))


@given(st.lists(st.integers(0, MOST_CHARACTERS * 2), max_size=20))
def test_parts_are_all_entries_in_order_each_of_bounded_text_or_alone(sizes: list[int]) -> None:
    entries = [entry(number, "x" * size) for number, size in enumerate(sizes)]
    found = list(parts(entries))
    assert [each for part in found for each in part] == entries
    for part in found:
        assert len(part) == 1 or sum(len(each.wording.content_text or "") for each in part) <= MOST_CHARACTERS


def test_a_small_reading_goes_as_it_is() -> None:
    small = reading((entry(1), entry(2)))
    assert packed(small) == (small, [])


def test_a_single_entry_of_much_text_goes_packed() -> None:
    large = reading((entry(1, "x" * (MOST_CHARACTERS + 1)),))
    assert list(unpacked(large)) == list(large.entries)
    assert sum(map(len, unpacked(large).parts)) < MOST_CHARACTERS // 10


def test_packed_entries_are_a_sequence_that_can_be_gone_through_again() -> None:
    found = unpacked(MANY)
    assert len(found.parts) == 4
    assert len(found) == len(MANY.entries)
    assert list(found) == list(found) == list(MANY.entries)
    assert (found[0], found[-1], found[1:3]) == (MANY.entries[0], MANY.entries[-1], MANY.entries[1:3])
    with pytest.raises(IndexError):
        found[len(found)]


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


@pytest.mark.parametrize("sent", [(Evil(),), "text", ("no entry",), [entry(1)]])
def test_a_part_that_holds_anything_but_entries_is_refused(sent: object) -> None:
    with pytest.raises(pickle.UnpicklingError):
        list(PackedEntries((zlib.compress(pickle.dumps(sent)),), 1))


def test_a_part_that_cannot_be_unpacked_is_refused() -> None:
    with pytest.raises(pickle.UnpicklingError):
        list(PackedEntries((b"no zlib",), 1))


def test_a_large_document_comes_from_the_sandbox_in_parts() -> None:
    items = "".join(f"<item><guid>{number}</guid><title>t</title></item>" for number in range(MOST_ENTRIES + 1))
    body = f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()

    async def read() -> Reading:
        async with Sandbox(1) as box:
            return await box.read(body, Hints())

    found = asyncio.run(read())
    assert isinstance(found.entries, PackedEntries)
    assert [each.guid for each in found.entries] == [str(number) for number in range(MOST_ENTRIES + 1)]


def test_the_archive_is_the_same_whether_entries_came_packed_or_not(tmp_path: Path) -> None:
    twice = replace(MANY, entries=(*MANY.entries, *MANY.entries[:600]))
    plain, in_parts = (recorded(tmp_path / name, said) for name, said in (("a", twice), ("b", replace(twice))))
    packed_ones = recorded(tmp_path / "c", replace(twice, entries=unpacked(twice)))
    assert plain == in_parts == packed_ones
    assert len(plain) == len(MANY.entries)


def recorded(path: Path, said: Reading) -> list[tuple[object, ...]]:
    with Archive.open(str(path), create=True, now=lambda: NOW) as archive:
        feed = archive.ensure_feed("a", "b")
        archive.record([Visit(Ingested(Fetch(feed.feed_id, Route.LOAD, "file:a", NOW), b"x", bytes(32), said))])
        with archive.read() as connection:
            return rows(connection)


def rows(connection: Connection) -> list[tuple[object, ...]]:
    query = "select entry_id, guid, title, published_at from entries order by entry_id"
    return [tuple(row) for row in connection.exec_driver_sql(query)]
