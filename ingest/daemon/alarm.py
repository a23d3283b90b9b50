"""Tell what needs a person, once: in the log, and to the webhook if there is one."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from ingest.alerts import (
    QUIET_AT_LEAST,
    REPAIR_TAKES,
    YOUNG,
    Changes,
    changes,
    failing,
    has_passed,
    letter,
    missing,
    quiet,
    to_tell,
)
from ingest.config import network_policy
from ingest.daemon.aside import aside
from ingest.daemon.clockwatch import Leaps
from ingest.daemon.upkeep import STOWING
from ingest.errors import FetchError
from ingest.post import Letter, Poster
from ingest.session import Session
from storage import alerts, chores
from storage.alerts import Alert, Name
from storage.archive import Archive
from storage.feed_health import FeedTold, feed_health
from storage.transaction import Tx
from storage.trouble import Trouble

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Alarm:
    """`_said` is what stands in the log since the start; all else is kept in the archive."""

    leaps: Leaps = field(default_factory=Leaps)
    _said: set[Name] = field(default_factory=set)
    _trouble: Alert | None = None
    _trouble_is_told: bool = False

    async def look(self, session: Session, config_error: str | None = None) -> None:
        """Find what needs a person now, write down what has changed, and tell it."""
        now = session.clock.now()
        found, brought = await aside(_found, session.archive, now, self.leaps)
        found |= (
            _of_backups(session, now)
            | _of_documents(session)
            | ({("feeds.yaml", "config"): config_error} if config_error else {})
        )
        held = await aside(_held, session.archive)
        new = changes(held, found, lambda each: has_passed(each, brought))
        if new != Changes():
            await session.writer.do(partial(_write, new=new))
        await self._tell(session)

    async def _tell(self, session: Session) -> None:
        """What the webhook does not take is told again next time."""
        waiting = to_tell((await aside(_held, session.archive)).values())
        if not waiting:
            return
        self._log(waiting)
        if await self._sent(session, waiting):
            names = [each.name for each in waiting if each.over_at is None]
            over = [each.name for each in waiting if each.over_at is not None]
            await session.writer.do(partial(_settle, told=names, over=over))

    def _log(self, waiting: Iterable[Alert]) -> None:
        for each in waiting:
            if each.over_at is not None:
                log.info("%s: %s is over", each.subject, each.kind, extra={"feed": each.subject})
                self._said.discard(each.name)
            elif each.name not in self._said:
                log.warning("%s: %s: %s", each.subject, each.kind, each.detail, extra={"feed": each.subject})
                self._said.add(each.name)

    async def mind(self, session: Session, trouble: Trouble | None) -> None:
        """Tell that the archive cannot be written, and that it can again: of that alone it can keep no note."""
        now = session.clock.now()
        if trouble is None:
            if self._trouble_is_told and self._trouble is not None:
                over = Alert(self._trouble.subject, self._trouble.kind, self._trouble.detail, now, now, now)
                self._trouble_is_told = not await self._sent(session, [over])
            self._trouble = self._trouble if self._trouble_is_told else None
        elif self._trouble is None:
            self._trouble = Alert("archive", "trouble", trouble.value, now)
        elif not self._trouble_is_told:
            self._trouble_is_told = await self._sent(session, [self._trouble])

    async def _sent(self, session: Session, told: list[Alert]) -> bool:
        webhook = session.config.alerts.webhook
        return webhook is None or await _posted(session, letter(webhook.value, told))


async def _posted(session: Session, written: Letter) -> bool:
    try:
        receipt = await Poster(network_policy(session.config)).post(written)
    except FetchError as error:
        log.error("the webhook could not be told, it is tried again: %s", error)
        return False
    if not receipt.is_good:
        log.error("the webhook answered %d, it is tried again", receipt.status)
    return receipt.is_good


def _found(archive: Archive, now: datetime, leaps: Leaps) -> tuple[dict[Name, str], dict[str, str | None]]:
    with archive.reader() as reader:
        feeds = [_of_today(feed, leaps) for feed in feed_health(reader) if feed.state != "unlisted"]
    silent = [
        replace(feed, last_new_at=leaps.of_today(feed.last_new_at))
        for feed in alerts.silent(archive, now - QUIET_AT_LEAST)
    ]
    gaps = alerts.missed(archive, now - YOUNG, now - REPAIR_TAKES)
    found = failing(feeds, now) | quiet(silent, now) | missing(gaps)
    return found, {feed.feed: feed.last_new_at for feed in feeds}


def _of_today(feed: FeedTold, leaps: Leaps) -> FeedTold:
    if feed.last_success_at is None:
        return feed
    return replace(feed, last_success_at=leaps.of_today(datetime.fromisoformat(feed.last_success_at)).isoformat())


def _held(archive: Archive) -> dict[Name, Alert]:
    with archive.read() as connection:
        return alerts.alerts(connection)


def _of_backups(session: Session, now: datetime) -> dict[Name, str]:
    wanted = session.config.backup
    if wanted.to is None or not chores.is_backup_due(
        session.archive, wanted.to, wanted.every * 2 + timedelta(hours=1), now
    ):
        return {}
    made_at = chores.backed_up_at(session.archive, wanted.to, now)
    last = f"the last one is of {made_at:%Y-%m-%d %H:%M}Z" if made_at else "there is none yet"
    return {("backup", "backup"): f"no backup to {wanted.to}: {last}; the log says why"}


def _of_documents(session: Session) -> dict[Name, str]:
    last = chores.last(session.archive, STOWING)
    fault = last.note if last and session.config.documents is not None else None
    return {("documents", "store"): fault} if fault else {}


def _write(tx: Tx, new: Changes) -> None:
    alerts.begin(tx, new.begun)
    alerts.again(tx, new.again)
    alerts.over(tx, new.over)
    alerts.forget(tx, new.forgotten)


def _settle(tx: Tx, told: list[Name], over: list[Name]) -> None:
    alerts.told(tx, told)
    alerts.forget(tx, over)
