"""Every way in which the web can fail has a reason of its own and a line that says what was seen."""

import asyncio
import gzip
import pickle
import socket
from dataclasses import dataclass
from datetime import timedelta

import pytest
from asking import AUTHORITY, FEED, Names, failure, policy, secure
from servers import Asked, Connection, Page, answer, chunked, closed_port, hang, head, moved, reset, serving

from ingest.errors import FetchError
from storage.records import Reason

CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>window._cf_chl_opt</body></html>"


async def close(asked: Asked, connection: Connection) -> None:
    """Hang up without an answer."""


async def reset_at_once(asked: Asked, connection: Connection) -> None:
    reset(connection)


async def reset_in_the_body(asked: Asked, connection: Connection) -> None:
    connection.write(head(200, length=1000) + FEED)
    await connection.drain()
    await asyncio.sleep(0.05)
    reset(connection)


async def drip_headers(asked: Asked, connection: Connection) -> None:
    while True:
        connection.write(b"H")
        await connection.drain()
        await asyncio.sleep(0.05)


async def drip_body(asked: Asked, connection: Connection) -> None:
    connection.write(head(200))
    while True:
        connection.write(b"x")
        await connection.drain()
        await asyncio.sleep(0.05)


async def endless(asked: Asked, connection: Connection) -> None:
    connection.write(head(200))
    while True:
        connection.write(b"x" * 65_536)
        await connection.drain()


async def endless_headers(asked: Asked, connection: Connection) -> None:
    connection.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.write(b"X-Filler: " + b"x" * 1000 + b"\r\n")
        await connection.drain()


async def refusal_that_hangs(asked: Asked, connection: Connection) -> None:
    connection.write(head(404, length=1000))
    await connection.drain()
    await asyncio.sleep(30)


@dataclass(frozen=True)
class Case:
    """What a server does, and what must be said of it."""

    reason: Reason
    detail: str
    page: Page = b""
    etag: str | None = None


