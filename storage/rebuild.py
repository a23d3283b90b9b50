"""Derive a feed's runs and gaps again from its windows, and put another reading in a document's place.

What `storage.timeline` does step by step is done here at a stroke; a test holds that the two always agree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from storage import moves
from storage.gaps import Between
from storage.items import Source
from storage.kept import Kept
from storage.projection import project
from storage.records import Reading
from storage.sources import keep_said
from storage.tables import (
    document,
    glimpse,
    item,
    item_key,
    move,
    reading,
    run,
    window,
)
from storage.timeline import packed_items, shown_window, unpacked_items
from storage.transaction import Tx
from storage.windows import Facts, Shown


@dataclass(frozen=True, slots=True)
class Difference:
    """What another reading of a document changes: items that it no longer has, items that it has now."""

    gone: tuple[int, ...]
    came: tuple[int, ...]


def reread(tx: Tx, source: Source, document_id: int, said: Reading) -> tuple[Difference, Kept]:
    """Put this reading of a document in the place of the one that the archive has."""
    where = (reading.c.feed_id == source.feed_id) & (reading.c.document_id == document_id)
    before = unpacked_items(tx.connection.execute(select(reading.c["items"]).where(where)).scalar_one())
    kept, sources = keep_said(tx, source, said)
    values = {"items": packed_items(kept.items), "salvaged": int(said.salvaged), "note": said.note, "sources": sources}
    tx.connection.execute(update(reading).where(where).values(values))
    sizes = update(window).where(window.c.feed_id == source.feed_id, window.c.document_id == document_id)
    tx.connection.execute(sizes.values(size=len(kept.items)))
    gone = tuple(each for each in before if each not in set(kept.items))
    return Difference(gone, tuple(each for each in kept.items if each not in set(before))), kept


@dataclass(frozen=True, slots=True)
class Rethreaded:
    """What deriving again changed."""

    runs: set[int]  # items that other windows show
    moved: set[int]  # items of which it is told now, or no longer, which article they are


def rethread(tx: Tx, feed_id: int) -> Rethreaded:
    """Derive the feed's runs again, which keep their ids where they begin where they began, and what was moved."""
    windows = _windows(tx, feed_id)
    facts = Facts.of(tx, *windows)
    wanted = {(row["item_id"], row["first_window_id"]): row for row in _runs(windows, facts)}
    held = {(row.item_id, row.first_window_id): row for row in tx.rows(select(run).where(run.c.feed_id == feed_id))}
    fresh = [wanted[key] for key in sorted(wanted.keys() - held.keys(), key=str)]
    changed = [
        {"of": held[key].run_id, **row}
        for key, row in wanted.items()
        if key in held and any(row[name] != getattr(held[key], name) for name in _ENDS)
    ]
    gone = [held[key] for key in held.keys() - wanted.keys()]
    for row, run_id in zip(fresh, tx.ids.take("run", len(fresh)), strict=True):
        row |= {"run_id": run_id, "feed_id": feed_id}
    tx.write(delete(run).where(run.c.run_id == bindparam("of")), [{"of": row.run_id} for row in gone])
    tx.write(_UPDATE, [{name: row[name] for name in ("of", *_ENDS)} for row in changed])
    tx.write(run.insert(), fresh)
    runs = {row["item_id"] for row in (*fresh, *changed)} | {row.item_id for row in gone}
    borders = (Between(last, following, facts) for last, following in pairwise(windows))
    return Rethreaded(runs, moves.rederive(tx, feed_id, borders))


_ENDS = ("last_window_id", "next_window_id", "first_position", "withdrawn")
_UPDATE = update(run).where(run.c.run_id == bindparam("of")).values({name: bindparam(name) for name in _ENDS})


def _windows(tx: Tx, feed_id: int) -> list[Shown]:
    query = (
        select(
            window.c.window_id,
            window.c.document_id,
            window.c.first_at,
            window.c.last_at,
            window.c.size,
            document.c.sha256,
            reading.c["items"],
        )
        .join_from(window, document, document.c.document_id == window.c.document_id)
        .join(reading, (reading.c.feed_id == window.c.feed_id) & (reading.c.document_id == window.c.document_id))
        .where(window.c.feed_id == feed_id)
        .order_by(window.c.first_at, document.c.sha256)
    )
    return [shown_window(row) for row in tx.rows(query)]


def _runs(windows: Sequence[Shown], facts: Facts) -> Iterable[dict[str, Any]]:
    """All runs through a row of windows."""
    open_runs: dict[int, dict[str, Any]] = {}
    for before, shown in zip([None, *windows[:-1]] if windows else [], windows, strict=True):
        here = {item_id: place for place, item_id in enumerate(shown.items, 1)}
        if before is not None:
            withdrawn = facts.left_among_older(before, shown)
            for item_id in [each for each in open_runs if each not in here]:
                ended = open_runs.pop(item_id)
                yield ended | {
                    "last_window_id": before.window_id,
                    "next_window_id": shown.window_id,
                    "withdrawn": int(withdrawn(item_id)),
                }
        for item_id, place in here.items():
            open_runs.setdefault(
                item_id, {"item_id": item_id, "first_window_id": shown.window_id, "first_position": place}
            )
    for row in open_runs.values():
        yield row | {"last_window_id": None, "next_window_id": None, "withdrawn": 0}


def sweep(tx: Tx, items: Iterable[int]) -> set[int]:
    """Take items out that no document shows any more; returns their entries."""
    items = set(items)
    shown = {row.item_id for row in tx.rows_in(_IN_RUNS, "items", items)}
    shown |= {row.item_id for row in tx.rows_in(_IN_GLIMPSES, "items", items)}
    orphans = sorted(items - shown)
    entries = {row.entry_id for row in tx.rows_in(_ENTRIES, "items", orphans)}
    for column in (move.c.old_item_id, move.c.new_item_id, item_key.c.item_id, item.c.item_id):
        tx.write(delete(column.table).where(column == bindparam("of")), [{"of": n} for n in orphans])
    return entries


_IN_RUNS = select(run.c.item_id).distinct().where(run.c.item_id.in_(bindparam("items", expanding=True)))
_IN_GLIMPSES = select(glimpse.c.item_id).distinct().where(glimpse.c.item_id.in_(bindparam("items", expanding=True)))
_ENTRIES = select(item.c.entry_id).distinct().where(item.c.item_id.in_(bindparam("items", expanding=True)))


def settle(tx: Tx, kept: Kept, items: Iterable[int]) -> int:
    """Derive again what follows for the entries of these items. Returns how many versions changed."""
    entries = {row.entry_id for row in tx.rows_in(_ENTRIES, "items", items)}
    return project(tx, kept.touched | kept.created | entries, kept.created)
