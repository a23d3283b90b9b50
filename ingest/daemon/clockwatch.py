"""Has somebody set the clock? The wall clock held against one that only runs, and runs on while the machine sleeps."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SET = timedelta(seconds=30)  # less is a correction that no schedule minds


def since_boot() -> float:
    """Seconds that have passed, sleep included where the system counts it (Linux)."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass(slots=True)
class Leaps:
    """How often the clock was set forward: time that it leapt over has not passed, whatever is reckoned from before."""

    _leaps: list[tuple[datetime, timedelta]] = field(default_factory=list)

    def leapt(self, by: timedelta, now: datetime) -> None:
        """It was set by so much, and shows `now`. Set back, it takes leaps back, the latest first."""
        while by < timedelta(0) and self._leaps:
            before, length = self._leaps.pop()
            by, now = by + length, before + by + length
        if by > timedelta(0):
            self._leaps.append((now - by, by))

    def since(self, at: datetime | None) -> timedelta:
        """How far it was set forward since that instant, in all. None has been no time."""
        return timedelta(0) if at is None else self.of_today(at) - at

    def of_today(self, at: datetime) -> datetime:
        """An instant by the clock as it goes now."""
        for before, by in self._leaps:
            if at <= before:
                at += by
        return at


@dataclass(slots=True)
class ClockWatch:
    """`now` is aware; `elapsed` counts seconds from anywhere."""

    now: Callable[[], datetime]
    elapsed: Callable[[], float] = since_boot
    _ahead: float = field(init=False)

    def __post_init__(self) -> None:
        self._ahead = self._reading()

    def _reading(self) -> float:
        return self.now().timestamp() - self.elapsed()

    def jump(self) -> timedelta:
        """How far the clock was set forward since the last call (back: negative); none if it was not."""
        before, self._ahead = self._ahead, self._reading()
        ahead = timedelta(seconds=self._ahead - before)
        return ahead if abs(ahead) > SET else timedelta(0)
