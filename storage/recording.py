"""Record what came of a visit: fetch, document, entries, versions, sightings, gaps, standing; all or none."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any, assert_never

from sqlalchemy import and_, bindparam, func, select, update

from storage import documents, feeds, gaps
from storage.attempts import attempt_row
from storage.items import Source
from storage.kept import Kept
from storage.prepared import Often
from storage.projection import project
from storage.records import (
    Failed,
    FeedHead,
    Fetch,
    Ingested,
    Looked,
    NotModified,
    Outcome,
    Reading,
    Recorded,
    Route,
    Unchanged,
    Visit,
)
from storage.regrouping import regroup
from storage.sources import keep_said
from storage.tables import document, feed, fetch, glimpse, item, reading, window
from storage.timeline import Observation, Placed, packed_items, place, unpacked_items
from storage.transaction import Tx

TELLING = 3  # entries that were known before: fewer say nothing of a feed's guids
_CLAIMING = frozenset({Route.LOAD, Route.WAYBACK})  # routes that say themselves when they saw a document


def record(tx: Tx, visit: Visit) -> Recorded:
    """Record one visit within the transaction."""
    outcome = visit.outcome
    tx.hold(outcome.fetch.feed_id)
    known = tx.row(_FEED, feed=outcome.fetch.feed_id)
    if known.pruned_before is not None and outcome.fetch.requested_at < known.pruned_before:
        return Recorded(0, "unchanged", known=True)  # deleted on purpose, see storage.pruning
    source = Source(known.feed_id, known.outlet_id, known.unstable_guids)
    recorded = _record_outcome(tx, outcome, source)
    if visit.decide is not None:
        before = feeds.record_of(known)
        standing = visit.decide(before, recorded)
        success = _success(tx, outcome, recorded)
        feeds.stand(tx, before, standing, attempted_at=outcome.fetch.requested_at, besides=success)
        if standing.estimated_missed is not None:
            gaps.estimate(tx, known.feed_id, standing.estimated_missed)
    return recorded


NEW_FETCH = Often(fetch.insert())
_FEED = Often(feeds.FEEDS.where(feed.c.feed_id == bindparam("feed")))


def _record_outcome(tx: Tx, outcome: Outcome, source: Source) -> Recorded:
    match outcome:
        case Ingested():
            return _ingested(tx, outcome, source)
        case Unchanged():
            return _again(tx, outcome.fetch, documents.find(tx, outcome.sha256), "unchanged")
        case NotModified():
            return _again(tx, outcome.fetch, _live_document(tx, outcome.fetch.feed_id), "not_modified")
        case Failed():
            return _failed(tx, outcome)
        case Looked():
            return _again(tx, outcome.fetch, None, "unchanged")
        case never:
            assert_never(never)


# --- a document -------------------------------------------------------------------------------------------------------


def _ingested(tx: Tx, outcome: Ingested, source: Source) -> Recorded:
    document_id = _keep_document(tx, outcome)
    seen = outcome.fetch
    if seen.route in _CLAIMING and (known := _same_observation(tx, seen, document_id)) is not None:
        return Recorded(known, "unchanged", len(outcome.reading.entries), known=True)
    kept = keep_reading(tx, source, document_id, outcome.reading, outcome.beside)
    fetch_id = tx.ids.next("fetch")
    placed = _show(tx, seen, document_id, outcome.sha256, kept, fetch_id)
    regroup(tx, placed.moved, kept)
    changed = _project(tx, kept, placed)
    new = kept.created - _merged_away(tx, kept)
    result = Recorded(
        fetch_id,
        "new" if new or changed else "unchanged",
        len(kept.items),
        len(new),
        changed,
        overlap=placed.overlap,
        gap=placed.gap,
        unseen=placed.unseen,
    )
    said = outcome.reading
    if said.salvaged:  # a feed that was cut off must not pass for a short one
        seen = replace(seen, detail="; ".join(filter(None, [seen.detail, said.note])) or None)
    row = attempt_row(tx, seen, result, document_id, body_bytes=len(outcome.body), salvaged=said.salvaged)
    tx.write(NEW_FETCH, [row])
    _note_feed(tx, source, kept, placed, outcome)
    return result


def _keep_document(tx: Tx, outcome: Ingested) -> int:
    return documents.keep(
        tx,
        outcome.body,
        outcome.fetch.requested_at,
        content_type=outcome.content_type,
        encoding=outcome.reading.encoding,
        verdict=outcome.reading.encoding_verdict,
        like=_newest_document(tx, outcome.fetch.feed_id),
    )


def _newest_document(tx: Tx, feed_id: int) -> int | None:
    found: int | None = tx.value(_NEWEST, feed=feed_id)
    return found


_NEWEST = Often(
    select(window.c.document_id)
    .join_from(feed, window, window.c.window_id == feed.c.newest_window_id)
    .where(feed.c.feed_id == bindparam("feed"))
)


def _same_observation(tx: Tx, seen: Fetch, document_id: int) -> int | None:
    same = and_(
        fetch.c.feed_id == seen.feed_id,
        fetch.c.requested_at == seen.requested_at,
        fetch.c.document_id == document_id,
        fetch.c.outcome != "failed",
    )
    return tx.connection.execute(select(fetch.c.fetch_id).where(same)).scalar()


def keep_reading(tx: Tx, source: Source, document_id: int, said: Reading, beside: bytes | None = None) -> Kept:
    """The items of a document; read now unless they were before. `beside`: see Ingested."""
    held = tx.value(_READING, feed=source.feed_id, document=document_id)
    if held is not None:
        return Kept(list(unpacked_items(held)))
    kept, sources = keep_said(tx, source, said, beside)
    row = {
        "feed_id": source.feed_id,
        "document_id": document_id,
        "items": packed_items(kept.items),
        "head": json.dumps(_given(asdict(said.head)), ensure_ascii=False),
        "salvaged": int(said.salvaged),
        "note": said.note,
        "sources": sources,
    }
    tx.write(_NEW_READING, [row])
    return kept


_NEW_READING = Often(reading.insert())
_READING = Often(
    select(reading.c["items"]).where(
        reading.c.feed_id == bindparam("feed"), reading.c.document_id == bindparam("document")
    )
)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _show(tx: Tx, seen: Fetch, document_id: int, sha256: bytes, kept: Kept, fetch_id: int) -> Placed:
    """Let the document show its entries: as the feed's window, or as a page of its past."""
    if seen.shows_window:
        observation = Observation(seen.feed_id, seen.requested_at, document_id, sha256, tuple(kept.items), fetch_id)
        return place(tx, observation)
    _glimpse(tx, seen, document_id, kept.items, fetch_id)
    return Placed(touched=set(kept.items))


