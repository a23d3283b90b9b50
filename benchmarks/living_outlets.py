"""Outlets to measure daemons with: a process of its own, loopback addresses for hosts, feeds that move on by the clock."""

import asyncio
import contextlib
import functools
import json
import multiprocessing
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from speed.feeds import WORDS

HOSTS = 1_000  # loopback addresses that stand for them


@dataclass(frozen=True)
class Outlets:
    """Each feed has a window of so many `entries`, and one or two new ones `every` so many seconds.

    `deaf`: each so-manieth feed never says 304. `waits`: the shortest and the longest time until an answer, in seconds; the
    median lies in the geometric middle. `full`: sentences of an entry in every other feed; in the rest it has three.
    """

    entries: int
    every: float
    deaf: int = 0
    waits: tuple[float, float] = (0.0, 0.0)
    full: int = 3

    @contextlib.contextmanager
    def serving(self, log: Path | None = None, port: int = 0) -> Iterator[int]:
        """The port that all addresses answer at. `log`: a line of JSON an answer: host, feed, newest entry, from, to.

        `port`: 0: any that is free.
        """
        ready: multiprocessing.Queue[int] = multiprocessing.Queue()
        server = multiprocessing.Process(target=self._serve, args=(ready, log, port), daemon=True)
        server.start()
        try:
            yield ready.get(timeout=30)
        finally:
            server.terminate()

    def _serve(self, ready: "multiprocessing.Queue[int]", log: Path | None, port: int) -> None:
        with Path(log or "/dev/null").open("w", buffering=1) as lines:
            asyncio.run(self._served(ready, lines, port))

    async def _served(self, ready: "multiprocessing.Queue[int]", lines: TextIO, port: int) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.closing(writer), contextlib.suppress(OSError, asyncio.IncompleteReadError, IndexError):
                await self._answer(reader, writer, lines)

        first = await asyncio.start_server(answer, _address(0), port, backlog=1024)
        port = first.sockets[0].getsockname()[1]
        for n in range(1, HOSTS):
            await asyncio.start_server(answer, _address(n), port, backlog=1024)
        ready.put(port)
        await asyncio.sleep(3600)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lines: TextIO) -> None:
        began = time.time()
        asked = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        feed = int(re.findall(r"GET /(\d+)", asked)[0])
        await asyncio.sleep(self._wait())
        newest = self._newest(feed, began)
        tag = f'"{newest}"'
        if f"if-none-match: {tag}" in asked.lower() and not (self.deaf and feed % self.deaf == 0):
            writer.write(f"HTTP/1.1 304 No\r\nETag: {tag}\r\nConnection: close\r\n\r\n".encode())
        else:
            body = self._document(feed, newest)
            head = f"HTTP/1.1 200 OK\r\nETag: {tag}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + body)
        await writer.drain()
        lines.write(json.dumps([writer.get_extra_info("sockname")[0], feed, newest, began, time.time()]) + "\n")

    def _wait(self) -> float:
        least, most = self.waits
        return least * (most / least) ** random.random() if least else 0.0

    def _newest(self, feed: int, at: float) -> int:
        turns = int((at + feed * 7 % self.every) // self.every)
        return turns + turns // 2

    def _document(self, feed: int, newest: int) -> bytes:
        items = "".join(self._item(feed, n) for n in self.window(newest))
        return (
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>F{feed}</title>{items}</channel></rss>'.encode()
        )

    def _item(self, feed: int, n: int) -> str:
        text = " ".join(random.Random(f"{feed}/{n}").choices(_sentences(), k=self.full if feed % 2 else 3))
        at = time.strftime("%d %b %Y %H:%M:%S +0000", time.gmtime(n * self.every / 1.5))
        link = link_of(feed, n)
        parts = {"title": f"Meldung {n} aus {feed}", "link": link, "guid": link, "pubDate": at, "description": text}
        return f"<item>{''.join(f'<{name}>{value}</{name}>' for name, value in parts.items())}</item>"

    def window(self, newest: int) -> range:
        """The numbers of the entries that are shown when this one is the newest."""
        return range(newest, newest - self.entries, -1)


@functools.cache
def _sentences() -> list[str]:
    draw = random.Random(1)
    return [f"{' '.join(draw.choices(WORDS, k=draw.randint(8, 22)))}.".capitalize() for _ in range(20_000)]


def link_of(feed: int, entry: int) -> str:
    """Where an entry links to."""
    return f"https://example.org/{feed}/{entry}"


def shown(outlets: Outlets, asked: Path, recorded: dict[int, list[float]]) -> set[str]:
    """The links of all entries that recorded polls were shown: the last one of each feed was recorded, at the end.

    `asked`: what `serving` has noted; `recorded`: when each feed's polls began, as the archive has them, in seconds.
    """
    last = {feed: max(times) for feed, times in recorded.items()}
    with asked.open() as lines:
        return {
            link_of(feed, n)
            for _, feed, newest, at, _ in map(json.loads, lines)
            if feed in last and at <= last[feed] + 1
            for n in outlets.window(newest)
        }


def listed(feeds: int, port: int) -> str:
    """The outlets of a feeds.yaml, one for each feed, spread over the addresses."""
    urls = (f"http://{_address(n % HOSTS)}:{port}/{n}" for n in range(feeds))
    return "outlets:\n" + "".join(f"  o{n}: {{feeds: {{news: '{url}'}}}}\n" for n, url in enumerate(urls))


def _address(host: int) -> str:
    return f"127.0.{1 + host // 250}.{1 + host % 250}"
