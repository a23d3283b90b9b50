"""What other readers and archives kept arrives with its dates; what is loaded twice is there once."""

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from feeds import item, news, rss
from loads import asked, load
from saying import told

from ingest.local.documents import FeedName, Names, Unreadable
from ingest.local.files import documents
from storage.archive import Archive
from storage.engine import sqlite_driver

FEED = "https://o.example/feed/"


def database(path: Path, *statements: str) -> Path:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def newsboat(folder: Path) -> Path:
    return database(
        folder / "cache.db",
        "create table rss_feed (rssurl text, url text, title text, lastmodified int, is_rtl int, etag text)",
        "create table rss_item (id integer primary key, guid text, title text, author text, url text, feedurl text,"
        " pubDate int, content text, unread int, enclosure_url text, enclosure_type text, deleted int)",
        f"insert into rss_feed values ('{FEED}', 'https://o.example/', 'Meldungen', 0, 0, '')",
        f"insert into rss_item values (1, 'https://o.example/?p=1', 'Eins', 'Ann', 'https://o.example/1/', '{FEED}',"
        " 1772328600, '<p>Text</p>', 1, null, null, 0)",
        f"insert into rss_item values (2, 'https://o.example/?p=2', 'Zwei', '', 'https://o.example/2/', '{FEED}',"
        " 1772332200, '<p>Mehr</p>', 1, 'https://o.example/2.mp3', 'audio/mpeg', 1)",
    )


def freshrss(folder: Path) -> Path:
    return database(
        folder / "db.sqlite",
        "create table category (id integer primary key)",
        "create table feed (id integer primary key, url text, name text, website text)",
        *(
            f"create table {table} (id bigint, guid text, title text, author text, content text, link text, date int,"
            " lastSeen int, hash blob, is_read int, is_favorite int, id_feed int, tags text, attributes text)"
            for table in ("entry", "entrytmp")
        ),
        "insert into feed values (1, 'https://o.example/feed/?a=1&amp;b=2', 'Meldungen', 'https://o.example/')",
        "insert into entry values (1772330000123456, 'https://o.example/?p=1', 'Eins &amp; zwei', ';Ann', '<p>T</p>',"
        " 'https://o.example/1/', 1772328600, 0, x'00', 0, 0, 1, '#Politik #Wien',"
        ' \'{"enclosures": [{"url": "https://o.example/1.mp3", "type": "audio/mpeg"}]}\')',
        "insert into entrytmp values (1772340000123456, 'https://o.example/?p=2', 'Drei', '', '<p>U</p>',"
        " 'https://o.example/2/', 1772338600, 0, x'00', 0, 0, 1, '', '')",
    )


def reader(folder: Path) -> Path:
    return database(
        folder / "reader.sqlite",
        "create table feeds (url text, title text, link text, user_title text)",
        "create table feed_tags (a)",
        "create table entry_tags (a)",
        "create table entries (id text, feed text, title text, link text, updated text, author text, published text,"
        " summary text, content text, enclosures text, first_updated text)",
        f"insert into feeds values ('{FEED}', 'Meldungen', 'https://o.example/', null)",
        f"insert into entries values ('https://o.example/?p=1', '{FEED}', 'Eins', 'https://o.example/1/', null,"
        ' \'[{"name": "Ann", "href": "https://ann.example/", "email": null}]\','
        " '2026-03-01 01:30:00', 'Kurz', '[{\"value\": \"<p>Lang</p>\"}]', '[]', '2026-03-01 02:00:00.5')",
        f"insert into entries values ('https://o.example/?p=2', '{FEED}', 'Zwei', 'https://o.example/2/', null, null,"
        " null, 'Kurz', null, null, '2026-03-05 02:00:00')",
    )


def feed_to_sqlite(folder: Path) -> Path:
    return database(
        folder / "feeds.db",
        "create table feeds (id text primary key, title text, subtitle text, link text)",
        "create table meldungen (id text, feed text, title text, description text, published text, updated text,"
        " link text)",
        "insert into feeds values ('https://o.example/', 'Meldungen', '', 'https://o.example/')",
        "insert into meldungen values ('https://o.example/?p=1', 'https://o.example/', 'Eins', 'Text',"
        " 'Sun, 01 Mar 2026 01:30:00 +0000', 'Sun, 01 Mar 2026 01:30:00 +0000', 'https://o.example/1/')",
    )


