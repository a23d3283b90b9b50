"""Names to addresses, in threads that can neither run out nor keep the process from ending."""

import asyncio
import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

Answer: TypeAlias = "asyncio.Future[Sequence[str]]"

MOST_THREADS = 64  # each may hang for as long as the system's resolver does, some 30 s


class Resolver(Protocol):
    """Turns a host name into addresses, best first."""

    async def addresses(self, host: str) -> Sequence[str]:
        """Raises OSError (socket.gaierror) or UnicodeError when there is none."""
        ...


class SystemResolver:
    """The system's resolver. One look-up per name at a time: who asks for a name that hangs waits with the others.

    The threads are daemons of our own: those of an executor would be waited for when the process ends.
    """

    def __init__(self, most_threads: int = MOST_THREADS) -> None:
        self._free = asyncio.Semaphore(most_threads)
        self._asked: dict[str, asyncio.Task[Sequence[str]]] = {}

    async def addresses(self, host: str) -> Sequence[str]:
        if _is_address(host):
            return (host,)
        task = self._asked.get(host) or self._ask(host)
        return await asyncio.shield(task)

    def _ask(self, host: str) -> "asyncio.Task[Sequence[str]]":
        task = self._asked[host] = asyncio.create_task(self._look_up(host))
        task.add_done_callback(lambda done: self._forget(host, done))
        return task

    def _forget(self, host: str, done: "asyncio.Task[Sequence[str]]") -> None:
        self._asked.pop(host, None)
        if not done.cancelled():
            done.exception()  # those who asked may all have given up

    async def _look_up(self, host: str) -> Sequence[str]:
        async with self._free:
            answer: Answer = asyncio.get_running_loop().create_future()
            threading.Thread(target=_answer, args=(answer, host), name="chronik-dns", daemon=True).start()
            return await answer


def _is_address(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def _answer(answer: Answer, host: str) -> None:
    loop = answer.get_loop()
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        addresses = tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
        _tell(loop, answer, lambda: answer.set_result(addresses))
    except (OSError, UnicodeError) as exc:
        reason = exc
        _tell(loop, answer, lambda: answer.set_exception(reason))


def _tell(loop: asyncio.AbstractEventLoop, answer: Answer, say: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
        loop.call_soon_threadsafe(lambda: None if answer.done() else say())
