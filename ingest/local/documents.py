"""A document from this machine, or why there is none."""

import gzip
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, cast
from urllib.parse import urlsplit

MAX_BYTES = 32 * 1024 * 1024
FEED_NAME = re.compile(r"([a-z0-9][a-z0-9-]*)/([a-z0-9][a-z0-9-]*)")

_TRANSLITERATED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "å": "a", "ł": "l"})


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """A file to read from, gzip undone. Raises OSError; while it is read also EOFError and zlib.error."""
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not is_packed:
            yield file
            return
        with gzip.open(file) as inner:
            yield cast("IO[bytes]", inner)


@dataclass(frozen=True, slots=True)
class LocalDocument:
    """A body with what is known of it. `place` names it for people; `fetched_at` is when it was seen (aware).

    `assumed`: what had to be assumed about it, in words. `is_page`: it shows entries, not the feed as it stood.
    `is_article`: it is the page of one entry.
    """

    place: str
    body: bytes
    outlet: str
    feed: str
    fetched_at: datetime
    url: str | None = None
    content_type: str | None = None
    assumed: str | None = None
    is_page: bool = False
    is_article: bool = False

    @property
    def feed_name(self) -> str:
        """`outlet/feed`."""
        return f"{self.outlet}/{self.feed}"


@dataclass(frozen=True, slots=True)
class FeedName:
    """Which feed documents belong to."""

    outlet: str
    feed: str


@dataclass(frozen=True, slots=True)
class Names:
    """How feeds are called: all of them so (`fixed`), or as the archive knows their addresses."""

    fixed: FeedName | None = None
    by_url: Mapping[str, FeedName] = field(default_factory=dict)

    def of(self, url: str | None) -> FeedName | None:
        """The feed at an address, by whichever scheme; None: that cannot be told."""
        if self.fixed is not None or url is None:
            return self.fixed
        return next((self.by_url[each] for each in _spellings(url) if each in self.by_url), None)

    def of_article(self, url: str) -> FeedName:
        """The feed `articles` of the outlet that has a feed on the page's host; else one named for the host."""
        if self.fixed is not None:
            return self.fixed
        host = _host(url)
        known = next((name.outlet for each, name in self.by_url.items() if _host(each) == host), None)
        return FeedName(known or slug(host), "articles")


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _spellings(url: str) -> tuple[str, ...]:
    rest = url.partition("://")[2]
    bare = rest.rstrip("/")
    return tuple(f"{scheme}://{each}" for scheme in ("https", "http") for each in (rest, bare, bare + "/"))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A place that gave no document, why, and what to do about it."""

    place: str
    why: str


def named(url: str | None, title: str | None) -> FeedName:
    """A name for a feed that the archive does not know.

    >>> named("https://www.orf.at/rss/news.xml", "ORF"), named(None, "Der Standard")
    (FeedName(outlet='orf-at', feed='rss-news-xml'), FeedName(outlet='der-standard', feed='news'))
    """
    if url is None:
        return FeedName(slug(title or ""), "news")
    parts = urlsplit(url)
    path = slug(f"{parts.path} {parts.query}")
    return FeedName(slug((parts.hostname or "").removeprefix("www.")), "news" if path == "unnamed" else path)


def slug(text: str) -> str:
    """A name as feeds.yaml takes it.

    >>> slug("Österreich: Tirol & Vorarlberg"), slug("…")
    ('oesterreich-tirol-vorarlberg', 'unnamed')
    """
    plain = unicodedata.normalize("NFKD", text.lower().translate(_TRANSLITERATED)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100].strip("-") or "unnamed"
