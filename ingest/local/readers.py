"""What other feed readers have kept, as documents: a JSON Feed of each feed's entries that were first seen together.

Such a reader keeps entries, no documents: so these are of our making, and none shows a feed as it stood.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from ingest.local.documents import FeedName, LocalDocument, Names, Unreadable, named, unpacked
from storage import dumped, foreign
from storage.errors import ArchiveError
from storage.foreign import ForeignEntry

MOST = 500  # entries of one document
Found: TypeAlias = Iterator[LocalDocument | Unreadable]


def of_database(path: Path, place: str, names: Names) -> Found:
    """The entries of another reader's SQLite database, or the observations of another archive of chronik."""
    try:
        if foreign.is_archive(path):
            yield from _observed(path, place, names)
            return
        found = foreign.entries(path)
        if found is None:
            yield Unreadable(place, "is an SQLite database, but of no feed reader that is known here")
            return
        reader, entries = found
        yield from as_documents(entries, reader, place, names, _changed_at(path))
    except ArchiveError as error:
        yield Unreadable(place, str(error))


def of_dump(path: Path, place: str, names: Names) -> Found:
    """The entries of a reader whose PostgreSQL database was dumped as text."""
    try:
        with TemporaryDirectory(prefix="chronik-") as folder:
            tables = Path(folder) / "tables.sqlite"
            with unpacked(path) as lines:
                is_whole = dumped.into_sqlite(lines, tables, foreign.DUMPED)
            yield from of_database(tables, place, names)
        if not is_whole:
            yield Unreadable(place, "breaks off: what stands before that was loaded")
    except ArchiveError as error:
        yield Unreadable(place, str(error))


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _observed(path: Path, place: str, names: Names) -> Found:
    for seen in foreign.observations(path):
        name = names.fixed or FeedName(seen.outlet, seen.feed)
        yield LocalDocument(
            f"{place}!{name.outlet}/{name.feed} {seen.requested_at:%Y-%m-%dT%H:%M:%SZ}",
            seen.body,
            name.outlet,
            name.feed,
            seen.requested_at,
            url=seen.url,
            content_type=seen.content_type,
            assumed=f"observed by another archive by the route {seen.route.value}",
            is_page=not seen.route.shows_window,
        )


def as_documents(entries: Iterable[ForeignEntry], reader: str, place: str, names: Names, changed_at: datetime) -> Found:
    """Documents of entries that come feed by feed and in order of time. `changed_at`: when there is no better time."""
    for (url, title, seen_at), together in groupby(entries, key=_together):
        name = names.of(url) or names.fixed or named(url, title)
        assumed = f"kept by {reader}, in its last wording there"
        if seen_at is None:
            assumed += "; seen when its file was last changed (assumed)"
        for number, part in enumerate(_parts(list(together))):
            at = seen_at or changed_at
            yield LocalDocument(
                f"{place}!{url or title} {at:%Y-%m-%dT%H:%M:%SZ}" + (f" ({number + 1})" if number else ""),
                _json_feed(part),
                name.outlet,
                name.feed,
                at,
                url=url,
                content_type="application/feed+json",
                assumed=assumed,
                is_page=True,
            )


def _together(entry: ForeignEntry) -> tuple[str | None, str | None, datetime | None]:
    seen_at = entry.seen_at.replace(microsecond=0) if entry.seen_at else None
    return entry.feed_url, entry.feed_title, seen_at


def _parts(entries: list[ForeignEntry]) -> Iterator[list[ForeignEntry]]:
    for start in range(0, len(entries), MOST):
        yield entries[start : start + MOST]


# --- a JSON Feed of them (JSON Feed 1.1) ------------------------------------------------------------------------------


def _json_feed(entries: list[ForeignEntry]) -> bytes:
    first = entries[0]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": first.feed_title,
        "home_page_url": first.feed_link,
        "feed_url": first.feed_url,
        "items": [_given(_item(each)) for each in entries],
    }
    return json.dumps(_given(feed), ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _item(entry: ForeignEntry) -> dict[str, Any]:
    return {
        "id": entry.guid or entry.url,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary if entry.content else None,
        "content_html": entry.content or entry.summary,
        "date_published": entry.published,
        "date_modified": entry.updated,
        "authors": [_given({"name": name, "url": url}) for name, url in entry.authors] or None,
        "tags": list(entry.categories) or None,
        "attachments": [_given({"url": url, "mime_type": kind}) for url, kind in entry.enclosures] or None,
    }


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


# --- Miniflux ---------------------------------------------------------------------------------------------------------


def of_miniflux(body: bytes, place: str, names: Names, changed_at: datetime) -> Found | None:
    """The entries of what Miniflux's API gives (`GET /v1/entries`), saved; None if the file is none of the kind."""
    if b'"feed_id"' not in body or not body.lstrip().startswith(b"{"):
        return None
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    entries = told.get("entries") if isinstance(told, dict) else None
    if not isinstance(entries, list):
        return None
    found = [_of_miniflux(each) for each in entries if isinstance(each, dict)]
    return as_documents(sorted(found, key=_order), "Miniflux", place, names, changed_at)


def _order(entry: ForeignEntry) -> tuple[str, str, str]:
    return entry.feed_url or "", entry.seen_at.isoformat() if entry.seen_at else "", entry.guid or ""


def _of_miniflux(entry: Mapping[str, Any]) -> ForeignEntry:
    """It keeps no guid but its hash: the address has to tell which entry this is."""
    feed = entry.get("feed")
    feed = feed if isinstance(feed, dict) else {}
    return ForeignEntry(
        _text(feed.get("feed_url")),
        _text(feed.get("title")),
        _text(feed.get("site_url")),
        _instant(entry.get("created_at")),
        _text(entry.get("url")),
        _text(entry.get("url")),
        _text(entry.get("title")),
        content=_text(entry.get("content")),
        authors=((author, None),) if (author := _text(entry.get("author"))) else (),
        published=_text(entry.get("published_at")),
        categories=tuple(each for each in entry.get("tags") or () if isinstance(each, str)),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _instant(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
