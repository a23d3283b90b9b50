"""A JSON Feed (versions 1.0 and 1.1) to a parsed feed. Tolerant of wrong types; what is no feed is said to be none."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.decode import legal
from ingest.errors import ReadError
from ingest.parse import wordpress
from ingest.parse.elements import MAX_ENTRIES
from ingest.parse.parsed import Author, Date, Link, Medium, ParsedEntry, ParsedFeed, Term, Text
from ingest.parse.precheck import not_a_feed
from storage.records import Reason

OURS = "_chronik"  # what `chronik export` has beside the format's members (JSON Feed 1.1, "Extensions")
_MAX_DEPTH = 100
_MAX_EACH = 1000  # tags, authors, attachments of one entry
_MAX_DIGITS = 18
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_TEXTS = (
    *("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image"),
    *("date_published", "date_modified", "language"),
)
_TAKEN = frozenset((*_TEXTS, "author", "authors", "tags", "attachments", OURS))


def read(text: str) -> ParsedFeed:
    """The feed. Raises ReadError: not_a_feed for other JSON, malformed for what is no JSON.

    A document that breaks off within its items gives the whole ones and is marked salvaged.
    """
    try:
        value = _loads(text)
    except json.JSONDecodeError as error:
        return _salvaged(text, f"a mistake at character {error.pos}")
    except (ValueError, RecursionError):
        return _salvaged(text, "it is nested too deeply")
    return _feed(value)


def _loads(text: str) -> Any:
    return json.loads(text, parse_int=_integer, parse_constant=lambda _: None, strict=False)


def _integer(digits: str) -> int | str:
    """Very long numbers stay text: they are ids, and turning them into numbers is quadratic."""
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


def _salvaged(text: str, fault: str) -> ParsedFeed:
    error = ReadError(Reason.MALFORMED, f"no entry can be read: {fault}")
    start = _ITEMS.search(text)
    if start is None or "jsonfeed" not in text[:4096]:
        raise error
    items = list(_whole_items(text, start.end()))
    if not items:
        raise error
    try:
        head = _loads(text[: start.end()] + "]}")
    except (ValueError, RecursionError):
        head = {}
    feed = _feed({**head, "version": str(head.get("version", "1.1")), "items": items}, salvaged=True)
    return ParsedFeed(**{**_fields(feed), "salvaged": True, "note": f"not well-formed: {fault}"})


def _fields(feed: ParsedFeed) -> dict[str, Any]:
    return {name: getattr(feed, name) for name in feed.__slots__}


def _whole_items(text: str, position: int) -> Iterator[Any]:
    decoder = json.JSONDecoder(parse_int=_integer, strict=False)
    for _ in range(MAX_ENTRIES):
        position = re.compile(r"[\s,]*").match(text, position).end()  # type: ignore[union-attr]
        try:
            item, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return
        yield item


# --- the feed ---------------------------------------------------------------------------------------------------------


def _feed(value: Any, *, salvaged: bool = False) -> ParsedFeed:
    if wordpress.is_posts(value):
        return wordpress.read(value)
    if not isinstance(value, Mapping):
        raise not_a_feed(
            "JSON that is no JSON Feed: a list" if isinstance(value, list) else "JSON that is no JSON Feed"
        )
    version, items = _string(value, "version") or "", value.get("items")
    if not isinstance(items, list) or not ("jsonfeed" in version or salvaged or _looks_like_items(items)):
        keys = ", ".join(str(key)[:30] for key in list(value)[:5])
        raise not_a_feed(f"JSON that is no JSON Feed: an object with the keys {keys}")
    return ParsedFeed(
        format="json11" if version.rstrip("/").endswith("1.1") else "json1",
        entries=tuple(_entry(item) for item in items[:MAX_ENTRIES] if isinstance(item, Mapping)),
        title=_text(value, "title", "text"),
        description=_text(value, "description", "text"),
        links=tuple(_feed_links(value)),
        language=_string(value, "language"),
        authors=_authors(value),
        hints=_hints(value),
        note=f"more than {MAX_ENTRIES} entries: the rest was left out" if len(items) > MAX_ENTRIES else None,
    )


def _looks_like_items(items: list[Any]) -> bool:
    return any(_is_item(item) for item in items[:3] if isinstance(item, Mapping))


def _is_item(item: Mapping[str, Any]) -> bool:
    """It has an id, or names that no other format has."""
    return ("id" in item and ("url" in item or "title" in item)) or "content_html" in item or "content_text" in item


def _feed_links(value: Mapping[str, Any]) -> Iterator[Link]:
    for key, rel in (("home_page_url", "alternate"), ("feed_url", "self"), ("next_url", "next")):
        if href := _string(value, key):
            yield Link(href, rel=rel)


def _hints(value: Mapping[str, Any]) -> dict[str, object]:
    hubs = [url for hub in _mappings(value.get("hubs")) if (url := _string(hub, "url"))]
    hints: dict[str, object] = {"hub": hubs} if hubs else {}
    for key, rel in (("feed_url", "self"), ("next_url", "next")):
        if href := _string(value, key):
            hints[rel] = [href]
    if value.get("expired") is True:
        hints["expired"] = True
    return hints


# --- an entry ---------------------------------------------------------------------------------------------------------


def _entry(item: Mapping[str, Any]) -> ParsedEntry:
    return ParsedEntry(
        guid=_string(item, "id"),
        guid_is_permalink=False,
        links=tuple(_links(item)),
        title=_text(item, "title", "text"),
        summaries=tuple(filter(None, [_summary(item)])),
        contents=tuple(filter(None, [_text(item, "content_html", "html"), _text(item, "content_text", "text")])),
        dates=tuple(Date(key, raw) for key in ("date_published", "date_modified") if (raw := _string(item, key))),
        authors=_authors(item),
        categories=tuple(Term(term) for term in _strings(item.get("tags"))),
        media=tuple(_media(item)),
        images=tuple(url for key in ("image", "banner_image") if (url := _string(item, key))),
        language=_string(item, "language"),
        extra={legal(key): _legal(value) for key, value in _rest(item) if _depth(value) < _MAX_DEPTH},
    )


def _summary(item: Mapping[str, Any]) -> Text | None:
    ours = item.get(OURS)
    html = _string(ours, "summary_html") if isinstance(ours, Mapping) else None
    return Text(html, "html", "summary") if html else _text(item, "summary", "text")


def _rest(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What no field has: members that the format does not know, or that are no text where it wants one, and authors
    and attachments that have such.
    """
    yield from ((key, value) for key, value in item.items() if key not in _TAKEN)
    strange = (key for key in _TEXTS if not isinstance(item.get(key), str | None) and _string(item, key) is None)
    yield from ((key, item[key]) for key in strange)
    if _string(item, "image") and (banner := _string(item, "banner_image")) and banner != _string(item, "image"):
        yield "banner_image", banner
    for key, known in (("authors", _OF_AUTHORS), ("attachments", _OF_ATTACHMENTS)):
        given = item.get(key) or (item.get("author") if key == "authors" else None)
        unusual = [each for each in _mappings(given if isinstance(given, list) else [given]) if each.keys() - known]
        if unusual:
            yield key, unusual[:_MAX_EACH]


