"""An article's page to a reading of one entry: JSON-LD (schema.org), OpenGraph, and the text by trafilatura.

The only module that knows trafilatura, which is an extra: chronik[pages]. Runs in a worker process, as all parsers do.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import trafilatura
from lxml import html

from ingest import normalise
from ingest.decode import Decoded, decode
from ingest.hints import Hints
from ingest.parse import precheck
from ingest.parse.parsed import Author, Date, Link, ParsedEntry, ParsedFeed, Term, Text
from storage.records import Reading

FORMAT = "article"
_PAGE = re.compile(r"<(!doctype\s+html|html|head|body|meta|article)\b", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_HEADING = re.compile(r"^\s*<html>\s*<body>\s*<h1>.*?</h1>", re.DOTALL)
_ARTICLE = re.compile(r"(Article|BlogPosting|LiveBlogPosting)$")
_MAX_EACH = 100  # authors, keywords
_MAX_NODES = 10_000  # of JSON-LD


def read(body: bytes, hints: Hints, *, careful: bool = False) -> Reading:
    """The entry that a page is. Raises ReadError (not_a_feed) where it is no page or has no article.

    `careful`: without the extraction of the text, which may hang.
    """
    precheck.refuse_binary(body)
    decoded = _decoded(body, hints.content_type)
    if not _PAGE.search(decoded.text[:4096]):
        raise precheck.not_a_feed("no HTML page")
    page = _Page.of(decoded.text)
    if not page.is_article:
        raise precheck.not_a_feed("a page that names no article (neither JSON-LD nor og:type)")
    return normalise.reading(_feed(page, decoded.text, hints.base_url, careful), hints, decoded)


def _decoded(body: bytes, content_type: str | None) -> Decoded:
    """As the header says, else the page (HTML standard, "Determining the character encoding")."""
    declared = _CHARSET.search(body, 0, 4096)
    if declared and "charset" not in (content_type or "").lower():
        content_type = f"text/html; charset={declared[1].decode('ascii', 'replace')}"
    return decode(body, content_type)


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page says of itself. `said` is its article in JSON-LD, `meta` the first of each name and property."""

    said: Mapping[str, Any]
    meta: Mapping[str, str]
    tags: tuple[str, ...]
    links: Mapping[str, str]
    title: str | None
    language: str | None

    @classmethod
    def of(cls, text: str) -> "_Page":
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
        named = [(_name(each), each.get("content", "").strip()) for each in root.iter("meta")]
        found: dict[str, str] = {}
        for name, content in named:
            if name and content:
                found.setdefault(name, content)
        links = {each.get("rel", "").lower(): each.get("href", "") for each in root.iter("link")}
        title = next((" ".join(each.itertext()) for name in ("h1", "title") for each in root.iter(name)), None)
        tags = tuple(content for name, content in named if name == "article:tag" and content)[:_MAX_EACH]
        return cls(_article(_linked_data(root)), found, tags, links, title, root.get("lang"))

    @property
    def is_article(self) -> bool:
        return bool(self.said) or self.meta.get("og:type", "").lower() == "article"

    def first(self, *names: str) -> str | None:
        """The first of these meta elements that is there."""
        return next((self.meta[name] for name in names if name in self.meta), None)


def _name(element: Any) -> str:
    return (element.get("property") or element.get("name") or "").strip().lower()


# --- JSON-LD ----------------------------------------------------------------------------------------------------------


def _linked_data(root: Any) -> Iterator[Mapping[str, Any]]:
    """All objects of all blocks, the outer ones first."""
    for script in root.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json":
            try:
                yield from _objects(json.loads(script.text or "", strict=False))
            except (ValueError, RecursionError):
                continue


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    waiting = [value]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        value = waiting.pop(0)
        if isinstance(value, Mapping):
            yield value
            waiting += [value[name] for name in ("@graph", "mainEntity") if name in value]
        elif isinstance(value, list):
            waiting += value


