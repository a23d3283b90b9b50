"""Documents that a store outside of the archive keeps are as good as those within: whatever comes in between."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from objectstores import S3, s3
from saying import IN_A_FILE, START, Said, hours, rows, visit

from storage import documents, stowing
from storage.archive import Archive
from storage.care import Finding, verify
from storage.documents import MAX_DEPTH
from storage.errors import ArchiveError
from storage.export.archive import sqlite as as_archive
from storage.export.slices import Slice
from storage.object_store import ObjectLostError, ObjectStore, StoreError
from storage.pruning import prune
from storage.records import FeedRecord
from storage.stowing import LARGEST, OBJECT, RESTING, Packed, bring_back, loads, note, put_some, stow, tidy

ARTICLE = b"".join(bytes(str(n * n), "ascii") for n in range(2_000))
LONG_AFTER = START + timedelta(days=30)
FULL = MAX_DEPTH + 1  # documents of a chain


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with s3() as started:
        yield started


@pytest.fixture
def store(server: S3) -> S3:
    """An empty bucket."""
    server.ask("POST", "/moto-api/reset")
    server.ask("PUT", "/news")
    return server


def keep(archive: Archive, count: int, name: str = "a", after: int | None = None) -> list[int]:
    """Documents an hour apart, each held against the one before."""
    kept = [] if after is None else [after]
    for at in range(count):
        with archive.write() as tx:
            like = kept[-1] if kept else None
            kept.append(documents.keep(tx, body(name, at), hours(at), like=like))
    return kept if after is None else kept[1:]


def body(name: str, at: int) -> bytes:
    return f"{name} {at} ".encode() + ARTICLE


def read(archive: Archive, kept: list[int]) -> list[bytes]:
    with archive.read() as connection:
        return [documents.body(connection, document_id) for document_id in kept]


def outside(archive: Archive) -> list[int]:
    return [row[0] for row in rows(archive, "select document_id from document where object_id is not null order by 1")]


def bodies_here(archive: Archive) -> int:
    return int(rows(archive, "select count(*) from document_body")[0][0])


def grave(archive: Archive) -> list[Finding]:
    return [finding for finding in verify(archive) if finding.check in {"documents", "objects"}]


# --- what moves -------------------------------------------------------------------------------------------------------


def test_documents_come_back_byte_for_byte_from_wherever_they_lie(archive: Archive, store: S3) -> None:
    kept = keep(archive, FULL + 3)
    wanted = read(archive, kept)
    assert stow(archive, store.url, hours(FULL + 4)) == FULL
    assert (outside(archive), bodies_here(archive)) == (kept[:FULL], 3)
    assert len(store.names()) == 1, "a chain goes into one object, so that it is read by one request"
    with Archive.open(archive.location) as another:
        assert read(another, kept) == wanted
    assert grave(archive) == []


def test_the_view_says_where_a_document_lies(archive: Archive, store: S3) -> None:
    keep(archive, FULL + 1)
    stow(archive, store.url, hours(FULL))
    places = {row[0] for row in rows(archive, "select object from documents")}
    assert places == {None, f"s3://news/{store.names()[0]}"}


def test_a_chain_that_may_grow_stays_for_a_week(archive: Archive, store: S3) -> None:
    kept = keep(archive, 3)
    assert stow(archive, store.url, hours(2) + RESTING) == 0
    assert stow(archive, store.url, hours(2) + RESTING + timedelta(seconds=1)) == 3
    assert outside(archive) == kept


def test_nothing_is_put_away_twice(archive: Archive, store: S3) -> None:
    keep(archive, FULL)
    assert [stow(archive, store.url, LONG_AFTER) for _ in range(2)] == [FULL, 0]


def test_many_small_chains_share_an_object(archive: Archive, store: S3) -> None:
    for name in "abcdefgh":
        keep(archive, 2, name)
    assert stow(archive, store.url, LONG_AFTER) == 16
    assert len(store.names()) == 1


def test_a_folder_is_a_store_too(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "raw documents").mkdir()
    kept = keep(archive, FULL)
    wanted = read(archive, kept)
    stow(archive, (tmp_path / "raw documents").as_uri(), LONG_AFTER)
    assert (bodies_here(archive), read(archive, kept)) == (0, wanted)


@settings(max_examples=50)
@given(sizes=st.lists(st.tuples(st.integers(0, 9), st.integers(1, LARGEST + OBJECT)), max_size=20))
def test_every_body_has_one_place_and_chains_are_split_only_where_they_are_long(sizes: list[tuple[int, int]]) -> None:
    parts = [Packed(n, chain, _Long(size)) for n, (chain, size) in enumerate(sorted(sizes))]
    whole = list(loads(parts))
    assert [part for load in whole for part in load] == parts
    for load, following in pairwise(whole):
        assert sum(map(len, (part.body for part in load))) <= LARGEST or len(load) == 1
        if load[-1].chain_id == following[0].chain_id:
            assert sum(len(part.body) for part in load) + len(following[0].body) > LARGEST


class _Long(bytes):
    """Bytes of a length, without them."""

    def __new__(cls, size: int) -> "_Long":
        made = super().__new__(cls, size.to_bytes(4, "big"))
        made.size = size
        return made

    size: int

    def __len__(self) -> int:
        return self.size


# --- what comes in between --------------------------------------------------------------------------------------------


def test_what_comes_next_is_held_against_nothing_outside_and_asks_no_store(archive: Archive, store: S3) -> None:
    kept = keep(archive, 3)
    stow(archive, store.url, LONG_AFTER)
    store.go_away()
    try:
        with Archive.open(archive.location) as restarted:  # nothing is at hand
            more = keep(restarted, 2, "b", after=kept[-1])
        assert rows(archive, "select depth from document order by document_id") == [(0,), (1,), (2,), (0,), (1,)]
        assert read(archive, more) == [body("b", 0), body("b", 1)]
    finally:
        store.begin()


def test_a_process_killed_once_the_store_has_it_leaves_nothing_wrong(archive: Archive, store: S3) -> None:
    kept = keep(archive, FULL)
    put_some(archive, ObjectStore(store.url), LONG_AFTER, 0)
    assert (len(store.names()), outside(archive), bodies_here(archive)) == (1, [], FULL)
    assert stow(archive, store.url, LONG_AFTER) == FULL
    assert (len(store.names()), outside(archive), grave(archive)) == (1, kept, [])


def test_a_chain_that_grew_meanwhile_stays(archive: Archive, store: S3) -> None:
    (quiet,) = keep(archive, 1, "quiet")
    kept = keep(archive, 3)
    stowed, _ = put_some(archive, ObjectStore(store.url), LONG_AFTER, 0)
    keep(archive, 1, "b", after=kept[-1])
    with archive.write() as tx:
        assert note(tx, stowed) == 1
    assert outside(archive) == [quiet]
    assert read(archive, kept) == [body("a", at) for at in range(3)]


def test_two_daemons_that_put_the_same_away_note_it_once(archive: Archive, store: S3) -> None:
    keep(archive, FULL)
    both = [put_some(archive, ObjectStore(store.url), LONG_AFTER, 0)[0] for _ in range(2)]
    noted = []
    for stowed in both:
        with archive.write() as tx:
            noted.append(note(tx, stowed))
    assert (noted, len(store.names()), grave(archive)) == ([FULL, 0], 1, [])


def test_a_store_that_is_away_loses_nothing_and_goes_on_when_it_is_back(archive: Archive, store: S3) -> None:
    kept = keep(archive, FULL + 1)
    store.go_away()
    try:
        with pytest.raises(StoreError, match=r"^s3://news/raw cannot be reached: look at the network"):
            stow(archive, store.url, LONG_AFTER)
        assert (outside(archive), bodies_here(archive)) == ([], FULL + 1)
    finally:
        store.begin()
    assert stow(archive, store.url, hours(FULL)) == FULL
    store.go_away()
    try:
        with pytest.raises(StoreError):
            read(archive, kept)
        assert len(grave(archive)) == 2, "it is said once of documents and once of objects, not once a document"
    finally:
        store.begin()
    assert grave(archive) == []


def test_a_wrong_key_is_told_in_a_line_without_secrets(archive: Archive, store: S3) -> None:
    keep(archive, FULL)
    store.refuse_keys()
    try:
        for ask in (lambda: stow(archive, store.url, LONG_AFTER), lambda: list(ObjectStore(store.url).names())):
            with pytest.raises(StoreError, match="does not let us in: look at AWS_ACCESS_KEY_ID") as told:
                ask()
            assert "\n" not in str(told.value)
            assert not any(secret in str(told.value) for secret in ("much-too-secret", "reader", "<"))
    finally:
        store.refuse_keys(after=1_000_000)
    assert outside(archive) == []


def test_a_bucket_that_is_not_there_is_told(archive: Archive, store: S3) -> None:
    keep(archive, FULL)
    with pytest.raises(StoreError, match=r"^s3://others is not there: make it$"):
        stow(archive, "s3://others", LONG_AFTER)


def test_a_folder_that_is_not_mounted_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such folder"):
        ObjectStore((tmp_path / "unmounted").as_uri())


# --- damage -----------------------------------------------------------------------------------------------------------


@IN_A_FILE
def test_verify_names_documents_whose_object_is_lost_or_damaged(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    for count, name in ((2, "a"), (1, "b")):
        keep(archive, count, name)
        stow(archive, folder.as_uri(), LONG_AFTER)
    first, second = [folder / name[:2] / name[2:] for (name,) in rows(archive, "select name from object order by 1")]
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1] + b"?")
    told = [finding.text for finding in grave(archive)]
    assert len(told) == 3
    assert {"has no object" in each or "is not what its name says" in each for each in told} == {True}


@IN_A_FILE
def test_nothing_is_ever_overwritten(archive: Archive, tmp_path: Path) -> None:
    store = ObjectStore(tmp_path.as_uri())
    (name,) = store.put([b"a body"])
    file = tmp_path / name[:2] / name[2:]
    file.write_bytes(b"another")
    with pytest.raises(ObjectLostError, match="is not what its name says"):
        store.put([b"a body"])
    assert file.read_bytes() == b"another"


def test_objects_that_the_archive_does_not_name_are_told_and_kept(archive: Archive, store: S3) -> None:
    keep(archive, FULL)
    stow(archive, store.url, LONG_AFTER)
    ObjectStore(store.url).put([b"of another archive"])
    (found,) = grave(archive)
    assert (found.grave, found.text.startswith("s3://news/raw has 1 objects (18 bytes)")) == (False, True)
    tidy(archive)
    assert len(store.names()) == 2


# --- back -------------------------------------------------------------------------------------------------------------


def fill(archive: Archive, feed: FeedRecord, count: int = 6) -> None:
    texts = [Said(f"Meldung {n}", guid=str(n), at=n, text="Satz für Satz. " * 50) for n in range(count + 1)]
    archive.record([visit(feed, at, *texts[at : at + 2]) for at in range(count)])


def test_what_is_pruned_goes_from_the_store_as_well_and_the_rest_is_whole(
    archive: Archive, feed: FeedRecord, store: S3
) -> None:
    fill(archive, feed)
    assert stow(archive, store.url, LONG_AFTER) == 6
    with archive.write() as tx:
        assert prune(tx, [feed.feed_id], hours(3)).documents == 3
    assert grave(archive) == []
    assert tidy(archive) > 0
    assert (store.names(), outside(archive), bodies_here(archive), grave(archive)) == ([], [], 3, [])
    assert stow(archive, store.url, LONG_AFTER) == 3


def test_what_cannot_be_deleted_now_is_deleted_the_next_time(archive: Archive, feed: FeedRecord, store: S3) -> None:
    fill(archive, feed)
    stow(archive, store.url, LONG_AFTER)
    with archive.write() as tx:
        prune(tx, [feed.feed_id], hours(3))
    store.go_away()
    try:
        with pytest.raises(StoreError):
            tidy(archive)
    finally:
        store.begin()
    assert tidy(archive) > 0
    assert (store.names(), grave(archive)) == ([], [])


def test_all_can_be_taken_in_again_and_the_objects_stay(archive: Archive, store: S3) -> None:
    kept = keep(archive, FULL + 1)
    wanted = read(archive, kept)
    stow(archive, store.url, LONG_AFTER)
    names = store.names()
    assert bring_back(archive) == FULL + 1
    assert (store.names(), outside(archive), bodies_here(archive)) == (names, [], FULL + 1)
    store.go_away()
    try:
        with Archive.open(archive.location) as another:
            assert read(another, kept) == wanted
    finally:
        store.begin()


def test_a_slice_has_its_documents_within(archive: Archive, feed: FeedRecord, store: S3, tmp_path: Path) -> None:
    fill(archive, feed)
    stow(archive, store.url, LONG_AFTER)
    assert as_archive(archive, Slice(), tmp_path / "slice.sqlite", lambda _: None) == 6
    with Archive.open(str(tmp_path / "slice.sqlite")) as slice_:
        assert (outside(slice_), bodies_here(slice_), stowing.outside(slice_), grave(slice_)) == ([], 6, [], [])
    assert len(outside(archive)) == 6


@IN_A_FILE
def test_a_document_whose_object_is_not_known_is_told(archive: Archive, store: S3) -> None:
    (kept,) = keep(archive, 1)
    stow(archive, store.url, LONG_AFTER)
    with archive.write() as tx:
        tx.connection.exec_driver_sql("delete from object")
    with pytest.raises(ArchiveError, match=f"document {kept} lies in an object that is not known"):
        read(archive, [kept])
