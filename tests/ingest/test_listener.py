"""The small server answers what it is asked, within bounds, and outlives whatever it is sent."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ingest import listener
from ingest.health import health
from ingest.listener import Asked, Told, listening


async def echo(asked: Asked) -> Told:
    if asked.path == "/bug":
        raise LookupError("a bug")
    return Told(f"{asked.method} {asked.path} {asked.query} ".encode() + asked.body)


async def exchange(port: int, data: bytes) -> bytes:
    """All that comes back until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    await writer.drain()
    try:
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def asked(data: bytes, answering: listener.Answering = echo, most: int = 100) -> tuple[int, bytes]:
    """Status and body."""

    async def run() -> bytes:
        async with listening("127.0.0.1:0", answering, most=most) as port:
            return await exchange(port, data)

    answer = asyncio.run(run())
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]) if head else 0, body


def test_a_request_is_answered() -> None:
    assert asked(b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n") == (200, b"GET /a b=c ")


def test_a_body_comes_along_stated_or_in_chunks() -> None:
    post = b"POST /a HTTP/1.1\r\nHost: x\r\n"
    assert asked(post + b"Content-Length: 4\r\n\r\nbody") == (200, b"POST /a  body")
    assert asked(post + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n") == (200, b"POST /a  body")


def test_a_body_that_is_too_large_is_refused() -> None:
    assert asked(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody", most=3)[0] == 413


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/1.1\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 50_000,
    ],
)
def test_what_is_no_http_is_refused(data: bytes) -> None:
    assert 400 <= asked(data + b"\r\n\r\n")[0] < 500


def test_a_bug_of_ours_is_an_error_that_tells_nothing() -> None:
    assert asked(b"GET /bug HTTP/1.1\r\nHost: x\r\n\r\n") == (500, b"an error of ours")


def test_who_says_nothing_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "SECONDS", 0.05)
    assert asked(b"GET / HT") == (0, b"")


def test_more_than_can_be_served_are_sent_away_and_the_next_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MOST_AT_ONCE", 2)

    async def run() -> tuple[bytes, bytes]:
        async with listening("127.0.0.1:0", echo) as port:
            held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            await asyncio.sleep(0.05)
            refused = await exchange(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            for _, writer in held:
                writer.close()
            await asyncio.sleep(0.05)
            return refused, await exchange(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    refused, served = asyncio.run(run())
    assert refused == b""
    assert b" 200 " in served


# --- health -----------------------------------------------------------------------------------------------------------


async def measures() -> tuple[bytes, str]:
    return b"chronik_feeds 3\n", "text/plain; version=0.0.4"


def told(path: str, complaints: Callable[[], list[str]] = list, method: str = "GET") -> Told:
    answering: Awaitable[Told] = health(complaints, measures)(Asked(method, path, "", {}))

    async def run() -> Told:
        return await answering

    return asyncio.run(run())


def test_all_is_well_or_what_is_not_is_said() -> None:
    assert told("/healthz") == Told(b"ok\n")
    assert told("/healthz", lambda: ["the disk is full"]) == Told(b"the disk is full\n", 503)


def test_measures_come_with_their_type() -> None:
    assert told("/metrics") == Told(b"chronik_feeds 3\n", content_type="text/plain; version=0.0.4")


def test_there_is_nothing_else_and_nothing_to_change() -> None:
    assert told("/").status == 404
    assert told("/healthz", method="POST").status == 405
