"""Documents as the archive has read them, and what changes when they are read otherwise."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select, update

from storage import documents
from storage.archive import Archive
from storage.bundles import unpack
from storage.change import kind_of_change
from storage.items import Source
from storage.kept import Kept
from storage.projection import said_of
from storage.rebuild import reread, rethread, settle, sweep
from storage.recording import keep_reading
from storage.records import Reading
from storage.regrouping import regroup
from storage.tables import document, feed, fetch, item, reading, wording
from storage.timeline import Observation, place, unpacked_items
from storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class Stored:
    """A document of a feed. `was_read` False: it could not be read when it came, by the attempt `fetch_id`."""

    document_id: int
    fetch_id: int
    sha256: bytes
    content_type: str | None
    url: str
    requested_at: datetime
    was_read: bool

    def body(self, archive: Archive) -> bytes:
        """As received. Raises ArchiveError if it is damaged."""
        with archive.read() as connection:
            return documents.body(connection, self.document_id)


@dataclass(slots=True)
class Changes:
    """What other readings of a feed's documents change."""

    entries_new: int = 0
    entries_gone: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


def stored(archive: Archive, feed_id: int) -> Iterator[Stored]:
    """The feed's documents in the order in which they were first seen."""
    with archive.read() as connection:
        rows = connection.execute(_STORED, {"feed": feed_id}).all()
    for row in rows:
        yield Stored(
            row.document_id,
            row.fetch_id,
            row.sha256,
            row.content_type,
            row.final_url or row.url,
            row.requested_at,
            row.read_id is not None,
        )


_FIRST = (
    select(fetch.c.document_id, func.min(fetch.c.fetch_id).label("fetch_id"))
    .where(fetch.c.feed_id == bindparam("feed"), fetch.c.document_id.is_not(None))
    .group_by(fetch.c.document_id)
    .subquery()
)
_STORED = (
    select(
        document.c.document_id,
        document.c.sha256,
        document.c.content_type,
        fetch.c.fetch_id,
        fetch.c.url,
        fetch.c.final_url,
        fetch.c.requested_at,
        reading.c.document_id.label("read_id"),
    )
    .join_from(_FIRST, fetch, fetch.c.fetch_id == _FIRST.c.fetch_id)
    .join(document, document.c.document_id == _FIRST.c.document_id)
    .outerjoin(reading, and_(reading.c.document_id == _FIRST.c.document_id, reading.c.feed_id == fetch.c.feed_id))
    .order_by(fetch.c.requested_at, fetch.c.fetch_id)
)


def differs(archive: Archive, document_read: Stored, said: Reading) -> bool:
    """Whether this reading has other entries than the archive has."""
    with archive.read() as connection:
        feed_id = select(fetch.c.feed_id).where(fetch.c.fetch_id == document_read.fetch_id).scalar_subquery()
        where = and_(reading.c.feed_id == feed_id, reading.c.document_id == document_read.document_id)
        held = unpacked_items(connection.execute(select(reading.c["items"]).where(where)).scalar_one())
        names = dict(connection.execute(select(item.c.item_id, item.c.digest).where(item.c.item_id.in_(held))).all())
    return [names[item_id] for item_id in held] != list(dict.fromkeys(entry.digest for entry in said.entries))


class _DryRun(Exception):
    """Raised to undo a dry run."""


def replacing(
    feed_id: int, otherwise: Sequence[tuple[Stored, Reading]], *, dry_run: bool = False
) -> Callable[[Tx], Changes]:
    """A job that puts these readings in place, all or none."""

    def replace_all(tx: Tx) -> Changes:
        changes = Changes()
        with contextlib.suppress(_DryRun), tx.connection.begin_nested():
            _replace(tx, feed_id, otherwise, changes)
            if dry_run:
                raise _DryRun
        return changes

    return replace_all


def _replace(tx: Tx, feed_id: int, otherwise: Sequence[tuple[Stored, Reading]], changes: Changes) -> None:
    outlet_id = tx.connection.execute(select(feed.c.outlet_id).where(feed.c.feed_id == feed_id)).scalar_one()
    source = Source(feed_id, outlet_id)
    gone: set[int] = set()
    came: set[int] = set()
    all_kept = Kept([])
    for document_read, said in otherwise:
        if document_read.was_read:
            difference, kept = reread(tx, source, document_read.document_id, said)
            gone |= set(difference.gone)
            came |= set(difference.came)
        else:
            kept = _read_at_last(tx, source, document_read, said)
        all_kept.created |= kept.created
        all_kept.touched |= kept.touched
    _tell(tx, gone, came, all_kept, changes)
    rethreaded = rethread(tx, feed_id)
    regroup(tx, rethreaded.moved, all_kept)
    all_kept.touched |= sweep(tx, gone)
    settle(tx, all_kept, rethreaded.runs | came)


def _read_at_last(tx: Tx, source: Source, late: Stored, said: Reading) -> Kept:
    kept = keep_reading(tx, source, late.document_id, said)
    observation = Observation(
        source.feed_id, late.requested_at, late.document_id, late.sha256, tuple(kept.items), late.fetch_id
    )
    values = {"outcome": "new", "reason": None, "detail": "read by a later release", "entries_seen": len(kept.items)}
    tx.connection.execute(update(fetch).where(fetch.c.fetch_id == late.fetch_id).values(values))
    place(tx, observation)
    return kept


def _tell(tx: Tx, gone: set[int], came: set[int], kept: Kept, changes: Changes) -> None:
    """Count entries that are new, that are no more, and what changed in the wording of the others."""
    unpack(tx, {row.wording_id for row in tx.rows_in(_SAID, "items", gone | came) if row.bundle_id is not None})
    before = {row.entry_id: row for row in tx.rows_in(_SAID, "items", gone)}
    after = {row.entry_id: row for row in tx.rows_in(_SAID, "items", came)}
    changes.entries_new = len(kept.created)
    changes.entries_gone = len(before.keys() - after.keys())
    for entry_id in before.keys() & after.keys():
        old, new = before[entry_id], after[entry_id]
        changes.kinds[kind_of_change(said_of(old), said_of(new))] += 1


_SAID = (
    select(item.c.entry_id, wording)
    .join_from(item, wording, wording.c.wording_id == item.c.wording_id)
    .where(item.c.item_id.in_(bindparam("items", expanding=True)))
)
