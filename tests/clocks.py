"""A clock for tests: it stands still until somebody sleeps, and then it is later at once."""

import asyncio
from datetime import UTC, datetime, timedelta


class FakeClock:
    """Starts on 2026-03-01 at noon UTC unless told otherwise. `slept` is every wait, in seconds."""

    def __init__(self, at: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)) -> None:
        self.at = at
        self.slept: list[float] = []
        self._passed = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self._passed

    def advance(self, seconds: float) -> None:
        """Let time go by."""
        self.at += timedelta(seconds=seconds)
        self._passed += seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        woken_at = self.at + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        if self.at < woken_at:
            self.advance((woken_at - self.at).total_seconds())
