"""Call the pipeline on time. The only module that knows APScheduler.

When a feed is due stands in the archive, not here: a few jobs ask for what is due, never one job per feed.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from ingest.config import Config, ConfigError, listing, load_config
from ingest.pipeline import Visited
from ingest.session import LEASE, Session
from storage import feeds, search_index
from storage.records import FeedRecord

log = logging.getLogger(__name__)

TICK = timedelta(seconds=1)
INDEX_EVERY = timedelta(seconds=20)  # the search index may lag a minute
WATCH_EVERY = timedelta(seconds=5)
PATIENCE_S = 8  # for what is in hand when we are asked to end
AT_ONCE = 400  # visits under way, most of them waiting for a host's turn or for an answer


@dataclass(slots=True)
class Daemon:
    """Polls until it is told to stop. `tell` is called with every visit."""

    session: Session
    tell: Callable[[Visited], None]
    environ: dict[str, str]
    _under_way: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _config_seen: float = 0.0

    async def run(self) -> None:
        """Poll for ever; returns when stopped, all in hand finished or given back."""
        self._config_seen = _changed_at(self.session.config)
        scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
        for job, every in ((self._tick, TICK), (self._index, INDEX_EVERY), (self._watch, WATCH_EVERY)):
            scheduler.add_job(job, "interval", seconds=every.total_seconds(), max_instances=1)
        with self._signals():
            scheduler.start()
            await self._stop.wait()
            scheduler.shutdown(wait=False)
            await self._finish()

    def stop(self) -> None:
        """Finish what is in hand and end."""
        self._stop.set()

    # --- jobs ---

    async def _tick(self) -> None:
        room = AT_ONCE - len(self._under_way)
        if room <= 0 or self._stop.is_set():
            return
        session = self.session
        claimed = await session.writer.do(lambda tx: feeds.claim(tx, by=session.name, lasting=LEASE, limit=room))
        for feed in claimed:
            self._under_way[feed.feed_id] = asyncio.create_task(self._visit(feed))

    async def _visit(self, feed: FeedRecord) -> None:
        try:
            self.tell(await self.session.line.visit(feed))
        except Exception:
            # The archive could not take it (locked, full): the lease runs out, and the feed is due again.
            log.exception("%s could not be recorded", feed.name)
        finally:
            self._under_way.pop(feed.feed_id, None)

    async def _index(self) -> None:
        while await self.session.writer.do(search_index.refresh) and not self._stop.is_set():
            await asyncio.sleep(0)

    async def _watch(self) -> None:
        if _changed_at(self.session.config) != self._config_seen:
            await self.reload()

    async def reload(self) -> None:
        """Take a changed feeds.yaml in. A wrong one is reported, and the old one stays in force."""
        old = self.session
        self._config_seen = _changed_at(old.config)
        try:
            config = load_config(old.config.path, self.environ)
        except ConfigError as error:
            log.error("feeds.yaml is wrong, the old one stays in force:\n%s", error)
            return
        await old.writer.do(lambda tx: feeds.list_outlets(tx, listing(config)))
        self.session = replace(old, config=config, line=replace(old.line, config=config))
        log.info("feeds.yaml was read again: %d outlets", len(config.outlets))

    # --- the end ---

    async def _finish(self) -> None:
        tasks = set(self._under_way.values())
        if tasks:
            log.info("finishing %d visits", len(tasks))
            _, late = await asyncio.wait(tasks, timeout=PATIENCE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        name = self.session.name
        await self.session.writer.do(lambda tx: feeds.free_dead_leases(tx, lambda by: by != name))

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, lambda: asyncio.ensure_future(self.reload()))
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)


def _changed_at(config: Config) -> float:
    try:
        return config.path.stat().st_mtime
    except OSError:
        return 0.0