def miniflux(folder: Path) -> Path:
    entry = {
        "id": 1,
        "feed_id": 7,
        "hash": "ab",
        "title": "Eins",
        "url": "https://o.example/1/",
        "author": "Ann",
        "content": "<p>Text</p>",
        "published_at": "2026-03-01T01:30:00Z",
        "created_at": "2026-03-01T02:00:00.123Z",
        "tags": ["Politik"],
        "feed": {"id": 7, "feed_url": FEED, "site_url": "https://o.example/", "title": "Meldungen"},
    }
    path = folder / "entries.json"
    path.write_text(json.dumps({"total": 1, "entries": [entry]}))
    return path


@pytest.mark.parametrize("make", [newsboat, freshrss, reader, feed_to_sqlite, miniflux])
def test_every_entry_of_a_reader_arrives_with_its_date(tmp_path: Path, make: Any) -> None:
    found = load(tmp_path, make(tmp_path))
    assert [each.failure for each in found if each.failure] == []
    first = asked(tmp_path, "select title, published_at, url from entries order by published_at is null, published_at")
    assert first[0] == (first[0][0], "2026-03-01T01:30:00Z", "https://o.example/1/")
    assert first[0][0].startswith("Eins")


@pytest.mark.parametrize("make", [newsboat, freshrss, reader, feed_to_sqlite, miniflux])
def test_a_reader_loaded_twice_is_there_once(tmp_path: Path, make: Any) -> None:
    path = make(tmp_path)
    load(tmp_path, path)
    with Archive.open(str(tmp_path / "archive.sqlite")) as archive:
        before = told(archive)
    again = load(tmp_path, path)
    assert all(each.recorded and each.recorded.known for each in again)
    with Archive.open(str(tmp_path / "archive.sqlite")) as archive:
        assert told(archive) == before


def test_a_reader_says_when_it_first_had_an_entry(tmp_path: Path) -> None:
    load(tmp_path, reader(tmp_path))
    assert asked(tmp_path, "select first_seen_at from entries order by 1") == [
        ("2026-03-01T02:00:00Z",),
        ("2026-03-05T02:00:00Z",),
    ]


def test_entries_of_a_reader_show_no_window_and_end_none(tmp_path: Path) -> None:
    load(tmp_path, reader(tmp_path))
    assert asked(tmp_path, "select count(*) from sightings") == [(0,)]
    assert asked(tmp_path, "select count(*) from gaps") == [(0,)]


def test_a_feed_that_the_archive_knows_by_its_address_gets_what_a_reader_has_of_it(tmp_path: Path) -> None:
    with Archive.open(str(tmp_path / "archive.sqlite"), create=True) as archive:
        archive.ensure_feed("orf", "news", FEED)
    load(tmp_path, reader(tmp_path), names=Names(by_url={FEED: FeedName("orf", "news")}))
    assert asked(tmp_path, "select distinct feed from entries") == [("orf/news",)]


def test_titles_that_a_reader_keeps_escaped_are_readable(tmp_path: Path) -> None:
    load(tmp_path, freshrss(tmp_path))
    assert asked(tmp_path, "select title, categories, authors from entries order by entry_id") == [
        ("Eins & zwei", '["Politik","Wien"]', '["Ann"]'),
        ("Drei", None, None),  # which still waits for its place among the others
    ]


@pytest.mark.parametrize(
    ("make", "url"), [(freshrss, "https://o.example/1.mp3"), (newsboat, "https://o.example/2.mp3")]
)
def test_files_that_a_reader_keeps_with_an_entry_come_over(tmp_path: Path, make: Any, url: str) -> None:
    load(tmp_path, make(tmp_path))
    assert asked(tmp_path, "select url, type from enclosures") == [(url, "audio/mpeg")]


def test_the_people_that_a_reader_keeps_as_json_have_names(tmp_path: Path) -> None:
    load(tmp_path, reader(tmp_path))
    assert asked(tmp_path, "select name, uri from authors") == [("Ann", "https://ann.example/")]


def test_a_date_that_a_reader_repeats_is_no_update(tmp_path: Path) -> None:
    load(tmp_path, feed_to_sqlite(tmp_path))
    assert asked(tmp_path, "select published_at, updated_at from entries") == [("2026-03-01T01:30:00Z", None)]


