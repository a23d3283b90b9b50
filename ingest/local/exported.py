"""Entries that `chronik export --format ndjson` wrote, as documents: each wording is on a page of its feed."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from ingest.local.documents import FEED_NAME, LocalDocument, Names, Unreadable, unpacked
from ingest.parse.jsonfeed import OURS

AT_ONCE = 1_000  # lines in memory at a time
Found: TypeAlias = Iterator[LocalDocument | Unreadable]
_Page: TypeAlias = tuple[str, str, int]  # feed, instant, and which of the wordings that an entry has of that instant


def is_exported(start: bytes) -> bool:
    """By how the file begins."""
    return start.startswith(b'{"entry_id":') and b'"outlet":' in start


def documents(path: Path, place: str, names: Names) -> Found:
    """A JSON Feed (1.1) of all wordings that a feed showed first at one time, for every thousand entries.

    Entries and their wordings come over, with the times at which they were seen first; no windows, no raw documents,
    nor that a wording came back later.
    """
    with unpacked(path) as packed, TextIOWrapper(packed, encoding="utf-8", errors="replace") as file:
        numbered = enumerate(file, 1)
        while lines := list(islice(numbered, AT_ONCE)):
            pages: dict[_Page, list[dict[str, Any]]] = {}
            for number, line in lines:
                wrong = _sort(line, pages)
                if wrong:
                    yield Unreadable(f"{place}:{number}", wrong)
            found = sorted(pages.items(), key=_order)
            yield from (_page(place, feed, at, items, names) for (feed, at, _), items in found)


def _order(page: tuple[_Page, Any]) -> tuple[str, str, int]:
    feed, at, turn = page[0]
    return at, feed, turn


def _sort(line: str, pages: dict[_Page, list[dict[str, Any]]]) -> str | None:
    """Put an entry's wordings on their pages; what is wrong with the line, if anything."""
    turns: Counter[tuple[str, str]] = Counter()
    try:
        for said in json.loads(line)["wordings"]:
            at = datetime.fromisoformat(said["seen_at"]).astimezone(UTC)
            if not FEED_NAME.fullmatch(said["feed"]):
                return f"{said['feed']!r} is no name of a feed"
            page = said["feed"], at.isoformat()
            turns[page] += 1
            pages.setdefault((*page, turns[page]), []).append(_item(said))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return f"is no entry as `chronik export` writes it ({type(error).__name__}: {error})"
    return None


def _page(place: str, feed: str, at: str, items: list[dict[str, Any]], names: Names) -> LocalDocument:
    name = names.fixed
    outlet, slug = (name.outlet, name.feed) if name else feed.split("/")
    body = {"version": "https://jsonfeed.org/version/1.1", "title": feed, "items": items}
    return LocalDocument(
        f"{place}!{feed} {at}",
        json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
        outlet,
        slug,
        datetime.fromisoformat(at),
        content_type="application/feed+json",
        assumed="entries that another archive exported",
        is_page=True,
    )


def _item(said: dict[str, Any]) -> dict[str, Any]:
    item = {
        "id": said["guid"],
        "url": said["url"],
        "title": said["title"],
        "summary": said["summary"],
        OURS: {"summary_html": said["summary_html"]} if said.get("summary_html") else None,
        "content_html": said["content_html"],
        "image": said["image_url"],
        "language": said["language"],
        "date_published": said["published_at"],
        "date_modified": said["updated_at"],
        "authors": [_given({"name": each.get("name"), "url": each.get("uri")}) for each in said["authors"]],
        "tags": [each["term"] for each in said["categories"] if each.get("term")],
        "attachments": [_attachment(each) for each in _with_url(said["enclosures"])],
    }
    return _given(item)


def _with_url(enclosures: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (each for each in enclosures if each.get("url"))


def _attachment(each: dict[str, Any]) -> dict[str, Any]:
    return _given({"url": each["url"], "mime_type": each.get("type"), "size_in_bytes": each.get("length")})


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}