def _article(objects: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    return next((each for each in objects if any(_ARTICLE.search(kind) for kind in _texts(each.get("@type")))), {})


def _texts(value: Any) -> list[str]:
    """The texts in a value that may be one or several; of objects their name, or their address."""
    values = value if isinstance(value, list) else [value]
    told = (each.get("name") or each.get("url") if isinstance(each, Mapping) else each for each in values[:_MAX_EACH])
    return [each.strip() for each in told if isinstance(each, str) and each.strip()]


# --- the entry --------------------------------------------------------------------------------------------------------


def _feed(page: _Page, text: str, url: str | None, careful: bool) -> ParsedFeed:
    language = next(iter(_texts(page.said.get("inLanguage"))), None) or page.language or page.first("og:locale")
    language = language.replace("_", "-") if language else None
    entry = ParsedEntry(
        links=(Link(_address(page, url)),) if url else (),
        title=_title(page),
        summaries=tuple(_summaries(page)),
        contents=tuple(_contents(page, text, url, careful)),
        dates=tuple(_dates(page)),
        authors=tuple(Author(name=name, element="article") for name in _authors(page)),
        categories=tuple(Term(term) for term in _terms(page)),
        images=tuple(_images(page)),
        language=language,
    )
    return ParsedFeed(FORMAT, (entry,), language=language)


def _address(page: _Page, url: str) -> str:
    """What the page calls its own address, if it is of the same host: a wrong one would join strangers."""
    own = urljoin(url, page.links.get("canonical") or page.meta.get("og:url") or "")
    parts = urlsplit(own)
    return own if parts.netloc == urlsplit(url).netloc and parts.path.strip("/") else url


def _title(page: _Page) -> Text | None:
    said = _texts(page.said.get("headline")) or [page.first("og:title") or page.title or ""]
    return Text(said[0], "text", "headline") if said[0] else None


def _summaries(page: _Page) -> Iterator[Text]:
    said = _texts(page.said.get("description")) or [page.first("og:description", "description") or ""]
    if said[0]:
        yield Text(said[0], "text", "description")


def _contents(page: _Page, text: str, url: str | None, careful: bool) -> Iterator[Text]:
    found = None if careful else _extracted(text, url)
    if found:
        yield Text(found, "html", "article")
    elif body := _texts(page.said.get("articleBody")):
        yield Text(body[0], "text", "articleBody")


def _extracted(text: str, url: str | None) -> str | None:
    found = trafilatura.extract(
        text,
        url=url,
        output_format="html",
        include_comments=False,
        include_links=True,
        include_images=True,
        include_formatting=True,
        with_metadata=False,
    )
    return _HEADING.sub("<html><body>", found) if found else None


def _dates(page: _Page) -> Iterator[Date]:
    for element, names in _DATES.items():
        said = _texts(page.said.get(element)) or [page.first(*names) or ""]
        if said[0]:
            yield Date(element, said[0])


_DATES: Mapping[str, Sequence[str]] = {
    "datePublished": ("article:published_time", "datepublished", "date", "dc.date.issued"),
    "dateModified": ("article:modified_time", "datemodified", "last-modified"),
}


def _authors(page: _Page) -> list[str]:
    said = _texts(page.said.get("author")) or [page.first("author", "article:author") or ""]
    return [name for name in said if name and not name.startswith(("http://", "https://"))]


def _terms(page: _Page) -> list[str]:
    words = _texts(page.said.get("keywords"))
    words = [word.strip() for each in words for word in each.split(",")] or list(page.tags)
    sections = _texts(page.said.get("articleSection")) or [page.first("article:section") or ""]
    return [term for term in dict.fromkeys((*sections, *words)) if term][:_MAX_EACH]


def _images(page: _Page) -> list[str]:
    said = page.said.get("image")
    first = said[0] if isinstance(said, list) and said else said
    address = first.get("url") if isinstance(first, Mapping) else first
    found = address if isinstance(address, str) else page.first("og:image")
    return [found] if found else []
