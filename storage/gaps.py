"""Gaps: two successive windows that share nothing, so that entries may have come and gone between them unseen."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import bindparam, delete, select, update

from storage.prepared import Often
from storage.tables import feed, gap
from storage.transaction import Tx
from storage.windows import Facts, Shown


@dataclass(frozen=True)
class Between:
    """Two successive windows of a feed."""

    last: Shown
    following: Shown
    facts: Facts

    @cached_property
    def _names(self) -> tuple[set[str], set[str]]:
        return self.facts.shown(self.last), self.facts.shown(self.following)

    @property
    def overlap(self) -> int:
        """How many items the two share, counted by the kind of name that shows most."""
        last, following = self._names
        return max(Counter(name.partition(" ")[0] for name in last & following).values(), default=0)

    def apart(self) -> tuple[int, list[int], list[int]]:
        """How many of the earlier items the later window has too, by whatever name; the others of both."""
        both = self._names[0] & self._names[1]
        last, following = (
            [each for each in shown.items if both.isdisjoint(self.facts.names[each])]
            for shown in (self.last, self.following)
        )
        return len(self.last.items) - len(last), last, following

    def withdrawn(self, items: Sequence[int]) -> list[int]:
        """Those of the earlier window's items that left it while older ones stayed."""
        return list(filter(self._has_left, items))

    @cached_property
    def _has_left(self) -> Callable[[int], bool]:
        return self.facts.left_among_older(self.last, self.following)

    @property
    def is_gap(self) -> bool:
        """Whether entries may have been missed."""
        return shares_nothing(*self._names, len(self.last.items), len(self.following.items))

    @property
    def unseen(self) -> tuple[datetime, datetime] | None:
        """From the newest date before to the oldest after it, which whatever was missed lies between.

        None: the later window has no dates, or all of its entries are dated before. A date ahead of its time is none.
        """
        began = max(self._dates(self.last), default=self.last.last_at)
        ended = min((date for date in self._dates(self.following) if date > began), default=None)
        return None if ended is None else (began, ended)

    def _dates(self, shown: Shown) -> Iterable[datetime]:
        dates = (self.facts.published[item_id] for item_id in shown.items)
        return (date for date in dates if date is not None and date <= shown.last_at)


def write(tx: Tx, feed_id: int, between: Between) -> bool:
    """Write the gap between two windows down, if there is one."""
    if not between.is_gap:
        return False
    row = {
        "gap_id": tx.ids.next("gap"),
        "feed_id": feed_id,
        "after_window_id": between.last.window_id,
        "before_window_id": between.following.window_id,
        "detected_at": tx.now,
        "estimated_missed": None,
        "state": "open",
        "closed_at": None,
        "recovered": 0,
    }
    tx.write(_NEW, [row])
    return True


def forget(tx: Tx, before_window: int) -> None:
    """Take out the gap before this window: what lies there now is another one, or none."""
    tx.connection.execute(delete(gap).where(gap.c.before_window_id == before_window))


def estimate(tx: Tx, feed_id: int, missed: int) -> None:
    """Note how many entries the gap before the feed's newest window may hold."""
    tx.write(_ESTIMATE, [{"of": feed_id, "missed": missed}])


_NEW = Often(gap.insert())
_ESTIMATE = Often(
    update(gap)
    .where(
        gap.c.before_window_id
        == select(feed.c.newest_window_id).where(feed.c.feed_id == bindparam("of")).scalar_subquery()
    )
    .values(estimated_missed=bindparam("missed"))
)


def shares_nothing(last: set[str], following: set[str], last_size: int, size: int) -> bool:
    """Entries may have been missed between two windows: both have some, none is in both, and the later one is full.

    A window much smaller than the one before is no full one: the feed was cut or shows a day, and pushed nothing out.

    >>> shares_nothing({"guid 1"}, {"guid 2"}, 1, 1), shares_nothing({"guid 1"}, {"guid 1"}, 1, 1)
    (True, False)
    """
    return last_size > 0 and size > 0 and last.isdisjoint(following) and 2 * size >= last_size
