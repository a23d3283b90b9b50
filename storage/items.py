"""Keep what a document's entries say (items, wordings, keys), and find out which entries they are."""

import json
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

from sqlalchemy import bindparam, select, update

from storage.bundles import unpack
from storage.change import letters, words_in
from storage.checksum import ITEM, WORDING, checksum
from storage.grouping import GUID_KINDS, KINDS, Node, components, counting, key_number
from storage.kept import Kept
from storage.packing import html_of, plain_html_of, spelled_out
from storage.parts import parts
from storage.prepared import Often
from storage.records import Entry, Key, KeyKind
from storage.regrouping import Keys, entries_with, regroup, tell_merge
from storage.reuse import reused
from storage.tables import AS_URL, fullest_text, item, item_key, void_key, wording
from storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class Source:
    """The feed whose document it is."""

    feed_id: int
    outlet_id: int
    unstable_guids: int = 0  # documents in a row whose guids were all new, see storage.recording

    @property
    def has_unstable_guids(self) -> bool:
        """Its guids identify nothing."""
        return self.unstable_guids > 1


def keep_entries(tx: Tx, source: Source, entries: Collection[Entry], *, beside: Collection[int] = frozenset()) -> Kept:
    """Store what is not yet there; returns every item of the document. Byte-identical entries are one item.

    `beside`: items that the document has as well, and had together in an earlier one of the feed.

    Goes through them twice (thrice where items share keys), and never holds more than a part of them.
    """
    names, shared = _surveyed(source, entries)
    if beside:
        shared = _shared_beside(tx, source, entries, beside)
    known = _known(tx, source, names)
    if len(known) < len(names):
        shared |= reused(tx, source.feed_id, entries, known)
    newly_void = _void_them(tx, source, shared)
    kept = Kept([])
    if len(known) < len(names):
        for part in parts(entries):  # what one part brought, the next one finds in the archive
            fresh = {entry.digest: entry for entry in part if entry.digest not in known}
            known |= _insert(tx, source, list(fresh.values()), kept) if fresh else {}
    if newly_void:
        regroup(tx, {row.item_id for row in tx.rows_in(_HAVING, "keys", newly_void, feed=source.feed_id)}, kept)
    kept.items = [known[name] for name in names]
    kept.item_of = known
    return kept


_HAVING = (
    select(item_key.c.item_id)
    .distinct()
    .join_from(item_key, item, item.c.item_id == item_key.c.item_id)
    .where(item_key.c.key.in_(bindparam("keys", expanding=True)), item.c.feed_id == bindparam("feed"))
)


def _surveyed(source: Source, entries: Collection[Entry]) -> tuple[dict[bytes, None], set[int]]:
    """The digests in document order, and the keys that several distinct items have.

    To number a key takes a checksum, so that it is done for those alone that look alike.
    """
    names: dict[bytes, None] = {}
    looks = array("q")
    for entry in entries:
        if entry.digest not in names:
            names[entry.digest] = None
            looks.extend({_look(key) for key in entry.keys})
    alike = _twice(looks)
    return names, _shared(source, entries, alike) if alike else set()


def _shared(source: Source, entries: Iterable[Entry], alike: set[int]) -> set[int]:
    names: set[bytes] = set()
    numbers = array("q")
    for entry in entries:
        if entry.digest not in names:
            names.add(entry.digest)
            found = (key for key in entry.keys if _look(key) in alike)
            numbers.extend({key_number(key, source.feed_id, source.outlet_id) for key in found})
    return _twice(numbers)


def _look(key: Key) -> int:
    return hash((str(key.kind), key.text))


def _twice(numbers: Iterable[int]) -> set[int]:
    return {one for one, next_one in pairwise(sorted(numbers)) if one == next_one}


def _numbered(entry: Entry, source: Source) -> list[tuple[int, Key]]:
    return [(key_number(key, source.feed_id, source.outlet_id), key) for key in entry.keys]


def _shared_beside(tx: Tx, source: Source, entries: Iterable[Entry], beside: Collection[int]) -> set[int]:
    """The keys that several distinct items have, where only `entries` are new to their company."""
    known = _known(tx, source, {entry.digest for entry in entries})
    fresh = [entry for entry in entries if known.get(entry.digest) not in beside]
    _, shared = _surveyed(source, fresh)
    numbers = {number for entry in fresh for number, _ in _numbered(entry, source)}
    held = tx.rows_in(_HELD, "keys", numbers)
    return shared | {row.key for row in held if row.item_id in beside}


_HELD = Often(select(item_key.c.key, item_key.c.item_id).where(item_key.c.key.in_(bindparam("keys", expanding=True))))


def _known(tx: Tx, source: Source, names: Iterable[bytes]) -> dict[bytes, int]:
    return {row.digest: row.item_id for row in tx.rows_in(_KNOWN, "names", names, feed=source.feed_id)}


_KNOWN = Often(
    select(item.c.digest, item.c.item_id).where(
        item.c.feed_id == bindparam("feed"), item.c.digest.in_(bindparam("names", expanding=True))
    )
)


