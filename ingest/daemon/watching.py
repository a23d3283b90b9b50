"""The line as the daemon runs it: what it reads is timed."""

from collections.abc import Callable
from dataclasses import dataclass

from ingest.hints import Hints
from ingest.pipeline import Reads
from storage.records import Reading


@dataclass(frozen=True, slots=True)
class Timed:
    """Reads documents; `told` is given the seconds that each took, its turn waited for."""

    parser: Reads
    told: Callable[[float], None]
    monotonic: Callable[[], float]

    async def read(self, body: bytes, hints: Hints) -> Reading:
        """As Sandbox.read."""
        began = self.monotonic()
        try:
            return await self.parser.read(body, hints)
        finally:
            self.told(self.monotonic() - began)
