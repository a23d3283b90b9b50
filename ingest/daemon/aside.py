"""Do what takes long in a thread of its own, which does not keep the process from ending as the pool's threads do."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


async def aside(do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `do` returns or raises. When the process ends it is cut off, wherever it is."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def work() -> None:
        try:
            result = do(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            _tell(loop, done, partial(done.set_exception, error))
        else:
            _tell(loop, done, partial(done.set_result, result))

    threading.Thread(target=work, name=f"chronik-{getattr(do, '__name__', 'aside')}", daemon=True).start()
    return await done


def _tell(loop: asyncio.AbstractEventLoop, done: "asyncio.Future[T]", tell: Callable[[], None]) -> None:
    def unless_nobody_waits() -> None:
        if not done.done():
            tell()

    try:
        loop.call_soon_threadsafe(unless_nobody_waits)
    except RuntimeError:  # the loop has ended
        return
