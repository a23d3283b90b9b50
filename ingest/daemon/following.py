"""What follows from the entries, but not at once: the search index, the stories. No visit waits long for it."""

from collections.abc import Awaitable, Callable

from ingest.clock import Clock
from ingest.session import Session
from storage import search_index, stories

INDEX_RESTS = 1.0  # times as long as it took, after each transaction
STORIES_REST = 3.0  # they may lie behind by hours after thousands of first polls; the search index may not


async def index(session: Session) -> None:
    """Bring the search index up to date."""
    await worked_off(lambda: session.writer.do(search_index.refresh), INDEX_RESTS, session.clock)


async def find_stories(session: Session) -> None:
    """Find the stories of what is new."""
    await worked_off(lambda: session.writer.do(stories.refresh), STORIES_REST, session.clock)


async def worked_off(some: Callable[[], Awaitable[int]], rest: float, clock: Clock) -> None:
    """Do `some` until there is nothing left, and nothing for `rest` times as long after each."""
    while True:
        began = clock.monotonic()
        if not await some():
            return
        await clock.sleep(rest * (clock.monotonic() - began))
