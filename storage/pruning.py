"""Forget observations on purpose, with all that only they tell, so that loading them again does not bring them back.

The archive is then the function of the documents that are left: an entry that is in one of them stays, and what is
known of it begins there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, select, union, update

from storage import bundles, documents, moves, search_index
from storage.kept import Kept
from storage.projection import project
from storage.rebuild import rethread, sweep
from storage.regrouping import regroup
from storage.tables import (
    deletion,
    document,
    feed,
    fetch,
    gap,
    glimpse,
    item,
    reading,
    version,
    window,
    wording,
)
from storage.timeline import unpacked_items
from storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class Span:
    """Which observations of a feed go: all that ended before `before`, all that began at or after `after`.

    Both None: every one. A document that was confirmed at or after `before` stays with the time it was first seen.
    """

    before: datetime | None = None
    after: datetime | None = None


@dataclass(slots=True)
class Forgotten:
    """How much went."""

    fetches: int = 0
    documents: int = 0
    entries: int = 0
    versions: int = 0

    def __add__(self, other: "Forgotten") -> "Forgotten":
        return Forgotten(
            self.fetches + other.fetches,
            self.documents + other.documents,
            self.entries + other.entries,
            self.versions + other.versions,
        )


class _DryRun(Exception):
    """Raised to undo a dry run."""


def prune(tx: Tx, feed_ids: Sequence[int], before: datetime, *, dry_run: bool = False) -> Forgotten:
    """Forget what was seen of feeds before; nothing that was seen before is taken in again, from wherever.

    `deletion` tells it, and `record` holds to it. `dry_run`: says what would go.
    """
    whole = Forgotten()
    try:
        with tx.connection.begin_nested():
            for feed_id in feed_ids:
                forgotten = forget(tx, feed_id, Span(before=before))
                forgotten.documents = drop_unused(tx)
                _note(tx, feed_id, before, forgotten)
                whole += forgotten
            if dry_run:
                raise _DryRun
    except _DryRun:
        tx.recent.clear()
    return whole


def _note(tx: Tx, feed_id: int, before: datetime, forgotten: Forgotten) -> None:
    later = or_(feed.c.pruned_before.is_(None), feed.c.pruned_before < before)
    tx.connection.execute(update(feed).where(feed.c.feed_id == feed_id, later).values(pruned_before=before))
    known = {"deletion_id": tx.ids.next("deletion"), "feed_id": feed_id, "before_at": before, "at": tx.now}
    tx.connection.execute(insert(deletion), known | asdict(forgotten))


def forget(tx: Tx, feed_id: int, span: Span) -> Forgotten:
    """Take these observations of a feed out, and derive again what follows from the others. Documents stay."""
    moved: set[int] = set()
    items = _take_out_windows(tx, feed_id, span, moved) | _take_out_glimpses(tx, feed_id, span)
    rethreaded = rethread(tx, feed_id)
    kept = Kept([])
    regroup(tx, moved | rethreaded.moved, kept)
    items |= rethreaded.runs
    entries = kept.created | kept.touched | {row.entry_id for row in tx.rows_in(_ENTRIES, "items", items)}
    before = _versions(tx, entries)
    search_index.take_out(tx, entries)
    wordings = {row.wording_id for row in tx.rows_in(_WORDINGS, "items", items)}
    sweep(tx, items)
    project(tx, entries, kept.created)
    fetches = _drop_fetches(tx, feed_id, span)
    _drop_readings(tx, feed_id)
    _drop_wordings(tx, wordings)
    left = _versions(tx, entries)
    return Forgotten(fetches, 0, len(before.keys() - left.keys()), sum(before.values()) - sum(left.values()))


_ENTRIES = select(item.c.entry_id).distinct().where(item.c.item_id.in_(bindparam("items", expanding=True)))
_WORDINGS = select(item.c.wording_id).distinct().where(item.c.item_id.in_(bindparam("items", expanding=True)))
_VERSIONS = select(version.c.entry_id).where(version.c.entry_id.in_(bindparam("entries", expanding=True)))


def _versions(tx: Tx, entries: Iterable[int]) -> dict[int, int]:
    count: dict[int, int] = {}
    for row in tx.rows_in(_VERSIONS, "entries", entries):
        count[row.entry_id] = count.get(row.entry_id, 0) + 1
    return count


def _within(span: Span, began: Any, ended: Any) -> ColumnElement[bool]:
    """Whether an observation goes that stood from `began` to `ended`."""
    parts = [ended < span.before] if span.before is not None else []
    parts += [began >= span.after] if span.after is not None else []
    return or_(*parts) if parts else began.is_not(None)


# --- what was observed ------------------------------------------------------------------------------------------------


def _take_out_windows(tx: Tx, feed_id: int, span: Span, moved: set[int]) -> set[int]:
    """Returns the items that these windows showed; adds to `moved` those that they alone knew for one article."""
    where = and_(window.c.feed_id == feed_id, _within(span, window.c.first_at, window.c.last_at))
    gone = tx.rows(select(window.c.window_id, window.c.document_id).where(where))
    read = and_(reading.c.feed_id == feed_id, reading.c.document_id.in_(bindparam("ids", expanding=True)))
    packed = tx.rows_in(select(reading.c["items"]).where(read), "ids", {row.document_id for row in gone})
    items = {item_id for row in packed for item_id in unpacked_items(row.items)}
    ids = [{"of": row.window_id} for row in gone]
    for column in (gap.c.after_window_id, gap.c.before_window_id):
        tx.write(delete(gap).where(column == bindparam("of")), ids)
    for row in gone:
        moved |= moves.forget(tx, feed_id, row.window_id)
    tx.write(delete(window).where(window.c.window_id == bindparam("of")), ids)
    newest = select(window.c.window_id).where(window.c.feed_id == feed_id)
    newest = newest.order_by(window.c.first_at.desc(), window.c.window_id.desc()).limit(1)
    stands = tx.connection.execute(newest).scalar()
    tx.connection.execute(update(feed).where(feed.c.feed_id == feed_id).values(newest_window_id=stands))
    return items


def _take_out_glimpses(tx: Tx, feed_id: int, span: Span) -> set[int]:
    where = and_(glimpse.c.feed_id == feed_id, _within(span, glimpse.c.at, glimpse.c.at))
    items = {row.item_id for row in tx.rows(select(glimpse.c.item_id).where(where))}
    tx.connection.execute(delete(glimpse).where(where))
    return items


def _drop_fetches(tx: Tx, feed_id: int, span: Span) -> int:
    """Take out the attempts of that time that nothing refers to any more."""
    used = union(
        select(window.c.first_fetch_id).where(window.c.feed_id == feed_id),
        select(glimpse.c.fetch_id).where(glimpse.c.feed_id == feed_id),
    )
    then = and_(fetch.c.feed_id == feed_id, _within(span, fetch.c.requested_at, fetch.c.requested_at))
    return tx.connection.execute(delete(fetch).where(then, fetch.c.fetch_id.not_in(used))).rowcount


# --- what nothing refers to any more ----------------------------------------------------------------------------------


def _drop_readings(tx: Tx, feed_id: int) -> None:
    held = union(
        select(fetch.c.document_id).where(fetch.c.feed_id == feed_id, fetch.c.document_id.is_not(None)),
        select(window.c.document_id).where(window.c.feed_id == feed_id),
    )
    unread = and_(reading.c.feed_id == feed_id, reading.c.document_id.not_in(held))
    tx.connection.execute(delete(reading).where(unread))
    lost = update(feed).where(feed.c.feed_id == feed_id, feed.c.live_document_id.not_in(held))
    tx.connection.execute(lost.values(live_document_id=None, etag=None, last_modified=None))
    carried = select(func.count(item.c.entry_id.distinct())).where(item.c.feed_id == feed_id).scalar_subquery()
    tx.connection.execute(update(feed).where(feed.c.feed_id == feed_id).values(entries=carried))


def drop_unused(tx: Tx) -> int:
    """Delete documents that no attempt gave and no feed has read; returns how many."""
    used = select(fetch.c.document_id).where(fetch.c.document_id.is_not(None)).union(select(reading.c.document_id))
    unused = select(document.c.document_id).where(document.c.document_id.not_in(used))
    dead = [row.document_id for row in tx.rows(unused)]
    documents.drop(tx.connection, dead)
    tx.recent.clear()
    return len(dead)


def _drop_wordings(tx: Tx, wordings: set[int]) -> None:
    said = select(item.c.wording_id).distinct().where(item.c.wording_id.in_(bindparam("ids", expanding=True)))
    dead = wordings - {row.wording_id for row in tx.rows_in(said, "ids", wordings)}
    tx.write(delete(wording).where(wording.c.wording_id == bindparam("of")), [{"of": n} for n in sorted(dead)])
    bundles.drop_unused(tx)
