"""What follows from the entries, but not at once: the search index, the stories. No visit waits long for it."""

from collections.abc import Callable
from functools import partial

from ingest.clock import Clock
from ingest.pipeline import Writes
from ingest.session import Session
from storage import search_index, stories
from storage.transaction import Tx

FEW = 100  # entries: whoever waits to be written waits for no more
BRIEF = 0.1  # seconds
STORIES_REST = 3.0  # times as long as they took: they may lie behind by hours after thousands of first polls


async def index(session: Session) -> None:
    """Bring the search index up to date, which takes little, and must not lie behind."""
    await worked_off(session.writer, partial(search_index.refresh, limit=FEW), 0.0, session.clock)


async def find_stories(session: Session) -> None:
    """Find the stories of what is new."""
    await worked_off(session.writer, partial(stories.refresh, limit=FEW, seconds=BRIEF), STORIES_REST, session.clock)


async def worked_off(writer: Writes, some: Callable[[Tx], int], rest: float, clock: Clock) -> None:
    """Do `some` until there is nothing left, and nothing for `rest` times as long after each."""

    def timed(tx: Tx) -> tuple[int, float]:
        began = clock.monotonic()  # not before it is its turn
        return some(tx), clock.monotonic() - began

    while True:
        done, took = await writer.do(timed)
        if not done:
            return
        await clock.sleep(rest * took)
