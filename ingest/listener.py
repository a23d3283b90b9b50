"""Answer a few small requests over HTTP: bounded in number, size and time.

h11 reads and writes HTTP; what is answered is decided by who listens.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

import h11

log = logging.getLogger(__name__)

MOST_AT_ONCE = 32
MOST_HEAD = 16 * 1024  # bytes
SECONDS = 10.0  # for a request and its answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. `path` and `query` as sent; header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"


Answering: TypeAlias = Callable[[Asked], Awaitable[Told]]


@asynccontextmanager
async def listening(place: str, answering: Answering, *, most: int = 0) -> AsyncIterator[int]:
    """Answer requests at `host:port` with bodies of at most `most` bytes, for the block. Gives the port.

    Raises OSError where the place is taken or not ours.
    """
    host, _, port = place.rpartition(":")
    doorman = _Doorman(answering, most)
    server = await asyncio.start_server(doorman.serve, host.strip("[]"), int(port), limit=MOST_HEAD)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await doorman.close()


class _Doorman:
    def __init__(self, answering: Answering, most: int) -> None:
        self._answering = answering
        self._most = most
        self._inside: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        try:
            if len(self._inside) < MOST_AT_ONCE:
                self._inside.add(task)
                with contextlib.suppress(TimeoutError, OSError, h11.ProtocolError):
                    async with asyncio.timeout(SECONDS):
                        await self._answer(reader, writer)
        finally:
            self._inside.discard(task)
            writer.close()

    async def close(self) -> None:
        """Leave nobody inside."""
        for task in self._inside:
            task.cancel()
        await asyncio.gather(*self._inside, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_HEAD)
        try:
            asked = await _read(connection, reader, self._most)
            told = Told(b"too large", 413) if asked is None else await self._told(asked)
        except h11.RemoteProtocolError as error:
            told = Told(b"no such request can be", error.error_status_hint)
        writer.write(_written(connection, told))
        await writer.drain()

    async def _told(self, asked: Asked) -> Told:
        try:
            return await self._answering(asked)
        except Exception:
            log.exception("%s %s could not be answered", asked.method, asked.path)
            return Told(b"an error of ours", 500)


async def _read(connection: h11.Connection, reader: asyncio.StreamReader, most: int) -> Asked | None:
    """The request; None for one that is too large. Raises h11.RemoteProtocolError."""
    request: h11.Request | None = None
    body = bytearray()
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                connection.receive_data(await reader.read(MOST_HEAD))
            case h11.Request() as request:
                pass
            case h11.Data() as part:
                body += part.data
                if len(body) > most:
                    return None
            case h11.EndOfMessage() if request is not None:
                return _asked(request, bytes(body))
            case _:
                raise h11.RemoteProtocolError("hung up")


def _asked(request: h11.Request, body: bytes) -> Asked:
    target = urlsplit(request.target.decode("latin-1"))
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
    return Asked(request.method.decode("latin-1"), target.path, target.query, headers, body)


def _written(connection: h11.Connection, told: Told) -> bytes:
    if connection.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
        return b""
    headers = [
        ("Content-Type", told.content_type),
        ("Content-Length", str(len(told.body))),
        ("Connection", "close"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    response = h11.Response(status_code=told.status, headers=headers)
    parts = [connection.send(response), connection.send(h11.Data(told.body)), connection.send(h11.EndOfMessage())]
    return b"".join(part for part in parts if part)
