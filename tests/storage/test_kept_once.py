"""What a publisher says twice is kept once, and told as it was said."""

from dataclasses import replace

import pytest
from saying import Said, rows, visit

from storage.archive import Archive
from storage.records import FeedRecord, Ingested, Key, KeyKind, Visit

ADDRESS = "https://orf.example/1"
LONG = "https://orf.example/1?utm_source=rss"


def _seen(feed: FeedRecord, url: str | None, guid: str | None, canonical: str | None) -> Visit:
    visited = visit(feed, 1, Said("Wahl", at=1))
    assert isinstance(visited.outcome, Ingested)
    reading = visited.outcome.reading
    keys = tuple(Key(kind, f"{kind} of it") for kind in KeyKind)
    entry = replace(reading.entries[0], url=url, guid=guid, canonical_url=canonical, keys=keys)
    return Visit(replace(visited.outcome, reading=replace(reading, entries=(entry,))))


@pytest.mark.parametrize(
    ("url", "guid", "canonical"),
    [
        (ADDRESS, ADDRESS, ADDRESS),
        (LONG, ADDRESS, ADDRESS),
        (LONG, LONG, ADDRESS),
        (ADDRESS, "7", ADDRESS),
        (ADDRESS, None, None),
        (None, "7", None),
        (None, None, None),
    ],
)
def test_guid_and_addresses_are_told_as_they_were_said(
    archive: Archive, feed: FeedRecord, url: str | None, guid: str | None, canonical: str | None
) -> None:
    archive.record([_seen(feed, url, guid, canonical)])
    assert rows(archive, "select url, guid, canonical_url from entries") == [(url, guid, canonical)]
    assert rows(archive, "select guid from sightings") == [(guid,)]


def test_an_address_that_is_guid_and_canonical_url_takes_its_place_once(archive: Archive, feed: FeedRecord) -> None:
    archive.record([_seen(feed, ADDRESS, ADDRESS, ADDRESS)])
    assert rows(archive, "select url, guid, canonical_url from item") == [(ADDRESS, "", "")]


def test_every_kind_of_evidence_is_told_by_its_name(archive: Archive, feed: FeedRecord) -> None:
    archive.record([_seen(feed, ADDRESS, "7", ADDRESS)])
    weak = {KeyKind.TITLE_DATE, KeyKind.CONTENT}
    told = dict(rows(archive, "select kind, key from entry_keys"))
    assert set(told) == {str(kind) for kind in KeyKind} - weak
    assert {told["guid"], told["guid_path"], told["guid_global"]} == {"7"}
    assert told["url"] == ADDRESS
    assert told["publisher_id"] == f"{KeyKind.PUBLISHER_ID} of it"


def test_weak_evidence_is_told_where_nothing_stronger_counts(archive: Archive, feed: FeedRecord) -> None:
    archive.record([visit(feed, 1, Said("Wahl", at=1))])
    assert rows(archive, "select kind, key from entry_keys") == [("title_date", "Wahl ")]
