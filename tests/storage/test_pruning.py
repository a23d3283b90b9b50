"""What is deleted on purpose is gone, with all that only it told, and does not come back."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import START, Said, hours, visit

from storage import care, documents
from storage.archive import Archive
from storage.pruning import prune
from storage.records import FeedRecord

NOON = START.replace(hour=12)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.open(str(tmp_path / "archive.sqlite"), create=True)


def rows(archive: Archive, query: str) -> list[tuple[object, ...]]:
    with archive.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def prune_before(archive: Archive, feed: FeedRecord, hour: int, *, dry_run: bool = False) -> tuple[int, int, int]:
    with archive.write() as tx:
        gone = prune(tx, [feed.feed_id], START.replace(hour=hour), dry_run=dry_run)
    archive.refresh_search()
    return gone.entries, gone.documents, gone.fetches


def fill(archive: Archive) -> FeedRecord:
    """Three documents: an entry that goes, one that is reworded, one that comes last."""
    feed = archive.ensure_feed("orf", "alle")
    old = Said("Vergangenes", guid="1", at=1)
    before, after = Said("Anfangs so", guid="2", at=2), Said("Später anders", guid="2", at=2)
    last = Said("Neues", guid="3", at=9)
    archive.record([visit(feed, 10, old, before), visit(feed, 12, after), visit(feed, 14, last, after)])
    archive.refresh_search()
    return feed


def test_what_only_deleted_documents_told_is_gone_and_the_rest_begins_later(archive: Archive) -> None:
    feed = fill(archive)
    assert prune_before(archive, feed, 12) == (1, 1, 1)
    assert rows(archive, "select title, versions, first_seen_at from entries order by 1") == [
        ("Neues", 1, START.replace(hour=14).strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("Später anders", 1, NOON.strftime("%Y-%m-%dT%H:%M:%SZ")),
    ]
    assert rows(archive, "select count(*) from entries_fts where entries_fts match 'vergangenes'") == [(0,)]
    assert rows(archive, "select count(*) from wording where title = 'Anfangs so'") == [(0,)]
    assert rows(archive, "select entries from feed") == [(2,)]


def test_the_documents_that_stay_are_whole_though_they_leant_on_others(archive: Archive) -> None:
    feed = fill(archive)
    prune_before(archive, feed, 12)
    with archive.read() as connection:
        for (document_id,) in connection.exec_driver_sql("select document_id from document").all():
            assert documents.body(connection, document_id)
    assert [each for each in care.verify(archive) if each.grave] == []


def test_a_dry_run_tells_the_same_and_deletes_nothing(archive: Archive) -> None:
    feed = fill(archive)
    before = rows(archive, "select * from entries"), rows(archive, "select * from document")
    told = prune_before(archive, feed, 12, dry_run=True)
    assert (rows(archive, "select * from entries"), rows(archive, "select * from document")) == before
    assert prune_before(archive, feed, 12) == told


def test_what_is_deleted_does_not_come_back_when_it_is_loaded_again(archive: Archive) -> None:
    feed = fill(archive)
    prune_before(archive, feed, 12)
    held = rows(archive, "select title, versions, first_seen_at from entries order by 1")
    fill(archive)
    assert rows(archive, "select title, versions, first_seen_at from entries order by 1") == held
    assert rows(archive, "select entries, documents from deletion") == [(1, 1)]


def test_all_of_a_feed_can_go_and_it_can_begin_again(archive: Archive) -> None:
    feed = fill(archive)
    other = archive.ensure_feed("apa", "alle")
    archive.record([visit(other, 10, Said("Bleibt", guid="9"))])
    assert prune_before(archive, feed, 23)[0] == 3
    assert rows(archive, "select title from entries") == [("Bleibt",)]
    archive.record([visit(feed, 23.5, Said("Wieder da", guid="4"))])
    assert rows(archive, "select title from entries order by 1") == [("Bleibt",), ("Wieder da",)]
    assert [each for each in care.verify(archive) if each.grave] == []


def test_a_document_that_was_confirmed_later_stays_with_its_first_time(archive: Archive) -> None:
    feed = archive.ensure_feed("orf", "alle")
    entry = Said("Steht lange", guid="1", at=1)
    archive.record([visit(feed, 10, entry), visit(feed, 13, entry)])
    prune_before(archive, feed, 12)
    first = START.replace(hour=10).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert rows(archive, "select title, first_seen_at from entries") == [("Steht lange", first)]


def test_two_feeds_of_an_outlet_keep_what_the_other_has(archive: Archive) -> None:
    one, two = archive.ensure_feed("orf", "alle"), archive.ensure_feed("orf", "wien")
    url = "https://orf.at/1"
    archive.record(
        [visit(one, 10, Said("Gleich", guid="1", url=url)), visit(two, 11, Said("Gleich", guid="1", url=url))]
    )
    assert prune_before(archive, one, 23) == (0, 0, 1) or prune_before(archive, one, 23)[0] == 0
    assert rows(archive, "select title, feed from entries") == [("Gleich", "orf/wien")]


def test_gaps_beside_what_is_deleted_go_too(archive: Archive) -> None:
    feed = archive.ensure_feed("orf", "alle")
    for n in range(3):
        many = [Said(f"T{n}{m}", guid=f"{n}-{m}", at=n * 6 + m / 10) for m in range(8)]
        archive.record([visit(feed, 1 + n * 7, *many)])
    assert rows(archive, "select count(*) from gaps")[0][0] == 2
    prune_before(archive, feed, 5)
    assert rows(archive, "select count(*) from gaps")[0][0] == 1


STATES = st.lists(st.lists(st.tuples(st.integers(1, 5), st.sampled_from("abc")), min_size=1, unique_by=lambda x: x[0]))


@settings(max_examples=40, deadline=None)
@given(STATES, st.integers(0, 12))
def test_what_is_left_always_is_what_the_later_documents_alone_tell(
    states: list[list[tuple[int, str]]], cut: int
) -> None:
    told = []
    for begin in (0, cut):
        with TemporaryDirectory() as folder:
            archive = Archive.open(f"{folder}/a.sqlite", create=True)
            feed = archive.ensure_feed("orf", "alle")
            for hour, said in enumerate(states):
                if hour >= begin:
                    entries = [Said(f"{text} {n}", guid=str(n), at=n) for n, text in said]
                    archive.record([visit(feed, hour, *entries)])
            if not begin:
                with archive.write() as tx:
                    prune(tx, [feed.feed_id], hours(cut))
            told.append(
                [
                    rows(archive, "select guid, title, versions from entries order by 1"),
                    rows(archive, "select seen_at, replaced_at, title, change from entry_versions order by 1, 3"),
                    rows(archive, "select guid, last_seen_at, gone_at from sightings order by 1, 2"),
                    rows(archive, "select after_at, before_at from gaps order by 1"),
                ]
            )
            archive.close()
    if not _stands_across(states, cut):
        assert told[0] == told[1]


def _stands_across(states: list[list[tuple[int, str]]], cut: int) -> bool:
    """Whether a document was seen before the cut and again after it: then it stays with its first time."""
    return 0 < cut < len(states) and states[cut - 1] == states[cut]
