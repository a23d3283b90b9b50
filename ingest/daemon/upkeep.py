"""What the archive needs now and then: a backup, an empty log, documents put away, a part held against its digests."""

import logging
from datetime import timedelta
from functools import partial

from ingest.daemon.aside import aside
from ingest.session import Session
from storage import chores, stowing
from storage.chores import Chore
from storage.errors import ArchiveError
from storage.object_store import ObjectStore

log = logging.getLogger(__name__)

STOWING = "stow"  # the chore; its note is what keeps it from being done
STOW_EVERY = timedelta(hours=1)
CARE_EVERY = timedelta(days=7)
VERIFY_EVERY = timedelta(hours=1)  # 2,000 documents a time: a million in three weeks


async def back_up(session: Session) -> None:
    """A backup, if one is wished for and due. Raises ArchiveError."""
    wanted, archive, now = session.config.backup, session.archive, session.clock.now()
    if wanted.to is None or not chores.is_backup_due(archive, wanted.to, wanted.every, now):
        return
    copy = await aside(chores.back_up, archive, wanted.to, wanted.keep, now)
    log.info("backup made: %s", copy)


async def care(session: Session) -> None:
    """Once a week: what the planner knows, and the write-ahead log emptied."""
    if _is_due(chores.last(session.archive, "care"), CARE_EVERY, session):
        await aside(chores.optimize, session.archive)
        await session.writer.do(lambda tx: chores.note(tx, "care"))
        log.info("the archive was looked after")


async def stow(session: Session) -> None:
    """Documents at rest are put into their store, if there is one. Raises ArchiveError if it cannot be had."""
    last = chores.last(session.archive, STOWING)
    if session.config.documents is None or not (_is_due(last, STOW_EVERY, session) or (last and last.note)):
        return
    fault = None
    try:
        if count := await _stow_all(session, await aside(ObjectStore, session.config.documents)):
            log.info("%d documents were put into %s", count, session.config.documents)
    except ArchiveError as error:
        fault = f"{error}; documents stay in the archive until then"
    await session.writer.do(lambda tx: chores.note(tx, STOWING, fault))
    if fault:
        raise ArchiveError(fault)


async def _stow_all(session: Session, store: ObjectStore) -> int:
    done, after = 0, 0
    while True:
        stowed, last = await aside(stowing.put_some, session.archive, store, session.clock.now(), after)
        if last is None:
            return done
        done += await session.writer.do(partial(stowing.note, stowed=stowed))
        after = last


async def verify(session: Session) -> None:
    """Some documents an hour are held against their digests. Raises ArchiveError for those that are not whole."""
    last = chores.last(session.archive, "verify")
    if not _is_due(last, VERIFY_EVERY, session):
        return
    after = int(last.note or 0) if last else 0
    reached, findings = await aside(chores.verify_slice, session.archive, after)
    await session.writer.do(lambda tx: chores.note(tx, "verify", str(reached)))
    if findings:
        told = "; ".join(finding.text for finding in findings[:3])
        raise ArchiveError(f"{len(findings)} documents are not what was stored ({told}): run `chronik verify`")


def _is_due(last: Chore | None, every: timedelta, session: Session) -> bool:
    """One from the future was done by a wrong clock."""
    return last is None or not timedelta(0) <= session.clock.now() - last.done_at < every
