"""What can be followed in a reader: newest entries, changes and stories as Atom, and any rows that the page shows."""

from collections.abc import Mapping, Sequence
from typing import Any

from storage.export.atom import feed_of
from storage.export.slices import entries_of
from storage.reading import Reader
from storage.web import atom

MOST = 50  # entries of a feed
_NEWEST = """
select e.entry_id from entry e where e.feed_id in (select feed_id from feed f join outlet o using (outlet_id)
  where o.slug = :outlet) order by e.first_seen_at desc, e.entry_id desc limit :most
"""
_NEWEST_OF_ALL = "select entry_id from entry order by first_seen_at desc, entry_id desc limit :most"


def entries(reader: Reader, outlet: str | None) -> bytes:
    """The entries that were first seen last, of all outlets or one, the newest first."""
    query = _NEWEST if outlet else _NEWEST_OF_ALL
    ids = [row["entry_id"] for row in reader.rows(query, {"outlet": outlet, "most": MOST})]
    rows = {row["entry_id"]: row for row in entries_of(reader, ids)}
    return feed_of(reader, outlet or "all outlets", [rows[entry_id] for entry_id in ids if entry_id in rows])


def changes(rows: Sequence[Mapping[str, Any]], outlet: str | None, now: str, base: str) -> str:
    """Changes of wordings, as `asking.changes` has them."""
    told = (_change(row, base) for row in rows)
    return atom.feed(f"chronik: changes, {outlet or 'all outlets'}", now, told)


def _change(row: Mapping[str, Any], base: str) -> atom.Told:
    was = f"Before: {row['was']}\n" if row["was"] and row["was"] != row["title"] else ""
    return atom.Told(
        name=f"version {row['version_id']}",
        title=row["title"] or "without a title",
        updated=row["seen_at"],
        link=f"{base}/entry/{row['entry_id']}#wordings",
        content=f"{was}{row['change']} changed, wording {row['version']}",
        source=row["feed"],
    )


def stories(rows: Sequence[Mapping[str, Any]], now: str, base: str) -> str:
    """Stories, rows of the view."""
    return atom.feed("chronik: stories", now, (_story(row, base) for row in rows))


def _story(row: Mapping[str, Any], base: str) -> atom.Told:
    return atom.Told(
        name=f"story {row['story_id']}",
        title=row["title"] or "without a title",
        updated=row["newest_at"],
        link=f"{base}/story/{row['story_id']}",
        content=f"{row['outlets']} outlets have it; {row['outlet']} had it first, {row['first_at']}",
    )


def rows(name: str, found: Sequence[Mapping[str, Any]], now: str, base: str) -> str:
    """Any rows; `name` is the view or question that they are of."""
    return atom.feed(f"chronik: {name}", now, (atom.of_row(name, row, now, base) for row in found))
