"""A small web server on loopback that does just what a test tells it, well-behaved or not.

    with serving({"/feed": answer(b"<rss/>")}) as server:
        ... server.url("/feed") ... server.asked

A page is the bytes of a whole answer; a list of them, one for each request, the last one staying; a function from Asked
to such bytes; or an async function of Asked and the connection, for answers that stall, break off or never end. It runs
in a thread of its own, so that it serves any event loop and other processes too, and ends with the `with`.
"""

import asyncio
import contextlib
import gzip
import inspect
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came. `path` is without the query; header names are in lower case."""

    path: str
    query: str
    headers: Mapping[str, str]
    header_list: tuple[tuple[str, str], ...]
    number: int  # which request for this path it is, from 1


Connection: TypeAlias = asyncio.StreamWriter
Acting: TypeAlias = Callable[[Asked, Connection], Awaitable[None]]
Page: TypeAlias = bytes | list[bytes] | Callable[[Asked], bytes] | Acting
Headers: TypeAlias = Iterable[tuple[str, str]]


def head(status: int = 200, headers: Headers = (), *, length: int | None = None) -> bytes:
    """The head of an answer."""
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in headers)]
    lines += [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("utf-8")


def answer(body: bytes = b"", status: int = 200, *headers: tuple[str, str]) -> bytes:
    """A whole answer of stated length."""
    return head(status, headers, length=len(body)) + body


def zipped(body: bytes, *headers: tuple[str, str]) -> bytes:
    """The same in gzip."""
    return answer(gzip.compress(body), 200, ("Content-Encoding", "gzip"), *headers)


def chunked(rest: bytes) -> bytes:
    """The head of a chunked answer, and what follows it as it stands."""
    return head(200, [("Transfer-Encoding", "chunked")]) + rest


def moved(to: str, status: int = 301) -> bytes:
    """A redirect."""
    return answer(b"", status, ("Location", to))


def not_modified(*headers: tuple[str, str]) -> bytes:
    """304."""
    return head(304, headers)


async def hang(asked: Asked, connection: Connection) -> None:
    """Never answer."""
    await asyncio.sleep(60)


def reset(connection: Connection) -> None:
    """End the connection with RST."""
    sock = connection.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.transport.abort()


@dataclass
class Server:
    """What is served, where, and what was asked so far. `pages` may be changed while it runs."""

    pages: dict[str, Page]
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    most_at_once: int = 0
    _at_once: int = 0
    _more: threading.Condition = field(default_factory=threading.Condition)

    def url(self, path: str = "/", host: str | None = None) -> str:
        """The address of a page."""
        return f"{'http' if self.tls is None else 'https'}://{host or self.host}:{self.port}{path}"

    @property
    def place(self) -> str:
        """host:port, as `allow_private_hosts` takes it."""
        return f"{self.host}:{self.port}"

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked.path == path for asked in self.asked)

    def wait_for(self, count: int) -> None:
        """Until so many requests have come; not from the thread of an event loop. Raises TimeoutError after 10 s."""
        with self._more:
            if not self._more.wait_for(lambda: len(self.asked) >= count, 10):
                raise TimeoutError(f"{len(self.asked)} of {count} requests came")

    async def serve(self, reader: asyncio.StreamReader, connection: Connection) -> None:
        """Answer one request and close."""
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._answer(await reader.readuntil(b"\r\n\r\n"), connection)
        finally:
            self._at_once -= 1
            connection.close()

    async def _answer(self, request: bytes, connection: Connection) -> None:
        asked = self._asked(request)
        with self._more:
            self.asked.append(asked)
            self._more.notify_all()
        page = self.pages.get(asked.path, answer(b"nothing here", 404))
        if inspect.iscoroutinefunction(page):
            await cast("Acting", page)(asked, connection)
        elif isinstance(page, list):
            connection.write(page[min(asked.number, len(page)) - 1])
        else:
            connection.write(cast("Callable[[Asked], bytes]", page)(asked) if callable(page) else page)
        await connection.drain()

    def _asked(self, request: bytes) -> Asked:
        first, *lines = request.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        target = urlsplit(first.split(" ")[1])
        headers = tuple((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
        return Asked(target.path, target.query, dict(headers), headers, self.count(target.path) + 1)


@contextlib.contextmanager
def serving(
    pages: Mapping[str, Page] | None = None, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """Serve `pages` on a free port of a loopback address."""
    server = Server(dict(pages or {}), host, tls)
    ready, loop = threading.Event(), asyncio.new_event_loop()
    thread = threading.Thread(target=_run, args=(server, loop, ready), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def _run(server: Server, loop: asyncio.AbstractEventLoop, ready: threading.Event) -> None:
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(lambda _loop, _context: None)  # clients hang up as they like
    came: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came[writer] = loop.create_task(
            server.serve(reader, writer)
        )  # looked up each time: a test may have replaced it

    listening = loop.run_until_complete(asyncio.start_server(serve, server.host, 0, ssl=server.tls))
    server.port = listening.sockets[0].getsockname()[1]
    ready.set()
    loop.run_forever()
    listening.close()
    loop.run_until_complete(_end_all(came))
    loop.close()


async def _end_all(came: dict[asyncio.StreamWriter, asyncio.Task[None]]) -> None:
    # A connection that was just accepted belongs to nobody yet, and nobody would close it.
    accepting: set[Any] = asyncio.all_tasks() - {asyncio.current_task(), *came.values()}
    if accepting:
        _, accepting = await asyncio.wait(accepting, timeout=1)
    rest = {*accepting, *came.values()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for writer in came:  # what its client has not read yet is never sent
        cast("asyncio.WriteTransport", writer.transport).abort()
    for _ in range(5):  # what follows from that
        await asyncio.sleep(0)


def closed_port(host: str = "127.0.0.1") -> int:
    """A port at which nothing listens."""
    with socket.socket() as sock:
        sock.bind((host, 0))
        port: int = sock.getsockname()[1]
        return port