CASES = {
    "closed": Case(Reason.CONNECT, "hung up without an answer", close),
    "reset": Case(Reason.CONNECT, "broke before an answer came", reset_at_once),
    "silent": Case(Reason.TIMEOUT, "still waiting for an answer", hang),
    "dripping headers": Case(Reason.TIMEOUT, "still waiting for an answer", drip_headers),
    "dripping body": Case(Reason.TIMEOUT, "still reading the body", drip_body),
    "no HTTP": Case(Reason.PROTOCOL, "not an HTTP answer", FEED),
    "no status": Case(Reason.PROTOCOL, "not an HTTP answer", b"HTP/9.9 abc\r\n\r\n"),
    "negative length": Case(Reason.PROTOCOL, "Content-Length", head(200, [("Content-Length", "-1")]) + FEED),
    "two lengths": Case(
        Reason.PROTOCOL, "Content-Length", head(200, [("Content-Length", "5"), ("Content-Length", "6")]) + FEED
    ),
    "control character": Case(Reason.PROTOCOL, "illegal header line", answer(FEED, 200, ("X-Odd", "a\0b"))),
    "long header": Case(Reason.PROTOCOL, "more than 100 kB", answer(FEED, 200, ("X-Long", "x" * 300_000))),
    "endless headers": Case(Reason.PROTOCOL, "more than 100 kB", endless_headers),
    "bad chunk": Case(Reason.PROTOCOL, "illegal chunk header", chunked(b"zz\r\n")),
    "long chunk extension": Case(Reason.PROTOCOL, "more than 100 kB", chunked(b"5;" + b"x" * 300_000 + b"\r\n")),
    "many chunk extensions": Case(
        Reason.TOO_LARGE, "bytes of body", chunked((b"64;" + b"x" * 50_000 + b"\r\n" + b"y" * 100 + b"\r\n") * 60)
    ),
    "tiny chunks": Case(Reason.PROTOCOL, "chunks of 1 bytes", chunked(b"1\r\nx\r\n" * 20_000)),
    "short body": Case(Reason.TRUNCATED, "breaks off", head(200, length=1000) + FEED),
    "last chunk missing": Case(Reason.TRUNCATED, "breaks off", chunked(b"%x\r\n%s\r\n" % (len(FEED), FEED))),
    "reset in the body": Case(Reason.TRUNCATED, "breaks off", reset_in_the_body),
    "short gzip": Case(
        Reason.TRUNCATED, "breaks off", answer(gzip.compress(FEED)[:-9], 200, ("Content-Encoding", "gzip"))
    ),
    "damaged gzip": Case(
        Reason.DECOMPRESSION, "damaged", answer(gzip.compress(FEED)[:-8] + bytes(8), 200, ("Content-Encoding", "gzip"))
    ),
    "brotli": Case(Reason.DECOMPRESSION, "br was not asked for", answer(b"x", 200, ("Content-Encoding", "br"))),
    "gzip in gzip": Case(
        Reason.DECOMPRESSION, "gzip, gzip", answer(gzip.compress(FEED), 200, ("Content-Encoding", "gzip, gzip"))
    ),
    "stated length": Case(Reason.TOO_LARGE, "Content-Length is 999999999", head(200, length=999_999_999)),
    "overflowing length": Case(Reason.TOO_LARGE, "Content-Length is 1111", head(200, length=int("1" * 19))),
    "endless body": Case(Reason.TOO_LARGE, "larger than", endless),
    "empty body": Case(Reason.NO_BODY, "empty", answer(b" \r\n ")),
    "204": Case(Reason.NO_BODY, "HTTP 204 No Content", head(204)),
    "205": Case(Reason.NO_BODY, "HTTP 205", answer(b"", 205)),
    "206": Case(Reason.BAD_STATUS, "HTTP 206 Partial Content", answer(FEED, 206)),
    "300": Case(Reason.BAD_STATUS, "HTTP 300", answer(b"", 300, ("Location", "/feed"))),
    "302 without Location": Case(Reason.BAD_STATUS, "without a Location", answer(b"", 302)),
    "999": Case(Reason.BAD_STATUS, "HTTP 999", answer(FEED, 999)),
    "401": Case(Reason.HTTP_4XX, "HTTP 401 Unauthorized", answer(FEED, 401)),
    "403": Case(Reason.HTTP_4XX, "HTTP 403 Forbidden", answer(FEED, 403)),
    "404": Case(Reason.HTTP_4XX, "HTTP 404 Not Found", answer(FEED, 404)),
    "404 that hangs": Case(Reason.HTTP_4XX, "HTTP 404", refusal_that_hangs),
    "451": Case(Reason.HTTP_4XX, "HTTP 451", answer(FEED, 451)),
    "410": Case(Reason.GONE, "HTTP 410 Gone", answer(FEED, 410)),
    "429": Case(Reason.RATE_LIMITED, "HTTP 429 Too Many Requests", answer(FEED, 429)),
    "500": Case(Reason.HTTP_5XX, "HTTP 500", answer(FEED, 500)),
    "521": Case(Reason.HTTP_5XX, "Cloudflare: the site refused", answer(FEED, 521)),
    "503": Case(Reason.HTTP_5XX, "HTTP 503", answer(FEED, 503)),
    "challenge as 200": Case(Reason.BLOCKED, "Cloudflare", answer(CHALLENGE)),
    "challenge as 403": Case(Reason.BLOCKED, "Cloudflare", answer(CHALLENGE, 403)),
    "challenge as 503": Case(Reason.BLOCKED, "Cloudflare", answer(CHALLENGE, 503)),
    "challenge as 202": Case(Reason.BLOCKED, "AWS WAF", answer(b"", 202, ("x-amzn-waf-action", "challenge"))),
    "unasked 304": Case(Reason.UNASKED_304, "nothing was said", head(304)),
    "304 though the validator was not plausible": Case(Reason.UNASKED_304, "nothing was said", head(304), etag="*"),
    "circle": Case(Reason.REDIRECT_LOOP, "circle", moved("/feed")),
    "forbidden address": Case(
        Reason.REFUSED_ADDRESS, "169.254.169.254 is link-local", moved("http://169.254.169.254/")
    ),
    "forbidden scheme": Case(Reason.REFUSED_ADDRESS, "'file'", moved("file:///etc/passwd")),
    "forbidden port": Case(Reason.REFUSED_ADDRESS, "another service", moved("http://1.1.1.1:25/")),
}


@pytest.mark.parametrize("name", CASES)
def test_a_server_that_fails_is_told_apart(name: str) -> None:
    case = CASES[name]
    with serving({"/feed": case.page}) as server:
        failed = failure(
            server.url("/feed"),
            policy(server),
            etag=case.etag,
            timeout=timedelta(seconds=_seconds(case)),
            max_bytes=300_000,
        )
    assert (failed.reason, case.detail in failed.detail) == (case.reason, True), failed.detail
    assert "\n" not in failed.detail
    assert failed.fetch is not None
    assert failed.fetch.detail == failed.detail