# --- keys that identify nothing ---------------------------------------------------------------------------------------


def _void_them(tx: Tx, source: Source, numbers: set[int]) -> set[int]:
    """These keys identify nothing in this feed, before as well as after. Returns those not void before."""
    newly = numbers - _void(tx, source.feed_id, numbers)
    tx.write(_NEW_VOID, [{"feed_id": source.feed_id, "key": number} for number in sorted(newly)])
    return newly


def _void(tx: Tx, feed_id: int, numbers: Collection[int]) -> set[int]:
    if not numbers or tx.row(_ANY_VOID, feed=feed_id) is None:  # most feeds have none
        return set()
    return {row.key for row in tx.rows_in(_VOID, "keys", numbers, feed=feed_id)}


_VOID = Often(
    select(void_key.c.key).where(
        void_key.c.feed_id == bindparam("feed"), void_key.c.key.in_(bindparam("keys", expanding=True))
    )
)


_ANY_VOID = Often(select(void_key.c.key).where(void_key.c.feed_id == bindparam("feed")).limit(1))
_NEW_VOID = Often(void_key.insert())


# --- new items --------------------------------------------------------------------------------------------------------


def _insert(tx: Tx, source: Source, fresh: Sequence[Entry], kept: Kept) -> dict[bytes, int]:
    numbered = [_numbered(entry, source) for entry in fresh]
    keys = [{number: str(key.kind) for number, key in own} for own in numbered]
    item_ids = tx.ids.take("item", len(fresh))
    void = _void(tx, source.feed_id, {n for own in keys for n in own})
    counts = [counting(own, void) for own in keys]
    found = entries_with(tx, {number for _, numbers in counts for number in numbers})
    entry_ids = _join(tx, item_ids, [numbers for _, numbers in counts], found, kept)
    kept.reguided += sum(
        1
        for own, entry_id in zip(keys, entry_ids, strict=True)
        if entry_id not in kept.created and _has_new_guid(own, found)
    )
    kept.entered += len(set(entry_ids)) - _carried(tx, source, kept.touched.intersection(entry_ids))
    wordings = _keep_wordings(tx, source, fresh)
    rows = [
        {
            "item_id": item_id,
            "feed_id": source.feed_id,
            "entry_id": entry_id,
            "wording_id": wordings[entry.wording.digest],
            "digest": entry.digest,
            "tier": tier,
            "guid": _beside(entry.url, entry.guid),
            "url": entry.url,
            "canonical_url": _beside(entry.url, entry.canonical_url),
            "comments_url": entry.comments_url,
            "extra": entry.extra,
        }
        for item_id, entry_id, entry, (tier, _) in zip(item_ids, entry_ids, fresh, counts, strict=True)
    ]
    for row in rows:
        row["checksum"] = checksum(row, ITEM)
    tx.write(_NEW_ITEM, rows)
    _insert_keys(tx, source, zip(item_ids, numbered, strict=True), void)
    return {entry.digest: item_id for item_id, entry in zip(item_ids, fresh, strict=True)}


def _beside(url: str | None, text: str | None) -> str | None:
    return None if not text else AS_URL if text == url else text


_NEW_ITEM = Often(item.insert())
_NEW_KEY = Often(item_key.insert())


def _insert_keys(tx: Tx, source: Source, fresh: Iterable[tuple[int, list[tuple[int, Key]]]], void: set[int]) -> None:
    # A key that is void stays void for ever, so it need not be kept; nor do guids that are new at every poll.
    rows = [
        {
            "key": number,
            "item_id": item_id,
            "kind": KINDS.index(str(key.kind)),
            "text": key.text if key.kind is KeyKind.PUBLISHER_ID else None,
        }
        for item_id, numbered in fresh
        for number, key in numbered
        if number not in void and not (source.has_unstable_guids and key.kind in GUID_KINDS)
    ]
    unique = {(row["key"], row["item_id"]): row for row in rows}
    tx.write(_NEW_KEY, list(unique.values()))


def _carried(tx: Tx, source: Source, entry_ids: Iterable[int]) -> int:
    return len(list(tx.rows_in(_CARRIED, "entries", entry_ids, feed=source.feed_id)))


_CARRIED = Often(
    select(item.c.entry_id)
    .distinct()
    .where(item.c.entry_id.in_(bindparam("entries", expanding=True)), item.c.feed_id == bindparam("feed"))
)


def _has_new_guid(keys: Keys, found: Mapping[int, set[int]]) -> bool:
    return any(kind == KeyKind.GUID and number not in found for number, kind in keys.items())


