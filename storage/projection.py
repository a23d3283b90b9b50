"""What follows from the runs: the versions of an entry, and how it stands now. A pure decision and a thin act.

Versions are counted within a feed (a section feed with teasers and a feed with full texts do not fight). A wording that
two feeds have is one version: that of the feed that had it first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, literal, select, union_all, update

from storage import waiting
from storage.bundles import TOGETHER, pack, unpack
from storage.change import FIRST, Said, kind_of_change
from storage.noise import standing_addresses
from storage.prepared import Often
from storage.presence import write_sightings
from storage.tables import (
    document,
    entry,
    feed,
    fullest_text,
    glimpse,
    item,
    run,
    version,
    window,
    wording,
)
from storage.transaction import Tx, chunks
from storage.waiting import came_out

WINDOW = "window"
PART = 500  # entries derived at a time: bounds memory
COMPARED = 20  # pairs of wordings at a time: a text may have megabytes
MOST_COUNTED = 20  # versions of an entry in a feed from which on those are left out in which but a counter went on


@dataclass(frozen=True, slots=True)
class Sight:
    """An item came into sight: a run began, or a page of the past showed it."""

    sight_id: int
    feed_id: int
    feed_slug: str
    strand: str
    at: datetime
    sha256: bytes
    position: int
    item_id: int
    wording_id: int
    chars: int
    letters: int | None  # of the wording, see storage.change
    fetch_id: int
    published_at: datetime | None = None  # as the publisher says
    bundle_id: int | None = None  # what the wording's texts are packed in


@dataclass(frozen=True, slots=True)
class Version:
    """A wording of an entry in a feed."""

    version_id: int
    feed_id: int
    item_id: int
    wording_id: int
    fetch_id: int
    rank: int
    seen_at: datetime
    replaced_at: datetime | None = None
    before: int | None = None  # the wording that it replaced in its feed; None: it is the first
    letters: int | None = None
    published_at: datetime | None = None
    is_packed: bool = False  # its texts are not at hand


@dataclass(frozen=True, slots=True)
class Projected:
    """An entry as it stands: its versions in time order, and the one that is current."""

    versions: tuple[Version, ...]
    current: Version
    first_seen_at: datetime
    counted: Mapping[int, int] = field(default_factory=dict)  # see _counted


def projected(sights: Iterable[Sight]) -> Projected:
    """All that follows from the sights of one entry (at least one)."""
    sights = sorted(sights, key=lambda s: (s.at, s.sha256, s.position, s.item_id))
    by_feed: dict[tuple[int, str], list[Sight]] = {}
    for sight in sights:
        by_feed.setdefault((sight.feed_id, sight.strand), []).append(sight)
    chains = {key: _chain(own) for key, own in by_feed.items()}
    slug_of = {sight.feed_id: sight.feed_slug for sight in sights}
    home: dict[int, tuple[int, str]] = {}  # wording to the chain that had it first
    for key, each in sorted(
        ((key, each) for key, chain in chains.items() for each in chain),
        key=lambda pair: (pair[1].seen_at, slug_of[pair[1].feed_id], pair[0][1]),
    ):
        home.setdefault(each.wording_id, key)
    kept = [each for key, chain in chains.items() for each in chain if home[each.wording_id] == key]
    kept.sort(key=lambda each: (each.seen_at, slug_of[each.feed_id], each.rank))
    return Projected(tuple(kept), _current(by_feed, chains), sights[0].at, _counted(sights, kept))


def _counted(sights: Sequence[Sight], kept: Sequence[Version]) -> dict[int, int]:
    """Wordings that no version has and that are not packed yet, the newest last, with their length in characters."""
    if len(sights) <= MOST_COUNTED:
        return {}
    shown = {each.wording_id for each in kept}
    return {s.wording_id: s.chars for s in sights if s.bundle_id is None and s.wording_id not in shown}


def _chain(sights: Sequence[Sight]) -> list[Version]:
    """Sights of one feed in time order as versions: equal wordings in a row are one.

    Ranks count them all, also those that are left out.
    """
    chain = _without_counting(
        [
            Version(
                min(sight.sight_id for sight in same),
                same[0].feed_id,
                same[0].item_id,
                same[0].wording_id,
                same[0].fetch_id,
                rank,
                same[0].at,
                letters=same[0].letters,
                published_at=same[0].published_at,
                is_packed=same[0].bundle_id is not None,
            )
            for rank, same in enumerate(
                (list(group) for _, group in groupby(sights, key=lambda sight: sight.wording_id)), 1
            )
        ]
    )
    return [
        replace(each, replaced_at=after.seen_at if after else None, before=before.wording_id if before else None)
        for before, each, after in zip([None, *chain[:-1]], chain, [*chain[1:], None], strict=True)
    ]


def _without_counting(chain: list[Version]) -> list[Version]:
    """The chain without the later versions in which but a counter went on; the last one stays in any case."""
    if len(chain) <= MOST_COUNTED:
        return chain
    kept = chain[:MOST_COUNTED]
    for before, each in pairwise(chain[MOST_COUNTED - 1 :]):
        counted_on = each.letters is not None and each.letters == before.letters
        if not counted_on or each is chain[-1]:
            kept.append(each)
    return kept


def _current(by_feed: dict[tuple[int, str], list[Sight]], chains: dict[tuple[int, str], list[Version]]) -> Version:
    """The newest version of the feed with the fullest text; ties: first seen, then slug."""

    def rank(key: tuple[int, str]) -> tuple[int, datetime, str, str]:
        sights = by_feed[key]
        chars = next(sight.chars for sight in sights if sight.wording_id == chains[key][-1].wording_id)
        return -chars, sights[0].at, sights[0].feed_slug, key[1]

    return chains[min(chains, key=rank)][-1]


# --- the act ----------------------------------------------------------------------------------------------------------


def project(tx: Tx, entry_ids: set[int], created: set[int]) -> int:
    """Derive these entries again and write what differs. Returns how many versions are new of entries that are not."""
    return sum(_project(tx, set(part), created) for part in chunks(sorted(entry_ids), PART))


def _project(tx: Tx, entry_ids: set[int], created: set[int]) -> int:
    now = _projected(tx, entry_ids)
    if unpack(tx, {each.wording_id for state in now.values() for each in state.versions if each.is_packed}):
        now = _projected(tx, entry_ids)
    fresh = _write_versions(tx, entry_ids, now, created)
    _write_entries(tx, entry_ids, now, created)
    write_sightings(tx, entry_ids, entry_ids - created)
    for state in now.values():
        if len(state.counted) > TOGETHER:
            pack(tx, dict(list(state.counted.items())[:-1]))  # the newest one may still be in the search index
    return fresh


def _projected(tx: Tx, entry_ids: set[int]) -> dict[int, Projected]:
    sights: dict[int, list[Sight]] = {}
    for row in tx.rows_in(_SIGHTS, "entries", entry_ids):
        sights.setdefault(row.entry_id, []).append(_sight(row))
    return {entry_id: projected(own) for entry_id, own in sights.items()}


_RUN_SIGHTS = (
    select(
        item.c.entry_id,
        run.c.run_id.label("sight_id"),
        run.c.feed_id,
        feed.c.slug.label("feed_slug"),
        literal(WINDOW).label("strand"),
        window.c.first_at.label("at"),
        document.c.sha256,
        run.c.first_position.label("position"),
        item.c.item_id,
        item.c.wording_id,
        func.coalesce(func.length(fullest_text), 0).label("chars"),
        wording.c.letters,
        window.c.first_fetch_id.label("fetch_id"),
        wording.c.published_at,
        wording.c.bundle_id,
    )
    .join_from(item, run, run.c.item_id == item.c.item_id)
    .join(window, window.c.window_id == run.c.first_window_id)
    .join(document, document.c.document_id == window.c.document_id)
    .join(wording, wording.c.wording_id == item.c.wording_id)
    .join(feed, feed.c.feed_id == run.c.feed_id)
    .where(item.c.entry_id.in_(bindparam("entries", expanding=True)))
)
_GLIMPSE_SIGHTS = (
    select(
        item.c.entry_id,
        glimpse.c.glimpse_id.label("sight_id"),
        glimpse.c.feed_id,
        feed.c.slug.label("feed_slug"),
        glimpse.c.strand,
        glimpse.c.at,
        document.c.sha256,
        literal(0).label("position"),
        item.c.item_id,
        item.c.wording_id,
        func.coalesce(func.length(fullest_text), 0).label("chars"),
        wording.c.letters,
        glimpse.c.fetch_id,
        wording.c.published_at,
        wording.c.bundle_id,
    )
    .join_from(item, glimpse, glimpse.c.item_id == item.c.item_id)
    .join(document, document.c.document_id == glimpse.c.document_id)
    .join(wording, wording.c.wording_id == item.c.wording_id)
    .join(feed, feed.c.feed_id == glimpse.c.feed_id)
    .where(item.c.entry_id.in_(bindparam("entries", expanding=True)))
)
_SIGHTS = Often(union_all(_RUN_SIGHTS, _GLIMPSE_SIGHTS))


def _sight(row: Row[Any]) -> Sight:
    values: tuple[Any, ...] = tuple(row)[1:]
    return Sight(*values)


def _write_versions(tx: Tx, entry_ids: set[int], now: dict[int, Projected], created: set[int]) -> int:
    rows = {each.version_id: _version_row(entry_id, each) for entry_id, state in now.items() for each in state.versions}
    replaced = {each.version_id: each.before for state in now.values() for each in state.versions}
    held = {row.version_id: row for row in tx.rows_in(_HELD, "entries", entry_ids - created)}
    fresh = [row for version_id, row in rows.items() if version_id not in held]
    changed = [row for version_id, row in rows.items() if version_id in held and _differs(row, held[version_id])]
    _name_changes(tx, [*fresh, *changed], replaced)
    gone = held.keys() - rows.keys()
    waiting.for_search(tx, {row["entry_id"] for row in changed} | {held[n].entry_id for n in gone})
    tx.write(_NO_VERSION, [{"of": n} for n in sorted(gone)])
    tx.write(_UPDATE_VERSION, [{"of": row["version_id"], **row} for row in changed])
    tx.write(_NEW_VERSION, fresh)
    return sum(1 for row in fresh if row["entry_id"] not in created)


_HELD = Often(select(version).where(version.c.entry_id.in_(bindparam("entries", expanding=True))))
_NEW_VERSION = Often(version.insert())
_NO_VERSION = Often(delete(version).where(version.c.version_id == bindparam("of")))
_COMPARED = ("entry_id", "feed_id", "item_id", "wording_id", "fetch_id", "rank", "seen_at", "replaced_at", "lag_s")
_UPDATE_VERSION = Often(
    update(version)
    .where(version.c.version_id == bindparam("of"))
    .values({name: bindparam(name) for name in (*_COMPARED, "change")})
)


def _version_row(entry_id: int, each: Version) -> dict[str, Any]:
    return {
        "version_id": each.version_id,
        "entry_id": entry_id,
        "feed_id": each.feed_id,
        "item_id": each.item_id,
        "wording_id": each.wording_id,
        "fetch_id": each.fetch_id,
        "rank": each.rank,
        "seen_at": each.seen_at,
        "replaced_at": each.replaced_at,
        "change": FIRST,
        "lag_s": _lag(each),
    }


def _lag(each: Version) -> int | None:
    """None: not the first wording, without a date, or published after it was seen."""
    if each.before is not None or each.published_at is None or each.published_at > each.seen_at:
        return None
    return round((each.seen_at - each.published_at).total_seconds())


def _differs(row: dict[str, Any], held: Row[Any]) -> bool:
    return any(row[name] != getattr(held, name) for name in _COMPARED)


def _name_changes(tx: Tx, rows: Sequence[dict[str, Any]], replaced: dict[int, int | None]) -> None:
    edits = [(row, before) for row in rows if (before := replaced[row["version_id"]]) is not None]
    for part in chunks(edits, COMPARED):
        needed = {n for row, before in part for n in (row["wording_id"], before)}
        said = {row.wording_id: said_of(row) for row in tx.rows_in(_SAID, "wordings", needed)}
        for row, before in part:
            row["change"] = kind_of_change(said[before], said[row["wording_id"]])


_SAID = Often(select(wording).where(wording.c.wording_id.in_(bindparam("wordings", expanding=True))))


def said_of(row: Row[Any]) -> Said:
    enclosures, image = (standing_addresses(each) for each in (row.enclosures, row.image_url))
    meta = (row.authors, row.categories, enclosures, image, row.language, row.title_language)
    body = row.summary if row.content_text is None else row.content_text
    return Said(row.title, row.summary, body, row.published_at, row.updated_at, repr(meta))


# --- entries ----------------------------------------------------------------------------------------------------------


def _write_entries(tx: Tx, entry_ids: set[int], now: dict[int, Projected], created: set[int]) -> None:
    held = {row.entry_id: row for row in tx.rows_in(_ENTRIES, "entries", entry_ids - created)}
    facts = {row.item_id: row for row in tx.rows_in(_CURRENT, "items", [p.current.item_id for p in now.values()])}
    rows = [_entry_row(entry_id, state, facts[state.current.item_id]) for entry_id, state in sorted(now.items())]
    fresh = [row for row in rows if row["entry_id"] not in held]
    changed = [row for row in rows if row["entry_id"] in held and _entry_differs(row, held[row["entry_id"]])]
    for row, seq in zip([*fresh, *changed], tx.ids.take("seq", len(fresh) + len(changed)), strict=True):
        row["seq"] = seq
    gone = sorted(held.keys() - now.keys())
    tx.write(_NO_ENTRY, [{"of": n} for n in gone])
    tx.write(_UPDATE_ENTRY, [{"of": row["entry_id"], **row} for row in changed])
    tx.write(_NEW_ENTRY, fresh)
    now_out = {row["entry_id"]: came_out(row["published_at"], row["first_seen_at"]) for row in (*fresh, *changed)}
    were_out = {n: came_out(held[n].published_at, held[n].first_seen_at) for n in gone}
    waiting.for_search(tx, now_out.keys() | were_out.keys())
    waiting.for_stories(tx, now_out | were_out)


_ENTRIES = Often(select(entry).where(entry.c.entry_id.in_(bindparam("entries", expanding=True))))
_CURRENT = Often(
    select(item.c.item_id, feed.c.outlet_id, wording.c.published_at)
    .join_from(item, wording, wording.c.wording_id == item.c.wording_id)
    .join(feed, feed.c.feed_id == item.c.feed_id)
    .where(item.c.item_id.in_(bindparam("items", expanding=True)))
)
_NEW_ENTRY = Often(entry.insert())
_NO_ENTRY = Often(delete(entry).where(entry.c.entry_id == bindparam("of")))
_ENTRY_FACTS = ("outlet_id", "feed_id", "item_id", "wording_id", "version", "versions", "published_at", "first_seen_at")
_UPDATE_ENTRY = Often(
    update(entry)
    .where(entry.c.entry_id == bindparam("of"))
    .values({name: bindparam(name) for name in (*_ENTRY_FACTS, "seq")})
)


def _entry_row(entry_id: int, state: Projected, facts: Row[Any]) -> dict[str, Any]:
    return {
        "entry_id": entry_id,
        "outlet_id": facts.outlet_id,
        "feed_id": state.current.feed_id,
        "item_id": state.current.item_id,
        "wording_id": state.current.wording_id,
        "version": state.current.rank,
        "versions": len(state.versions),
        "published_at": facts.published_at,
        "first_seen_at": state.first_seen_at,
    }


def _entry_differs(row: dict[str, Any], held: Row[Any]) -> bool:
    return any(row[name] != getattr(held, name) for name in _ENTRY_FACTS)
