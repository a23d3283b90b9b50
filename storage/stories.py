"""Which articles of several outlets are one in much the same words, and who had it first. Off the hot write path.

Entries wait in story_pending until `refresh`. Then each, in the order in which they came out, joins the story of the
first entry that it is most like, among those of other outlets in the fortnight before; if there is none, it is a first
entry itself, which later ones may join. So nothing is chained: every member is like the first one. Who belongs where
follows from the entries as they are now, whenever and in whatever batches they came: what a new, a changed or a
withdrawn entry makes doubtful is decided again, from the earliest to the latest.
"""

import heapq
import struct
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, bindparam, cast, delete, extract, func, insert, select, text, tuple_, update

from storage import story_sketch
from storage.prepared import Often
from storage.story_sketch import BANDS, LONG, Likeness
from storage.tables import archive_info, entry, fullest_text, story, story_band, story_pending, story_text, wording
from storage.transaction import Tx, chunks
from storage.waiting import EPOCH, came_out

BATCH = 100
TOGETHER = 5  # entries decided at a time
LONGEST_TURN = 0.5  # seconds of one transaction, about: where all texts are alike an entry makes many others doubtful
FORTNIGHT = 14 * 86_400  # seconds: what is further apart is told anew, not taken over
NEAREST = 8  # first entries that a band is asked for: one with more has what all texts of an outlet have
COMPARED = 12  # texts that one is compared with: those with which it shares most bands
_VERSION = "stories"  # key in archive_info


def refresh(tx: Tx, *, limit: int = BATCH, seconds: float = LONGEST_TURN) -> int:
    """Find the stories of up to `limit` waiting entries, for about so many seconds. Returns how many: call again until
    it is 0.

    0 without the extra chronik[stories]: entries wait until it is there.
    """
    if not story_sketch.is_available() or (tx.on_server and not tx.value(_ALONE)):
        return 0
    if not is_of_today(tx.connection):
        forget_all(tx.connection)
    waiting = [row.entry_id for row in tx.rows(_NEXT.limit(limit))]
    done, end = 0, time.monotonic() + seconds
    for part in chunks(waiting, TOGETHER):
        _Batch(tx).take(part)
        tx.write(_NO_LONGER_WAITING, [{"of": n} for n in part])
        done += len(part)
        if time.monotonic() > end:
            break
    return done


def is_of_today(connection: Connection) -> bool:
    """Whether the stories were found by today's rules."""
    held = select(archive_info.c.value).where(archive_info.c.key == _VERSION)
    return connection.execute(held).scalar() == story_sketch.version()


def forget_all(connection: Connection) -> None:
    """Forget every story: all entries wait to be looked at by today's rules."""
    for table in (story, story_band, story_text, story_pending):
        connection.execute(delete(table))
    connection.execute(insert(story_pending).from_select(["entry_id", "second"], _ALL))
    connection.execute(delete(archive_info).where(archive_info.c.key == _VERSION))
    connection.execute(insert(archive_info), {"key": _VERSION, "value": story_sketch.version()})


_OUT_AT = cast(
    extract("epoch", func.coalesce(entry.c.published_at, entry.c.first_seen_at)), story_pending.c.second.type
)
_ALL = select(entry.c.entry_id, _OUT_AT)
# The earliest ones: what comes after all that is known makes none of it doubtful.
_NEXT = (
    select(story_pending.c.entry_id)
    .order_by(story_pending.c.second, story_pending.c.entry_id)
    .with_for_update(skip_locked=True)
)
_ALONE = text("SELECT pg_try_advisory_xact_lock(4, 0)")  # on a server: one process at a time decides
_NO_LONGER_WAITING = Often(delete(story_pending).where(story_pending.c.entry_id == bindparam("of")))


@dataclass(frozen=True, slots=True)
class _Text:
    """An entry's text as it takes part. `of`: the first entry whose story it belongs to; None: it is one itself."""

    entry_id: int
    outlet_id: int
    wording_id: int
    second: int
    bands: tuple[int, ...]
    of: int | None = None
    like: tuple[int, int] | None = None  # thousandths: shared, similarity

    @property
    def key(self) -> tuple[int, int]:
        """Its place in the order in which entries came out."""
        return self.second, self.entry_id

    def is_still(self, other: "_Text") -> bool:
        """Whether nothing is changed that matters."""
        return self.key == other.key and (self.outlet_id, self.wording_id) == (other.outlet_id, other.wording_id)


