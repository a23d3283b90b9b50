"""Items of two successive windows that are one article, though nothing that names it stayed: see storage.matching.

Like gaps they follow from where windows lie: what comes to lie between two windows takes away what these proved.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import bindparam, delete, func, select

from storage.gaps import Between
from storage.grouping import KINDS, key_number
from storage.matching import FEWEST, Stated, moved, renamed
from storage.prepared import Often
from storage.records import Key, KeyKind
from storage.tables import guid_as_published, item, item_key, move, whole_canonical_url, window, wording
from storage.transaction import Tx

_READ = 1_000  # characters of a text: enough to tell it from another


Pair = tuple[int, int]  # the item before the move, the one after it


def pairs(tx: Tx, between: Between) -> list[Pair]:
    """What was moved between two windows."""
    staying, old, new = between.apart()
    withdrawn = between.withdrawn(old) if new else []
    smaller = min(len(between.last.items), len(between.following.items))
    is_whole = smaller >= FEWEST and 2 * staying < smaller
    if not (is_whole or withdrawn):
        return []
    rows = tx.rows_in(_STATED, "items", {*between.last.items, *between.following.items})
    said = {row.item_id: Stated(*row) for row in rows}
    came = [said[each] for each in new]
    found = moved([said[each] for each in old], came, staying) if is_whole else []
    if not found:
        others = [said[each] for each in said.keys() - {*withdrawn, *new}]
        found = renamed([said[each] for each in withdrawn], came, others)
    return [(one.item_id, other.item_id) for one, other in found]


def write(tx: Tx, feed_id: int, window_id: int, found: Collection[Pair]) -> set[int]:
    """Write down what was moved on the way to a window; returns items that are known for one article now."""
    tx.write(_NEW, [{"window_id": window_id, "old_item_id": a, "new_item_id": b} for a, b in found])
    return _join(tx, feed_id, found) if found else set()


def forget(tx: Tx, feed_id: int, window_id: int) -> set[int]:
    """Take back what was moved on the way to this window: what lies before it is another one now. Returns the items."""
    held = [(row.old_item_id, row.new_item_id) for row in tx.rows(_HELD, window=window_id)]
    if not held:
        return set()
    tx.write(_FORGET, [{"of": window_id}])
    return _part(tx, feed_id, held)


def rederive(tx: Tx, feed_id: int, borders: Iterable[Between]) -> set[int]:
    """Write down at a stroke what was moved anywhere in a feed; returns the items for which that is new."""
    wanted = {(each.following.window_id, *pair) for each in borders for pair in pairs(tx, each)}
    held = {(row.window_id, row.old_item_id, row.new_item_id) for row in tx.rows(_OF_FEED, feed=feed_id)}
    gone, fresh = sorted(held - wanted), sorted(wanted - held)
    tx.write(_FORGET_ONE, [{"window": n, "old": a, "new": b} for n, a, b in gone])
    tx.write(_NEW, [{"window_id": n, "old_item_id": a, "new_item_id": b} for n, a, b in fresh])
    parted = _part(tx, feed_id, [(a, b) for _, a, b in gone])
    return parted | _join(tx, feed_id, [(a, b) for _, a, b in fresh])


_NEW = Often(move.insert())
_HELD = Often(select(move.c.old_item_id, move.c.new_item_id).where(move.c.window_id == bindparam("window")))
_OF_FEED = (
    select(move)
    .join_from(move, window, window.c.window_id == move.c.window_id)
    .where(window.c.feed_id == bindparam("feed"))
)
_FORGET = Often(delete(move).where(move.c.window_id == bindparam("of")))
_FORGET_ONE = delete(move).where(
    move.c.window_id == bindparam("window"),
    move.c.old_item_id == bindparam("old"),
    move.c.new_item_id == bindparam("new"),
)


_STATED = Often(
    select(
        item.c.item_id,
        wording.c.title,
        func.substr(func.coalesce(wording.c.summary, wording.c.content_text), 1, _READ).label("text"),
        wording.c.published_at,
        whole_canonical_url.label("address"),
        guid_as_published.label("guid"),
    )
    .join_from(item, wording, wording.c.wording_id == item.c.wording_id)
    .where(item.c.item_id.in_(bindparam("items", expanding=True)))
)


# --- their keys -------------------------------------------------------------------------------------------------------


def _join(tx: Tx, feed_id: int, proven: Collection[Pair]) -> set[int]:
    wanted = {(_number(feed_id, pair), item_id) for pair in proven for item_id in pair}
    held = {(row.key, row.item_id) for row in tx.rows_in(_JOINED, "keys", {number for number, _ in wanted})}
    fresh = sorted(wanted - held)
    tx.write(_NEW_KEY, [{"key": number, "item_id": n, "kind": _KIND, "text": None} for number, n in fresh])
    return {item_id for _, item_id in fresh}


def _part(tx: Tx, feed_id: int, unproven: Collection[Pair]) -> set[int]:
    """Take out the keys of pairs that nothing else proves."""
    still = {(row.old_item_id, row.new_item_id) for row in tx.rows_in(_PROVEN, "items", {old for old, _ in unproven})}
    alone = [pair for pair in unproven if pair not in still]
    tx.write(_NO_KEY, [{"of": _number(feed_id, pair)} for pair in alone])
    return {item_id for pair in alone for item_id in pair}


def _number(feed_id: int, pair: Pair) -> int:
    return key_number(Key(KeyKind.MOVED, f"{pair[0]} {pair[1]}"), feed_id, 0)


_KIND = KINDS.index(KeyKind.MOVED)
_NEW_KEY = Often(item_key.insert())
_NO_KEY = Often(delete(item_key).where(item_key.c.key == bindparam("of")))
_JOINED = Often(select(item_key.c.key, item_key.c.item_id).where(item_key.c.key.in_(bindparam("keys", expanding=True))))
_PROVEN = Often(
    select(move.c.old_item_id, move.c.new_item_id).where(move.c.old_item_id.in_(bindparam("items", expanding=True)))
)
