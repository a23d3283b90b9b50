"""Short ways to say entries, documents and visits in tests of storage: no web, no parser."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from storage.archive import Archive
from storage.records import (
    Entry,
    FeedHead,
    FeedRecord,
    Fetch,
    Ingested,
    Key,
    KeyKind,
    Reading,
    Route,
    Visit,
    Wording,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
IN_A_FILE = pytest.mark.parametrize("archive_url", ["sqlite"], indirect=True)  # what only a file has, or only a server
ON_A_SERVER = pytest.mark.parametrize("archive_url", ["postgresql"], indirect=True)


def hours(n: float) -> datetime:
    """A time `n` hours after the start of all tests."""
    return START + timedelta(hours=n)


@dataclass(frozen=True)
class Said:
    """An entry as a test says it. `at`: hour of publication."""

    title: str | None
    guid: str | None = None
    url: str | None = None
    text: str | None = None
    at: float | None = None
    html: str | None = None
    language: str | None = None
    summary: str | None = None
    noise: str | None = None  # what is no part of the wording: another spelling of the date

    def entry(self) -> Entry:
        published = None if self.at is None else hours(self.at)
        digest = _digest(
            self.title, self.text, self.url, self.html, published, *([self.summary] if self.summary else [])
        )
        wording = Wording(
            digest,
            title=self.title,
            language=self.language,
            summary=self.summary,
            content_text=self.text,
            content_html=self.html,
            published_at=published,
            published_raw=self.noise,
        )
        keys = [Key(KeyKind.GUID, self.guid)] if self.guid else []
        keys += [Key(KeyKind.URL, self.url)] if self.url else []
        keys += [Key(KeyKind.TITLE_DATE, f"{self.title} {published}"), Key(KeyKind.CONTENT, digest.hex())]
        return Entry(_digest(self), wording, tuple(keys), guid=self.guid, url=self.url, canonical_url=self.url)


def _digest(*parts: object) -> bytes:
    return sha256(repr(parts).encode()).digest()[:16]


def visit(feed: FeedRecord, at: float, *said: Said, route: Route = Route.LOAD) -> Visit:
    """The feed was a document with these entries, `at` hours after the start."""
    body = ("document " + repr(said)).encode()
    reading = Reading(FeedHead("rss20"), tuple(each.entry() for each in said), "utf-8", "declared")
    fetch = Fetch(feed.feed_id, route, f"file:{feed.name}", hours(at))
    return Visit(Ingested(fetch, body, sha256(body).digest(), reading))


def rows(archive: Archive, query: str) -> list[tuple[Any, ...]]:
    """What a query gives."""
    with archive.reader() as reader:
        return [tuple(row.values()) for row in reader.rows(query)]


_WITHOUT_IDS = {
    "entries": "outlet, feed, guid, url, canonical_url, title, content_text, published_at, published_raw,"
    " first_seen_at, last_seen_at, version, versions, words, extra",
    "entry_versions": "feed, version, seen_at, replaced_at, change, title, url, content_text, published_at, digest",
    "sightings": "feed, guid, first_seen_at, last_seen_at, gone_at, first_position, withdrawn",
    "gaps": "feed, after_at, before_at, state",
    "feeds": "feed, entries, title, window_entries",
}


def told(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that the archive tells, but for ids and our own clock: equal for equal archives."""
    return {
        view: sorted(rows(archive, f"select {columns} from {view}"), key=repr) for view, columns in _WITHOUT_IDS.items()
    }
