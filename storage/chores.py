"""What the daemon does for the archive now and then, and when it last did: survives a restart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select

from storage import documents
from storage.archive import Archive
from storage.care import Finding, backup
from storage.engine import sqlite_path
from storage.errors import ArchiveError
from storage.tables import chore, document
from storage.transaction import Tx

SLICE = 2_000  # documents that are verified at a time


@dataclass(frozen=True, slots=True)
class Chore:
    """When it was done last, and where it goes on."""

    done_at: datetime
    note: str | None = None


def last(archive: Archive, name: str) -> Chore | None:
    """The last time that a chore was done; None: never."""
    with archive.read() as connection:
        row = connection.execute(select(chore).where(chore.c.name == name)).first()
    return None if row is None else Chore(row.done_at, row.note)


def note(tx: Tx, name: str, text: str | None = None) -> None:
    """A chore was done now; `text` says where it goes on next time."""
    tx.connection.execute(delete(chore).where(chore.c.name == name))
    tx.connection.execute(chore.insert(), {"name": name, "done_at": tx.now, "note": text})


def optimize(archive: Archive) -> None:
    """Refresh what the planner knows, and empty the write-ahead log as far as readers let us (SQLite)."""
    with archive.alone() as connection:
        if connection is not None:
            connection.execute("PRAGMA optimize")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def verify_slice(archive: Archive, after: int, most: int = SLICE) -> tuple[int, list[Finding]]:
    """Hold some documents against their digests: those after the id `after`, from the first again at the end.

    Of those in the archive: to read all that lies in a store every few weeks would cost more than to keep it there.

    Returns the last id, 0 when the end was reached, and what was found.
    """
    with archive.read() as connection:
        query = select(document.c.document_id).where(document.c.document_id > after, document.c.object_id.is_(None))
        query = query.order_by(document.c.document_id).limit(most)
        ids = [row.document_id for row in connection.execute(query)]
        findings = []
        for document_id in ids:
            try:
                documents.body(connection, document_id)
            except ArchiveError as error:
                findings.append(Finding("documents", str(error)))
    return (ids[-1] if len(ids) == most else 0), findings


# --- backups ----------------------------------------------------------------------------------------------------------

_STAMP = re.compile(r"\d{8}T\d{6}Z")


def back_up(archive: Archive, folder: Path, keep: int, now: datetime) -> Path:
    """A dated copy in the folder, made there if need be; of the copies only the newest `keep` stay.

    Copies with a date to come, by a clock that was wrong, are not counted and stay: a person may know what they are.
    Raises ArchiveError; then no older copy is taken away.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for broken_off in folder.glob(f".{_stem(archive)}-*.sqlite.partial"):
            broken_off.unlink(missing_ok=True)
        copy = backup(archive, folder / f"{_stem(archive)}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.sqlite")
        for _, path in sorted(_copies(archive, folder, now), reverse=True)[keep:]:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise ArchiveError(f"no backup to {folder}: {error.strerror or error}") from error
    return copy


def backed_up_at(archive: Archive, folder: Path, now: datetime) -> datetime | None:
    """When the newest copy in the folder was made; None: there is none but such with a date to come."""
    return max((at for at, _ in _copies(archive, folder, now)), default=None)


def is_backup_due(archive: Archive, folder: Path, every: timedelta, now: datetime) -> bool:
    """Whether the newest copy is older than it may be. One from the future was made by a wrong clock."""
    made_at = backed_up_at(archive, folder, now)
    return made_at is None or now - made_at >= every


def _copies(archive: Archive, folder: Path, now: datetime) -> Iterator[tuple[datetime, Path]]:
    stem = _stem(archive)
    for path in folder.glob(f"{stem}-*.sqlite") if folder.is_dir() else ():
        stamp = path.stem.removeprefix(f"{stem}-")
        if _STAMP.fullmatch(stamp):
            at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            if at <= now:
                yield at, path


def _stem(archive: Archive) -> str:
    path = sqlite_path(archive.location)
    if path is None:
        raise ArchiveError("this archive is on a server: back it up with pg_dump, and take `backup.to` out")
    return path.stem
