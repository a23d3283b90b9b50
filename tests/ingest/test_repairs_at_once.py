"""Gaps of several feeds are repaired beside one another, those of one feed one after the other."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from ingest.backfill.repair import Repaired
from ingest.daemon.repairs import Repairs
from ingest.pipeline import Visited
from storage.records import FeedHealth, FeedRecord, Recorded

SESSION: Any = None
ONE, OTHER = (
    FeedRecord(n, "o", f"feed-{n}", f"https://o.example/{n}", None, None, None, FeedHealth.OK) for n in (1, 2)
)


@dataclass
class Slow:
    """Repairs that end when they may."""

    begun: list[str] = field(default_factory=list)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def repair(self, _session: Any, feed: FeedRecord) -> Repaired:
        self.begun.append(feed.name)
        await self.may_end.wait()
        return Repaired(feed)


def with_gap(feed: FeedRecord) -> Visited:
    return Visited(feed, None, Recorded(1, "new", gap=True))


def test_a_gap_that_opens_while_another_of_its_feed_is_repaired_waits_for_that_and_no_other_feed_does() -> None:
    async def act() -> None:
        slow = Slow()
        repairs = Repairs(slow.repair)
        workers = []
        for feed in (ONE, ONE, OTHER):
            assert repairs.visited(with_gap(feed))
            workers.append(asyncio.create_task(repairs.work(SESSION)))
            await asyncio.sleep(0)
        assert slow.begun == ["o/feed-1", "o/feed-2"]
        slow.may_end.set()
        await asyncio.gather(*workers)
        assert slow.begun == ["o/feed-1", "o/feed-2", "o/feed-1"]

    asyncio.run(act())


def test_a_visit_without_a_gap_is_no_reason_to_repair() -> None:
    async def act() -> None:
        slow = Slow()
        repairs = Repairs(slow.repair)
        assert not repairs.visited(Visited(ONE, None, Recorded(1, "new")))
        await repairs.work(SESSION)
        assert slow.begun == []

    asyncio.run(act())
