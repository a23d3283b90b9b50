"""Ask the web. The only module that knows httpx.

One attempt: take the host's turn, ask, follow up to five redirects (each host's turn again), read no more than allowed,
all within one deadline. It ends in a Document, a NotModifiedAnswer or a FetchError; in PostponedError where a host may
not be asked now.
"""

import asyncio
import logging
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self, TypeAlias

import httpx

from ingest import answers, blocked, sending
from ingest.answers import Headers
from ingest.body import GLANCE, Intake, Room
from ingest.clock import Clock
from ingest.connect import Ask, Line, RawHeaders, Reply, Wire
from ingest.deadline import Deadline
from ingest.document import Answer, Document, NotModifiedAnswer
from ingest.errors import FetchError
from ingest.guard import Guard, host_name
from ingest.hosts import HostTurns, Pace, Turn
from ingest.network import NetworkPolicy
from ingest.resolve import Resolver, SystemResolver
from ingest.source import Request
from storage.records import Fetch, Reason

__all__ = ["Answer", "Document", "Fetcher", "NotModifiedAnswer", "trusting"]

MOST_HOPS = 5
LONGEST_URL = 8000
LONGEST_STORED_URL = 2048
Origin: TypeAlias = tuple[str, str, int]
_NOWHERE = httpx.URL()

# httpx logs every URL at INFO, secrets included.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(slots=True)
class _Attempt:
    """How far one attempt has come."""

    request: Request
    deadline: Deadline
    first: httpx.URL = _NOWHERE  # as configured, user information included
    url: httpx.URL = _NOWHERE  # where it has led so far
    requested_at: datetime | None = None
    hops: list[tuple[int, str]] = field(default_factory=list)  # (status, the URL it led to)
    wire: Wire = field(default_factory=Wire)
    sent: Headers = ()
    received: Headers = ()
    status: int | None = None
    wire_bytes: int | None = None

    @property
    def host(self) -> str:
        """Whose turn it takes."""
        return host_name(self.url.raw_host.decode("ascii"))

    def row(self, now: datetime, detail: str | None = None) -> Fetch:
        """What is recorded of it; secrets are out."""
        shown = self.request.shown
        return Fetch(
            feed_id=self.request.feed_id,
            route=self.request.route,
            url=self.request.safe_url,
            requested_at=self.requested_at or now,
            final_url=shown(str(self.url))[:LONGEST_STORED_URL] if self.hops else None,
            http_status=self.status,
            elapsed_ms=round(self.deadline.spent * 1000),
            request_headers=tuple((name, shown(value)) for name, value in self.sent),
            response_headers=tuple((n, shown(v)) for n, v in answers.worth_storing(self.received)),
            wire_bytes=self.wire_bytes,
            detail=detail or self._remark(),
        )

    def _remark(self) -> str | None:
        if self.url.scheme == "http" and self.first.scheme == "https":
            return "a redirect led from https to http"
        return None

    @property
    def permanent_url(self) -> str | None:
        """Where the document has moved for good. A URL with secrets never moves: a stored one could not hold them."""
        moved = bool(self.hops) and all(status in answers.PERMANENT for status, _ in self.hops)
        target = str(self.url)
        return target if moved and self.request.shown(target) == target and not self.request.secrets else None


