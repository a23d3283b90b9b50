"""One pass over the due feeds."""

import asyncio
from collections.abc import Callable, Sequence

from ingest.pipeline import Visited
from ingest.session import LEASE, Session
from storage import feeds as standing
from storage.records import FeedRecord

MOST_AT_ONCE = 1_000  # visits under way or waiting for their host's turn


def due(session: Session, feeds: Sequence[FeedRecord], *, force: bool = False) -> list[FeedRecord]:
    """Lease those of these feeds that are due (`force`: all of them that nobody else polls now)."""
    wanted = [feed.feed_id for feed in feeds]
    return session.archive.claim(by=session.name, lasting=LEASE, limit=len(wanted), feed_ids=wanted, force=force)


async def poll(session: Session, claimed: Sequence[FeedRecord], tell: Callable[[Visited], None]) -> None:
    """Visit these leased feeds; `tell` is called with each when it is done. What is not reached is given back."""
    left = {feed.feed_id for feed in claimed}
    places = asyncio.Semaphore(MOST_AT_ONCE)

    async def visit(feed: FeedRecord) -> None:
        async with places:
            visited = await session.line.visit(feed)
        left.discard(feed.feed_id)
        for each in visited.all:
            tell(each)

    try:
        async with asyncio.TaskGroup() as group:
            for feed in claimed:
                group.create_task(visit(feed))
    finally:
        if left:
            with session.archive.write() as tx:
                standing.unclaim(tx, sorted(left))
