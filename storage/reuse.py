"""Guids that a feed gives to one article after another (1 to 10 by place, or anew each day) identify nothing in it.

That follows from two items alone: the same guid, and nothing else in common. So it does not matter which came first.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from storage.grouping import key_number
from storage.parts import parts
from storage.prepared import Often
from storage.records import Entry, Key, KeyKind
from storage.tables import AS_URL, fullest_text, item, item_key, wording
from storage.transaction import Tx

_LONGEST = 20  # characters
_OF_ONE = re.compile(r":|[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)  # addresses, UUIDs
_HOST = re.compile(r"^https?://[^/]*", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_NO_CHANCE = 5  # characters
_READ = 1_000  # characters of a text: enough to tell it from another
_ROW = 3  # words in a row: an edit leaves most of them, and two articles share few


@dataclass(frozen=True, slots=True)
class Traits:
    """What an item says of itself besides its guid. `address` without host: outlets move."""

    address: str
    title: frozenset[tuple[str, ...]]
    text: frozenset[tuple[str, ...]]
    published_at: datetime | None


def contradict(guid: str, one: Traits, other: Traits) -> bool:
    """Whether two items with this guid have nothing else in common: address, headline, text, day and time.

    An item without a headline or a text, or of a word or two, might be any other one. An article whose number is in its
    address stays that article, however often it is written anew.
    """
    if not (one.title and other.title and one.text and other.text):
        return False
    if _is_in(guid, one.address) and _is_in(guid, other.address):
        return False
    return (
        (one.published_at is None or one.published_at != other.published_at)
        and (not one.address or one.address != other.address)
        and one.title.isdisjoint(other.title)
        and 5 * len(one.text & other.text) <= min(len(one.text), len(other.text))
    )


def _is_in(guid: str, address: str) -> bool:
    """A number of few digits may stand in an address by chance."""
    return len(guid) >= _NO_CHANCE and re.search(rf"(?<!\w){re.escape(guid)}(?!\w)", address) is not None


def may_be_reused(guid: str) -> bool:
    """Whether a guid is so short and plain that it may be a place, a count or a day.

    >>> may_be_reused("item-7"), may_be_reused("20261001"), may_be_reused("https://example.org/7")
    (True, True, False)
    """
    return len(guid) <= _LONGEST and not _OF_ONE.search(guid)


def _is_plain(key: Key) -> bool:
    return key.kind is KeyKind.GUID and may_be_reused(key.text)


def reused(tx: Tx, feed_id: int, entries: Collection[Entry], known: Collection[bytes]) -> set[int]:
    """Guids (their keys' numbers) that this document's new entries prove to be given to one article after another."""
    found: set[int] = set()
    for part in parts(entries):
        fresh = [each for each in part if each.digest not in known]
        own = {key_number(key, feed_id, 0): (key.text, each) for each in fresh for key in each.keys if _is_plain(key)}
        for row in tx.rows_in(_HELD, "keys", own, feed=feed_id):
            guid, entry = own[row.key]
            if contradict(guid, traits_of(entry), _held_traits(row)):
                found.add(row.key)
    return found


def traits_of(entry: Entry) -> Traits:
    """What an entry says of itself."""
    said = entry.wording
    return _traits(entry.canonical_url, said.title, said.content_text or said.summary, said.published_at)


def _held_traits(row: object) -> Traits:
    url = row.url if row.canonical_url == AS_URL else row.canonical_url  # type: ignore[attr-defined]
    return _traits(url, row.title, row.text, row.published_at)  # type: ignore[attr-defined]


def _traits(address: str | None, title: str | None, text: str | None, published_at: datetime | None) -> Traits:
    return Traits(
        _HOST.sub("", address or ""), words_in_a_row(title, 2), words_in_a_row((text or "")[:_READ], _ROW), published_at
    )


def words_in_a_row(text: str | None, length: int) -> frozenset[tuple[str, ...]]:
    """All rows of so many words, whatever their case; none where there are too few to tell."""
    words = _WORD.findall((text or "").casefold())
    return frozenset(zip(*(words[n:] for n in range(length)), strict=False))


_HELD = Often(
    select(item_key.c.key, item.c.url, item.c.canonical_url, wording.c.title, wording.c.published_at)
    .add_columns(fullest_text.label("text"))
    .join_from(item_key, item, item.c.item_id == item_key.c.item_id)
    .join(wording, wording.c.wording_id == item.c.wording_id)
    .where(item_key.c.key.in_(bindparam("keys", expanding=True)), item.c.feed_id == bindparam("feed"))
)
