"""One request over one connection to a checked address. The only module that knows httpcore.

The check is made on the address that the connection then goes to, so that no second look-up and no spelling of the host
can lead elsewhere. What goes wrong leaves as FetchError, each kind with its reason (ingest.faults).
"""

import asyncio
import contextlib
import ipaddress
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

import httpcore

from ingest.errors import FetchError
from ingest.faults import Phase, named_faults
from ingest.guard import Guard, plain_address
from ingest.resolve import Resolver
from storage.records import Reason

MOST_ADDRESSES = 4  # that are tried
FIRST_TRY = 3.0  # seconds for an address while there is another one to try
MOST_HEAD_BYTES = 256 * 1024  # of an answer's status line and headers, interim answers (1xx) included
MOST_OVERHEAD = 1024 * 1024  # bytes that chunk sizes, extensions and trailers may add to a body

# At DEBUG httpcore logs the headers of answers, cookies and secrets in redirects included.
logging.getLogger("httpcore").setLevel(logging.WARNING)

RawHeaders: TypeAlias = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Wire:
    """How far one exchange has come, and how many bytes it may still take off the wire."""

    stage: str = "waiting"
    taken: int = 0
    most: int = MOST_HEAD_BYTES
    answered: bool = False

    def take(self, count: int) -> None:
        """Raises FetchError (protocol, too_large) once more has come than may."""
        self.taken += count
        if self.taken > self.most:
            reason = Reason.TOO_LARGE if self.answered else Reason.PROTOCOL
            raise FetchError(reason, f"more than {self.most} bytes of {'body' if self.answered else 'headers'}")

    def expect_body(self, most: int) -> None:
        """The headers are there; a body of at most `most` bytes follows."""
        self.answered, self.stage, self.most = True, "reading the body", self.taken + most + MOST_OVERHEAD


@dataclass(frozen=True, slots=True)
class Ask:
    """What goes over the connection. `host` is in ASCII, without brackets; `target` is path and query."""

    tls: bool
    host: str
    port: int
    target: bytes
    headers: RawHeaders
    method: bytes = b"GET"
    content: bytes = b""


@dataclass(slots=True)
class Reply:
    """The head of an answer; its body is still on the wire. To be closed, whether read or not."""

    status: int
    headers: RawHeaders
    _wire: Wire
    _response: httpcore.Response
    _connection: Any

    async def body(self) -> AsyncIterator[bytes]:
        """The body as it comes, still coded. Raises FetchError (truncated, protocol, too_large)."""
        with named_faults(Phase.BODY):
            async for data in self._response.aiter_stream():
                yield data

    async def aclose(self) -> None:
        """Hang up. What has not been read never will be."""
        await self._connection.aclose()


@dataclass(slots=True)
class Line:
    """How to reach hosts: who knows their addresses, which addresses may be used, whose certificates are good.

    With a proxy it is the proxy that finds the address: then only a host that is written as an address can be checked.
    """

    guard: Guard
    resolver: Resolver
    tls: ssl.SSLContext
    proxy: str | None = None

    async def send(self, ask: Ask, wire: Wire) -> Reply:
        """Connect, ask, and wait for the head of the answer. Raises FetchError."""
        connection = await self._connection(ask, wire)
        try:
            response = await _answered(connection, ask, wire)
        except BaseException:
            await connection.aclose()
            raise
        return Reply(response.status, response.headers, wire, response, connection)

    async def _connection(self, ask: Ask, wire: Wire) -> Any:
        if self.proxy is not None:
            self._check_as_written(ask)
            return _through_proxy(self.proxy, self.tls)
        stream = await self._dial(ask, wire)
        return httpcore.AsyncHTTP11Connection(_origin(ask), stream)

    async def _dial(self, ask: Ask, wire: Wire) -> "_Stream":
        wire.stage = f"looking up {ask.host}"
        with named_faults(Phase.LOOK_UP):
            addresses = await self.resolver.addresses(ask.host)
        self._check(ask, addresses)
        with named_faults(Phase.CONNECT):
            sock = await _connected(addresses[:MOST_ADDRESSES], ask.port, wire)
        wire.stage = "in the TLS handshake"
        with named_faults(Phase.TLS):
            return _Stream(*await _opened(sock, self.tls if ask.tls else None, ask.host), wire)

    def _check(self, ask: Ask, addresses: Sequence[str]) -> None:
        for address in addresses:
            if refusal := self.guard.refusal(ask.host, ask.port, address):
                raise FetchError(Reason.REFUSED_ADDRESS, f"{ask.host}: {refusal}")
        if not addresses:
            raise FetchError(Reason.DNS, f"{ask.host} has no address")

    def _check_as_written(self, ask: Ask) -> None:
        with contextlib.suppress(OSError):
            self._check(ask, [_address_as_written(ask.host)])


