"""Short ways to ask a local server through the real Fetcher. Hosts rest, and pauses pass, on a clock that does not."""

import asyncio
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from clocks import FakeClock
from servers import Page, Server, serving

from ingest.errors import FetchError
from ingest.fetch import Answer, Document, Fetcher, NotModifiedAnswer, trusting
from ingest.hosts import HostTurns, MemoryLedger
from ingest.network import NetworkPolicy
from ingest.source import Request

FEED = b"<?xml version='1.0'?><rss version='2.0'><channel><title>news</title></channel></rss>"
CERTIFICATES = Path(__file__).parent / "certificates"
AUTHORITY = str(CERTIFICATES / "authority.pem")


@contextmanager
def secure(certificate: str, pages: Mapping[str, Page]) -> Iterator[Server]:
    """Serve over TLS with a certificate of that name: good, expired, not_yet, wrong_host or untrusted."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATES / f"{certificate}.pem", CERTIFICATES / "key.pem")
    with serving(pages, tls=tls) as server:
        yield server


class Names:
    """A resolver with a fixed answer for each name, or one answer after the other. `looked_up` is what it was asked."""

    def __init__(self, names: Mapping[str, Sequence[str] | list[list[str]]]) -> None:
        self.names = names
        self.looked_up: list[str] = []

    async def addresses(self, host: str) -> Sequence[str]:
        self.looked_up.append(host)
        answer = self.names.get(host, [host])
        if answer and isinstance(answer[0], list):
            return answer[min(self.looked_up.count(host), len(answer)) - 1]
        return answer  # type: ignore[return-value]


def policy(*servers: Server, **settings: Any) -> NetworkPolicy:
    """A policy that allows these servers and nothing else beyond the public internet."""
    return replace(NetworkPolicy(allow_private_hosts=tuple(server.place for server in servers)), **settings)


_tls = cache(trusting)  # to read the authorities takes longer than a whole test


def ask_all(
    requests: Sequence[Request],
    network: NetworkPolicy,
    *,
    resolver: Names | None = None,
    clock: FakeClock | None = None,
    patience: timedelta | None = None,
) -> list[Answer | BaseException]:
    """What comes of requests, one after the other, with one Fetcher."""

    async def main() -> list[Answer | BaseException]:
        now = clock or FakeClock()
        hosts, tls = HostTurns(MemoryLedger(), now, patience), _tls(network.ca_file)
        async with Fetcher(network, hosts, clock=now, resolver=resolver, tls=tls) as fetcher:
            return [await _outcome(fetcher, request) for request in requests]

    return asyncio.run(main())


async def _outcome(fetcher: Fetcher, request: Request) -> Answer | BaseException:
    try:
        return await fetcher.fetch(request)
    except Exception as exc:  # noqa: BLE001
        return exc


def ask(url: str | Request, network: NetworkPolicy, **settings: Any) -> Answer:
    """The answer to one request; raises what it raises."""
    resolver, clock = settings.pop("resolver", None), settings.pop("clock", None)
    request = replace(url if isinstance(url, Request) else Request(url), **settings)
    (answer,) = ask_all([request], network, resolver=resolver, clock=clock)
    if isinstance(answer, BaseException):
        raise answer
    return answer


def document(url: str | Request, network: NetworkPolicy, **settings: Any) -> Document:
    """The document that one request gets."""
    answer = ask(url, network, **settings)
    assert isinstance(answer, Document)
    return answer


def not_modified(url: str | Request, network: NetworkPolicy, **settings: Any) -> NotModifiedAnswer:
    """The 304 that one request gets."""
    answer = ask(url, network, **settings)
    assert isinstance(answer, NotModifiedAnswer)
    return answer


def failure(url: str | Request, network: NetworkPolicy, **settings: Any) -> FetchError:
    """The failure that one request ends in."""
    try:
        answer = ask(url, network, **settings)
    except FetchError as exc:
        return exc
    raise AssertionError(f"no failure but {answer}")