def _glimpse(tx: Tx, seen: Fetch, document_id: int, items: Iterable[int], fetch_id: int) -> None:
    """The items were seen then. Pages of the past tell when first; what was loaded tells each time (A, B, then A)."""
    held = list(tx.rows_in(_GLIMPSED, "items", items))
    if seen.route is Route.LOAD:
        there = {row.item_id for row in held if row.route == Route.LOAD and row.at == seen.requested_at}
        earlier = []
    else:
        there = {row.item_id for row in held if row.route != Route.LOAD}
        earlier = [row.glimpse_id for row in held if row.route != Route.LOAD and seen.requested_at < row.at]
    fresh = [item_id for item_id in items if item_id not in there]
    tx.write(
        _GLIMPSE_EARLIER, [{"of": n, "to": seen.requested_at, "by": fetch_id, "page": document_id} for n in earlier]
    )
    rows = [
        {
            "glimpse_id": glimpse_id,
            "item_id": item_id,
            "feed_id": seen.feed_id,
            "fetch_id": fetch_id,
            "document_id": document_id,
            "at": seen.requested_at,
            "strand": seen.strand,
        }
        for item_id, glimpse_id in zip(fresh, tx.ids.take("run", len(fresh)), strict=True)
    ]
    tx.write(_NEW_GLIMPSE, rows)


_NEW_GLIMPSE = Often(glimpse.insert())
_GLIMPSE_EARLIER = Often(
    update(glimpse)
    .where(glimpse.c.glimpse_id == bindparam("of"))
    .values(at=bindparam("to"), fetch_id=bindparam("by"), document_id=bindparam("page"))
)
_GLIMPSED = Often(
    select(glimpse.c.glimpse_id, glimpse.c.item_id, glimpse.c.at, fetch.c.route)
    .join_from(glimpse, fetch, fetch.c.fetch_id == glimpse.c.fetch_id)
    .where(glimpse.c.item_id.in_(bindparam("items", expanding=True)))
)


def _project(tx: Tx, kept: Kept, placed: Placed) -> int:
    shown = tx.rows_in(_ENTRY_OF, "items", placed.touched)
    touched = kept.touched | kept.created | {row.entry_id for row in shown}
    return project(tx, touched, kept.created)


_ENTRY_OF = Often(select(item.c.entry_id).distinct().where(item.c.item_id.in_(bindparam("items", expanding=True))))


def _merged_away(tx: Tx, kept: Kept) -> set[int]:
    if not kept.regrouped:
        return set()
    alive = {row.entry_id for row in tx.rows_in(_ALIVE, "entries", kept.created)}
    return kept.created - alive


