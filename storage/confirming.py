"""Visits that found a feed as its newest window shows it: many of them recorded by four statements.

Nine visits in ten end like this. What they write is what `storage.recording` would write of each; whatever is not as
plain as that is left to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, update

from storage import feeds
from storage.attempts import attempt_row
from storage.prepared import Often
from storage.recording import NEW_FETCH, record
from storage.records import FeedHealth, NotModified, Recorded, Route, Standing, Unchanged, Visit
from storage.tables import feed, reading, window
from storage.transaction import Shared, Tx


@dataclass(frozen=True, slots=True)
class Recording(Shared[Recorded]):
    """To record a visit, see `storage.recording`."""

    visit: Visit

    def __call__(self, tx: Tx) -> Recorded:
        return record(tx, self.visit)

    @classmethod
    def together(cls, tx: Tx, jobs: Sequence["Recording"]) -> Mapping[int, Recorded]:
        """Those that found what the archive has."""
        return confirm(tx, [job.visit for job in jobs])


@dataclass(frozen=True, slots=True)
class _Confirmed:
    visit: Visit
    row: Row[Any]
    recorded: Recorded
    standing: Standing


def confirm(tx: Tx, visits: Sequence[Visit]) -> dict[int, Recorded]:
    """Record those of these visits that found their feed as it was; what was recorded, by the place in `visits`."""
    first = {
        visits[place].outcome.fetch.feed_id: place for place in reversed(range(len(visits))) if _may(visits[place])
    }
    rows = tx.rows_in(_SHOWN, "feeds", tx.held(first))
    found = {first[row.feed_id]: row for row in rows if _is_as_shown(visits[first[row.feed_id]], row)}
    ids = zip(found.items(), tx.ids.take("fetch", len(found)), strict=True)
    confirmed = {place: each for (place, row), n in ids if (each := _confirmed(visits[place], row, n)) is not None}
    _write(tx, list(confirmed.values()))
    return {place: each.recorded for place, each in confirmed.items()}


def _may(visit: Visit) -> bool:
    plain = isinstance(visit.outcome, NotModified | Unchanged) and visit.outcome.fetch.route is Route.LIVE
    return plain and visit.outcome.fetch.shows_window and visit.decide is not None


# The newest window, its document, and how many items that has.
_SHOWN = Often(
    feeds.FEEDS.add_columns(
        window.c.window_id,
        window.c.document_id,
        window.c.first_at,
        window.c.last_at,
        (func.length(reading.c["items"]) // 8).label("items"),
    )
    .join(window, window.c.window_id == feed.c.newest_window_id)
    .join(reading, (reading.c.feed_id == feed.c.feed_id) & (reading.c.document_id == window.c.document_id))
    .where(feed.c.feed_id.in_(bindparam("feeds", expanding=True)), feed.c.live_document_id == window.c.document_id)
)


def _is_as_shown(visit: Visit, row: Row[Any]) -> bool:
    """The newest window goes on, since it is the document that was confirmed and nothing has come after it."""
    outcome = visit.outcome
    same = isinstance(outcome, NotModified) or (isinstance(outcome, Unchanged) and outcome.sha256 == row.live_sha256)
    return same and _second(outcome.fetch.requested_at) >= row.last_at


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _confirmed(visit: Visit, row: Row[Any], fetch_id: int) -> _Confirmed | None:
    assert visit.decide is not None  # noqa: S101 - see _may
    name = "not_modified" if isinstance(visit.outcome, NotModified) else "unchanged"
    recorded = Recorded(fetch_id, name, row.items, overlap=row.items)
    standing = visit.decide(feeds.record_of(row), recorded)
    return None if standing.url not in {None, row.url} else _Confirmed(visit, row, recorded, standing)


def _write(tx: Tx, confirmed: Sequence[_Confirmed]) -> None:
    tx.write(_GO_ON, [{"of": each.row.window_id, "to": each.visit.outcome.fetch.requested_at} for each in confirmed])
    tx.write(
        NEW_FETCH,
        [attempt_row(tx, each.visit.outcome.fetch, each.recorded, each.row.document_id) for each in confirmed],
    )
    tx.write(feeds.CHANGE, [_standing(each) for each in confirmed])


_GO_ON = Often(update(window).where(window.c.window_id == bindparam("of")).values(last_at=bindparam("to")))


def _standing(each: _Confirmed) -> dict[str, Any]:
    at = each.visit.outcome.fetch.requested_at
    values = feeds.standing_values(each.standing, FeedHealth(each.row.state), attempted_at=at)
    return {"of": each.row.feed_id, **values, "last_success_at": at}
