"""How long one attempt may take in all, however many hosts it leads to. Waiting in line is not counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from ingest.clock import Clock


class Deadline:
    """A limit that is used up in stretches."""

    def __init__(self, limit: timedelta, clock: Clock) -> None:
        self._limit = limit.total_seconds()
        self._clock = clock
        self._before = 0.0
        self._started: float | None = None
        self._timeout: asyncio.Timeout | None = None

    @property
    def spent(self) -> float:
        """Seconds used so far."""
        return self._before + (0.0 if self._started is None else self._clock.monotonic() - self._started)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """A stretch. Raises TimeoutError when the sum of all stretches reaches the limit."""
        self._started = self._clock.monotonic()
        try:
            async with asyncio.timeout(max(0.0, self._limit - self._before)) as self._timeout:
                yield
        finally:
            self._before, self._started, self._timeout = self.spent, None, None

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """A wait within a stretch that is ours and not the server's; it has to end by itself."""
        loop = asyncio.get_running_loop()
        paused_at = loop.time()
        ends_at = None if self._timeout is None else self._timeout.when()
        self._end_at(None)
        yield
        waited = loop.time() - paused_at
        self._end_at(None if ends_at is None else ends_at + waited)
        self._before -= waited

    def _end_at(self, when: float | None) -> None:
        if self._timeout is not None:
            self._timeout.reschedule(when)
