"""Where a document stands in its feed's time: windows, and the runs of items through them.

The windows of a feed are ordered by (time first seen, sha256 of the document). A run is a maximal row of successive
windows that all carry an item. Placing a document anywhere in that order changes only its two neighbours and the runs
that touch them, so that the result is the same in whatever order documents come.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from struct import pack, unpack
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, func, or_, select, update

from storage import gaps, moves
from storage.gaps import Between
from storage.prepared import Often
from storage.runs import Runs
from storage.tables import document, feed, fetch, gap, reading, run, sighting, window
from storage.transaction import Tx
from storage.windows import Facts, Shown


@dataclass(frozen=True, slots=True)
class Observation:
    """This feed was this document at this time."""

    feed_id: int
    at: datetime
    document_id: int
    sha256: bytes
    items: tuple[int, ...]
    fetch_id: int


@dataclass(slots=True)
class Placed:
    """What placing an observation changed. `touched`: items whose runs began, ended or moved."""

    touched: set[int] = field(default_factory=set)
    overlap: int | None = None  # entries shared with the window before; None: there is none
    gap: bool = False
    unseen: tuple[datetime, datetime] | None = None  # of the gap, see storage.gaps
    newest: bool = False  # it is the feed's newest window now
    moved: set[int] = field(default_factory=set)  # items of which it is told now, or no longer, which article they are


def place(tx: Tx, seen: Observation) -> Placed:
    """Put an observation where it belongs."""
    before, after = _neighbours(tx, seen)
    placed = Placed(newest=after is None)
    if before and before.document_id == seen.document_id:
        _confirm(tx, before, seen, placed)
    elif before and _stands_at(before, seen):
        after = _split(tx, before, seen)
        _insert(tx, seen, before, after, placed)
    elif after and after.document_id == seen.document_id:
        _begin_earlier(tx, after, seen, placed)
    else:
        _insert(tx, seen, before, after, placed)
    return placed


def packed_items(items: Iterable[int]) -> bytes:
    """Item ids as `reading.items` keeps them."""
    items = list(items)
    return pack(f"<{len(items)}q", *items)


def unpacked_items(packed: bytes) -> tuple[int, ...]:
    """The reverse of packed_items."""
    return unpack(f"<{len(packed) // 8}q", packed)


# --- neighbours -------------------------------------------------------------------------------------------------------

_WINDOW = (
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
    .join(reading, and_(reading.c.feed_id == window.c.feed_id, reading.c.document_id == window.c.document_id))
    .where(window.c.feed_id == bindparam("feed"))
)
_AT: BindParameter[datetime] = bindparam("at", type_=window.c.first_at.type)
_SHA: BindParameter[bytes] = bindparam("sha")
# The plain bounds on first_at let the index serve; the rest settles ties of the same second.
_BEFORE = Often(
    _WINDOW.where(window.c.first_at <= _AT, or_(window.c.first_at < _AT, document.c.sha256 <= _SHA))
    .order_by(window.c.first_at.desc(), document.c.sha256.desc())
    .limit(1)
)
_AFTER = Often(
    _WINDOW.where(window.c.first_at >= _AT, or_(window.c.first_at > _AT, document.c.sha256 > _SHA))
    .order_by(window.c.first_at, document.c.sha256)
    .limit(1)
)


def _neighbours(tx: Tx, seen: Observation) -> tuple[Shown | None, Shown | None]:
    where = {"feed": seen.feed_id, "at": seen.at, "sha": seen.sha256}
    before = tx.row(_BEFORE, **where)
    after = tx.row(_AFTER, **where)
    return (shown_window(before) if before else None), (shown_window(after) if after else None)


def shown_window(row: Any) -> Shown:
    """A row of a window, its document's sha256 and its reading's items as a value."""
    items = unpacked_items(row.items)
    return Shown(row.window_id, row.document_id, row.first_at, row.last_at, row.sha256, row.size, items)


def _stands_at(before: Shown, seen: Observation) -> bool:
    """The window before goes on after the observation."""
    return (seen.at, seen.sha256) < (before.last_at, before.sha256)


# --- the same document again ------------------------------------------------------------------------------------------


def _confirm(tx: Tx, standing: Shown, seen: Observation, placed: Placed) -> None:
    placed.overlap = len(standing.items)
    if seen.at > standing.last_at:
        tx.write(_GO_ON, [{"of": standing.window_id, "to": seen.at}])


def _begin_earlier(tx: Tx, after: Shown, seen: Observation, placed: Placed) -> None:
    tx.connection.execute(
        update(window)
        .where(window.c.window_id == after.window_id)
        .values(first_at=seen.at, first_fetch_id=seen.fetch_id)
    )
    placed.touched |= {row.item_id for row in tx.rows(_STARTING, window=after.window_id)}


_STARTING = Often(select(run.c.item_id).where(run.c.first_window_id == bindparam("window")))


_GO_ON = Often(update(window).where(window.c.window_id == bindparam("of")).values(last_at=bindparam("to")))


# --- a window in the middle of another --------------------------------------------------------------------------------


def _split(tx: Tx, standing: Shown, seen: Observation) -> Shown:
    """Cut a window in two at the observation; returns the second half. Runs go on through both."""
    until = tx.connection.execute(_LAST_UNTIL, _around(standing, seen)).scalar_one()
    row = tx.connection.execute(_FIRST_FROM, _around(standing, seen)).one()
    second = tx.ids.next("window")
    values = {
        "window_id": second,
        "feed_id": seen.feed_id,
        "document_id": standing.document_id,
        "first_at": row.requested_at,
        "last_at": standing.last_at,
        "size": standing.size,
        "first_fetch_id": row.fetch_id,
    }
    tx.write(_NEW, [values])
    tx.connection.execute(
        update(window).where(window.c.window_id == standing.window_id).values(last_at=until or standing.first_at)
    )
    _move_ends(tx, standing.window_id, second)
    return Shown(
        second,
        standing.document_id,
        row.requested_at,
        standing.last_at,
        standing.sha256,
        standing.size,
        standing.items,
    )


def _around(standing: Shown, seen: Observation) -> dict[str, Any]:
    # At the same second the document with the smaller digest comes first.
    first = standing.sha256 < seen.sha256
    return {"feed": seen.feed_id, "document": standing.document_id, "at": seen.at, "tie": 1 if first else 0}


_CONFIRMING = and_(
    fetch.c.feed_id == bindparam("feed"),
    fetch.c.document_id == bindparam("document"),
    fetch.c.outcome != "failed",
)
_LAST_UNTIL = select(func.max(fetch.c.requested_at)).where(
    _CONFIRMING,
    fetch.c.requested_at <= _AT,
    or_(fetch.c.requested_at < _AT, bindparam("tie") == 1),
)
_FIRST_FROM = (
    select(fetch.c.requested_at, fetch.c.fetch_id)
    .where(_CONFIRMING, fetch.c.requested_at >= _AT, or_(fetch.c.requested_at > _AT, bindparam("tie") == 0))
    .order_by(fetch.c.requested_at, fetch.c.fetch_id)
    .limit(1)
)


def _move_ends(tx: Tx, first: int, second: int) -> None:
    tx.connection.execute(update(run).where(run.c.last_window_id == first).values(last_window_id=second))
    ends = update(sighting).where(sighting.c.last_window_id == first)
    tx.connection.execute(ends.values(last_window_id=second))
    tx.connection.execute(update(feed).where(feed.c.newest_window_id == first).values(newest_window_id=second))
    tx.connection.execute(update(gap).where(gap.c.after_window_id == first).values(after_window_id=second))


# --- a new window -----------------------------------------------------------------------------------------------------


def _insert(tx: Tx, seen: Observation, before: Shown | None, after: Shown | None, placed: Placed) -> None:
    new = Shown(
        tx.ids.next("window"),
        seen.document_id,
        seen.at,
        seen.at,
        seen.sha256,
        len(seen.items),
        seen.items,
    )
    _write_window(tx, seen, new)
    facts = Facts.of(tx, before, new, after) if before or after else Facts({}, {})  # nothing to hold it against
    Runs(tx, seen.feed_id, before, new, after, facts, placed.touched).thread()
    if after is None:
        tx.write(_NEWEST, [{"of": seen.feed_id, "to": new.window_id}])
    if after:
        gaps.forget(tx, after.window_id)
        placed.moved |= moves.forget(tx, seen.feed_id, after.window_id)
        _border(tx, seen.feed_id, Between(new, after, facts), placed)
    if before:
        between = Between(before, new, facts)
        placed.gap = _border(tx, seen.feed_id, between, placed)
        placed.unseen = between.unseen if placed.gap else None


def _border(tx: Tx, feed_id: int, between: Between, placed: Placed) -> bool:
    """Note what follows from two successive windows; returns whether there is a gap. What was moved is no gap."""
    moved = moves.pairs(tx, between)
    placed.moved |= moves.write(tx, feed_id, between.following.window_id, moved)
    placed.overlap = between.overlap + len(moved)
    return not moved and gaps.write(tx, feed_id, between)


def _write_window(tx: Tx, seen: Observation, new: Shown) -> None:
    row = {
        "window_id": new.window_id,
        "feed_id": seen.feed_id,
        "document_id": new.document_id,
        "first_at": new.first_at,
        "last_at": new.last_at,
        "size": new.size,
        "first_fetch_id": seen.fetch_id,
    }
    tx.write(_NEW, [row])


_NEW = Often(window.insert())
_NEWEST = Often(update(feed).where(feed.c.feed_id == bindparam("of")).values(newest_window_id=bindparam("to")))
