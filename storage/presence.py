"""For which stretches of time a feed carried an entry: follows from the runs of its items."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from storage.prepared import Often
from storage.tables import document, item, run, sighting, window
from storage.transaction import Tx

_NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Carried:
    """A run, or runs without a window between them. `gone_at`: first window without it; None: none yet."""

    feed_id: int
    first_window_id: int
    first_at: datetime
    sha256: bytes
    first_position: int
    item_id: int
    last_window_id: int | None
    next_window_id: int | None
    gone_at: datetime | None
    withdrawn: int

    @property
    def begins(self) -> tuple[datetime, bytes, int]:
        """Order in time."""
        return self.first_at, self.sha256, self.first_position

    @property
    def ends(self) -> datetime:
        """When it was gone."""
        return self.gone_at or _NEVER


def stretches(runs: Iterable[Carried]) -> list[Carried]:
    """Runs of one entry's items in one feed as stretches: one that begins where another ends goes on with it."""
    joined: list[Carried] = []
    for each in sorted(runs, key=lambda each: each.begins):
        if not joined or each.first_at > joined[-1].ends:
            joined.append(each)
        elif each.ends >= joined[-1].ends:
            joined[-1] = replace(
                joined[-1],
                last_window_id=each.last_window_id,
                next_window_id=each.next_window_id,
                gone_at=each.gone_at,
                withdrawn=each.withdrawn,
            )
    return joined


def write_sightings(tx: Tx, entry_ids: set[int], old: set[int]) -> None:
    """Derive the sightings of these entries again and write what differs. `old`: those that may have some."""
    runs: dict[tuple[int, int], list[Carried]] = {}
    for row in tx.rows_in(_RUNS, "entries", entry_ids):
        entry_id, *values = tuple(row)
        runs.setdefault((entry_id, row.feed_id), []).append(Carried(*values))
    wanted = {
        (entry_id, feed_id, each.first_window_id): _row(entry_id, each)
        for (entry_id, feed_id), own in runs.items()
        for each in stretches(own)
    }
    held = {(row.entry_id, row.feed_id, row.first_window_id): row for row in tx.rows_in(_HELD, "entries", old)}
    stale = [
        key for key, row in held.items() if key not in wanted or any(wanted[key][n] != getattr(row, n) for n in _TOLD)
    ]
    tx.write(_DELETE, [{"entry": entry, "feed": feed, "first": first} for entry, feed, first in stale])
    for key in stale:
        del held[key]
    tx.write(_NEW, [row for key, row in wanted.items() if key not in held])


_next = window.alias("next_window")
_RUNS = Often(
    select(
        item.c.entry_id,
        run.c.feed_id,
        run.c.first_window_id,
        window.c.first_at,
        document.c.sha256,
        run.c.first_position,
        run.c.item_id,
        run.c.last_window_id,
        run.c.next_window_id,
        _next.c.first_at.label("gone_at"),
        run.c.withdrawn,
    )
    .join_from(item, run, run.c.item_id == item.c.item_id)
    .join(window, window.c.window_id == run.c.first_window_id)
    .join(document, document.c.document_id == window.c.document_id)
    .outerjoin(_next, _next.c.window_id == run.c.next_window_id)
    .where(item.c.entry_id.in_(bindparam("entries", expanding=True)))
)
_HELD = Often(select(sighting).where(sighting.c.entry_id.in_(bindparam("entries", expanding=True))))
_NEW = Often(sighting.insert())
_DELETE = Often(
    delete(sighting).where(
        sighting.c.entry_id == bindparam("entry"),
        sighting.c.feed_id == bindparam("feed"),
        sighting.c.first_window_id == bindparam("first"),
    )
)
_TOLD = ("last_window_id", "next_window_id", "item_id", "first_position", "withdrawn")


def _row(entry_id: int, each: Carried) -> dict[str, Any]:
    return {
        "entry_id": entry_id,
        "feed_id": each.feed_id,
        "first_window_id": each.first_window_id,
        **{name: getattr(each, name) for name in _TOLD},
    }
