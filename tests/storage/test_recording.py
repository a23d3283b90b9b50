"""What a visit leaves in the archive."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from saying import Said, hours, rows, visit

from storage.archive import Archive
from storage.documents import body
from storage.records import (
    Failed,
    FeedHealth,
    FeedListing,
    FeedRecord,
    Fetch,
    NotModified,
    OutletListing,
    Reason,
    Recorded,
    Route,
    Standing,
    Unchanged,
    Visit,
)

A, B = Said("A", guid="1", text="eins"), Said("B", guid="1", text="zwei")
OTHER = Said("Anderes", guid="2")


def versions(archive: Archive) -> list[tuple[object, ...]]:
    return rows(archive, "select version, title, seen_at, replaced_at, change from entry_versions order by seen_at")


def test_an_edited_entry_has_two_versions_and_the_old_wording_stays(archive: Archive, feed: FeedRecord) -> None:
    archive.record([visit(feed, 1, A), visit(feed, 2, B)])
    assert versions(archive) == [
        (1, "A", "2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z", "first"),
        (2, "B", "2026-01-01T02:00:00Z", None, "title"),
    ]
    assert rows(archive, "select title, version, versions from entries") == [("B", 2, 2)]


def test_a_wording_that_comes_back_is_a_third_version(archive: Archive, feed: FeedRecord) -> None:
    archive.record([visit(feed, 1, A), visit(feed, 2, B), visit(feed, 3, A)])
    assert [row[:2] for row in versions(archive)] == [(1, "A"), (2, "B"), (3, "A")]


def test_a_document_found_between_two_others_makes_three_versions_of_one(archive: Archive, feed: FeedRecord) -> None:
    archive.record([visit(feed, 1, A, OTHER), visit(feed, 3, A)])
    first = rows(archive, "select version_id from entry_versions where title = 'A'")
    archive.record([visit(feed, 2, B)])
    assert [row[:2] for row in versions(archive) if row[1] != "Anderes"] == [(1, "A"), (2, "B"), (3, "A")]
    assert first[0] in rows(archive, "select version_id from entry_versions where title = 'A'")


def test_an_article_in_two_feeds_of_an_outlet_is_one_entry_with_two_sightings(
    archive: Archive, feed: FeedRecord, sport: FeedRecord
) -> None:
    here, there = Said("A", guid="1", url="https://o.at/a"), Said("A", guid="x", url="https://o.at/a")
    archive.record([visit(feed, 1, here), visit(sport, 2, there)])
    assert rows(archive, "select count(*) from entries") == [(1,)]
    assert rows(archive, "select feed, guid from sightings order by feed") == [("orf/news", "1"), ("orf/sport", "x")]
    assert rows(archive, "select count(*) from entry_versions") == [(1,)]


def test_the_feed_with_the_fullest_text_speaks_for_the_entry(
    archive: Archive, feed: FeedRecord, sport: FeedRecord
) -> None:
    teaser = Said("A", guid="1", url="https://o.at/a", text="kurz")
    full = replace(teaser, guid="x", text="sehr viel länger")
    archive.record([visit(sport, 1, full), visit(feed, 2, teaser)])
    assert rows(archive, "select feed, guid, content_text from entries") == [("orf/sport", "x", "sehr viel länger")]


def test_two_feeds_that_word_an_entry_otherwise_do_not_fight(
    archive: Archive, feed: FeedRecord, sport: FeedRecord
) -> None:
    teaser = Said("A", guid="1", url="https://o.at/a", text="kurz")
    full = replace(teaser, guid="x", text="sehr viel länger")
    for at in range(4):
        archive.record([visit(sport, at, full), visit(feed, at + 0.5, teaser)])
    assert rows(archive, "select feed, version, change from entry_versions order by feed") == [
        ("orf/news", 1, "first"),
        ("orf/sport", 1, "first"),
    ]


def test_the_same_article_of_two_outlets_stays_two_entries(archive: Archive, feed: FeedRecord) -> None:
    other = archive.ensure_feed("kurier", "news")
    said = Said("A", guid="1", url="https://apa.at/a")
    archive.record([visit(feed, 1, said), visit(other, 1, said)])
    assert rows(archive, "select outlet from entries order by 1") == [("kurier",), ("orf",)]


@pytest.mark.parametrize(
    "said",
    [
        [Said(f"Nr. {n}", guid="1", url=f"https://o.at/{n}") for n in range(3)],
        [Said(f"Nr. {n}", guid="1") for n in range(3)],
        [Said(f"Nr. {n}", url=f"https://o.at/{n}") for n in range(3)],
        [Said(f"Nr. {n}", guid=str(n), url="https://o.at/ticker") for n in range(3)],
        [Said(f"Nr. {n}") for n in range(3)],
        [Said(None, text=f"Text {n}") for n in range(3)],
        [Said("Gleich", guid="1", url="https://o.at/1", text=f"Text {n}") for n in range(3)],
    ],
    ids=["shared guid", "shared guid, no link", "no guid", "shared link", "title only", "text only", "all shared"],
)
def test_nothing_is_lost_and_nothing_doubled(archive: Archive, feed: FeedRecord, said: list[Said]) -> None:
    archive.record([visit(feed, 1, said[0]), visit(feed, 2, *said), visit(feed, 3, *reversed(said))])
    assert rows(archive, "select count(*) from entries") == [(3,)]


def test_byte_identical_items_of_one_document_are_one_entry(archive: Archive, feed: FeedRecord) -> None:
    archive.record([visit(feed, 1, A, A, OTHER)])
    assert rows(archive, "select title from entries order by 1") == [("A",), ("Anderes",)]


def test_a_key_that_turns_out_shared_takes_apart_what_it_joined(archive: Archive, feed: FeedRecord) -> None:
    ticker = [Said(f"Meldung {n}", guid=str(n), url="https://o.at/ticker") for n in range(3)]
    archive.record([visit(feed, at, said) for at, said in enumerate(ticker)])
    assert rows(archive, "select count(*) from entries") == [(1,)]
    archive.record([visit(feed, 9, *ticker)])
    assert rows(archive, "select count(*) from entries") == [(3,)]
    assert rows(archive, "select distinct void from entry_keys where kind = 'url'") == [(1,)]


def test_evidence_that_joins_two_entries_is_told(archive: Archive, feed: FeedRecord) -> None:
    archive.record([visit(feed, 1, Said("A", guid="1")), visit(feed, 2, Said("A", url="https://o.at/a"))])
    archive.record([visit(feed, 3, Said("A", guid="1", url="https://o.at/a"))])
    assert rows(archive, "select entry_id, into_entry_id from entry_merges") == [(2, 1)]
    assert rows(archive, "select entry_id from entries") == [(1,)]


def test_guids_that_are_new_at_every_poll_are_found_out(archive: Archive, feed: FeedRecord) -> None:
    def poll(at: int) -> Visit:
        return visit(feed, at, *(Said(f"Nr. {n}", guid=f"{n}-{at}", url=f"https://o.at/{n}") for n in range(3)))

    archive.record([poll(at) for at in range(5)])
    assert rows(archive, "select count(*), max(versions) from entries") == [(3, 1)]
    assert rows(archive, "select unstable_guids from feeds") == [(1,)]
    assert len(rows(archive, "select key from entry_keys where kind = 'guid'")) < 5 * 3


def test_what_leaves_the_window_while_older_ones_stay_was_withdrawn(archive: Archive, feed: FeedRecord) -> None:
    said = [Said(f"Nr. {n}", guid=str(n), at=-n) for n in range(4)]
    archive.record([visit(feed, 1, *said), visit(feed, 2, said[0], said[2])])
    query = "select guid, gone_at, withdrawn from sightings order by guid"
    gone = "2026-01-01T02:00:00Z"
    assert rows(archive, query) == [("0", None, 0), ("1", gone, 1), ("2", None, 0), ("3", gone, 0)]


def test_windows_that_share_nothing_leave_a_gap_and_the_missing_one_closes_it(
    archive: Archive, feed: FeedRecord
) -> None:
    said = [Said(f"Nr. {n}", guid=str(n), at=n) for n in range(6)]
    archive.record([visit(feed, 1, *said[:2]), visit(feed, 5, *said[4:])])
    assert rows(archive, "select after_at, before_at, state from gaps") == [
        ("2026-01-01T01:00:00Z", "2026-01-01T05:00:00Z", "open")
    ]
    archive.record([visit(feed, 3, *said[1:5])])
    assert rows(archive, "select * from gaps") == []


def test_the_same_observation_twice_leaves_no_trace(archive: Archive, feed: FeedRecord) -> None:
    archive.record([visit(feed, 1, A)])
    (again,) = archive.record([visit(feed, 1, A)])
    assert again.known
    assert rows(archive, "select count(*) from fetches") == [(1,)]


def test_a_page_of_the_past_adds_entries_and_ends_no_sighting(archive: Archive, feed: FeedRecord) -> None:
    archive.record([visit(feed, 1, A), visit(feed, 2, OTHER, route=Route.PAGES), visit(feed, 3, A)])
    assert rows(archive, "select count(*) from entries") == [(2,)]
    assert rows(archive, "select guid, gone_at from sightings") == [("1", None)]
    assert rows(archive, "select * from gaps") == []


# --- live visits ------------------------------------------------------------------------------------------------------


def stands(_feed: FeedRecord, _recorded: Recorded) -> Standing:
    return Standing(FeedHealth.OK, 0, hours(99), "a test says so", etag='"e"')


def listed(archive: Archive) -> FeedRecord:
    archive.list_outlets([OutletListing("orf", feeds=(FeedListing("news", "https://orf.at/rss"),))])
    return archive.feeds()[0]


def live(feed: FeedRecord, at: float) -> Fetch:
    return Fetch(feed.feed_id, Route.LIVE, "https://orf.at/rss", hours(at))


def test_a_304_confirms_the_document_that_is_in_force(archive: Archive) -> None:
    feed = listed(archive)
    archive.record([replace(visit(feed, 1, A, route=Route.LIVE), decide=stands)])
    archive.record([Visit(NotModified(live(feed, 4)), stands)])
    assert rows(archive, "select last_seen_at from entries") == [("2026-01-01T04:00:00Z",)]
    assert rows(archive, "select outcome, document_id from fetches") == [("new", 1), ("not_modified", 1)]


def test_an_unchanged_body_is_not_stored_again(archive: Archive) -> None:
    feed = listed(archive)
    first = replace(visit(feed, 1, A, route=Route.LIVE), decide=stands)
    archive.record([first])
    archive.record([Visit(Unchanged(live(feed, 2), first.outcome.sha256), stands)])  # type: ignore[union-attr]
    assert rows(archive, "select count(*) from documents") == [(1,)]
    assert rows(archive, "select outcome, entries_seen from fetches order by 1") == [("new", 1), ("unchanged", 1)]


def test_a_body_that_could_not_be_read_is_kept(archive: Archive) -> None:
    feed = listed(archive)
    broken = b"<rss><channel>"
    archive.record([Visit(Failed(live(feed, 1), Reason.MALFORMED, "no entry", broken, "text/xml"), stands)])
    assert rows(archive, "select outcome, reason, detail from fetches") == [("failed", "malformed", "no entry")]
    with archive.read() as connection:
        assert body(connection, 1) == broken
    assert rows(archive, "select sha256 from documents") == [(sha256(broken).hexdigest(),)]


def test_a_feed_taken_out_of_the_file_is_kept_and_not_polled(archive: Archive) -> None:
    feed = listed(archive)
    archive.record([visit(feed, 1, A)])
    archive.list_outlets([])
    assert archive.claim(by="me", lasting=timedelta(minutes=1), limit=9) == []
    assert rows(archive, "select state, entries from feeds") == [("unlisted", 1)]


def test_a_claimed_feed_is_nobody_elses_until_its_lease_ends(archive: Archive) -> None:
    listed(archive)
    assert len(archive.claim(by="me", lasting=timedelta(minutes=1), limit=9)) == 1
    assert archive.claim(by="you", lasting=timedelta(minutes=1), limit=9) == []


def test_a_feed_is_due_when_its_standing_says(archive: Archive) -> None:
    feed = listed(archive)
    archive.record([Visit(Failed(live(feed, 1), Reason.DNS, "no such name"), stands)])
    assert archive.claim(by="me", lasting=timedelta(minutes=1), limit=9) == []
    assert len(archive.claim(by="me", lasting=timedelta(minutes=1), limit=9, force=True)) == 1
