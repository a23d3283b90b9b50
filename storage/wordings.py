"""What one entry says and has said, for people who read. Times are UTC text, as in the public views."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from storage.grouping import key_number
from storage.reading import Reader
from storage.records import Key, KeyKind


@dataclass(frozen=True, slots=True)
class EntryTold:
    """A row of the view `entries`; `authors` and `categories` are JSON arrays."""

    entry_id: int
    outlet: str
    feed: str
    guid: str | None
    url: str | None
    title: str | None
    summary: str | None
    content_text: str | None
    authors: str | None
    categories: str | None
    language: str | None
    published_at: str | None
    published_raw: str | None
    published_source: str | None
    updated_at: str | None
    first_seen_at: str | None
    last_seen_at: str | None
    version: int
    versions: int


@dataclass(frozen=True, slots=True)
class WordingTold:
    """A row of the view `entry_versions`."""

    version_id: int
    version: int
    feed: str
    seen_at: str
    replaced_at: str | None
    change: str
    title: str | None
    url: str | None
    summary: str | None
    content_text: str | None
    authors: str | None
    categories: str | None
    published_at: str | None
    updated_at: str | None
    fetch_id: int


def find_entries(reader: Reader, texts: Sequence[str]) -> list[int]:
    """The entries that one of these URLs or guids identifies, by id. Fast for known keys, else a look at every item."""
    numbers = [key_number(Key(kind, said), feed, outlet) for kind, feed, outlet in _scopes(reader) for said in texts]
    found: set[int] = set()
    for start in range(0, len(numbers), 500):
        found |= _ids(reader, _BY_KEY, numbers[start : start + 500])
    return sorted(found or _ids(reader, _BY_TEXT, list(texts)))


def _scopes(reader: Reader) -> list[tuple[KeyKind, int, int]]:
    rows = reader.rows("select feed_id, outlet_id from feed")
    outlets = sorted({row["outlet_id"] for row in rows})
    across = (KeyKind.URL, KeyKind.GUID_GLOBAL)
    return [(kind, 0, outlet) for kind in across for outlet in outlets] + [
        (KeyKind.GUID, row["feed_id"], 0) for row in rows
    ]


_BY_KEY = "select i.entry_id from item_key k join item i on i.item_id = k.item_id where k.key in ({names})"
_BY_TEXT = (
    "select entry_id from item where url in ({names}) or canonical_url in ({names}) or guid in ({names})"  # no index
)


def _ids(reader: Reader, query: str, values: Sequence[object]) -> set[int]:
    named = {f"v{n}": value for n, value in enumerate(values)}
    names = ", ".join(f":{name}" for name in named)
    return {row["entry_id"] for row in reader.rows(query.format(names=names), named)}


def entry(reader: Reader, entry_id: int) -> EntryTold | None:
    """The entry; if it was merged into another one, that one."""
    query = f"select {_columns(EntryTold)} from entries where entry_id = :entry_id"  # noqa: S608 - our own fields
    for row in reader.rows(query, {"entry_id": entry_id}):
        return EntryTold(**row)
    merged = reader.rows("select into_entry_id from entry_merges where entry_id = :entry_id", {"entry_id": entry_id})
    into = merged[0]["into_entry_id"] if merged else entry_id
    return None if into == entry_id else entry(reader, into)


def wordings(reader: Reader, entry_id: int) -> list[WordingTold]:
    """All wordings, feed by feed, oldest first."""
    query = f"select {_columns(WordingTold)} from entry_versions where entry_id = :entry_id order by feed, version"  # noqa: S608
    return [WordingTold(**row) for row in reader.rows(query, {"entry_id": entry_id})]


def document_of(reader: Reader, told: WordingTold) -> int | None:
    """The document_id of the document that had the wording first: `storage.documents.body` reads it."""
    found = reader.rows("select document_id from fetches where fetch_id = :fetch_id", {"fetch_id": told.fetch_id})
    return found[0]["document_id"] if found else None


def _columns(kind: type[Any]) -> str:
    return ", ".join(field.name for field in fields(kind))
