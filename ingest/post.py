"""Send something small to one address, by the same guarded line that feeds are asked by: a webhook, a hub."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from ingest.answers import headers_of, readable, single
from ingest.connect import Ask, Line, Reply, Wire
from ingest.errors import FetchError
from ingest.fetch import trusting
from ingest.guard import Guard
from ingest.network import NetworkPolicy
from ingest.resolve import Resolver, SystemResolver
from storage.records import Reason

MOST = 4096  # bytes of an answer that are read
MOST_HOPS = 3
KEEPING = frozenset({307, 308})  # RFC 9110 section 15.4: redirects that keep the method


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent. `url` may hold secrets."""

    url: str
    body: bytes
    content_type: str
    headers: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came back: the status, and the first of the text."""

    status: int
    text: str

    @property
    def is_good(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300


class Poster:
    """Posts. One connection a letter; the environment's proxies are not used."""

    def __init__(
        self, network: NetworkPolicy, *, resolver: Resolver | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self._line = Line(
            Guard.allowing(network.allow_private_hosts),
            resolver or SystemResolver(),
            tls or trusting(network.ca_file),
            network.proxy,
        )
        self._user_agent = network.user_agent

    async def post(self, letter: Letter, within: timedelta = timedelta(seconds=20)) -> Receipt:
        """Send a letter, on to where a 307 or 308 says. Raises FetchError, also when it takes longer than `within`."""
        url = letter.url
        try:
            async with asyncio.timeout(within.total_seconds()):
                for _ in range(MOST_HOPS):
                    receipt, moved_to = await self._post(url, letter)
                    if moved_to is None:
                        return receipt
                    url = urljoin(url, moved_to)
        except TimeoutError as error:
            raise FetchError(Reason.TIMEOUT, f"no answer within {within.total_seconds():g} s") from error
        raise FetchError(Reason.REDIRECT_LOOP, f"more than {MOST_HOPS} redirects")

    async def _post(self, url: str, letter: Letter) -> tuple[Receipt, str | None]:
        wire = Wire()
        reply = await self._line.send(_ask(url, letter, self._user_agent), wire)
        try:
            receipt = Receipt(reply.status, await _text(reply, wire))
        finally:
            await reply.aclose()
        moved_to = single(headers_of(reply.headers)).get("location") if reply.status in KEEPING else None
        return receipt, moved_to


def _ask(url: str, letter: Letter, user_agent: str) -> Ask:
    parts = urlsplit(url)
    try:
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError as error:
        raise FetchError(Reason.PROTOCOL, "no URL that can be asked") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise FetchError(Reason.REFUSED_ADDRESS, "only http and https are asked")
    shown = f"[{host}]" if ":" in host else host
    headers = [
        ("Host", shown if port is None else f"{shown}:{port}"),
        ("User-Agent", user_agent),
        ("Content-Type", letter.content_type),
        ("Content-Length", str(len(letter.body))),
        ("Connection", "close"),
        *letter.headers,
    ]
    raw = [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in headers]
    tls = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Ask(tls, host, port or (443 if tls else 80), target.encode("ascii", "replace"), raw, b"POST", letter.body)


async def _text(reply: Reply, wire: Wire) -> str:
    wire.expect_body(MOST)
    body = b""
    async for part in reply.body():
        body += part
        if len(body) >= MOST:
            break
    return readable(body[:MOST].decode("latin-1"))
