"""A slice as an archive of its own: the same ids, documents, windows and gaps, of the selected feeds and time alone."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import bindparam, delete, func, select, update

from storage.archive import Archive
from storage.care import backup, compact
from storage.copying import copy_from_server
from storage.engine import lock_path
from storage.errors import ArchiveError
from storage.export.slices import Slice
from storage.pruning import Span, drop_unused, forget
from storage.selector import selects
from storage.stowing import bring_back
from storage.tables import alert, entry, entry_merge, feed, host, metadata, outlet, version
from storage.transaction import Tx


def sqlite(archive: Archive, wanted: Slice, path: Path, tell: Callable[[int], None]) -> int:
    """Copy the archive and take out of the copy what is not wanted; returns how many documents it has.

    `since` and `until` go by when a document was seen; `after_seq`: all since the first wording of what changed since.
    Raises ArchiveError if the path is the archive's own.
    """
    if path.is_dir():
        raise ArchiveError(f"{path} is a folder: name a file")
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        (copy_from_server if archive.on_server else backup)(archive, partial)
        with Archive.open(str(partial)) as copy:
            _cut(copy, wanted, tell)
            bring_back(copy)  # it is read wherever it is taken to
            copy.refresh()
            with copy.read() as connection:
                left = connection.execute(select(func.count()).select_from(metadata.tables["document"])).scalar_one()
        compact(str(partial))
        _leave_alone(partial)
        partial.replace(path)
    finally:
        for each in (partial, *_beside(partial)):
            each.unlink(missing_ok=True)
    return int(left)


def _beside(path: Path) -> Iterable[Path]:
    lock = lock_path(str(path))
    return [Path(f"{path}-wal"), Path(f"{path}-shm"), *([lock] if lock else [])]


def _leave_alone(path: Path) -> None:
    wal = Path(f"{path}-wal")
    if wal.exists() and wal.stat().st_size:
        raise ArchiveError(f"{path} is in use by another program")


def _cut(copy: Archive, wanted: Slice, tell: Callable[[int], None]) -> None:
    with copy.write() as tx:
        span = Span(_since(tx, wanted), _instant(wanted.until))
        feeds = tx.rows(select(feed.c.feed_id, feed.c.name).order_by(feed.c.feed_id))
        others = [row.feed_id for row in feeds if not selects(row.name, list(wanted.selectors))]
        for done, row in enumerate(feeds, 1):
            if row.feed_id in others:
                forget(tx, row.feed_id, Span())
            elif span != Span():
                forget(tx, row.feed_id, span)
            tell(done)
        drop_unused(tx)
        _take_out_feeds(tx, others)
        _at_rest(tx)


def _since(tx: Tx, wanted: Slice) -> datetime | None:
    if not wanted.after_seq:
        return _instant(wanted.since)
    changed = select(func.min(version.c.seen_at)).join_from(version, entry, entry.c.entry_id == version.c.entry_id)
    first: datetime | None = tx.connection.execute(changed.where(entry.c.seq > wanted.after_seq)).scalar()
    since = _instant(wanted.since)
    return max((each for each in (first, since) if each), default=tx.now)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _take_out_feeds(tx: Tx, feed_ids: list[int]) -> None:
    rows = [{"of": feed_id} for feed_id in feed_ids]
    for table in reversed(metadata.sorted_tables):
        if "feed_id" in table.c and table is not entry:
            tx.write(delete(table).where(table.c.feed_id == bindparam("of")), rows)
    tx.connection.execute(delete(outlet).where(outlet.c.outlet_id.not_in(select(feed.c.outlet_id))))
    tx.connection.execute(delete(entry_merge).where(entry_merge.c.into_entry_id.not_in(select(entry.c.entry_id))))


def _at_rest(tx: Tx) -> None:
    """Nobody polls a slice."""
    for table in (host, alert, metadata.tables["job"], metadata.tables["subscription"]):
        tx.connection.execute(delete(table))
    values = {"listed": 0, "state": "unlisted", "next_due_at": None, "due_because": "not in feeds.yaml"}
    tx.connection.execute(update(feed).values(**values, lease_by=None, lease_until=None))
