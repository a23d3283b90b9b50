"""Gaps are repaired as soon as they open, one feed at a time: what rolled out of a window is still on the next page."""

import importlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ingest.pipeline import Visited
from ingest.session import Session
from storage.records import FeedRecord

log = logging.getLogger(__name__)

Repair: TypeAlias = Callable[[Session, FeedRecord], Awaitable[Any]]


@dataclass(slots=True)
class Repairs:
    """`repair` None: gaps are only written down."""

    repair: Repair | None
    _wanted: dict[int, FeedRecord] = field(default_factory=dict)

    def visited(self, visited: Visited) -> None:
        """Remember the feed if a gap opened before this visit."""
        if visited.recorded is not None and visited.recorded.gap and self.repair is not None:
            self._wanted[visited.feed.feed_id] = visited.feed

    async def work(self, session: Session) -> None:
        """Repair what is remembered. One that fails stays open for `chronik backfill --gaps`."""
        while self._wanted and self.repair is not None:
            feed = self._wanted.pop(next(iter(self._wanted)))
            try:
                await self.repair(session, feed)
            except Exception:
                log.exception("the gap of %s could not be repaired", feed.name, extra={"feed": feed.name})


def installed() -> Repair | None:
    """How gaps are repaired by this release."""
    try:
        found: Repair = importlib.import_module("ingest.backfill.repair").repair_gap
    except (ImportError, AttributeError):
        return None
    return found
