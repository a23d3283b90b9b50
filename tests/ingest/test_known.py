"""A document of which only the unknown entries are read comes to the same as one that is read whole."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import hours, rows, told

from ingest.errors import ReadError
from ingest.hints import Hints
from ingest.read import read
from storage.archive import Archive
from storage.records import (
    NO_SOURCE,
    Entry,
    FeedHealth,
    FeedListing,
    FeedRecord,
    Fetch,
    Ingested,
    OutletListing,
    Reading,
    Recorded,
    Route,
    Standing,
    Visit,
    each_source,
)
from storage.sources import Lasting, Outdated

HINTS = Hints(None, "https://x.at/feed", "Europe/Vienna", "de")
HEADS = (
    "<title>A</title><link>https://x.at/</link>",
    "<title>B</title><link>https://x.at/</link>",
    "<title>A</title><link>https://y.at/</link><language>en</language>",
)
ROOTS = (
    "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:z='urn:one'>",
    "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:z='urn:two'>",
    "<rss version='2.0' xml:base='https://z.at/' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:z='urn:one'>",
)
ITEMS = (
    "<item><guid>1</guid><title>Eins &amp; alle</title><link>/1</link><pubDate>Mon, 2 Mar 2026 10:00</pubDate></item>",
    "<item><guid>1</guid><title>Eins und alles</title><link>/1</link></item>",
    "<item><guid>2</guid><title>Zwei</title><link>/2</link><description><![CDATA[<p>Text]]></description></item>",
    "<item><guid>2</guid><title>Zwei</title><link>/2</link><description>&lt;p&gt;Text</description></item>",
    "<item><title>Drei</title><link>/2?utm_source=rss</link><z:a>b</z:a><dc:creator>Eva</dc:creator></item>",
    "<item><title>Drei</title><link>/2</link><z:a>b</z:a></item>",
    "<item><q:title xmlns:q='urn:q'>Vier</q:title><guid>4</guid><q:b xmlns:q='urn:q'>1</q:b></item>",
    "<item><p:title xmlns:p='urn:q'>Vier</p:title><guid>5</guid><p:b xmlns:p='urn:q'>1</p:b></item>",
    "<item><guid>6</guid><title>Bare & sound</title></item>",
    "<item/>",
    f"<item><guid>7</guid><title>{'lang ' * 2500}</title></item>",
    "<item xml:base='https://w.at/'><guid>8</guid><link>/8</link><enclosure url='a.mp3' type='audio/mpeg'/></item>",
)
documents = st.builds(
    lambda root, head, items: f"{ROOTS[root]}<channel>{HEADS[head]}{''.join(ITEMS[n] for n in items)}</channel></rss>",
    st.sampled_from([0, 0, 0, 1, 2]),
    st.sampled_from([0, 0, 0, 1, 2]),
    st.lists(st.integers(0, len(ITEMS) - 1), min_size=1, max_size=8),
).map(str.encode)


def filled(said: Reading, before: Reading) -> Reading:
    """What was left out is taken from the document before."""
    if not said.against:
        return said
    known = dict(zip(each_source(before.sources), before.entries, strict=True))
    return replace(said, entries=tuple(_entries(said, known)), against=b"")


def _entries(said: Reading, known: dict[bytes, Entry]) -> Iterator[Entry]:
    entries = iter(said.entries)
    for source in each_source(said.sources):
        yield known[source] if source in known and source != NO_SOURCE else next(entries)


@settings(max_examples=150, deadline=None)
@given(before=documents, after=documents)
def test_what_is_left_out_is_what_the_last_document_had(before: bytes, after: bytes) -> None:
    last, whole = read(before, HINTS), read(after, HINTS)
    assert filled(read(after, replace(HINTS, known=last.sources)), last) == whole


GOLDEN = sorted((Path(__file__).parent / "golden").rglob("*.xml"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_golden_document_read_again_has_nothing_new(path: Path) -> None:
    body = path.read_bytes()
    try:
        whole = read(body, HINTS)
    except ReadError as failure:
        with pytest.raises(ReadError, match=failure.reason):
            read(body, replace(HINTS, known=NO_SOURCE))
        return
    again = read(body, replace(HINTS, known=whole.sources))
    assert filled(again, whole) == whole
    assert len(again.entries) == sum(source == NO_SOURCE for source in each_source(whole.sources)) or not whole.sources


def test_only_what_is_new_is_read() -> None:
    before = document(0, 2, 4)
    said = read(document(11, 0, 2, 4), replace(HINTS, known=read(before, HINTS).sources))
    assert [entry.guid for entry in said.entries] == ["8"]
    assert len(list(each_source(said.sources))) == 4


@pytest.mark.parametrize(
    "hints",
    [
        replace(HINTS, timezone="UTC"),
        replace(HINTS, language="fr"),
        replace(HINTS, base_url="https://other.at/feed"),
    ],
)
def test_what_is_known_under_other_conditions_is_read_again(hints: Hints) -> None:
    known = read(document(0, 2), HINTS).sources
    assert len(read(document(0, 2), replace(hints, known=known)).entries) == 2


def test_an_entry_that_had_to_be_cut_is_told_of_each_time() -> None:
    whole = read(document(10), HINTS)
    assert whole.note is not None
    assert whole.sources == NO_SOURCE
    assert read(document(10), replace(HINTS, known=whole.sources)) == whole


def test_a_fault_is_seen_though_all_entries_are_known() -> None:
    known = read(document(0, 2), HINTS).sources
    said = read(document(0, 2).replace(b"</channel>", b""), replace(HINTS, known=known))
    assert said.salvaged
    assert len(said.entries) == 2


def document(*items: int) -> bytes:
    return f"{ROOTS[0]}<channel>{HEADS[0]}{''.join(ITEMS[n] for n in items)}</channel></rss>".encode()


# --- in the archive ---------------------------------------------------------------------------------------------------


def ingested(feed: FeedRecord, at: int, body: bytes, known: bytes) -> Visit:
    said = read(body, replace(HINTS, known=known))
    fetch = Fetch(feed.feed_id, Route.LIVE, "https://x.at/feed", hours(at))
    return Visit(Ingested(fetch, body, sha256(body).digest(), said), decided)


def decided(_before: FeedRecord, _recorded: Recorded) -> Standing:
    return Standing(FeedHealth.OK, 0, hours(1000), "because")


def archived(path: Path, bodies: Sequence[tuple[int, bytes]], by_parts: bool) -> dict[str, list[tuple[object, ...]]]:
    path.write_bytes(empty_archive())
    listing = OutletListing("orf", feeds=tuple(FeedListing(slug, f"https://x.at/{slug}") for slug in "ab"))
    with Archive.open(str(path), now=lambda: hours(0)) as archive:
        archive.list_outlets([listing])
        feeds = list(archive.feeds())
        for at, (number, body) in enumerate(bodies):
            with archive.write() as tx:
                known = Lasting(feeds[number].feed_id)(tx).sources if by_parts else b""
            archive.record([ingested(feeds[number], at, body, known)])
        assert not rows(archive, "pragma foreign_key_check")
        void = rows(archive, "select feed_id, key from void_key order by 1, 2")
        keys = rows(archive, "select key, item_id, kind from item_key order by 1, 2")
        readings = rows(archive, "select feed_id, document_id, items, sources, note from reading order by 1, 2")
        return told(archive) | {"void": void, "keys": keys, "readings": readings}


@cache
def empty_archive() -> bytes:
    """A new archive, as a file: making one takes longer than a test's whole history."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite"
        Archive.open(str(path), create=True).close()
        return path.read_bytes()