def _seconds(case: Case) -> float:
    return 0.4 if case.reason is Reason.TIMEOUT else 20


def test_a_refusal_keeps_no_body_and_a_wall_keeps_its_own() -> None:
    with serving({"/wall": answer(CHALLENGE, 200, ("Content-Type", "text/html")), "/no": answer(FEED, 404)}) as server:
        wall, no = failure(server.url("/wall"), policy(server)), failure(server.url("/no"), policy(server))
    assert (wall.body, wall.content_type) == (CHALLENGE, "text/html")
    assert no.body is None


def test_a_host_that_closes_its_port_is_told_apart() -> None:
    port = closed_port()
    failed = failure(f"http://127.0.0.1:{port}/", policy(allow_private_hosts=("127.0.0.1",)))
    assert (failed.reason, failed.detail) == (Reason.CONNECT, "connection refused")


# --- names ------------------------------------------------------------------------------------------------------------


class Failing(Names):
    def __init__(self, fault: Exception) -> None:
        super().__init__({})
        self.fault = fault

    async def addresses(self, _host: str) -> list[str]:
        raise self.fault


@pytest.mark.parametrize(
    ("fault", "detail"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "no such name"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "the name servers did not answer"),
        (socket.gaierror(socket.EAI_FAIL, "x"), "the name servers failed"),
        (UnicodeError("label too long"), "no such name can be"),
    ],
)
def test_a_name_that_has_no_address_is_told_apart(fault: Exception, detail: str) -> None:
    failed = failure("http://feed.example/", policy(), resolver=Failing(fault))
    assert (failed.reason, failed.detail) == (Reason.DNS, detail)


def test_a_name_with_an_empty_answer_is_told_apart() -> None:
    failed = failure("http://feed.example/", policy(), resolver=Names({"feed.example": []}))
    assert (failed.reason, failed.detail) == (Reason.DNS, "feed.example has no address")


def test_the_deadline_counts_the_look_up() -> None:
    class Hanging(Names):
        async def addresses(self, _host: str) -> list[str]:
            await asyncio.sleep(60)
            return []

    failed = failure("http://feed.example/", policy(), resolver=Hanging({}), timeout=timedelta(seconds=0.2))
    assert (failed.reason, failed.detail) == (
        Reason.TIMEOUT,
        "no complete answer within 0.2 s: still looking up feed.example",
    )


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("certificate", "detail"),
    [
        ("untrusted", "its certificate is not trusted: an unknown authority signed it"),
        ("expired", "its certificate has expired"),
        ("not_yet", "its certificate is not yet valid"),
        ("wrong_host", "its certificate is for another host"),
    ],
)
def test_a_certificate_that_is_not_good_is_named(certificate: str, detail: str) -> None:
    with secure(certificate, {"/feed": answer(FEED)}) as server:
        failed = failure(server.url("/feed", host="localhost"), policy(server, ca_file=AUTHORITY))
        assert server.asked == []
    assert (failed.reason, failed.detail) == (Reason.TLS, detail)


def test_plain_text_where_tls_should_be_is_named() -> None:
    with serving({}) as server:
        server.serve = _plain_text  # type: ignore[method-assign]
        failed = failure(f"https://{server.place}/", policy(server))
    assert (failed.reason, failed.detail) == (Reason.TLS, "it speaks plain text here, not TLS")


async def _plain_text(reader: asyncio.StreamReader, connection: Connection) -> None:
    await reader.read(10)
    connection.write(answer(b"", 400))
    await connection.drain()
    connection.close()


def test_a_reason_of_the_web_without_a_test_is_a_gap() -> None:
    elsewhere = {Reason.DNS, Reason.TLS}
    later = {Reason.NOT_A_FEED, Reason.MALFORMED, Reason.PARSE_TIMEOUT, Reason.PARSE_CRASH, Reason.ROBOTS, Reason.BUG}
    assert {case.reason for case in CASES.values()} | elsewhere | later == set(Reason)


def test_a_failure_can_be_told_to_another_process() -> None:
    again = pickle.loads(pickle.dumps(FetchError(Reason.DNS, "no such name")))
    assert (again.reason, again.detail) == (Reason.DNS, "no such name")
