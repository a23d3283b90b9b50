"""Whether polling moves: what was done last, and when, by a clock that never jumps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from ingest.pipeline import Visited
from storage.records import Failed
from storage.trouble import Trouble

STALLED = timedelta(minutes=2)  # without a look at what is due
SLOWEST_VISIT = timedelta(minutes=5)  # or three times the longest `timeout`


@dataclass(slots=True)
class Pulse:
    """Counts since the start, and the moments (seconds of `monotonic`) of what was done last."""

    monotonic: Callable[[], float]
    patience: timedelta = SLOWEST_VISIT
    in_hand: int = 0
    visits: int = 0
    entries_new: int = 0
    failed: int = 0
    config_error: str | None = None
    trouble: Trouble | None = None
    clock_error: str | None = None
    _claimed_at: float = field(init=False)
    _moved_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._claimed_at = self._moved_at = self.monotonic()

    def claimed(self, count: int) -> None:
        """What is due was looked at, and `count` feeds were taken in hand."""
        self._claimed_at = self.monotonic()
        if not self.in_hand:
            self._moved_at = self._claimed_at
        self.in_hand += count

    def ended(self) -> None:
        """A visit is over, whatever came of it."""
        self.in_hand -= 1
        self._moved_at = self.monotonic()

    def visited(self, visited: Visited) -> None:
        """A visit came to this."""
        self.visits += 1
        self.entries_new += visited.recorded.entries_new if visited.recorded else 0
        self.failed += isinstance(visited.outcome, Failed)

    @property
    def moves(self) -> bool:
        """False: we hang, and being started again is the only help. Trouble with the archive is not of that kind."""
        return self.trouble is not None or not any(self._stalls())

    def _stalls(self) -> Iterator[str]:
        now = self.monotonic()
        if now - self._claimed_at > STALLED.total_seconds():
            yield f"nobody has looked for due feeds for {now - self._claimed_at:.0f} s"
        if self.in_hand and now - self._moved_at > self.patience.total_seconds():
            yield f"{self.in_hand} visits are under way and none has ended for {now - self._moved_at:.0f} s"

    def complaints(self) -> list[str]:
        """What keeps polling from moving, in words; none: all is well."""
        said = [self.trouble.value if self.trouble else None, self.clock_error]
        return [*filter(None, said), *self._stalls()]