@settings(max_examples=25, deadline=None)
@given(bodies=st.lists(st.tuples(st.integers(0, 1), documents), min_size=2, max_size=6))
def test_by_parts_or_whole_the_archive_is_the_same(bodies: list[tuple[int, bytes]]) -> None:
    with TemporaryDirectory() as folder:
        by_parts = archived(Path(folder) / "a.sqlite", bodies, by_parts=True)
        whole = archived(Path(folder) / "b.sqlite", bodies, by_parts=False)
    assert by_parts == whole


def test_a_key_that_a_new_entry_shares_with_one_left_out_is_void(tmp_path: Path) -> None:
    bodies = [(0, document(0)), (0, document(0, 1))]
    by_parts = archived(tmp_path / "a.sqlite", bodies, by_parts=True)
    assert by_parts["void"]
    assert by_parts == archived(tmp_path / "b.sqlite", bodies, by_parts=False)


def test_what_was_read_against_another_document_is_refused(tmp_path: Path) -> None:
    with Archive.open(str(tmp_path / "a.sqlite"), create=True) as archive:
        archive.list_outlets([OutletListing("orf", feeds=(FeedListing("a", "https://x.at/a"),))])
        (feed,) = archive.feeds()
        archive.record([ingested(feed, 0, document(0, 2), b"")])
        stale = read(document(0, 2), HINTS).sources
        archive.record([ingested(feed, 1, document(2), b"")])
        with pytest.raises(Outdated):
            archive.record([ingested(feed, 2, document(0, 2, 4), stale)])


def test_dates_of_what_was_left_out_are_known(tmp_path: Path) -> None:
    with Archive.open(str(tmp_path / "a.sqlite"), create=True) as archive:
        archive.list_outlets([OutletListing("orf", feeds=(FeedListing("a", "https://x.at/a"),))])
        (feed,) = archive.feeds()
        archive.record([ingested(feed, 0, document(0, 2), b"")])
        with archive.write() as tx:
            last = Lasting(feed.feed_id)(tx)
        said = read(document(11, 0, 2), replace(HINTS, known=last.sources))
        (whole,) = (each.wording.published_at for each in read(document(0), HINTS).entries)
    assert last.dates(said) == (whole,)
    assert whole is not None
    assert whole.utcoffset() == timedelta(0)
