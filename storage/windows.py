"""What a window shows: its items in order, and what they say of themselves."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from storage.prepared import Often
from storage.tables import guid_as_published, item, whole_canonical_url, wording
from storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class Shown:
    """A window with its items in order."""

    window_id: int
    document_id: int
    first_at: datetime
    last_at: datetime
    sha256: bytes
    size: int
    items: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the items of some windows say of themselves. Never which entry they are: that may change with evidence."""

    names: dict[int, tuple[str, ...]]
    published: dict[int, datetime | None]

    @classmethod
    def of(cls, tx: Tx, *windows: Shown | None) -> "Facts":
        facts = cls({}, {})
        for row in tx.rows_in(_FACTS, "items", {item_id for each in windows if each for item_id in each.items}):
            facts.names[row.item_id] = _names(row.item_id, row.guid, row.canonical_url)
            facts.published[row.item_id] = row.published_at
        return facts

    def shown(self, shown: Shown) -> set[str]:
        """Names that tell the window's items apart."""
        count = Counter(name for item_id in shown.items for name in self.names[item_id])
        return {name for name, times in count.items() if times == 1}

    def left_among_older(self, last: Shown, following: Shown) -> Callable[[int], bool]:
        """Whether an item left `last` while an older one of it stayed in `following`."""
        still = self.shown(following)
        stayed = [each for each in last.items if not still.isdisjoint(self.names[each])]
        place_of = {each: position for position, each in enumerate(last.items)}
        dates = [date for each in stayed if (date := self.published[each])]
        oldest = min(dates, default=None)
        last_place = max((place_of[each] for each in stayed), default=-1)
        # Among those of one date, as of a day, and of none, the place tells.
        last_of = {self.published[each]: place_of[each] for each in sorted(stayed, key=place_of.__getitem__)}

        def withdrawn(item_id: int) -> bool:
            date = self.published[item_id]
            if date is None:
                return last_place > place_of[item_id]
            last_alike = max(last_of.get(None, -1), last_of.get(date, -1))
            return (oldest is not None and oldest < date) or last_alike > place_of[item_id]

        return withdrawn


def _names(item_id: int, guid: str | None, url: str | None) -> tuple[str, ...]:
    return (f"item {item_id}", *([f"guid {guid}"] if guid else []), *([f"url {url}"] if url else []))


_FACTS = Often(
    select(
        item.c.item_id,
        guid_as_published.label("guid"),
        whole_canonical_url.label("canonical_url"),
        wording.c.published_at,
    )
    .join_from(item, wording, wording.c.wording_id == item.c.wording_id)
    .where(item.c.item_id.in_(bindparam("items", expanding=True)))
)