class _First(Protocol):
    """What is to be known of a first entry to be held against it."""

    @property
    def entry_id(self) -> int: ...
    @property
    def outlet_id(self) -> int: ...
    @property
    def second(self) -> int: ...


class _Batch:
    """What one transaction decides anew: a queue of entries, the earliest first."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._fresh: dict[int, _Text] = {}
        self._queue: list[tuple[int, int]] = []
        self._queued: set[int] = set()
        self._touched: set[int] = set()  # first entries whose story may have other members now
        self._pairs: dict[int, tuple[int, ...]] = {}
        self._came: dict[int, list[_Text]] = defaultdict(list)  # first entries that came, by what they make doubtful
        self._afresh: set[int] = set()  # what more than that makes doubtful

    def take(self, entry_ids: Sequence[int]) -> None:
        """Look at these entries as they are now."""
        held = {row.entry_id: _held(row) for row in self._tx.rows_in(_HELD, "entries", entry_ids)}
        now = {row.entry_id: self._now(row) for row in self._tx.rows_in(_NOW, "entries", entry_ids)}
        stale = [each for n, each in held.items() if n not in now or not each.is_still(now[n])]
        for each in stale:
            self._forget(each)
        for each in stale:
            if each.of is None:
                self._afresh.update(self._doubt(each))
        for n, each in now.items():
            if each.bands and (n not in held or not held[n].is_still(each)):
                self._fresh[n] = each
                self._enqueue([each.key])
        self._settle()
        for first in sorted(self._touched):
            self._recount(first)

    def _now(self, row: Any) -> _Text:
        self._pairs[row.entry_id] = story_sketch.pairs(row.text)
        out_at = came_out(row.published_at, row.first_seen_at)
        bands = story_sketch.bands(self._pairs[row.entry_id])
        return _Text(row.entry_id, row.outlet_id, row.wording_id, out_at, bands)

    def _forget(self, gone: _Text) -> None:
        self._touched.add(gone.entry_id if gone.of is None else gone.of)
        self._tx.write(_NO_BAND, _band_rows(gone))
        self._tx.write(_NO_TEXT, [{"of_entry": gone.entry_id}])

    def _doubt(self, first: _Text) -> list[int]:
        """The later entries that share a band with a first entry that came or went: they are decided again."""
        asked = _asked(first, first.second, first.second + FORTNIGHT)
        later = [row for statement in (_LATER_MEMBERS, _LATER) for row in self._tx.rows(statement, **asked)]
        self._enqueue((row.second, row.entry_id) for row in later)
        return [row.entry_id for row in later]

    def _arrived(self, first: _Text) -> None:
        for entry_id in self._doubt(first):
            self._came[entry_id].append(first)

    def _enqueue(self, keys: Iterable[tuple[int, int]]) -> None:
        for key in keys:
            if key[1] not in self._queued:
                self._queued.add(key[1])
                heapq.heappush(self._queue, key)

    # --- deciding ---

    def _settle(self) -> None:
        """A decision makes none doubtful but later ones, so that each entry is decided once."""
        while self._queue:
            _, entry_id = heapq.heappop(self._queue)
            if entry_id in self._fresh:
                self._add(self._decided(self._fresh.pop(entry_id)))
            elif (row := self._tx.row(_HELD, entries=[entry_id])) is not None:
                before = _held(row)
                self._change(before, self._again(before))

    def _again(self, own: _Text) -> _Text:
        """Of one that was like none, nothing changes unless one that came is like it: most doubts end here."""
        if own.of is None and own.entry_id not in self._afresh and not self._alike(own, self._came[own.entry_id]):
            return own
        return self._decided(own)

    def _decided(self, own: _Text) -> _Text:
        best = max(self._alike(own, self._candidates(own)), default=None, key=_rank)
        if best is None:
            return replace(own, of=None, like=None)
        first, like = best
        return replace(own, of=first.entry_id, like=(round(like.shared * 1000), round(like.similarity * 1000)))

    def _alike(self, own: _Text, firsts: Iterable[_First]) -> list[tuple[_First, Likeness]]:
        """Those of other outlets that it is like."""
        others = [each for each in firsts if each.outlet_id != own.outlet_id]
        lacking = [each.entry_id for each in (own, *others) if each.entry_id not in self._pairs] if others else []
        for row in self._tx.rows_in(_NOW, "entries", lacking):
            self._pairs[row.entry_id] = story_sketch.pairs(row.text)
        mine = self._pairs.get(own.entry_id, ())
        found = [(each, story_sketch.likeness(mine, self._pairs.get(each.entry_id, ()))) for each in others]
        return [(each, like) for each, like in found if like is not None]

    def _candidates(self, own: _Text) -> list[_First]:
        """First entries of other outlets with which it shares most bands."""
        hits = self._tx.rows(_EARLIER, **_asked(own, own.second - FORTNIGHT, own.second))
        shares = Counter(row.entry_id for row in hits)
        others = [row for row in self._tx.rows_in(_WHOSE, "entries", shares) if row.outlet_id != own.outlet_id]
        return sorted(others, key=lambda row: (shares[row.entry_id], row.second, row.entry_id), reverse=True)[:COMPARED]

    # --- writing ---

    def _add(self, new: _Text) -> None:
        self._tx.write(_NEW_TEXT, [_row(new)])
        self._tx.write(_NEW_BAND, _band_rows(new))
        self._touched.add(new.entry_id if new.of is None else new.of)
        if new.of is None:
            self._arrived(new)

    def _change(self, before: _Text, now: _Text) -> None:
        if before == now:
            return
        self._touched |= {each.entry_id if each.of is None else each.of for each in (before, now)}
        self._tx.write(_CHANGE, [{"of_entry": now.entry_id, **_standing(now)}])
        if (before.of is None) != (now.of is None):
            self._tx.write(_NO_BAND, _band_rows(before))
            self._tx.write(_NEW_BAND, _band_rows(now))
            if now.of is None:
                self._arrived(now)
            else:
                self._afresh.update(self._doubt(now))

    def _recount(self, first: int) -> None:
        told = self._tx.rows(_MEMBERS, story=first, first=first)
        self._tx.write(_NO_STORY, [{"of_story": first}])
        is_story = len(told) > 1
        self._tx.write(_MARK, [{"of_entry": first, "story_id": first if is_story else None}])
        if is_story:
            outlets = len({row.outlet_id for row in told})
            seconds = [row.second for row in told]
            times = {"first_at": _instant(min(seconds)), "newest_at": _instant(max(seconds))}
            self._tx.write(_NEW_STORY, [{"story_id": first, "entries": len(told), "outlets": outlets, **times}])


def _rank(found: tuple[_First, Likeness]) -> tuple[float, float, int, int]:
    """The most like; of those the earliest."""
    first, like = found
    return like.shared, like.similarity, -first.second, -first.entry_id


def _instant(second: int) -> datetime:
    return EPOCH + timedelta(seconds=second)


def _asked(own: _Text, since: int, until: int) -> dict[str, Any]:
    """What is asked for others that share a band with this one, from one second to another."""
    fortnights = list(range(since // FORTNIGHT, until // FORTNIGHT + 1))
    key = {"second": own.second, "entry": own.entry_id, "since": since, "until": until}
    return {"fortnights": fortnights, "bands": own.bands, **key}


# --- rows -------------------------------------------------------------------------------------------------------------

_PACKED = struct.Struct(f"<{BANDS}i")


def _held(row: Any) -> _Text:
    like = None if row.shared is None else (row.shared, row.similarity)
    of = None if row.story_id == row.entry_id else row.story_id
    return _Text(row.entry_id, row.outlet_id, row.wording_id, row.second, _PACKED.unpack(row.bands), of, like)


def _row(each: _Text) -> dict[str, Any]:
    known = {"entry_id": each.entry_id, "outlet_id": each.outlet_id, "wording_id": each.wording_id}
    return known | {"second": each.second, "bands": _PACKED.pack(*each.bands), **_standing(each)}


def _standing(each: _Text) -> dict[str, Any]:
    shared, similarity = each.like or (None, None)
    return {"story_id": each.of, "shared": shared, "similarity": similarity}


def _band_rows(each: _Text) -> list[dict[str, Any]]:
    known = {"fortnight": each.second // FORTNIGHT, "is_first": int(each.of is None)}
    return [
        {**known, "band": band, "second": each.second, "entry_id": each.entry_id} for band in sorted(set(each.bands))
    ]


# --- statements -------------------------------------------------------------------------------------------------------

_HELD = Often(select(story_text).where(story_text.c.entry_id.in_(bindparam("entries", expanding=True))))
_WHOSE = Often(
    select(story_text.c.entry_id, story_text.c.outlet_id, story_text.c.second).where(
        story_text.c.entry_id.in_(bindparam("entries", expanding=True))
    )
)
_NOW = Often(
    select(
        *(entry.c.entry_id, entry.c.outlet_id, entry.c.wording_id, entry.c.published_at, entry.c.first_seen_at),
        func.substr(fullest_text, 1, LONG).label("text"),
    )
    .join_from(entry, wording, wording.c.wording_id == entry.c.wording_id)
    .where(entry.c.entry_id.in_(bindparam("entries", expanding=True)))
)
_SECOND, _ENTRY = story_band.c.second, story_band.c.entry_id
_OWN = tuple_(bindparam("second", type_=_SECOND.type), bindparam("entry", type_=_ENTRY.type))
_EARLIER_ONES = tuple_(_SECOND, _ENTRY) < _OWN
_LATER_ONES = tuple_(_SECOND, _ENTRY) > _OWN
_AMONG = (
    story_band.c.fortnight.in_(bindparam("fortnights", expanding=True)),
    story_band.c.band.in_(bindparam("bands", expanding=True)),
    _SECOND.between(bindparam("since"), bindparam("until")),
)


def _nearest(within: Any, *order: Any) -> Often:
    """First entries, for each band those nearest in time."""
    place = func.row_number().over(partition_by=story_band.c.band, order_by=order).label("place")
    one = select(_SECOND, _ENTRY, place).where(*_AMONG, story_band.c.is_first == 1, within).subquery("one")
    return Often(select(one.c.second, one.c.entry_id).where(one.c.place <= NEAREST))


_EARLIER = _nearest(_EARLIER_ONES, _SECOND.desc(), _ENTRY.desc())
_LATER = _nearest(_LATER_ONES, _SECOND, _ENTRY)
_LATER_MEMBERS = Often(select(_SECOND, _ENTRY).distinct().where(*_AMONG, story_band.c.is_first == 0, _LATER_ONES))
_IN_STORY = story_text.c.story_id == bindparam("story")
_MEMBERS = Often(
    select(story_text.c.entry_id, story_text.c.outlet_id, story_text.c.second).where(
        _IN_STORY | (story_text.c.entry_id == bindparam("first"))
    )
)
_NEW_TEXT = Often(story_text.insert())
_NO_TEXT = Often(delete(story_text).where(story_text.c.entry_id == bindparam("of_entry")))
_CHANGE = Often(
    update(story_text)
    .where(story_text.c.entry_id == bindparam("of_entry"))
    .values({name: bindparam(name) for name in ("story_id", "shared", "similarity")})
)
_IS_FIRST = story_text.c.story_id.is_(None) | (story_text.c.story_id == story_text.c.entry_id)
_MARK = Often(
    update(story_text)
    .where(story_text.c.entry_id == bindparam("of_entry"), _IS_FIRST)
    .values(story_id=bindparam("story_id"))
)
_NEW_BAND = Often(story_band.insert())
_BAND_KEY = (column == bindparam(column.name) for column in story_band.primary_key.columns)
_NO_BAND = Often(delete(story_band).where(*_BAND_KEY))
_NEW_STORY = Often(story.insert())
_NO_STORY = Often(delete(story).where(story.c.story_id == bindparam("of_story")))