def _join(
    tx: Tx,
    item_ids: Sequence[int],
    counts: Sequence[frozenset[int]],
    found: Mapping[int, set[int]],
    kept: Kept,
) -> list[int]:
    """The entry of each new item: one that a key leads to, or a new one; entries that it connects are merged."""
    nodes = [Node(item_id, None, numbers) for item_id, numbers in zip(item_ids, counts, strict=True)]
    # An entry that a key leads to stands in the graph as a node of its own, numbered below all items.
    anchors: dict[int, set[int]] = {}
    for number, entry_ids in found.items():
        for entry_id in entry_ids:
            anchors.setdefault(entry_id, set()).add(number)
    graph = nodes + [Node(-entry_id, entry_id, frozenset(numbers)) for entry_id, numbers in anchors.items()]
    entry_of: dict[int, int] = {}
    for group in components(graph):
        entries = sorted(node.entry_id for node in group if node.entry_id is not None)
        entry_id = entries[0] if entries else tx.ids.next("entry")
        (kept.touched if entries else kept.created).add(entry_id)
        for loser in entries[1:]:
            _merge(tx, loser, entry_id, kept)
        entry_of |= {node.item_id: entry_id for node in group if node.item_id > 0}
    return [entry_of[item_id] for item_id in item_ids]


def _merge(tx: Tx, loser: int, winner: int, kept: Kept) -> None:
    tx.connection.execute(update(item).where(item.c.entry_id == loser).values(entry_id=winner))
    tell_merge(tx, loser, winner)
    kept.touched |= {loser, winner}
    kept.regrouped = True


# --- wordings ---------------------------------------------------------------------------------------------------------


def _keep_wordings(tx: Tx, source: Source, entries: Sequence[Entry]) -> dict[bytes, int]:
    """Wordings by their digest. What differs between items that say the same (tracking parameters, the order of
    categories) is kept as the item with the least digest has it: the same, whichever came first."""
    distinct: dict[bytes, Entry] = {}
    for each in sorted(entries, key=lambda each: each.digest):
        distinct.setdefault(each.wording.digest, each)
    known = {row.digest: row for row in tx.rows_in(_WORDINGS, "names", distinct, outlet=source.outlet_id)}
    fresh = [each for name, each in distinct.items() if name not in known]
    ids = tx.ids.take("wording", len(fresh))
    tx.write(_NEW_WORDING, [_row(tx, n, source.outlet_id, each) for n, each in zip(ids, fresh, strict=True)])
    found = {name: row.wording_id for name, row in known.items()}
    lesser = [each for name, each in distinct.items() if name in known and each.digest < known[name].variant]
    _take_noise(tx, source.outlet_id, {found[each.wording.digest]: each for each in lesser})
    return found | {each.wording.digest: n for n, each in zip(ids, fresh, strict=True)}


_WORDINGS = Often(
    select(wording.c.digest, wording.c.wording_id, wording.c.variant).where(
        wording.c.outlet_id == bindparam("outlet"), wording.c.digest.in_(bindparam("names", expanding=True))
    )
)
_NEW_WORDING = Often(wording.insert())
# Never the texts, which follow from the digest: the search index must be told them word for word to forget them.
_NOISE = (
    *("variant", "html", "categories", "enclosures", "image_url", "published_raw", "published_source"),
    *("language", "title_language"),
)


def _take_noise(tx: Tx, outlet_id: int, lesser: Mapping[int, Entry]) -> None:
    unpack(tx, lesser)
    changes = []
    for held in tx.rows_in(_TEXTS, "wordings", lesser):
        said_by = lesser[held.wording_id]
        texts = {"title": held.title, "summary": held.summary, "content_text": held.content_text}
        said = replace(spelled_out(said_by.wording), **texts)
        row = _row(tx, held.wording_id, outlet_id, replace(said_by, wording=said))
        changes.append({name: row[name] for name in _NOISE} | {"of": held.wording_id, "sum": row["checksum"]})
    tx.write(_UPDATE_NOISE, changes)


_TEXTS = Often(
    select(wording.c.wording_id, wording.c.title, wording.c.summary, fullest_text.label("content_text")).where(
        wording.c.wording_id.in_(bindparam("wordings", expanding=True))
    )
)
_UPDATE_NOISE = Often(
    update(wording)
    .where(wording.c.wording_id == bindparam("of"))
    .values({name: bindparam(name) for name in _NOISE} | {"checksum": bindparam("sum")})
)


def _row(tx: Tx, wording_id: int, outlet_id: int, said_by: Entry) -> dict[str, Any]:
    said = said_by.wording
    row: dict[str, Any] = {
        "wording_id": wording_id,
        "outlet_id": outlet_id,
        "digest": said.digest,
        "variant": said_by.digest,
        "title": said.title,
        "summary": said.summary,
        "content_text": None if said.content_text == said.summary else said.content_text,
        "html": plain_html_of(said) if tx.on_server else html_of(said),
        "authors": _json(said.authors),
        "categories": _json(said.categories),
        "enclosures": _json(said.enclosures),
        "language": said.language,
        "title_language": said.title_language,
        "image_url": said.image_url,
        "published_at": said.published_at,
        "published_raw": said.published_raw,
        "published_source": said.published_source,
        "updated_at": said.updated_at,
        "words": words_in(said.content_text),
        "letters": letters(said.title, said.summary, said.content_text),
    }
    return row | {"checksum": checksum(row, WORDING)}


def _json(values: Sequence[Any]) -> str | None:
    if not values:
        return None
    plain = [{f.name: said for f in fields(each) if (said := getattr(each, f.name)) is not None} for each in values]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