_OF_AUTHORS = frozenset({"name", "url"})
_OF_ATTACHMENTS = frozenset({"url", "mime_type", "size_in_bytes", "title", "duration_in_seconds"})


def _links(item: Mapping[str, Any]) -> Iterator[Link]:
    if url := _string(item, "url"):
        yield Link(url, rel="alternate")
    if external := _string(item, "external_url"):
        yield Link(external, rel="related")


def _media(item: Mapping[str, Any]) -> Iterator[Medium]:
    for attachment in _mappings(item.get("attachments"))[:_MAX_EACH]:
        if url := _string(attachment, "url"):
            yield Medium(
                url,
                "attachment",
                type=_string(attachment, "mime_type"),
                length=_string(attachment, "size_in_bytes"),
                title=_string(attachment, "title"),
                duration=_string(attachment, "duration_in_seconds"),
            )


def _authors(value: Mapping[str, Any]) -> tuple[Author, ...]:
    """`authors` of 1.1, else `author` of 1.0; a bare string is a name."""
    given = value.get("authors") or value.get("author")
    people = given if isinstance(given, list) else [given]
    found = [
        Author(name=_string(person, "name"), uri=_string(person, "url"), element="authors")
        if isinstance(person, Mapping)
        else Author(name=person if isinstance(person, str) and person.strip() else None, element="authors")
        for person in people[:_MAX_EACH]
    ]
    return tuple(author for author in found if author.name or author.uri)


# --- values of whatever type ------------------------------------------------------------------------------------------


def _text(value: Mapping[str, Any], key: str, kind: str) -> Text | None:
    string = _string(value, key)
    return Text(string, kind, key) if string else None


def _string(value: Mapping[str, Any], key: str) -> str | None:
    """A string, or a number in its place, that says something."""
    found = value.get(key)
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        found = str(found)
    return legal(found) if isinstance(found, str) and found.strip() else None


def _strings(values: Any) -> list[str]:
    given = values if isinstance(values, list) else [values]
    return [text for value in given[:_MAX_EACH] if (text := _string({"": value}, ""))]


def _mappings(values: Any) -> list[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def _legal(value: Any) -> Any:
    """A value whose strings can all be stored; JSON can spell NUL and half a character."""
    if isinstance(value, str):
        return legal(value)
    if isinstance(value, list):
        return [_legal(inner) for inner in value]
    return {legal(key): _legal(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _depth(value: Any, limit: int = _MAX_DEPTH) -> int:
    """How deep a value is nested, as far as the limit."""
    level, depth = [value], 0
    while level and depth < limit:
        level = [inner for outer in level for inner in _inner(outer)]
        depth += 1
    return depth


def _inner(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []
