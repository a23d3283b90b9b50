"""What is not well-formed, read by feedparser. The only module that knows feedparser.

feedparser opens a body that looks like a path or URL, re-reads what it cannot decode as windows-1252, resolves guids
against the address it is given, and on some texts takes minutes: so it gets a stream of UTF-8, no address, and nothing
that `danger` names.
"""

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

import feedparser

from ingest.parse.parsed import Author, Date, Link, Medium, ParsedEntry, ParsedFeed, Term, Text

_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'
_MAX_LENGTH = 2_000_000  # characters; feedparser reads about half a million a second
_MAX_TAGS = 100_000
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{20000}")
_LONG_AUTHOR = re.compile(
    r"<(?:[\w.-]{1,40}:)?(?:author|creator|email|managingEditor|webMaster)\b[^<>]{0,500}>[^<]{2000}"
)
_LONG_KEYWORDS = re.compile(r"<(?:itunes|media):keywords[^<>]{0,500}>[^<]{20000}")
_CATEGORY = re.compile(r"<(?:[\w.-]{1,40}:)?(?:category|subject|keywords)\b")
_MAX_CATEGORIES = 5000
_MAX_BASES = 200

_DATES = {"published": "pubDate", "updated": "updated", "created": "created"}
_TYPES = {"text/plain": "text", "text/html": "html", "application/xhtml+xml": "xhtml"}


class Unreadable(Exception):
    """feedparser must not be given this text, raised an exception of its own, or found nothing."""


def danger(text: str) -> str | None:
    """What in a text would hold feedparser for long or fill the memory; None if nothing would. Linear."""
    if len(text) > _MAX_LENGTH:
        return "its size"
    if text.count("<") > _MAX_TAGS or _LONG_TAG.search(text):
        return "its tags"
    if _LONG_AUTHOR.search(text) or _LONG_KEYWORDS.search(text):
        return "a very long author or list of keywords"
    if sum(1 for _ in _CATEGORY.finditer(text)) > _MAX_CATEGORIES:
        return "very many categories"
    if text.count("xml:base") > _MAX_BASES or text.count("xmlns:") > _MAX_BASES * 50:
        return "very many bases or namespaces"
    return None


def read(text: str) -> ParsedFeed:
    """A feed from a text without prolog. Raises Unreadable; whatever else feedparser lets out becomes that, too."""
    if reason := danger(text):
        raise Unreadable(f"kept from feedparser for {reason}")
    stream = io.BytesIO(_DECLARATION + text.encode("utf-8", "replace"))
    try:
        found = feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:
        raise Unreadable(f"feedparser failed: {type(error).__name__}") from error
    if not found.get("version") and not found.get("entries"):
        raise Unreadable("feedparser found no feed")
    return _feed(found)


def _feed(found: Mapping[str, Any]) -> ParsedFeed:
    head = found.get("feed", {})
    version = found.get("version") or "rss"
    return ParsedFeed(
        format=version,
        entries=tuple(_entry(entry, version) for entry in found.get("entries", ())),
        title=_detail(head, "title", "title"),
        description=_detail(head, "subtitle", "description"),
        links=_links(head),
        language=_string(head, "language"),
        authors=_authors(head),
        dates=_dates(head),
        hints={key: value for key in ("ttl", "generator") if (value := _string(head, key))},
    )


def _entry(entry: Mapping[str, Any], version: str) -> ParsedEntry:
    is_rss = version.startswith("rss")
    return ParsedEntry(
        guid=_string(entry, "id"),
        guid_is_permalink=bool(entry.get("guidislink")) if is_rss and "id" in entry else None,
        links=_links(entry),
        title=_detail(entry, "title", "title"),
        summaries=tuple(filter(None, [_detail(entry, "summary", "description" if is_rss else "summary")])),
        contents=tuple(filter(None, (_text(content, "content") for content in _mappings(entry.get("content"))))),
        dates=_dates(entry),
        authors=_authors(entry),
        categories=tuple(_term(tag) for tag in _mappings(entry.get("tags")) if tag.get("term")),
        media=tuple(_media(entry)),
        images=tuple(filter(None, [_string(entry.get("image") or {}, "href")])),
        comments=_string(entry, "comments"),
    )


def _mappings(values: Any) -> Iterable[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def _string(values: Any, key: str) -> str | None:
    """What a key really holds: `.get` of feedparser's dictionaries falls back to other keys."""
    if not isinstance(values, Mapping) or key not in values.keys():  # noqa: SIM118
        return None
    value = values[key]
    return value if isinstance(value, str) and value.strip() else None


def _detail(values: Mapping[str, Any], key: str, element: str) -> Text | None:
    detail = values.get(f"{key}_detail")
    return _text(detail, element) if isinstance(detail, Mapping) else None


def _text(detail: Mapping[str, Any], element: str) -> Text | None:
    value = _string(detail, "value")
    if value is None:
        return None
    kind = _TYPES.get(_string(detail, "type") or "")
    base = _string(detail, "base")
    return Text(
        value, kind if element != "title" or kind != "text" else None, element, base, _string(detail, "language")
    )


def _links(values: Mapping[str, Any]) -> tuple[Link, ...]:
    fields = ("rel", "type", "length", "title", "hreflang")
    return tuple(
        Link(href, **{field: _string(link, field) for field in fields})
        for link in _mappings(values.get("links"))
        if (href := _string(link, "href"))
    )


def _dates(values: Mapping[str, Any]) -> tuple[Date, ...]:
    return tuple(Date(element, raw) for key, element in _DATES.items() if (raw := _string(values, key)))


def _authors(values: Mapping[str, Any]) -> tuple[Author, ...]:
    authors = [
        Author(
            name=_string(author, "name"), email=_string(author, "email"), uri=_string(author, "href"), element="author"
        )
        for author in _mappings(values.get("authors"))
    ]
    return tuple(author for author in authors if author != Author(element="author"))


def _term(tag: Mapping[str, Any]) -> Term:
    return Term(_string(tag, "term"), _string(tag, "scheme"), _string(tag, "label"))


def _media(entry: Mapping[str, Any]) -> Iterable[Medium]:
    for link in _mappings(entry.get("links")):
        if link.get("rel") == "enclosure" and (href := _string(link, "href")):
            yield Medium(href, "enclosure", _string(link, "type"), _string(link, "length"))
    for element in ("media:content", "media:thumbnail"):
        for medium in _mappings(entry.get(element.replace(":", "_"))):
            if url := _string(medium, "url"):
                fields = ("type", "medium", "width", "height", "duration")
                yield Medium(url, element, **{field: _string(medium, field) for field in fields})
