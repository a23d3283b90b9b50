"""Run a verb so that Ctrl-C ends it in order, however often it is pressed."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """What `main` gives. Raises KeyboardInterrupt where SIGINT ended it: `main` is cancelled once, and ends first.

    asyncio.run alone raises at the second SIGINT wherever the program is just then: in the midst of a commit too.
    """
    try:
        return asyncio.run(_cancelled_once(main))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _cancelled_once(main: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(main)

    def cancel() -> None:
        if not task.cancelling():
            task.cancel()

    with suppress(NotImplementedError, RuntimeError, ValueError):  # on Windows; not in the main thread
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, cancel)
    return await task