def test_what_a_reader_cannot_tell_from_what_was_said_is_told_with_its_documents(tmp_path: Path) -> None:
    load(tmp_path, newsboat(tmp_path))
    ((detail,),) = asked(tmp_path, "select distinct detail from fetches")
    assert "dates an entry without a date by when it got it" in detail


def test_a_folder_with_the_archive_in_it_gives_only_its_documents(tmp_path: Path) -> None:
    folder = tmp_path / "o"
    folder.mkdir()
    (folder / "news.xml").write_bytes(news(2, 1))
    reader(folder)
    for name in ("archive.sqlite-wal", "archive.sqlite-shm", "archive.sqlite.lock"):
        (folder / name).write_bytes(b"x")
    with Archive.open(str(folder / "archive.sqlite"), create=True):
        found = list(documents([folder], into=str(folder / "archive.sqlite")))
    assert {each.place.partition("!")[0] for each in found} == {"o/news.xml", "o/reader.sqlite"}


def test_a_database_of_something_else_is_told_and_left_alone(tmp_path: Path) -> None:
    path = database(tmp_path / "music.db", "create table tracks (a)")
    (found,) = load(tmp_path, path)
    assert "no feed reader" in (found.failure or "")


def test_a_database_of_an_unknown_version_of_a_reader_is_told_with_what_is_otherwise_and_the_rest_is_loaded(
    tmp_path: Path,
) -> None:
    path = database(
        tmp_path / "old.sqlite",
        "create table feeds (url text, title text)",
        "insert into feeds values ('https://o.example/feed/', 'Meldungen')",
    )
    unlike, *others = load(tmp_path, path, newsboat(tmp_path))
    assert "feed-to-sqlite" in (unlike.failure or "")
    assert "'id'" in (unlike.failure or "")
    assert [each.failure for each in others] == [None]


def test_what_a_reader_keeps_as_bytes_or_in_no_encoding_is_text_all_the_same(tmp_path: Path) -> None:
    path = database(
        newsboat(tmp_path), "update rss_item set title = x'c39c62657220ff', author = x'416e6e' where id = 1"
    )
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update rss_item set title = cast(x'5a7765ff' as text) where id = 2")
        connection.commit()
    assert [each.failure for each in load(tmp_path, path)] == [None]
    assert asked(tmp_path, "select title from entries order by title") == [
        ("Zwe\N{REPLACEMENT CHARACTER}",),
        ("Über \N{REPLACEMENT CHARACTER}",),
    ]


def test_a_database_that_its_reader_is_writing_is_told_with_the_remedy(tmp_path: Path) -> None:
    path = newsboat(tmp_path)
    with closing(sqlite_driver().connect(str(path), isolation_level=None)) as busy:
        busy.execute("begin exclusive")
        (found,) = load(tmp_path, path)
    assert (found.failure or "").startswith("cannot be read: database is locked; close the program")


def test_a_list_of_feeds_is_told_where_it_is_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "subscriptions.opml"
    path.write_text(
        '<?xml version="1.0"?>\n<opml version="2.0"><body><outline xmlUrl="https://o.example/"/></body></opml>'
    )
    (found,) = load(tmp_path, path)
    assert "chronik import subscriptions.opml" in (found.failure or "")


# --- archives of our own ----------------------------------------------------------------------------------------------


def test_another_archive_loads_with_all_its_observations(tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    for folder in (theirs, ours):
        folder.mkdir()
    for number, body in enumerate([news(2, 1), rss([item(2, title="Neu"), item(1)]), news(4, 3, 2)]):
        path = theirs / "o" / "news" / f"2026030{number + 1}T1200.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        load(theirs, path, names=Names(FeedName("o", "news")))
    load(ours, theirs / "archive.sqlite")
    with Archive.open(str(theirs / "archive.sqlite")) as one, Archive.open(str(ours / "archive.sqlite")) as other:
        assert told(one) == told(other)


# --- WARC -------------------------------------------------------------------------------------------------------------


def warc(folder: Path, *responses: tuple[str, str, bytes, str]) -> Path:
    """Records of (address, WARC-Date, body, content type), uncompressed."""
    records = []
    for url, date, body, kind in responses:
        http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode() + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
            f"WARC-Record-ID: <urn:uuid:{len(records):032}>\r\nContent-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(http)}\r\n\r\n"
        )
        records.append(head.encode() + http + b"\r\n\r\n")
    path = folder / "crawl.warc"
    path.write_bytes(b"".join(records))
    return path


