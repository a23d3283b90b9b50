"""On a server: say every few seconds that we are there, and free what those held who no longer say so."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from ingest.clock import Clock
from ingest.hosts import without_dead
from storage import feeds, hosts, jobs, pollers
from storage.archive import Writer
from storage.transaction import Tx

log = logging.getLogger(__name__)
TELLING = timedelta(seconds=2)  # a clock that is off by more is spoken of
TOO_FAR = timedelta(seconds=30)  # one that is off by more decides nothing


@dataclass(slots=True)
class Heart:
    """What we know of the company that we are in; alone, we are the first, and our clock is right."""

    is_first: bool = True
    clock_error: timedelta = timedelta(0)

    @property
    def complaint(self) -> str | None:
        """Why we should not poll: times that we would write are wrong."""
        if abs(self.clock_error) <= TOO_FAR:
            return None
        return f"the clock of this machine is {_seconds(self.clock_error)} s off the server's: set it (NTP)"

    @asynccontextmanager
    async def beating(self, writer: Writer, clock: Clock, name: str, verb: str) -> AsyncIterator[None]:
        """Beat for as long as the block lasts, from before it begins."""
        await self._beat(writer, clock, name, verb, is_first=True)
        task = asyncio.create_task(self._go_on(writer, clock, name, verb), name="heart")
        try:
            yield
        finally:
            task.cancel()
            await self._leave(writer, name)

    async def _go_on(self, writer: Writer, clock: Clock, name: str, verb: str) -> None:
        while True:
            await asyncio.sleep(pollers.EVERY.total_seconds())
            try:
                await self._beat(writer, clock, name, verb)
            except Exception as error:  # noqa: BLE001 - others think that we are dead, and we say so here
                log.warning("the server was not told that we are there: %s", str(error) or type(error).__name__)

    async def _beat(self, writer: Writer, clock: Clock, name: str, verb: str, *, is_first: bool = False) -> None:
        def beat(tx: Tx) -> pollers.Company:
            company = pollers.beat(tx, name, verb, clock.now())
            if company.somebody_died or is_first:
                bury(tx, lambda holder: holder_of(holder) in company.alive)
            return company

        found = await writer.do(beat)
        if abs(found.clock_error) > TELLING and abs(found.clock_error - self.clock_error) > TELLING:
            log.warning("the clock of this machine is %s s off the server's", _seconds(found.clock_error))
        self.is_first, self.clock_error = found.is_first, found.clock_error

    async def _leave(self, writer: Writer, name: str) -> None:
        try:
            async with asyncio.timeout(1):
                await writer.do(lambda tx: pollers.leave(tx, name))
        except Exception as error:  # noqa: BLE001 - silence tells the same
            log.debug("the server was not told that we go: %s", str(error) or type(error).__name__)


def bury(tx: Tx, is_alive: pollers.IsAlive) -> None:
    """Give back what processes hold that are no more: leases of feeds and of their pasts, turns at hosts."""
    feeds.free_dead_leases(tx, is_alive)
    jobs.free_dead_leases(tx, is_alive)
    hosts.change_all(tx, lambda memory: without_dead(memory, is_alive))


def holder_of(token: str) -> str:
    """The process that a lease or a turn at a host belongs to.

    >>> holder_of("machine/12/abcd/00ff")
    'machine/12/abcd'
    """
    return "/".join(token.split("/")[:3])


def _seconds(error: timedelta) -> str:
    return f"{error.total_seconds():+.0f}"
