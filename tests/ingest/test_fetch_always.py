"""Whatever a URL, a server's bytes or the network do, an attempt ends in a way that has a name."""

import asyncio
import errno
import gzip
import threading
from datetime import timedelta
from typing import Any

import pytest
from asking import FEED, Names, ask_all, policy
from clocks import FakeClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import Asked, Connection, Server, answer, chunked, head, serving

from ingest.errors import FetchError
from ingest.fetch import Document, Fetcher, NotModifiedAnswer
from ingest.hosts import HostTurns, MemoryLedger, PostponedError
from ingest.source import Request
from storage.records import Reason

ENDS = (Document, NotModifiedAnswer, FetchError, PostponedError)
bounded = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

pieces = st.sampled_from(
    [
        *(
            "http://",
            "https://",
            "HTTP:",
            "//",
            "/",
            "\\",
            "@",
            ":",
            "#",
            "?",
            "[",
            "]",
            "::1",
            "%",
            "%00",
            "xn--",
            "xn--a",
        ),
        *("127.0.0.1", "a.example", ".", "..", "99999", "user:pw", "file:", "\t", " ", "\0", "ß"),
        *("\u3002", "\uff0e", "\ud800", "\u200d"),
    ]
)
urls = (
    st.text()
    | st.lists(pieces, max_size=8).map("".join)
    | st.lists(pieces, max_size=6).map(lambda p: "http://" + "".join(p))
)


class Nowhere(Names):
    """Every name stands for an address that may not be asked."""

    async def addresses(self, _host: str) -> list[str]:
        return ["10.0.0.1"]


@bounded
@given(st.lists(urls, min_size=20, max_size=40))
def test_every_text_as_a_url_ends_in_a_named_failure(texts: list[str]) -> None:
    outcomes = ask_all([Request(text) for text in texts], policy(), resolver=Nowhere({}))
    assert [outcome for outcome in outcomes if not isinstance(outcome, FetchError)] == []
    assert all(isinstance(outcome, FetchError) and outcome.fetch is not None for outcome in outcomes)


GOOD = [
    answer(FEED, 200, ("ETag", '"a"'), ("Content-Type", "text/xml")),
    answer(gzip.compress(FEED), 200, ("Content-Encoding", "gzip")),
    chunked(b"5\r\n<rss>\r\n6;x=y\r\n</rss>\r\n0\r\nX-Trailer: 1\r\n\r\n"),
    answer(b"", 301, ("Location", "/feed?1")),
    head(304, [("ETag", '"a"')]),
    b"HTTP/1.1 103 Early\r\n\r\n" + answer(FEED, 429, ("Retry-After", "10")),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good answer with some of its bytes replaced, left out or doubled."""
    data = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        how_many = draw(st.integers(0, 3))
        data[at : at + how_many] = draw(
            st.binary(max_size=4) | st.sampled_from([b"\r\n", b"\0", b": ", b"9" * 30, b"\xff"])
        )
    return bytes(data)


@bounded
@given(st.lists(damaged(), min_size=10, max_size=10))
def test_whatever_bytes_a_server_sends_an_attempt_ends_in_a_named_way(sent: list[bytes]) -> None:
    def page(asked: Asked) -> bytes:
        return sent[int(asked.path.removeprefix("/feed") or 0) % len(sent)]

    with serving({f"/feed{n}": page for n in range(len(sent))}) as server:
        requests = [
            Request(server.url(f"/feed{n}"), etag='"a"', timeout=timedelta(seconds=5), forced=True)
            for n in range(len(sent))
        ]
        outcomes = ask_all(requests, policy(server, spacing=timedelta(0)))
    assert [outcome for outcome in outcomes if not isinstance(outcome, ENDS)] == []


class Failing:
    """Counts the steps that the attempt takes on the network, and makes the nth of them fail."""

    def __init__(self, nth: int) -> None:
        self.nth = nth
        self.steps: list[str] = []
        self._thread = threading.get_ident()

    def wrap(self, owner: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """The server's own steps, in its own thread, do not count."""
        real = getattr(owner, name)

        async def step(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() == self._thread:
                self.steps.append(name)
                if len(self.steps) == self.nth:
                    raise ConnectionResetError(errno.ECONNRESET, "the nth step failed")
            return await real(*args, **kwargs)

        monkeypatch.setattr(owner, name, step)


async def in_pieces(_asked: Asked, connection: Connection) -> None:
    """An answer that takes several reads."""
    for piece in (b"HTTP/1.1 200 OK\r\n", b"Content-Length: 5\r\n\r\n", b"<rs", b"s>"):
        connection.write(piece)
        await connection.drain()
        await asyncio.sleep(0.02)


def test_whichever_step_on_the_network_fails_it_has_a_name_and_leaves_the_host_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outcomes = [_outcome_of_failing(nth, monkeypatch) for nth in range(1, 12)]
    assert outcomes[:2] == [Reason.DNS, Reason.CONNECT]
    # None: a write that fails is no failure if an answer comes all the same.
    assert set(outcomes[2:]) <= {Reason.CONNECT, Reason.PROTOCOL, Reason.TRUNCATED, None}
    assert {Reason.CONNECT, Reason.TRUNCATED} <= set(outcomes[2:])
    assert outcomes[-1] is None


def _outcome_of_failing(nth: int, monkeypatch: pytest.MonkeyPatch) -> Reason | None:
    ledger = MemoryLedger()
    with monkeypatch.context() as patching, serving({"/feed": in_pieces}) as server:
        failing = Failing(nth)
        for owner, name in STEPS:
            failing.wrap(owner, name, patching)
        outcome = asyncio.run(_outcome(server, ledger))
    assert '"slots"' not in str(ledger.texts)
    return None if isinstance(outcome, Document) else outcome.reason


STEPS = [
    (Names, "addresses"),
    (asyncio.SelectorEventLoop, "sock_connect"),
    (asyncio.StreamWriter, "drain"),
    (asyncio.StreamReader, "read"),
]


async def _outcome(server: Server, ledger: MemoryLedger) -> Document | FetchError:
    clock, names = FakeClock(), Names({"feed.example": ["127.0.0.1"]})
    async with Fetcher(policy(server), HostTurns(ledger, clock), clock=clock, resolver=names) as fetcher:
        try:
            answer = await fetcher.fetch(Request(server.url("/feed", host="feed.example")))
            assert isinstance(answer, Document)
            return answer
        except FetchError as exc:
            return exc
