"""Posts as WordPress's REST API gives them (`wp-json/wp/v2/posts`, REST API Handbook, "Posts") to a parsed feed.

`guid.rendered` is what the site's feed has for a guid, so that the two are one entry.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.decode import legal
from ingest.parse.elements import MAX_ENTRIES
from ingest.parse.parsed import Author, Date, Link, Medium, ParsedEntry, ParsedFeed, Term, Text

FORMAT = "wordpress"
_MAX_EACH = 1000  # authors, terms of one post
_TAXONOMIES = ("category", "post_tag")


def is_posts(value: Any) -> bool:
    """True for a list of posts with at least one in it."""
    return isinstance(value, list) and bool(value) and all(_is_post(each) for each in value[:3])


def _is_post(value: Any) -> bool:
    return isinstance(value, Mapping) and "id" in value and "link" in value and ("date_gmt" in value or "date" in value)


def read(posts: list[Any]) -> ParsedFeed:
    """The posts as entries, in their order. What is no post is left out."""
    return ParsedFeed(FORMAT, tuple(_entry(post) for post in posts[:MAX_ENTRIES] if _is_post(post)))


def _entry(post: Mapping[str, Any]) -> ParsedEntry:
    return ParsedEntry(
        guid=_rendered(post.get("guid")),
        guid_is_permalink=False,
        links=tuple(Link(url) for url in [_string(post.get("link"))] if url),
        title=_text(post, "title"),
        summaries=tuple(filter(None, [_text(post, "excerpt")])),
        contents=tuple(filter(None, [_text(post, "content")])),
        dates=tuple(_dates(post)),
        authors=tuple(_authors(post)),
        categories=tuple(_terms(post)),
        media=tuple(_media(post)),
        extra={name: value for name in ("id", "type", "format") if (value := post.get(name)) not in (None, "", "post")},
    )


def _text(post: Mapping[str, Any], name: str) -> Text | None:
    rendered = _rendered(post.get(name))
    return Text(rendered, "html", name) if rendered and rendered.strip() else None


def _rendered(value: Any) -> str | None:
    """A field is an object with what a reader sees in `rendered`; a filter of the site may have made it a string."""
    return _string(value.get("rendered") if isinstance(value, Mapping) else value)


def _string(value: Any) -> str | None:
    return legal(value) if isinstance(value, str) and value.strip() else None


def _dates(post: Mapping[str, Any]) -> Iterator[Date]:
    """The GMT fields name no zone and are UTC; the others are the site's own time. A draft's GMT is all zeros."""
    for name in ("date", "modified"):
        gmt = _string(post.get(f"{name}_gmt"))
        if gmt and not gmt.startswith("0000"):
            yield Date(name, gmt if gmt.endswith("Z") else f"{gmt}Z")
        elif local := _string(post.get(name)):
            yield Date(name, local)


def _embedded(post: Mapping[str, Any], name: str) -> list[Any]:
    embedded = post.get("_embedded")
    found = embedded.get(name) if isinstance(embedded, Mapping) else None
    return found[:_MAX_EACH] if isinstance(found, list) else []


def _authors(post: Mapping[str, Any]) -> Iterator[Author]:
    for person in _embedded(post, "author"):
        if isinstance(person, Mapping) and (name := _string(person.get("name"))):
            yield Author(name=name, element="author")


def _terms(post: Mapping[str, Any]) -> Iterator[Term]:
    for taxonomy in _embedded(post, "wp:term"):
        for term in taxonomy[:_MAX_EACH] if isinstance(taxonomy, list) else []:
            if isinstance(term, Mapping) and term.get("taxonomy") in _TAXONOMIES and _string(term.get("name")):
                yield Term(_string(term.get("name")))


def _media(post: Mapping[str, Any]) -> Iterator[Medium]:
    for picture in _embedded(post, "wp:featuredmedia"):
        if isinstance(picture, Mapping) and (url := _string(picture.get("source_url"))):
            yield Medium(url, "wp:featuredmedia", type=_string(picture.get("mime_type")), medium="image")