class Fetcher:
    """Asks for one thing at a time, as many at once as the policy allows. One per process; an async context manager.

    What one task fetched may be held by it until it is over or fetches again: see `ingest.body.Room`.
    `resolver` is the system's and `tls` the one of the policy unless given. Raises OSError (ssl.SSLError) if `ca_file`
    cannot be read, ValueError if `allow_private_hosts` holds what is neither host, host:port nor CIDR.
    """

    def __init__(
        self,
        network: NetworkPolicy,
        hosts: HostTurns,
        *,
        clock: Clock,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        line = Line(
            guard=Guard.allowing(network.allow_private_hosts),
            resolver=resolver or SystemResolver(),
            tls=tls or trusting(network.ca_file),
            proxy=network.proxy,
        )
        self._transport = _Transport(line)
        self._client = httpx.AsyncClient(
            transport=self._transport, trust_env=False, headers=sending.own(network.user_agent)
        )
        self._network = network
        self._hosts = hosts
        self._clock = clock
        self._places = asyncio.Semaphore(network.concurrency)
        self._room = Room()

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, exc, traceback)

    async def fetch(self, request: Request) -> Answer:
        """Ask once. Raises FetchError with the attempt in `fetch`; PostponedError if a host may not be asked now."""
        self._room.leave()
        attempt = _Attempt(request, Deadline(request.timeout, self._clock))
        try:
            attempt.first = _checked(_url(request.url.strip()))
            attempt.url = _without_user(attempt.first)
            while True:
                answer = await self._visit(attempt)
                if answer is not None:
                    return answer
        except FetchError as exc:
            raise self._failed(attempt, exc) from exc

    def _failed(self, attempt: _Attempt, exc: FetchError) -> FetchError:
        failed = FetchError(exc.reason, attempt.request.shown(exc.detail))
        failed.fetch = attempt.row(self._clock.now(), failed.detail)
        failed.body, failed.content_type, failed.retry_after = exc.body, exc.content_type, exc.retry_after
        return failed

    async def _visit(self, attempt: _Attempt) -> Answer | None:
        """Ask one host for as long as it sends us to itself; None when it sends us elsewhere."""
        host = attempt.host
        async with self._hosts.turn(host, self._pace(attempt.request)) as turn, self._places:
            attempt.requested_at = attempt.requested_at or self._clock.now()
            while attempt.host == host:
                if (answer := await self._step(attempt, turn)) is not None:
                    return answer
        return None

    def _pace(self, request: Request) -> Pace:
        spacing = self._network.spacing if request.spacing is None else request.spacing
        return Pace(spacing, self._network.per_host, lasting=request.timeout * 3, forced=request.forced)

    async def _step(self, attempt: _Attempt, turn: Turn) -> Answer | None:
        try:
            async with attempt.deadline.running(), self._response(attempt) as response:
                answer = await self._answer(attempt, response)
        except TimeoutError as exc:
            limit = attempt.request.timeout.total_seconds()
            detail = f"no complete answer within {limit:g} s: still {attempt.wire.stage}"
            raise FetchError(Reason.TIMEOUT, detail) from exc
        except FetchError as exc:
            _tell(turn, attempt.status, exc)
            raise
        turn.welcomed()
        return answer

    @asynccontextmanager
    async def _response(self, attempt: _Attempt) -> AsyncIterator[httpx.Response]:
        attempt.wire, attempt.status, attempt.received = Wire(), None, ()
        request = self._client.build_request(
            "GET", attempt.url, headers=_headers(attempt, self._clock.now()), extensions={"wire": attempt.wire}
        )
        attempt.sent = sending.as_stored(request.headers.raw)
        # Not by the client's `send`: of what that adds (redirects, cookies, credentials) nothing is wanted.
        response = await self._transport.handle_async_request(request)
        try:
            attempt.status, attempt.received = response.status_code, response.extensions["head"]
            yield response
        finally:
            await response.aclose()

    async def _answer(self, attempt: _Attempt, response: httpx.Response) -> Answer | None:
        status = response.status_code
        if status in answers.REDIRECTS:
            _follow(attempt)
            return None
        if status == 304:
            return _not_modified(attempt, self._clock.now())
        if status in {200, 203}:
            return await self._document(attempt, response)
        raise await self._refusal(attempt, response)

    async def _document(self, attempt: _Attempt, response: httpx.Response) -> Document:
        intake = self._intake(attempt, attempt.request.max_bytes)
        try:
            body = await intake.read(response.aiter_raw())
        finally:
            attempt.wire_bytes = intake.wire_bytes
        _check_is_no_wall(attempt, body)
        said, now = answers.single(attempt.received), self._clock.now()
        return Document(
            fetch=attempt.row(now),
            body=body,
            url=str(attempt.url),
            content_type=_content_type(attempt),
            etag=answers.plausible_etag(said.get("etag")),
            last_modified=answers.plausible_last_modified(said.get("last-modified"), now),
            freshness=answers.freshness(attempt.received, now),
            permanent_url=attempt.permanent_url,
        )

    async def _refusal(self, attempt: _Attempt, response: httpx.Response) -> FetchError:
        page = await self._intake(attempt, GLANCE).glance(response.aiter_raw())
        said, status = answers.single(attempt.received), response.status_code
        wall = blocked.wall(status, said, page)
        reason = answers.refusal(status) if wall is None or status == 410 else Reason.BLOCKED
        error = FetchError(reason, f"HTTP {status} {answers.phrase(status)}" + (f": {wall}" if wall else ""))
        error.retry_after = answers.freshness(attempt.received, self._clock.now()).retry_after
        return error

    def _intake(self, attempt: _Attempt, most: int) -> Intake:
        attempt.wire.expect_body(most)
        return Intake(attempt.received, most, self._room, attempt.deadline)


class _Transport(httpx.AsyncBaseTransport):
    """httpx over connections to checked addresses, one for each request."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        _, host, port = _origin(request.url)
        ask = Ask(request.url.scheme == "https", host, port, request.url.raw_path, request.headers.raw)
        reply = await self._line.send(ask, request.extensions["wire"])
        head = answers.headers_of(reply.headers)
        # Not as httpx's headers: it would keep the cookies, and trip over a Location before we have seen it.
        return httpx.Response(reply.status, stream=_Body(reply), extensions={"head": head})


class _Body(httpx.AsyncByteStream):
    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._reply.body()

    async def aclose(self) -> None:
        await self._reply.aclose()


def trusting(ca_file: str | None) -> ssl.SSLContext:
    """TLS that trusts the authorities everybody trusts, and those in `ca_file`. Raises OSError (ssl.SSLError)."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


