"""When the daemon's few jobs run. The only module that knows APScheduler.

What is late is done once, as soon as it can be; a job that is still at it is not begun again, unless it may be at it
several times. A job that fails is said and comes again at its time.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from storage.errors import ArchiveError
from storage.trouble import trouble_of

log = logging.getLogger(__name__)

# It warns each time that a job is still at it, every second when the archive is locked, and of all that it cancels.
logging.getLogger("apscheduler").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Job:
    """What is done `every` so long, for the first time `after` the start; by so many `at_once`."""

    name: str
    do: Callable[[], Awaitable[object]]
    every: timedelta
    after: timedelta = timedelta(0)
    at_once: int = 1

    async def run(self) -> None:
        """Do it; never raises for what goes wrong."""
        try:
            await self.do()
        except ArchiveError as error:
            log.error("%s: %s", self.name, error)
        except Exception as error:
            if (trouble := trouble_of(error)) is not None:
                log.error("%s: %s", self.name, trouble.value)
            else:
                log.exception("%s failed; it is tried again in %s", self.name, self.every)


class Every(BaseTrigger):  # type: ignore[misc] # APScheduler tells no types
    """The next time is one interval on, and never in the past.

    APScheduler's own names every time that was missed, one by one: after the clock was set a year ahead, 31 million.
    """

    def __init__(self, every: timedelta) -> None:
        self._every = every

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """When it is time again."""
        following = now if previous_fire_time is None else previous_fire_time + self._every
        return following if following > now else now + self._every


class Timetable:
    """Runs jobs in the running event loop, from `start` to `stop`."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._jobs = {job.name: job for job in jobs}

    def start(self) -> None:
        """Begin."""
        for job in self._jobs.values():
            self._scheduler.add_job(
                job.run,
                Every(job.every),
                id=job.name,
                next_run_time=datetime.now(UTC) + job.after,
                max_instances=job.at_once,
                coalesce=True,
                misfire_grace_time=None,
            )
        self._scheduler.start()

    def clock_was_set(self) -> None:
        """Times of the old clock mean nothing now: it would wait for them for years, or do all at once."""
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs():
            known = self._jobs[job.id]
            job.modify(next_run_time=now + min(known.every, max(known.after, timedelta(seconds=1))))

    def now(self, name: str) -> None:
        """Do this job as soon as possible, and then at its times."""
        self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def stop(self) -> None:
        """Begin nothing more; what is under way goes on."""
        self._scheduler.shutdown(wait=False)