def test_feeds_in_a_warc_file_are_seen_at_their_warc_date_and_pages_are_passed_over(tmp_path: Path) -> None:
    path = warc(
        tmp_path,
        (FEED, "2026-03-02T00:00:00Z", news(2, 1), "application/rss+xml"),
        ("https://o.example/1/", "2026-03-02T00:00:01Z", b"<!doctype html><title>Seite</title>", "text/html"),
        (FEED, "2026-03-03T00:00:00Z", news(3, 2), "application/rss+xml"),
    )
    found = load(tmp_path, path)
    assert [each.failure for each in found] == [None, None]
    assert asked(tmp_path, "select requested_at, route, url from fetches order by 1") == [
        ("2026-03-02T00:00:00Z", "load", FEED),
        ("2026-03-03T00:00:00Z", "load", FEED),
    ]
    assert asked(tmp_path, "select count(*) from entries") == [(3,)]


def test_articles_in_a_warc_file_are_entries_of_the_outlet_where_they_are_wanted(tmp_path: Path) -> None:
    text = "<p>Der erste Satz des Artikels ist lang genug, dass man ihn für Text halten darf, und noch etwas mehr.</p>"
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Titel der Seite"}</script>'
    page = f"<!doctype html><html><head>{head}</head><body><article>{text * 4}</article></body></html>".encode()
    path = warc(
        tmp_path,
        (FEED, "2026-03-02T00:00:00Z", news(2, 1), "application/rss+xml"),
        ("https://www.o.example/titel", "2026-03-02T00:00:01Z", page, "text/html"),
        ("https://o.example/thema", "2026-03-02T00:00:02Z", b"<!doctype html><html><ul><li>Thema", "text/html"),
    )
    names = Names(by_url={FEED: FeedName("orf", "news")})
    load(tmp_path, path, names=names)
    assert asked(tmp_path, "select distinct feed from entries") == [("orf/news",)]
    again = load(tmp_path, path, names=names, pages=True)
    assert [each.failure for each in again] == [None, None]
    ((feed, url, seen, content),) = asked(
        tmp_path, "select feed, url, first_seen_at, content_text from entries where title = 'Titel der Seite'"
    )
    assert (feed, url, seen) == ("orf/articles", "https://www.o.example/titel", "2026-03-02T00:00:01Z")
    assert content.startswith("Der erste Satz")
    assert asked(tmp_path, "select url from feeds where feed = 'orf/articles'") == [(None,)]


def test_a_warc_file_that_breaks_off_gives_what_is_whole(tmp_path: Path) -> None:
    path = warc(
        tmp_path,
        (FEED, "2026-03-02T00:00:00Z", news(2, 1), "application/rss+xml"),
        (FEED, "2026-03-03T00:00:00Z", b"x" * 100, "application/rss+xml"),
    )
    path.write_bytes(path.read_bytes()[:-200])
    found = load(tmp_path, path)
    assert [each.failure is None for each in found] == [True, False]
    assert "breaks off" in (found[1].failure or "")
    assert asked(tmp_path, "select count(*) from entries") == [(2,)]


def test_a_warc_file_may_break_off_anywhere(tmp_path: Path) -> None:
    path = warc(tmp_path, *[(FEED, "2026-03-02T00:00:00Z", b"x" * 40, "application/rss+xml")] * 2)
    whole = path.read_bytes()
    second = whole.index(b"WARC/1.0", 1)
    for end in range(second + 1, len(whole) - len(b"\r\n\r\n")):
        path.write_bytes(whole[:end])
        *_, last = documents([path], pages=True)
        assert isinstance(last, Unreadable), end
        assert last.why.startswith("breaks off or is damaged: ")


@pytest.mark.parametrize("packed", [False, True])
def test_of_a_record_that_breaks_off_nothing_is_taken(tmp_path: Path, packed: bool) -> None:
    document = rss([item(n) for n in range(40, 0, -1)])
    path = warc(tmp_path, (FEED, "2026-03-03T00:00:00Z", document, "application/rss+xml"))
    whole = gzip.compress(path.read_bytes()) if packed else path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    (found,) = load(tmp_path, path)
    assert "breaks off" in (found.failure or "")
    assert asked(tmp_path, "select count(*) from entries") == [(0,)]