_ALIVE = Often(select(item.c.entry_id).distinct().where(item.c.entry_id.in_(bindparam("entries", expanding=True))))


# --- the feed ---------------------------------------------------------------------------------------------------------


def _note_feed(tx: Tx, source: Source, kept: Kept, placed: Placed, outcome: Ingested) -> None:
    """What its newest document says of the feed."""
    values: dict[str, Any] = {}
    if placed.newest and outcome.fetch.shows_window:
        values |= _head(outcome.reading.head)
        values["unstable_guids"] = _guid_trouble(source, kept)
    if values:
        tx.write(feeds.CHANGE, [{"of": source.feed_id, **values}])
    if kept.entered:
        tx.write(_MORE, [{"of": source.feed_id, "more": kept.entered}])
    if kept.regrouped:
        tx.write(_COUNT_AGAIN, [{"of": source.feed_id}])


_MORE = Often(update(feed).where(feed.c.feed_id == bindparam("of")).values(entries=feed.c.entries + bindparam("more")))
_same = feed.alias("same")
_COUNT_AGAIN = Often(
    update(feed)
    .where(feed.c.outlet_id == select(_same.c.outlet_id).where(_same.c.feed_id == bindparam("of")).scalar_subquery())
    .values(
        entries=select(func.count(item.c.entry_id.distinct())).where(item.c.feed_id == feed.c.feed_id).scalar_subquery()
    )
)


def _head(head: FeedHead) -> dict[str, Any]:
    return {
        "title": head.title,
        "link": head.link,
        "description": head.description,
        "language": head.language,
        "format": head.format,
        "hints": head.hints,
    }


def _guid_trouble(source: Source, kept: Kept) -> int:
    """Documents in a row in which nearly all guids were new for entries that were not; from 2 on they are unstable."""
    if source.has_unstable_guids:
        return 2
    known = len(set(kept.items)) - len(kept.created)
    return source.unstable_guids + 1 if known >= TELLING and kept.reguided >= 0.8 * known else 0


def _success(tx: Tx, outcome: Outcome, recorded: Recorded) -> dict[str, Any]:
    if isinstance(outcome, Failed | Looked):
        return {}
    values: dict[str, Any] = {"last_success_at": outcome.fetch.requested_at}
    if recorded.entries_new:
        values["last_new_at"] = outcome.fetch.requested_at
    if not isinstance(outcome, NotModified):
        values["live_document_id"] = tx.value(_GOT, fetch=recorded.fetch_id)
    return values


_GOT = Often(select(fetch.c.document_id).where(fetch.c.fetch_id == bindparam("fetch")))


def _live_document(tx: Tx, feed_id: int) -> int | None:
    found: int | None = tx.value(_LIVE, feed=feed_id)
    return found


_LIVE = Often(select(feed.c.live_document_id).where(feed.c.feed_id == bindparam("feed")))


# --- no new document --------------------------------------------------------------------------------------------------


def _again(tx: Tx, seen: Fetch, document_id: int | None, outcome: str) -> Recorded:
    """The feed still is the document that it was."""
    fetch_id = tx.ids.next("fetch")
    items: tuple[int, ...] = ()
    if document_id is not None:
        held = tx.value(_READING, feed=seen.feed_id, document=document_id)
        items = unpacked_items(held)
        name = tx.value(_NAME_OF, document=document_id)
        kept = Kept(list(items))
        placed = _show(tx, seen, document_id, name, kept, fetch_id)
        regroup(tx, placed.moved, kept)
        if placed.touched or kept.regrouped:
            _project(tx, kept, placed)
        if kept.regrouped:
            tx.write(_COUNT_AGAIN, [{"of": seen.feed_id}])
    result = Recorded(fetch_id, outcome, len(items), overlap=len(items))
    tx.write(NEW_FETCH, [attempt_row(tx, seen, result, document_id)])
    return result


_NAME_OF = Often(select(document.c.sha256).where(document.c.document_id == bindparam("document")))


def _failed(tx: Tx, outcome: Failed) -> Recorded:
    document_id = None
    if outcome.body is not None:
        document_id = documents.keep(
            tx,
            outcome.body,
            outcome.fetch.requested_at,
            content_type=outcome.content_type,
        )
    result = Recorded(tx.ids.next("fetch"), "failed")
    failed = replace(outcome.fetch, detail=outcome.detail)
    size = None if outcome.body is None else len(outcome.body)
    row = attempt_row(tx, failed, result, document_id, reason=outcome.reason, body_bytes=size)
    tx.write(NEW_FETCH, [row])
    return result
