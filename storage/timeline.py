"""Where a document stands in its feed's time: windows, and the runs of items through them.

The windows of a feed are ordered by (time first seen, sha256 of the document). A run is a maximal row of successive
windows that all carry an item. Placing a document anywhere in that order changes only its two neighbours and the runs
that touch them, so that the result is the same in whatever order documents come.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from struct import pack, unpack
from typing import Any

from sqlalchemy import BindParameter, Row, and_, bindparam, func, or_, select, update

from storage.prepared import Often
from storage.tables import document, feed, fetch, gap, item, reading, run, sighting, window, wording
from storage.transaction import Tx


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
    newest: bool = False  # it is the feed's newest window now


@dataclass(frozen=True, slots=True)
class Shown:
    """A window with its items in order."""

    window_id: int
    document_id: int
    first_at: datetime
    last_at: datetime
    sha256: bytes
    size: int
    items: tuple[int, ...] = ()


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
    _Runs(tx, seen.feed_id, before, new, after, facts, placed).thread()
    if after is None:
        tx.write(_NEWEST, [{"of": seen.feed_id, "to": new.window_id}])
    if before:
        placed.overlap = overlap(facts.shown(before), facts.shown(new))
    placed.gap = _write_gaps(tx, seen.feed_id, before, new, after, facts)


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


@dataclass(frozen=True, slots=True)
class Facts:
    """What the items of some windows say of themselves. Never which entry they are: that may change with evidence."""

    names: dict[int, tuple[str, ...]]
    published: dict[int, datetime | None]

    @classmethod
    def of(cls, tx: Tx, *windows: Shown | None) -> "Facts":
        facts = cls({}, {})
        for row in tx.rows_in(_FACTS, "items", {item_id for each in windows if each for item_id in each.items}):
            facts.names[row.item_id] = _names(row.item_id, row.guid, row.canonical_url)
            facts.published[row.item_id] = row.published_at
        return facts

    def shown(self, shown: Shown) -> set[str]:
        """Names that tell the window's items apart."""
        count = Counter(name for item_id in shown.items for name in self.names[item_id])
        return {name for name, times in count.items() if times == 1}

    def left_among_older(self, last: Shown, following: Shown) -> Callable[[int], bool]:
        """Whether an item left `last` while an older one of it stayed in `following`."""
        still = self.shown(following)
        stayed = [each for each in last.items if not still.isdisjoint(self.names[each])]
        place_of = {each: position for position, each in enumerate(last.items)}
        dates = [date for each in stayed if (date := self.published[each])]
        oldest = min(dates, default=None)
        last_place = max((place_of[each] for each in stayed), default=-1)
        last_undated = max((place_of[each] for each in stayed if not self.published[each]), default=-1)

        def withdrawn(item_id: int) -> bool:
            date = self.published[item_id]
            if date is None:
                return last_place > place_of[item_id]
            return (oldest is not None and oldest < date) or last_undated > place_of[item_id]

        return withdrawn


def _names(item_id: int, guid: str | None, url: str | None) -> tuple[str, ...]:
    return (f"item {item_id}", *([f"guid {guid}"] if guid else []), *([f"url {url}"] if url else []))


