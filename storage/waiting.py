"""Entries that wait for what follows from them, but not at once: their lines in the search index, their stories."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.dialects.sqlite import insert as insert_or_leave

from storage.prepared import Often
from storage.tables import search_pending, story_pending
from storage.transaction import Tx

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def for_search(tx: Tx, entry_ids: Iterable[int]) -> None:
    """These entries' lines in the search index are no longer of today."""
    _SEARCH.write(tx, [{"entry_id": n} for n in sorted(entry_ids)])


def for_stories(tx: Tx, out_at: Mapping[int, int]) -> None:
    """Nor is what is known of these entries' stories. `out_at`: when each came out, see `came_out`."""
    _STORIES.write(tx, [{"entry_id": n, "second": out_at[n]} for n in sorted(out_at)])


def came_out(published_at: datetime | None, first_seen_at: datetime) -> int:
    """When an entry came out, in seconds since 1970: as the publisher says, but never later than it was seen."""
    at = first_seen_at if published_at is None else min(published_at, first_seen_at)
    return round((at - EPOCH).total_seconds())


class _Waiting:
    """A table of entries that wait, and the statements for it."""

    def __init__(self, pending: Table) -> None:
        row = upsert(pending)
        self._once = Often(insert_or_leave(pending).on_conflict_do_nothing())
        self._anew = Often(
            row.on_conflict_do_update(index_elements=["entry_id"], set_={"entry_id": row.excluded.entry_id})
        )

    def write(self, tx: Tx, rows: list[dict[str, int]]) -> None:
        # On a server one that waits may be worked off now, as it was before.
        tx.write(self._anew if tx.on_server else self._once, rows)


_SEARCH, _STORIES = _Waiting(search_pending), _Waiting(story_pending)
