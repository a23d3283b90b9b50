"""Once a day the archive is held against each outlet's own list of its latest news, where it has one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

from ingest.backfill.reconcile import reconciled
from ingest.backfill.run import Backfill, HeldError, backfill
from ingest.backfill.walking import Budget
from ingest.daemon.aside import aside
from ingest.session import Session
from storage import completeness
from storage.completeness import Every, Held
from storage.records import FeedRecord

log = logging.getLogger(__name__)

Reconcile: TypeAlias = Callable[[Backfill, FeedRecord], Awaitable[Held]]

EVERY = Every(list=timedelta(days=1), none=timedelta(days=30))
AT_ONCE = 4  # outlets
A_ROUND = 40
MOST_REQUESTS = 8  # for one outlet: its robots.txt, an index, a list or two
PATIENCE = timedelta(seconds=30)


@dataclass(slots=True)
class Reconciling:
    """`reconcile` does it for one feed."""

    reconcile: Reconcile = reconciled
    _listed: frozenset[str] = frozenset()

    def is_listed(self, feed: FeedRecord) -> bool:
        """Whether its outlet has a list that is looked at: what is missed there is not lost."""
        return feed.outlet in self._listed

    async def work(self, session: Session) -> None:
        """Some of the outlets whose day has come."""
        self._listed = await aside(completeness.listing_outlets, session.archive)
        waiting = await aside(completeness.due, session.archive, session.clock.now(), EVERY, A_ROUND)
        if not waiting:
            return
        async with backfill(session, longest_wait=PATIENCE) as run, asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(waiting))):
                group.create_task(self._work(run, waiting))

    async def _work(self, run: Backfill, waiting: list[FeedRecord]) -> None:
        while waiting:
            feed = waiting.pop(0)
            try:
                _tell(feed, await self.reconcile(replace(run, budget=Budget(MOST_REQUESTS)), feed))
            except HeldError as held:
                log.info("%s", held, extra={"feed": feed.name})
            except Exception:
                log.exception("%s could not be held against its list", feed.name, extra={"feed": feed.name})


def _tell(feed: FeedRecord, held: Held) -> None:
    if held.listed:
        told = "%s: %d of the %d entries that the outlet's own list has were held; the others are now"
        log.info(told, feed.name, held.held, held.listed, extra={"feed": feed.name})