_FACTS = Often(
    select(item.c.item_id, item.c.guid, item.c.canonical_url, wording.c.published_at)
    .join_from(item, wording, wording.c.wording_id == item.c.wording_id)
    .where(item.c.item_id.in_(bindparam("items", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class _Runs:
    """Threads the runs of items through a new window. Each case of (in before, in new, in after) has its line."""

    tx: Tx
    feed_id: int
    before: Shown | None
    new: Shown
    after: Shown | None
    facts: Facts
    placed: Placed

    def thread(self) -> None:
        was = set(self.before.items) if self.before else set()
        now = set(self.new.items)
        will = set(self.after.items) if self.after else set()
        self._start(now - was - will)
        self._end(was - now - will)
        self._prolong((now & was) - will)
        self._begin_earlier((now & will) - was)
        self._interrupt((was & will) - now)

    def _start(self, items: set[int]) -> None:
        """Only here: a run of its own."""
        last, following = (self.new.window_id, self.after.window_id) if self.after else (None, None)
        withdrawn = self.facts.left_among_older(self.new, self.after) if self.after else _still_there
        place_of = self._positions(self.new)
        rows = [
            self._row(item_id, self.new, last, following, withdrawn(item_id), place_of[item_id])
            for item_id in self._in_order(items)
        ]
        self._add(rows)

    def _end(self, items: set[int]) -> None:
        """Before, and not here: the run's end is here, known or new."""
        self._close(items, self.before, self.new)

    def _prolong(self, items: set[int]) -> None:
        """Before and here, not after: the run goes one window further."""
        if self.after:
            self._close(items, self.new, self.after)

    def _begin_earlier(self, items: set[int]) -> None:
        """Here and after, not before: that run begins here."""
        assert self.after is not None or not items  # noqa: S101 - what is in no window is in no set
        if self.after and items:
            place_of = self._positions(self.new)
            begins = {"was": self.after.window_id, "is": self.new.window_id}
            rows = [begins | {"of": item_id, "position": place_of[item_id]} for item_id in sorted(items)]
            self.tx.write(_BEGIN_RUN, rows)
            self.placed.touched |= items

    def _interrupt(self, items: set[int]) -> None:
        """Before and after, not here: one run becomes two."""
        if not (items and self.before and self.after):
            return
        spanning = [row for row in self._runs_through(items) if row.item_id in items]
        place_of = self._positions(self.after)
        self._add(
            [
                self._row(
                    row.item_id,
                    self.after,
                    row.last_window_id,
                    row.next_window_id,
                    bool(row.withdrawn),
                    place_of[row.item_id],
                )
                for row in sorted(spanning, key=lambda row: place_of[row.item_id])
            ]
        )
        self._close_runs({row.run_id: row.item_id for row in spanning}, self.before, self.new)

    def _close(self, items: set[int], last: Shown | None, following: Shown) -> None:
        if items and last and self.before:
            found = {row.run_id: row.item_id for row in self._runs_through(items)}
            self._close_runs(found, last, following)

    def _close_runs(self, runs: dict[int, int], last: Shown, following: Shown) -> None:
        withdrawn = self.facts.left_among_older(last, following)
        self.placed.touched |= set(runs.values())
        ends = {"last": last.window_id, "next": following.window_id}
        rows = [ends | {"of": run_id, "was_withdrawn": int(withdrawn(item_id))} for run_id, item_id in runs.items()]
        self.tx.write(_CLOSE_RUN, rows)

    def _runs_through(self, items: Iterable[int]) -> Sequence[Row[Any]]:
        """The runs of these items that hold the window before (each item has exactly one)."""
        assert self.before is not None  # noqa: S101
        before = self.before
        return [
            row
            for row in self.tx.rows_in(_RUNS, "items", items)
            if (row.first_at, row.first_sha) <= (before.first_at, before.sha256)
            and (row.last_at is None or (before.first_at, before.sha256) <= (row.last_at, row.last_sha))
        ]

    def _row(
        self,
        item_id: int,
        first: Shown,
        last_id: int | None,
        next_id: int | None,
        withdrawn: bool,
        position: int,
    ) -> dict[str, Any]:
        return {
            "item_id": item_id,
            "feed_id": self.feed_id,
            "first_window_id": first.window_id,
            "last_window_id": last_id,
            "next_window_id": next_id,
            "first_position": position,
            "withdrawn": int(withdrawn),
        }

    def _add(self, rows: list[dict[str, Any]]) -> None:
        for row, run_id in zip(rows, self.tx.ids.take("run", len(rows)), strict=True):
            row["run_id"] = run_id
        self.tx.write(_NEW_RUN, rows)
        self.placed.touched |= {row["item_id"] for row in rows}

    def _in_order(self, items: set[int]) -> list[int]:
        return [item_id for item_id in self.new.items if item_id in items]

    @staticmethod
    def _positions(shown: Shown) -> dict[int, int]:
        return {item_id: position for position, item_id in enumerate(shown.items, 1)}


def _still_there(_item_id: int) -> bool:
    return False


_NEW_RUN = Often(run.insert())
_BEGIN_RUN = Often(
    update(run)
    .where(run.c.item_id == bindparam("of"), run.c.first_window_id == bindparam("was"))
    .values(first_window_id=bindparam("is"), first_position=bindparam("position"))
)
_CLOSE_RUN = Often(
    update(run)
    .where(run.c.run_id == bindparam("of"))
    .values(last_window_id=bindparam("last"), next_window_id=bindparam("next"), withdrawn=bindparam("was_withdrawn"))
)
_first, _last = window.alias("first_window"), window.alias("last_window")
_first_doc, _last_doc = document.alias("first_document"), document.alias("last_document")
_RUNS = Often(
    select(
        run.c.run_id,
        run.c.item_id,
        run.c.last_window_id,
        run.c.next_window_id,
        run.c.withdrawn,
        _first.c.first_at,
        _first_doc.c.sha256.label("first_sha"),
        _last.c.first_at.label("last_at"),
        _last_doc.c.sha256.label("last_sha"),
    )
    .join_from(run, _first, _first.c.window_id == run.c.first_window_id)
    .join(_first_doc, _first_doc.c.document_id == _first.c.document_id)
    .outerjoin(_last, _last.c.window_id == run.c.last_window_id)
    .outerjoin(_last_doc, _last_doc.c.document_id == _last.c.document_id)
    .where(run.c.item_id.in_(bindparam("items", expanding=True)))
)


# --- gaps -------------------------------------------------------------------------------------------------------------


def _write_gaps(tx: Tx, feed_id: int, before: Shown | None, new: Shown, after: Shown | None, facts: Facts) -> bool:
    """Derive the gaps at this place again. True if one was opened before the new window."""
    if after:
        tx.connection.execute(gap.delete().where(gap.c.before_window_id == after.window_id))
        _write_gap(tx, feed_id, new, after, facts)
    return before is not None and _write_gap(tx, feed_id, before, new, facts)


def _write_gap(tx: Tx, feed_id: int, last: Shown, following: Shown, facts: Facts) -> bool:
    if not shares_nothing(facts.shown(last), facts.shown(following), len(last.items), len(following.items)):
        return False
    row = {
        "gap_id": tx.ids.next("gap"),
        "feed_id": feed_id,
        "after_window_id": last.window_id,
        "before_window_id": following.window_id,
        "detected_at": tx.now,
        "estimated_missed": None,
        "state": "open",
        "closed_at": None,
        "recovered": 0,
    }
    tx.connection.execute(gap.insert(), row)
    return True


def overlap(last: set[str], following: set[str]) -> int:
    """How many items the two share, counted by the kind of name that shows most."""
    return max(Counter(name.partition(" ")[0] for name in last & following).values(), default=0)


def shares_nothing(last: set[str], following: set[str], last_size: int, size: int) -> bool:
    """Entries may have been missed between two windows: both have some, none is in both, and the later one is full.

    A window much smaller than the one before is no full one: the feed was cut or shows a day, and pushed nothing out.

    >>> shares_nothing({"guid 1"}, {"guid 2"}, 1, 1), shares_nothing({"guid 1"}, {"guid 1"}, 1, 1)
    (True, False)
    """
    return last_size > 0 and size > 0 and last.isdisjoint(following) and 2 * size >= last_size