# --- where to ask -----------------------------------------------------------------------------------------------------


def _without_user(url: httpx.URL) -> httpx.URL:
    return url.copy_with(fragment=None, username="", password="") if url.fragment or url.userinfo else url


def _url(text: str, base: httpx.URL | None = None) -> httpx.URL:
    if len(text) > LONGEST_URL:
        raise FetchError(Reason.PROTOCOL, f"a URL of {len(text)} characters")
    if "\\" in text or any(char < " " or char == "\x7f" for char in text):
        raise FetchError(Reason.REFUSED_ADDRESS, "a URL with a backslash or control character in it")
    try:
        url = httpx.URL(text) if base is None else base.join(text)
        _ = url.host  # punycode is decoded only now, and may be none
    except (httpx.InvalidURL, ValueError) as exc:
        raise FetchError(Reason.PROTOCOL, f"no URL: {str(exc).partition(':')[0].lower()[:80]}") from exc
    return url


def _checked(url: httpx.URL) -> httpx.URL:
    if url.scheme not in {"http", "https"}:
        raise FetchError(Reason.REFUSED_ADDRESS, f"only http and https are asked, not {url.scheme[:20]!r}")
    _, host, port = _origin(url)
    if _HOST.fullmatch(host) is None or not 0 < port < 65536:
        raise FetchError(Reason.PROTOCOL, "a URL whose host or port cannot be")
    return url


_HOST = re.compile(r"[0-9a-z._-]+|[0-9a-f:.]+", re.IGNORECASE)


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.raw_host.decode("ascii"), _port(url)


def _port(url: httpx.URL) -> int:
    return (443 if url.scheme == "https" else 80) if url.port is None else url.port


def _follow(attempt: _Attempt) -> None:
    """Go on to where a redirect leads. User information that it brings along is left behind."""
    status = attempt.status or 0
    location = answers.readable(answers.single(attempt.received).get("location", "")).strip()
    if not location:
        raise FetchError(Reason.BAD_STATUS, f"HTTP {status} without a Location")
    target = _without_user(_checked(_url(location, attempt.url)))
    if len(attempt.hops) == MOST_HOPS:
        raise FetchError(Reason.REDIRECT_LOOP, f"more than {MOST_HOPS} redirects")
    attempt.hops.append((status, str(target)))
    if target == attempt.url or [url for _, url in attempt.hops].count(str(target)) > 1:
        raise FetchError(
            Reason.REDIRECT_LOOP, "redirects lead in a circle (some servers do so to whom takes no cookies)"
        )
    attempt.url = target


# --- what is sent -----------------------------------------------------------------------------------------------------


def _headers(attempt: _Attempt, now: datetime) -> RawHeaders:
    request = attempt.request
    headers = answers.validators(request.etag, request.last_modified, now)
    if attempt.url is attempt.first or _origin(attempt.url) == _origin(attempt.first):
        headers += sending.credentials(attempt.first.username, attempt.first.password)
        headers += sending.configured(request.headers)
    return headers


# --- what came --------------------------------------------------------------------------------------------------------


def _not_modified(attempt: _Attempt, now: datetime) -> NotModifiedAnswer:
    if not {"if-none-match", "if-modified-since"} & dict(attempt.sent).keys():
        raise FetchError(Reason.UNASKED_304, "HTTP 304 though nothing was said of a stored document")
    said = answers.single(attempt.received)
    return NotModifiedAnswer(
        fetch=attempt.row(now),
        etag=answers.plausible_etag(said.get("etag")),
        last_modified=answers.plausible_last_modified(said.get("last-modified"), now),
        freshness=answers.freshness(attempt.received, now),
        permanent_url=attempt.permanent_url,
    )


def _check_is_no_wall(attempt: _Attempt, body: bytes) -> None:
    if not body or body.isspace():
        raise FetchError(Reason.NO_BODY, f"HTTP {attempt.status} with an empty body")
    if wall := blocked.wall(attempt.status or 0, answers.single(attempt.received), body):
        error = FetchError(Reason.BLOCKED, f"HTTP {attempt.status} with a wall against robots: {wall}")
        error.body, error.content_type = body, _content_type(attempt)
        raise error


def _content_type(attempt: _Attempt) -> str | None:
    value = answers.single(attempt.received).get("content-type")
    return None if value is None else answers.readable(value)[:200]


_PUSHING_BACK = {403, 429, 503}


def _tell(turn: Turn, status: int | None, error: FetchError) -> None:
    """Let all feeds of the host know how it took this request; a connection that failed says nothing of that."""
    if error.reason in {Reason.BLOCKED, Reason.RATE_LIMITED} or status in _PUSHING_BACK:
        turn.refused(error.retry_after)
    elif status is not None:
        turn.welcomed()
