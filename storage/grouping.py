"""Which items are one entry. Pure: connected components over the keys that count; the same for any order of arrival.

A key joins two items if it is void in neither one's feed. An item is joined by its strong keys; if all of those are
void, by title and date; if that is void too, by its content; else it stands alone. What several weak facts say together
joins it besides: where guids and addresses are new at every poll, no strong key ever finds its like.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from storage.records import Key, KeyKind

ALONE = 3
BESIDES = -1  # counts whatever else does
KINDS = tuple(map(str, KeyKind))  # in the archive by their place: new ones come last
# By plain text: enumerations are slow to hash, and every key of every entry is looked up here.
_TIERS = {str(KeyKind.TITLE_DATE): 1, str(KeyKind.CONTENT): 2} | dict.fromkeys(
    map(str, (KeyKind.TEXT_TIME, KeyKind.TITLE_TEXT, KeyKind.PATH_TITLE, KeyKind.MOVED)), BESIDES
)
_ACROSS_OUTLET = frozenset(map(str, (KeyKind.GUID_GLOBAL, KeyKind.PUBLISHER_ID, KeyKind.URL)))
GUID_KINDS = frozenset({KeyKind.GUID, KeyKind.GUID_PATH, KeyKind.GUID_GLOBAL})


def tier_of(kind: str) -> int:
    """0 for strong evidence, 1 for title and date, 2 for content; BESIDES for what weak facts say together."""
    return _TIERS.get(str(kind), 0)


def key_number(key: Key, feed_id: int, outlet_id: int) -> int:
    """The key's name in the archive: 64 bits (signed) of sha256 over scope, kind and text."""
    kind = str(key.kind)
    scope = f"outlet {outlet_id}" if kind in _ACROSS_OUTLET else f"feed {feed_id}"
    name = f"{scope}\0{kind}\0{key.text}".encode(errors="surrogatepass")
    return int.from_bytes(sha256(name).digest()[:8], "big", signed=True)


def counting(keys: Mapping[int, str], void: Iterable[int]) -> tuple[int, frozenset[int]]:
    """The tier of an item and its keys that count, given all its keys (number to kind) and the void ones.

    >>> counting({1: "guid", 2: "url", 3: "title_date"}, void={1})
    (0, frozenset({2}))
    >>> counting({1: "guid", 3: "title_date"}, void={1})
    (1, frozenset({3}))
    >>> counting({1: "guid"}, void={1})
    (3, frozenset())
    >>> counting({1: "guid", 3: "title_date", 4: "title_text"}, void={1})
    (1, frozenset({3, 4}))
    """
    void = set(void)
    tiers = {n: tier_of(kind) for n, kind in keys.items() if n not in void}
    tier = min((tier for tier in tiers.values() if tier != BESIDES), default=ALONE)
    return tier, frozenset(n for n, of in tiers.items() if of in (tier, BESIDES))


@dataclass(frozen=True, slots=True)
class Node:
    """An item in the graph: the entry that it belongs to today (None: none yet) and the keys that count for it."""

    item_id: int
    entry_id: int | None
    keys: frozenset[int]


def components(nodes: Iterable[Node]) -> list[list[Node]]:
    """Nodes that keys connect, each list and the list of lists in order of item_id."""
    nodes = sorted(nodes, key=lambda node: node.item_id)
    parent = {node.item_id: node.item_id for node in nodes}

    def root(item_id: int) -> int:
        while parent[item_id] != item_id:
            parent[item_id] = parent[parent[item_id]]
            item_id = parent[item_id]
        return item_id

    first_with: dict[int, int] = {}
    for node in nodes:
        for key in node.keys:
            a, b = root(first_with.setdefault(key, node.item_id)), root(node.item_id)
            parent[max(a, b)] = min(a, b)
    groups: dict[int, list[Node]] = {}
    for node in nodes:
        groups.setdefault(root(node.item_id), []).append(node)
    return list(groups.values())


def owners(groups: list[list[Node]]) -> list[list[int]]:
    """For each group the entries that live on in it: an entry goes with its oldest item.

    >>> a, b = Node(1, 7, frozenset()), Node(2, 7, frozenset())
    >>> owners([[a], [b]])
    [[7], []]
    """
    oldest: dict[int, int] = {}
    for group in groups:
        for node in group:
            if node.entry_id is not None:
                oldest[node.entry_id] = min(oldest.get(node.entry_id, node.item_id), node.item_id)
    return [
        sorted({n.entry_id for n in group if n.entry_id is not None and oldest[n.entry_id] == n.item_id})
        for group in groups
    ]
