"""A server far faster than whoever asks it: every answer is made beforehand. A loopback address for each feed."""

import asyncio
import gzip
import multiprocessing
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from speed.feeds import states

STATES = 8
_TAG = re.compile(rb"\r\nif-none-match: *([^\r]*)", re.IGNORECASE)
_GZIP = re.compile(rb"\r\naccept-encoding:[^\r]*gzip", re.IGNORECASE)


@dataclass(frozen=True)
class Server:
    """Where it listens, and for how many feeds."""

    port: int
    feeds: int

    def url(self, number: int) -> str:
        """The address of a feed; each is at a host of its own, or politeness would be measured."""
        return f"http://127.{1 + number // 60_000}.{number // 250 % 240}.{1 + number % 250}:{self.port}/{number}"

    def urls(self) -> list[str]:
        """All of them."""
        return [self.url(number) for number in range(self.feeds)]

    def turn_to(self, state: int, *, validators: bool) -> None:
        """What is served from now on."""
        url = f"http://127.0.0.1:{self.port}/-/{state}/{int(validators)}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            answer.read()


@contextmanager
def serving(feeds: int, seed: int) -> Iterator[Server]:
    """Serve so many feeds for the block, from a process of its own."""
    ready: multiprocessing.Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_serve, args=(feeds, seed, ready), daemon=True)
    process.start()
    try:
        yield Server(ready.get(timeout=600), feeds)
    finally:
        process.terminate()
        process.join()


def _serve(feeds: int, seed: int, ready: "multiprocessing.Queue[int]") -> None:
    asyncio.run(_World(feeds, seed).serve(ready))


class _World:
    def __init__(self, feeds: int, seed: int) -> None:
        self.answers = [[_answer(body) for body in islice(states(seed, n), STATES)] for n in range(feeds)]
        self.state, self.validators = 0, True

    async def serve(self, ready: "multiprocessing.Queue[int]") -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(self), "0.0.0.0", 0, backlog=4096)
        ready.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    def reply(self, asked: bytes) -> bytes:
        path = asked.split(b" ", 2)[1][1:]
        if path.startswith(b"-/"):
            self.state, self.validators = int(path.split(b"/")[1]), path.endswith(b"/1")
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        plain, packed, tag = self.answers[int(path)][self.state]
        said = b"ETag: %s\r\n" % tag if self.validators else b""
        found = _TAG.search(asked)
        if self.validators and found is not None and found[1] == tag:
            return b"HTTP/1.1 304 Not Modified\r\n" + said + b"\r\n"
        coding, body = (b"Content-Encoding: gzip\r\n", packed) if _GZIP.search(asked) else (b"", plain)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n%s%sContent-Length: %d\r\n\r\n"
        return head % (said, coding, len(body)) + body


def _answer(body: bytes) -> tuple[bytes, bytes, bytes]:
    return body, gzip.compress(body, 6, mtime=0), b'"%x"' % (hash(body) & 0xFFFF_FFFF_FFFF)


class _Connection(asyncio.Protocol):
    def __init__(self, world: _World) -> None:
        self.world, self.asked = world, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.asked += data
        while (end := self.asked.find(b"\r\n\r\n")) >= 0:
            asked, self.asked = self.asked[: end + 2], self.asked[end + 4 :]
            self.transport.write(self.world.reply(asked))
            if b"\r\nconnection: close" in asked.lower():
                self.transport.close()