def _address_as_written(host: str) -> str:
    """Also of spellings such as 127.1 and 0x7f000001. Raises OSError for a name."""
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(host))
    return socket.inet_ntoa(socket.inet_aton(host))


def _origin(ask: Ask) -> httpcore.Origin:
    return httpcore.Origin(b"https" if ask.tls else b"http", ask.host.encode("ascii"), ask.port)


def _request(ask: Ask) -> httpcore.Request:
    origin = _origin(ask)
    url = httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=ask.target)
    return httpcore.Request(ask.method, url, headers=ask.headers, content=ask.content)


async def _answered(connection: Any, ask: Ask, wire: Wire) -> httpcore.Response:
    wire.stage = "waiting for an answer"
    try:
        with named_faults(Phase.ANSWER):
            response: httpcore.Response = await connection.handle_async_request(_request(ask))
    except FetchError as exc:
        if exc.reason is Reason.CONNECT and wire.taken:
            raise FetchError(Reason.PROTOCOL, f"not an HTTP answer, and then {exc.detail}") from exc
        raise
    return response


def _through_proxy(proxy: str, tls: ssl.SSLContext) -> httpcore.AsyncHTTPProxy:
    parts = urlsplit(proxy)
    return httpcore.AsyncHTTPProxy(
        f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        proxy_auth=(unquote(parts.username), unquote(parts.password or "")) if parts.username else None,
        ssl_context=tls,
        proxy_ssl_context=tls if parts.scheme == "https" else None,
        max_keepalive_connections=0,
    )


async def _connected(addresses: Sequence[str], port: int, wire: Wire) -> socket.socket:
    for place, address in enumerate(addresses, start=1):
        wire.stage = f"connecting to {address}"
        last = place == len(addresses)
        try:
            return await _connected_to(address, port, None if last else FIRST_TRY)
        except OSError:
            if last:
                raise
    raise AssertionError("unreachable: there is a last address")


async def _connected_to(address: str, port: int, seconds: float | None) -> socket.socket:
    plain = plain_address(address)
    sock = socket.socket(socket.AF_INET if plain.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(sock, (str(plain), port))
    except BaseException:
        sock.close()
        raise
    return sock


async def _opened(
    sock: socket.socket, tls: ssl.SSLContext | None, host: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(sock=sock, ssl=tls, server_hostname=None if tls is None else host)


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that counts. Deadlines are set around the whole exchange, so `timeout` is not looked at."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: Wire) -> None:
        self._reader = reader
        self._writer = writer
        self._wire = wire

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109, ARG002
        data = await self._reader.read(max_bytes)
        self._wire.take(len(data))
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109, ARG002
        self._writer.write(buffer)
        try:
            await self._writer.drain()
        except OSError as exc:
            raise httpcore.WriteError(str(exc)) from exc

    async def aclose(self) -> None:
        self._writer.transport.abort()
        await asyncio.sleep(0)  # lets the event loop close the socket
