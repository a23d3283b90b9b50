"""What the archive gives can be put into a page: held against the columns as they are stored and told."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from pathlib import Path

import pytest
from vectors import VECTORS, faults

from ingest.hints import Hints
from ingest.read import read
from storage.archive import Archive
from storage.records import Fetch, Ingested, Route, Visit

URLS = ("url", "canonical_url", "comments_url", "image_url", "uri", "link")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def document(vector: str) -> bytes:
    """A feed that has the vector wherever a feed has anything."""
    said = escape(vector.replace("\x00", "").replace("\x01", "").replace("\x0c", ""))
    address = f"https://example.org/{said}"
    fields = [
        *(f"<{name}>{said}</{name}>" for name in ("title", "description", "author", "category", "pubDate")),
        *(f"<{name}>{said}</{name}>" for name in ("content:encoded", "dc:creator", "media:title", "x:foreign")),
        f'<guid>{said}</guid><comments>{said}</comments><enclosure url="{said}" type="{said}" length="{said}"/>',
        f'<media:content url="{said}" medium="{said}"/><media:thumbnail url="{address}"/>',
        f'<source url="{said}">{said}</source><category domain="{said}">{said}</category>',
    ]
    links = (f"<item><link>{href}</link>{''.join(fields)}</item>" for href in (said, address))
    head = f"<title>{said}</title><link>{said}</link><description>{said}</description><language>{said}</language>"
    names = " ".join(
        f'xmlns:{prefix}="{name}"'
        for prefix, name in {
            "content": "http://purl.org/rss/1.0/modules/content/",
            "dc": "http://purl.org/dc/elements/1.1/",
            "media": "http://search.yahoo.com/mrss/",
            "x": "https://example.org/x",
        }.items()
    )
    return f'<rss version="2.0" {names}><channel>{head}{"".join(links)}</channel></rss>'.encode()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    path: Path = tmp_path_factory.mktemp("stored") / "archive.sqlite"
    with Archive.open(str(path), create=True) as opened:
        feed = opened.ensure_feed("blatt", "news")
        visits = []
        for vector in VECTORS:
            body = document(vector)
            reading = read(body, Hints(base_url="https://example.org/feed"))
            fetch = Fetch(feed.feed_id, Route.LOAD, "file:x", NOW)
            visits.append(Visit(Ingested(fetch, body, sha256(body).digest(), reading)))
        opened.record(visits)
        yield opened


def columns(archive: Archive, view: str) -> Iterator[tuple[str, str]]:
    with archive.reader() as reader:
        for row in reader.rows(f"select * from {view}"):
            yield from ((name, value) for name, value in row.items() if isinstance(value, str))


def test_every_vector_is_stored(archive: Archive) -> None:
    assert len({value for name, value in columns(archive, "entries") if name == "guid"}) > len(VECTORS) * 0.9


def test_stored_html_holds_nothing_active(archive: Archive) -> None:
    found = [value for _, value in columns(archive, "entry_html")]
    assert len(found) > 50
    assert [fault for html in found for fault in faults(html)] == []


@pytest.mark.parametrize("view", ["entries", "entry_versions", "authors", "enclosures", "feeds"])
def test_stored_addresses_lead_to_the_web_and_end_no_attribute(archive: Archive, view: str) -> None:
    found = [value for name, value in columns(archive, view) if name in URLS]
    assert [url for url in found if not url.startswith(("http://", "https://")) or set(url) & set('"<> \n')] == []


@pytest.mark.parametrize("view", ["entries", "entry_versions", "authors", "categories", "enclosures", "feeds"])
def test_stored_text_is_text_once_it_is_escaped(archive: Archive, view: str) -> None:
    """Plain text says what was published, also `<`: whoever puts it into a page escapes it, and then it is harmless."""
    for name, value in columns(archive, view):
        assert faults(escape(value)) == [], name
        assert "\0" not in value
        assert "\x1b" not in value
