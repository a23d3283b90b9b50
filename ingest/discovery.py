"""The feeds of a page: those it declares, else one where feeds usually are. Each is asked before it is told.

`get` is the guarded fetch: nothing here reaches the web in another way, so that what a page names is checked like any
address.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from ingest.document import Document
from ingest.errors import FetchError
from ingest.hosts import PostponedError
from storage.records import Reason

Get: TypeAlias = Callable[[str], Awaitable[Document]]

MOST_ASKED = 12  # requests besides the page itself
MOST_TOLD = 50
MOST_BYTES = 1024 * 1024  # of a page that are looked at
COMMON_PATHS = (
    "feed/",
    "rss",
    "rss.xml",
    "atom.xml",
    "feed.xml",
    "index.xml",
    "feed.json",
    "feeds/posts/default",
    "?feed=rss2",
    "index.rdf",
)

_FEED_TYPES = {
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "text/rss+xml",
    "application/x-rss+xml",
}
_VAGUE_TYPES = {"application/xml", "text/xml", "application/json", ""}  # also of sitemaps, APIs and translations
_SOUNDS_LIKE_FEED = re.compile(r"\b(?:rss2?|feeds?|atom|rdf)\b", re.IGNORECASE)
_COMMENTS = re.compile(
    r"/comments?/feed|feed=comments|/comments/default|comments?[-_ ]?(?:rss|feed)|kommentar", re.IGNORECASE
)
_COMMENTS_TITLE = re.compile(r"\b(?:comments?|kommentare?|commentaires|comentarios|commenti|reacties)\b", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:[a-z]+:)?(rss|feed|rdf)\b", re.IGNORECASE)

# What keeps us from a page need not keep us from its feeds.
_FEEDS_MAY_BE_OPEN = {Reason.HTTP_4XX, Reason.HTTP_5XX, Reason.GONE, Reason.BLOCKED, Reason.TOO_LARGE, Reason.NO_BODY}


@dataclass(frozen=True, slots=True)
class Found:
    """A feed. `title` and `type` as the page declares them; of one that is not declared, `type` as its server says."""

    url: str
    title: str | None = None
    type: str | None = None
    is_comments: bool = False


async def feeds_of_page(url: str, get: Get) -> tuple[Found, ...]:
    """The feeds of the page at `url`, in its order, those of comments last; `url` itself if it is a feed.

    Raises FetchError if the page gives no document and no feed is found in the usual places either.
    """
    asked: set[str] = set()
    try:
        page = await get(url)
    except FetchError as failure:
        found = await _in_usual_places(url, get, asked) if failure.reason in _FEEDS_MAY_BE_OPEN else ()
        if not found:
            raise
        return found
    if looks_like_feed(page.body):
        return (Found(page.url, None, page.content_type),)
    declared = tuple(declared_feeds(page.body, page.url))[:MOST_TOLD]
    return await _confirmed(declared, get, asked) or await _in_usual_places(page.url, get, asked)


def looks_like_feed(body: bytes) -> bool:
    """True for what begins like RSS, RDF, Atom or JSON Feed. A glance, no proof.

    >>> looks_like_feed(b"<?xml version='1.0'?><rss version='2.0'>"), looks_like_feed(b"<html>")
    (True, False)
    """
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return b"jsonfeed.org/version/" in body[:4096] or _is_json_feed(body)
    root = _ROOT.search(start)
    return root is not None and b"<html" not in start[: root.start()].lower()


def _is_json_feed(body: bytes) -> bool:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and "jsonfeed.org/version/" in str(document.get("version"))


def declared_feeds(page: bytes, url: str) -> Iterator[Found]:
    """What `<link rel=alternate>` and `<a rel=feed>` of an HTML page name (HTML standard, section 4.6.7.1)."""
    told: set[str] = set()
    tree = _tree(page)
    base = _base(tree, url)
    for link in () if tree is None else tree.iter("link", "a"):
        href = _address(base, link.get("href"))
        if href is not None and href not in told and _names_a_feed(link, href):
            told.add(href)
            title = " ".join((link.get("title") or "").split())[:200] or None
            yield Found(href, title, _type(link), _is_of_comments(href, title))


def _tree(page: bytes) -> html.HtmlElement | None:
    parser = html.HTMLParser(encoding=_charset(page), no_network=True, huge_tree=False)
    try:
        return html.document_fromstring(page[:MOST_BYTES], parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def _charset(page: bytes) -> str | None:
    try:
        page[:MOST_BYTES].decode("utf-8")
    except UnicodeDecodeError as exc:
        return None if exc.start < MOST_BYTES - 4 else "utf-8"
    return "utf-8"


def _base(tree: html.HtmlElement | None, url: str) -> str:
    named = None if tree is None else tree.find(".//base[@href]")
    return url if named is None else _address(url, named.get("href")) or url


def _address(base: str, href: str | None) -> str | None:
    """RFC 3986 section 5; only http and https, without fragment."""
    if href is None:
        return None
    href = re.sub(r"^feed:(?://)?(?=https?:)", "", href.strip()).replace("feed://", "http://")
    try:
        parts = urlsplit(urljoin(base, href))
        return parts._replace(fragment="").geturl() if parts.scheme in {"http", "https"} and parts.hostname else None
    except ValueError:
        return None


def _names_a_feed(link: html.HtmlElement, href: str) -> bool:
    rels = (link.get("rel") or "").lower().split()
    if link.tag == "a":
        return "feed" in rels or ("alternate" in rels and _type(link) in _FEED_TYPES)
    if not {"alternate", "feed"} & set(rels) or "stylesheet" in rels:
        return False
    vague = _type(link) in _VAGUE_TYPES and not link.get("hreflang") and not link.get("media")
    words = f"{urlsplit(href).path} {urlsplit(href).query} {link.get('title') or ''}"
    return _type(link) in _FEED_TYPES or "feed" in rels or (vague and _SOUNDS_LIKE_FEED.search(words) is not None)


def _type(link: html.HtmlElement) -> str:
    return (link.get("type") or "").partition(";")[0].strip().lower()


def _is_of_comments(href: str, title: str | None) -> bool:
    return _COMMENTS.search(href) is not None or (title is not None and _COMMENTS_TITLE.search(title) is not None)


async def _confirmed(declared: tuple[Found, ...], get: Get, asked: set[str]) -> tuple[Found, ...]:
    """Without those that turn out to be none. What is beyond the bound of requests is believed."""
    return tuple(
        [
            found
            for found in _comments_last(declared)
            if len(asked) >= MOST_ASKED or await _answers_with_feed(found.url, get, asked) is not None
        ]
    )


async def _in_usual_places(url: str, get: Get, asked: set[str]) -> tuple[Found, ...]:
    """The first that answers with a feed, below the page first, then below the root of its host."""
    for place in _usual_places(url):
        if len(asked) >= MOST_ASKED:
            break
        document = None if place in asked else await _answers_with_feed(place, get, asked)
        if document is not None:
            return (Found(document.url, None, document.content_type),)
    return ()


def _usual_places(url: str) -> list[str]:
    page = urlsplit(url)._replace(query="", fragment="").geturl()
    folder = page if page.endswith("/") else page + "/"
    below = [] if urlsplit(folder).path == "/" else [urljoin(folder, path) for path in COMMON_PATHS[:2]]
    return below + [urljoin(urljoin(url, "/"), path) for path in COMMON_PATHS]


async def _answers_with_feed(url: str, get: Get, asked: set[str]) -> Document | None:
    asked.add(url)
    try:
        document = await get(url)
    except (FetchError, PostponedError):
        return None
    return document if looks_like_feed(document.body) else None


def _comments_last(feeds: tuple[Found, ...]) -> tuple[Found, ...]:
    return tuple(sorted(feeds, key=lambda found: found.is_comments))
