"""Which entries items belong to, found out anew where evidence was lost or came late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, case, select, update

from storage.grouping import BESIDES, KINDS, Node, components, counting, owners, tier_of
from storage.kept import Kept
from storage.prepared import Often
from storage.tables import entry_merge, item, item_key, void_key
from storage.transaction import Tx

Keys = dict[int, str]  # number of a key to its kind


@dataclass(slots=True)
class _Pool:
    """Items that are grouped anew, with all their keys."""

    nodes: dict[int, Node] = field(default_factory=dict)
    tiers: dict[int, int] = field(default_factory=dict)


def regroup(tx: Tx, items: Iterable[int], kept: Kept) -> None:
    """Let the entries of these items be what their keys make of them, and those that this leads to."""
    pool = _Pool()
    more = {row.entry_id for row in tx.rows_in(_ENTRIES_OF, "items", items)}
    while more:
        moved = _load(tx, more, pool)
        # An item that lost its strong keys may now be found by a weak one, and so belong to an entry outside the pool.
        inside = {node.entry_id for node in pool.nodes.values()}
        found = entries_with(tx, {number for item_id in moved for number in pool.nodes[item_id].keys})
        more = {entry_id for entries in found.values() for entry_id in entries} - inside
    if pool.nodes:
        _regroup(tx, pool, kept)


_ENTRIES_OF = select(item.c.entry_id).distinct().where(item.c.item_id.in_(bindparam("items", expanding=True)))
_ITEMS_OF = select(item.c.item_id, item.c.feed_id, item.c.entry_id, item.c.tier).where(
    item.c.entry_id.in_(bindparam("entries", expanding=True))
)
_KEYS_OF = select(item_key.c.item_id, item_key.c.key, item_key.c.kind).where(
    item_key.c.item_id.in_(bindparam("items", expanding=True))
)
_VOID_ANYWHERE = select(void_key.c.feed_id, void_key.c.key).where(void_key.c.key.in_(bindparam("keys", expanding=True)))


def _load(tx: Tx, entry_ids: set[int], pool: _Pool) -> list[int]:
    """Take the items of these entries into the pool; returns those whose keys that count are of another tier now."""
    items = list(tx.rows_in(_ITEMS_OF, "entries", entry_ids))
    keys: dict[int, Keys] = {}
    for row in tx.rows_in(_KEYS_OF, "items", [row.item_id for row in items]):
        keys.setdefault(row.item_id, {})[row.key] = KINDS[row.kind]
    numbers = {number for each in keys.values() for number in each}
    void: dict[int, set[int]] = {}
    for row in tx.rows_in(_VOID_ANYWHERE, "keys", numbers):
        void.setdefault(row.feed_id, set()).add(row.key)
    moved = []
    for row in items:
        tier, counted = counting(keys.get(row.item_id, {}), void.get(row.feed_id, set()))
        pool.nodes[row.item_id] = Node(row.item_id, row.entry_id, counted)
        if tier != row.tier:
            pool.tiers[row.item_id] = tier
            moved.append(row.item_id)
    _set_tiers(tx, {item_id: pool.tiers[item_id] for item_id in moved})
    return moved


def _set_tiers(tx: Tx, tiers: Mapping[int, int]) -> None:
    statement = update(item).where(item.c.item_id == bindparam("of")).values(tier=bindparam("to"))
    tx.write(statement, [{"of": item_id, "to": tier} for item_id, tier in tiers.items()])


def _regroup(tx: Tx, pool: _Pool, kept: Kept) -> None:
    kept.regrouped = True
    groups = components(pool.nodes.values())
    changes: list[dict[str, Any]] = []
    for group, entries in zip(groups, owners(groups), strict=True):
        entry_id = entries[0] if entries else tx.ids.next("entry")
        if not entries:
            kept.created.add(entry_id)
        for loser in entries[1:]:
            if loser not in kept.created:  # else nobody ever saw it
                tell_merge(tx, loser, entry_id)
        changes += [{"of": node.item_id, "to": entry_id} for node in group if node.entry_id != entry_id]
        kept.touched |= {entry_id, *(node.entry_id for node in group if node.entry_id is not None)}
    tx.write(update(item).where(item.c.item_id == bindparam("of")).values(entry_id=bindparam("to")), changes)


def entries_with(tx: Tx, numbers: Iterable[int]) -> dict[int, set[int]]:
    """Key to the entries of items for which it counts."""
    found: dict[int, set[int]] = {}
    for row in tx.rows_in(_ENTRIES_WITH, "keys", numbers):
        found.setdefault(row.key, set()).add(row.entry_id)
    return found


# What counts besides does so for items of any tier.
_TIER_OF_KIND = case(
    *(
        (item_key.c.kind == number, item.c.tier if tier_of(kind) == BESIDES else tier_of(kind))
        for number, kind in enumerate(KINDS)
        if tier_of(kind)
    ),
    else_=0,
)
_ENTRIES_WITH = Often(
    select(item_key.c.key, item.c.entry_id)
    .distinct()
    .select_from(item_key)
    .join(item, item.c.item_id == item_key.c.item_id)
    .outerjoin(void_key, (void_key.c.feed_id == item.c.feed_id) & (void_key.c.key == item_key.c.key))
    .where(
        item_key.c.key.in_(bindparam("keys", expanding=True)), void_key.c.key.is_(None), item.c.tier == _TIER_OF_KIND
    )
)


def tell_merge(tx: Tx, loser: int, winner: int) -> None:
    """Note that an entry is part of another one from now on."""
    row = {"entry_id": loser, "into_entry_id": winner, "at": tx.now, "because": "an item has keys of both"}
    tx.connection.execute(entry_merge.insert(), row)
