"""Gaps are repaired as soon as they open: what rolled out of a window is mostly still on the next page."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from ingest.backfill.repair import Repaired, repair_gap
from ingest.backfill.run import HeldError
from ingest.pipeline import Visited
from ingest.session import Session
from storage.records import FeedRecord
from storage.vitals import feeds_with_gaps

log = logging.getLogger(__name__)

Repair: TypeAlias = Callable[[Session, FeedRecord], Awaitable[Repaired]]

AT_ONCE = 3  # feeds


@dataclass(slots=True)
class Repairs:
    """What is to be repaired, and what is under way."""

    repair: Repair = repair_gap
    _wanted: dict[int, FeedRecord] = field(default_factory=dict)
    _at_it: set[int] = field(default_factory=set)

    def visited(self, visited: Visited) -> bool:
        """Remember the feed if a gap opened before this visit. Returns whether one did."""
        opened = visited.recorded is not None and visited.recorded.gap
        if opened:
            self._wanted[visited.feed.feed_id] = visited.feed
        return opened

    async def recall(self, session: Session) -> None:
        """Gaps that are open still: from before a restart, or since nothing could be had."""
        for feed in feeds_with_gaps(session.archive):
            if feed.feed_id not in self._at_it:
                self._wanted.setdefault(feed.feed_id, feed)

    async def work(self, session: Session) -> None:
        """Repair what is remembered, one after the other, until nothing is. To be called by AT_ONCE at a time."""
        while (feed := self._next()) is not None:
            self._at_it.add(feed.feed_id)
            try:
                _tell(await self.repair(session, feed))
            except HeldError as held:
                log.info("%s", held, extra={"feed": feed.name})
            except Exception:
                # It stays open, and comes again tomorrow.
                log.exception("the gap of %s could not be repaired", feed.name, extra={"feed": feed.name})
            finally:
                self._at_it.remove(feed.feed_id)

    def _next(self) -> FeedRecord | None:
        """One that nobody is at. A gap that opens while another of its feed is repaired waits for that."""
        free = next((feed_id for feed_id in self._wanted if feed_id not in self._at_it), None)
        return None if free is None else self._wanted.pop(free)


def _tell(done: Repaired) -> None:
    parts = [f"{done.closed} closed"] if done.closed else []
    parts += [f"{done.unclosable} cannot be closed"] if done.unclosable else []
    parts += [f"{done.still_open} still open"] if done.still_open else []
    said = ", ".join(parts) or "none open"
    log.info("%s: gaps: %s; %d entries recovered", done.feed.name, said, done.recovered, extra={"feed": done.feed.name})
