"""Rounds over what is due: claim it, visit each feed in a task of its own, finish or give back what is in hand."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from ingest.config import Config
from ingest.daemon.choice import Places, chosen, host_of, places
from ingest.daemon.pulse import Pulse
from ingest.pipeline import Visited
from ingest.session import LEASE, Session
from storage import due, feeds
from storage.due import Due
from storage.records import FeedRecord
from storage.transaction import Tx

log = logging.getLogger(__name__)

AT_ONCE = 400  # visits under way, most of them waiting for a host's turn or for an answer
TICK = timedelta(seconds=1)
UNRECORDED = timedelta(hours=1)  # until a feed is asked again of which we could not record what came


@dataclass(frozen=True, slots=True)
class _InHand:
    task: asyncio.Task[None]
    host: str


@dataclass(slots=True)
class Rounds:
    """`tell` is called with every visit, `late` with how long after its due time each feed was taken in hand."""

    pulse: Pulse
    tell: Callable[[Visited], None]
    late: Callable[[timedelta], None] = lambda _late: None
    _in_hand: dict[int, _InHand] = field(default_factory=dict)
    _places: tuple[Config, Places] | None = None  # reckoned once for each configuration

    async def claim(self, session: Session) -> None:
        """Take in hand what is due and has a place."""
        left = self._places_for(session.config).left(len(self._in_hand))
        taken = Counter(each.host for each in self._in_hand.values())
        now = session.clock.now()
        picked: list[Due] = []

        def choose(found: Iterable[Due]) -> list[int]:
            picked[:] = chosen(found, now, left, taken)
            return [each.feed_id for each in picked]

        job = partial(due.claim, by=session.name, lasting=LEASE, choose=choose)
        claimed = await session.writer.do(job)
        self.pulse.claimed(len(claimed))
        for feed in claimed:
            task = asyncio.create_task(self._visit(session, feed), name=feed.name)
            self._in_hand[feed.feed_id] = _InHand(task, host_of(feed.url or feed.homepage))
        for each in picked:
            if each.due_at is not None:
                self.late(now - each.due_at)

    def _places_for(self, config: Config) -> Places:
        if self._places is None or self._places[0] is not config:
            self._places = config, places(config, AT_ONCE, TICK)
        return self._places[1]

    async def _visit(self, session: Session, feed: FeedRecord) -> None:
        try:
            visited = await session.line.visit(feed)
        except Exception as error:
            log.exception("what came of %s could not be recorded", feed.name, extra={"feed": feed.name})
            await self._put_off(session, feed, error)
        else:
            for each in visited.all:
                self.pulse.visited(each)
                self.tell(each)
        finally:
            self._in_hand.pop(feed.feed_id, None)
            self.pulse.ended()

    async def _put_off(self, session: Session, feed: FeedRecord, error: Exception) -> None:
        """Or it would be due again at once, and be asked at full speed for ever."""
        until = session.clock.now() + UNRECORDED
        because = f"it could not be recorded: {type(error).__name__}"

        def write(tx: Tx) -> None:
            feeds.postpone(tx, feed.feed_id, until, because)

        try:
            await session.writer.do(write)
        except Exception:  # noqa: BLE001 - then its lease runs out, which is half an hour
            log.error("nor could that be written down: %s is left alone until its lease runs out", feed.name)

    async def renew(self, session: Session) -> None:
        """Hold for longer what is still in hand."""
        if held := list(self._in_hand):
            await session.writer.do(lambda tx: due.renew_leases(tx, held, LEASE))

    async def finish(self, patience: timedelta) -> int:
        """Wait for what is in hand; what is not done by then is dropped. Returns how many were."""
        tasks = {each.task for each in self._in_hand.values()}
        if not tasks:
            return 0
        log.info("finishing %d visits", len(tasks))
        _, late = await asyncio.wait(tasks, timeout=patience.total_seconds())
        for task in late:
            task.cancel()
        return len(late)

    async def drained(self) -> None:
        """When all that is in hand now is done."""
        if tasks := [each.task for each in self._in_hand.values()]:
            await asyncio.wait(tasks)
