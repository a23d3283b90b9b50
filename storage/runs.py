"""The runs of items: rows of successive windows that all carry an item. What a new window changes of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from storage.prepared import Often
from storage.tables import document, run, window
from storage.transaction import Tx
from storage.windows import Facts, Shown


@dataclass(frozen=True, slots=True)
class Runs:
    """Threads the runs of items through a new window. Each case of (in before, in new, in after) has its line.

    `touched`: items whose runs began, ended or moved are added to it.
    """

    tx: Tx
    feed_id: int
    before: Shown | None
    new: Shown
    after: Shown | None
    facts: Facts
    touched: set[int]

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
            self.touched.update(items)

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
        self.touched.update(set(runs.values()))
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
        self.touched.update({row["item_id"] for row in rows})

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
