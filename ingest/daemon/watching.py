"""The line as the daemon runs it: what it reads is timed, and no more bodies are in hand than there is memory for."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ingest.body import LARGE, Room
from ingest.document import Answer, Asks, Document
from ingest.hints import Hints
from ingest.pipeline import Reads
from ingest.source import Request
from storage.records import Reading


@dataclass(slots=True)
class Weighed:
    """Asks the web; a large body takes up room until its task is over or asks for the next one."""

    web: Asks
    room: Room
    _held: dict[asyncio.Task[Any], int] = field(default_factory=dict)

    async def fetch(self, request: Request) -> Answer:
        """As Fetcher.fetch."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - we are in it
        self._give_back(task)
        answer = await self.web.fetch(request)
        if isinstance(answer, Document) and len(answer.body) > LARGE:
            self._held[task] = len(answer.body)
            self.room.hold(len(answer.body))
            task.add_done_callback(self._give_back)
        return answer

    def _give_back(self, task: asyncio.Task[Any]) -> None:
        self.room.give_back(self._held.pop(task, 0))


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
