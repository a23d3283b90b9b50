"""The daemon: what it opens, which jobs it runs, how it takes a new configuration in, and how it ends."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial

from ingest.config import Config, ConfigError, listing, load_config, network_policy
from ingest.daemon import following, reloading, repairs, upkeep
from ingest.daemon.alarm import Alarm
from ingest.daemon.aside import aside
from ingest.daemon.clockwatch import ClockWatch
from ingest.daemon.pulse import SLOWEST_VISIT, Pulse
from ingest.daemon.pushes import MOST, Pushes
from ingest.daemon.reconciling import Reconciling
from ingest.daemon.repairs import Repairs
from ingest.daemon.rounds import TICK, Rounds
from ingest.daemon.timetable import Job, Timetable
from ingest.daemon.watching import Timed
from ingest.document import Asks
from ingest.fetch import Fetcher
from ingest.health import health
from ingest.listener import Asked, Told, listening
from ingest.metrics import CONTENT_TYPE, Metrics, Now
from ingest.notify import Notifier
from ingest.pipeline import Line, Visited
from ingest.session import Session
from storage import due, feeds
from storage.transaction import Tx
from storage.vitals import Vitals, vitals

log = logging.getLogger(__name__)

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
PATIENCE = timedelta(seconds=6)  # for what is in hand when we are asked to end


class Daemon:
    """Polls until it is told to stop.

    `tell` is called with every visit, `show` every second with a line that says how it stands. `environ` fills the
    placeholders of a configuration that is read again.
    """

    def __init__(
        self,
        session: Session,
        tell: Callable[[Visited], None],
        environ: Mapping[str, str],
        *,
        notifier: Notifier | None = None,
        show: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.metrics = Metrics()
        self.pulse = Pulse(session.clock.monotonic, _patience(session.config))
        self.vitals = Vitals()
        self._tell = (self.metrics.visited, tell)
        self._environ = dict(environ)
        self._notifier = notifier or Notifier()
        self._show = show
        self._repairs = Repairs()
        self._reconciling = Reconciling()
        self._pushes = Pushes(self.metrics)
        self._alarm = Alarm()
        self._rounds = Rounds(self.pulse, self._visited, self.metrics.late)
        self._clock_watch = ClockWatch(session.clock.now)
        self._minding_clock = asyncio.Lock()
        self._stop = asyncio.Event()
        self._is_asked_to_reread = False
        self._open = AsyncExitStack()
        self._timetable = Timetable(self._jobs())
        self._config_stamp = reloading.stamp(session.config.path)
        self.session = replace(session, line=self._watched(session))

    async def run(self) -> int:
        """Poll for ever. Returns when stopped, how many visits had to be dropped."""
        async with self._open:
            if not self.session.archive.on_server:
                await self.session.writer.do(due.mend)
            await self._listen()
            beating = asyncio.create_task(self._beat(), name="heartbeat")
            self._timetable.start()
            self._notifier.ready()
            await self._stop.wait()
            self._notifier.stopping()
            self._timetable.stop()
            dropped = await self._finish()
            beating.cancel()
        return dropped

    def stop(self) -> None:
        """Finish what is in hand and end."""
        self._stop.set()

    def reread(self) -> None:
        """Take feeds.yaml in again, changed or not, as soon as possible."""
        self._config_stamp = None
        self._is_asked_to_reread = True
        self._timetable.now("watching feeds.yaml")

    # --- how it stands ---

    def complaints(self) -> Sequence[str]:
        """What keeps polling from moving, in words; none: all is well."""
        return self.pulse.complaints()

    def line(self) -> str:
        """How it stands, in a line."""
        told, pulse = self.vitals, self.pulse
        parts = [f"{told.feeds:,} feeds", f"{pulse.in_hand:,} in hand", f"{told.due:,} due"]
        parts += [f"{pulse.visits:,} polls", f"{pulse.entries_new:,} new entries", f"{pulse.failed:,} failed"]
        parts += [f"{told.gaps_open:,} gaps open"] if told.gaps_open else []
        return "; ".join([", ".join(parts), *pulse.complaints()])

    async def _measures(self) -> tuple[bytes, str]:
        now = self.session.clock.now()
        await self._take_vitals()
        text = self.metrics.text(Now(self.pulse.in_hand, self.session.writer.waiting(), self.vitals, now))
        return text, CONTENT_TYPE

    async def _listen(self) -> None:
        config = self.session.config
        if (place := config.daemon.listen) is not None:
            await self._open.enter_async_context(listening(place, health(self.complaints, self._measures)))
            log.info("http://%s/healthz and /metrics answer", place)
        if config.websub.callback is not None and (place := config.websub.listen) is not None:
            await self._open.enter_async_context(listening(place, self._hub_called, most=MOST))
            log.info("hubs that call %s are heard at %s", config.websub.callback.template, place)

    async def _hub_called(self, asked: Asked) -> Told:
        told = await self._pushes.answer(self.session, asked)
        self._timetable.now("taking pushes")
        return told

    # --- jobs ---

    def _jobs(self) -> list[Job]:
        return [
            Job("looking for due feeds", self._claim, TICK),
            Job("holding leases", self._of_session(self._rounds.renew), 5 * MINUTE, 5 * MINUTE),
            Job("indexing", self._of_session(following.index), 20 * SECOND, 5 * SECOND),
            Job("finding stories", self._of_session(following.find_stories), 20 * SECOND, 10 * SECOND),
            Job("watching feeds.yaml", self._watch, 5 * SECOND, 5 * SECOND),
            Job("measuring", self._take_vitals, 15 * SECOND),
            Job("summing up", self._sum_up, MINUTE, MINUTE),
            Job("repairing gaps", self._of_session(self._repairs.work), 10 * SECOND, 10 * SECOND, repairs.AT_ONCE),
            Job("recalling gaps", self._of_first(self._repairs.recall), DAY, MINUTE),
            Job("looking at lists of news", self._of_first(self._reconciling.work), 5 * MINUTE, 3 * MINUTE),
            Job("looking for what needs a person", self._of_first(self._look), 5 * MINUTE, 5 * MINUTE),
            Job("minding the archive", self._of_first(self._mind_trouble), MINUTE, MINUTE),
            Job("taking pushes", self._of_session(self._pushes.take), MINUTE),
            Job("asking hubs", self._of_first(self._pushes.work), MINUTE, MINUTE / 2),
            Job("backup", self._of_first(upkeep.back_up), 10 * MINUTE, MINUTE),
            Job("putting documents away", self._of_first(upkeep.stow), 10 * MINUTE, 2 * MINUTE),
            Job("verifying", self._of_first(upkeep.verify), 10 * MINUTE, 5 * MINUTE),
            Job("care", self._of_first(upkeep.care), 60 * MINUTE, 10 * MINUTE),
        ]

    def _of_session(self, do: Callable[[Session], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        """With the session in force at that time, which a new configuration replaces."""

        async def run() -> None:
            await do(self.session)

        return run

    def _of_first(self, do: Callable[[Session], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        """What one daemon does for all that work on a server's archive."""

        async def run() -> None:
            if self.session.heart.is_first:
                await do(self.session)

        return run

    async def _claim(self) -> None:
        if self._stop.is_set():
            return
        await self._mind_clock()
        self.pulse.clock_error = self.session.heart.complaint
        if self.pulse.clock_error is None:
            await self._rounds.claim(self.session)

    async def _take_vitals(self) -> None:
        session = self.session
        self.vitals = await aside(vitals, session.archive, session.clock.now())

    async def _sum_up(self) -> None:
        log.info("%s", self.line())

    async def _look(self, session: Session) -> None:
        await self._alarm.look(session, self.pulse.config_error)

    async def _mind_trouble(self, session: Session) -> None:
        await self._alarm.mind(session, self.pulse.trouble)

    def _visited(self, visited: Visited) -> None:
        if self._repairs.visited(visited):
            self._timetable.now("repairing gaps")
        self._pushes.visited(visited)
        for tell in self._tell:
            tell(visited)

    # --- every second ---

    async def _beat(self) -> None:
        """Not a job: jobs go by the wall clock, and stand still when that is set back."""
        while True:
            clock = asyncio.create_task(self._mind_clock())  # not waited for: it waits for the archive
            try:
                self._mind_archive()
                self._say_how_it_stands()
            except Exception:
                log.exception("the heartbeat failed")
            await asyncio.sleep(1)
            del clock

    def _say_how_it_stands(self) -> None:
        line = self.line()
        if self.pulse.moves:
            self._notifier.alive(line)
        else:
            self._notifier.says(line)
        self._show(line)

    def _mind_archive(self) -> None:
        before, writer = self.pulse.trouble, self.session.writer
        self.pulse.trouble = writer.hindrance()
        if self.pulse.trouble is not None and self.pulse.trouble is not before:
            log.error("nothing can be written: %s", self.pulse.trouble.value)
        if self.pulse.trouble is None and before is not None:
            log.info("the archive can be written again: nothing was lost")

    async def _mind_clock(self) -> None:
        async with self._minding_clock:
            if not (jump := self._clock_watch.jump()):
                return
            log.warning("the clock was set by %+.0f s: all due times move with it", jump.total_seconds())
            self._timetable.clock_was_set()
            self._alarm.leaps.leapt(jump, self.session.clock.now())
            if not self.session.archive.on_server:  # there one machine's clock is not everybody's
                await self.session.writer.do(partial(_move, jump))

    # --- a new configuration ---

    async def _watch(self) -> None:
        found, asked = reloading.stamp(self.session.config.path), self._is_asked_to_reread
        self._is_asked_to_reread = False
        if found is None and asked:  # an editor may be putting another in its place, but nobody asks just then
            self._refuse([f"{self.session.config.path} is not there"])
        if found is not None and found != self._config_stamp:
            await self.reload()

    async def reload(self) -> None:
        """Take a changed feeds.yaml in. A wrong one is reported, and the old one stays in force."""
        self._notifier.reloading()
        old = self.session.config
        self._config_stamp = reloading.stamp(old.path)
        try:
            config = await aside(load_config, old.path, self._environ)
            await self._take_in(config)
            self.pulse.config_error = None
        except ConfigError as error:
            self._refuse([str(problem) for problem in error.problems])
        except (OSError, ValueError) as error:  # of network.ca_file, network.allow_private_hosts
            self._refuse([f"network: {error}"])
        finally:
            self._notifier.ready()

    def _refuse(self, problems: list[str]) -> None:
        for problem in problems:
            log.error("feeds.yaml is refused, the old one stays in force: %s", problem)
        self.pulse.config_error = problems[0]

    async def _take_in(self, config: Config) -> None:
        old = self.session
        web = await self._web(config)
        await old.writer.do(lambda tx: feeds.list_outlets(tx, listing(config)))
        self.session = replace(old, config=config, line=replace(old.line, config=config, web=web))
        self.pulse.patience = _patience(config)
        log.info("feeds.yaml was read again: %d outlets", len(config.outlets))
        for key in reloading.needing_restart(old.config, config):
            log.warning("%s has changed: that is taken in at the next start", key)

    async def _web(self, config: Config) -> Asks:
        """As it is, or anew where the network is to be asked otherwise. What is under way ends the old way."""
        policy = network_policy(config)
        if policy == network_policy(self.session.config):
            return self.session.line.web
        fetcher = Fetcher(policy, self.session.turns, clock=self.session.clock)
        return await self._open.enter_async_context(fetcher)

    def _watched(self, session: Session) -> Line:
        timed = Timed(session.line.parser, self.metrics.parsed, session.clock.monotonic)
        listed = self._reconciling.is_listed
        leapt = self._alarm.leaps.since
        return replace(session.line, parser=timed, price=self._pushes.price, is_listed=listed, leapt=leapt)

    # --- the end ---

    async def _finish(self) -> int:
        dropped = await self._rounds.finish(PATIENCE)
        name, writer = self.session.name, self.session.writer
        writer.give_up()
        try:
            async with asyncio.timeout(1):
                await writer.do(lambda tx: feeds.free_dead_leases(tx, lambda by: by != name))
        except Exception as error:  # noqa: BLE001 - whoever comes next finds that we are dead, and frees them
            log.warning("leases could not be given back: %s", str(error) or type(error).__name__)
        return dropped


def _move(jump: timedelta, tx: Tx) -> int:
    return due.move(tx, jump)


def _patience(config: Config) -> timedelta:
    """A visit waits for its host's turn behind others, and may be redirected."""
    return max([SLOWEST_VISIT, *(3 * feed.timeout for feed in config.feeds())])
