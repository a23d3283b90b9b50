"""A simulated day of the daemon's polling: real requests, documents, archive and schedule, on a clock that leaps.

    python benchmarks/day.py --feeds 200 --seed 1 --json day.json

A server of our own on loopback plays the simulator's outlets. The clock goes on to the time at which the next feed is
due, so that a day takes minutes. Prints what came of it beside what the simulator predicts of the same outlets, and how
many entries' `first_seen_at` is another time than that at which the server first showed them. Needs numpy.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parent))

from polling.chronik import START, time_at
from polling.engine import Replay, simulate
from polling.simulator import make_policy, summarise
from polling.world import capturable, make_outlet

from ingest.config import config_of
from ingest.daemon.pulse import Pulse
from ingest.daemon.rounds import Rounds
from ingest.session import session
from storage.archive import Archive
from storage.vitals import vitals

SECOND = timedelta(seconds=1)
AFTERWARDS = timedelta(days=0.75)  # what was put live at the end of the day is seen later


class Leaping:
    """A clock that is set by hand; who sleeps wakes at once, later."""

    def __init__(self):
        self.at = START

    def now(self):
        return self.at

    def monotonic(self):
        return time.monotonic()

    async def sleep(self, seconds):
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class Played:
    """An outlet of the simulator as its server answers."""

    def __init__(self, number, a):
        self.outlet = make_outlet(number, a)
        self.outlet.cap = capturable(self.outlet)
        self.replay = Replay(self.outlet, SimpleNamespace(pages=False, recon=False), a)

    def answer(self, asked, minutes):
        """The bytes of an answer at that time."""
        shown = self.replay.poll(minutes)
        if shown.status in (429, 503):
            wait = f"Retry-After: {int(shown.retry * 60)}\r\n" if shown.retry else ""
            return _http(shown.status, wait)
        head = self._head(minutes)
        if shown.status == 304 and b"if-none-match:" in asked.lower():
            return _http(304, head)
        return _http(200, head, self._document())

    def _head(self, minutes):
        o, lines = self.outlet, []
        if o.cond:
            lines.append('ETag: "{}-{}-{}"'.format(*self.replay.version))
        if o.hdr:
            age = round((minutes - minutes // o.c * o.c) * 60)
            lines.append(f"Cache-Control: max-age={int(o.c * 60)}\r\nAge: {age}")
        return "".join(line + "\r\n" for line in lines)

    def _document(self):
        entries, keys, _ = self.replay.shown
        items = "".join(map(self._item, entries, keys))
        said = f"<ttl>{int(self.outlet.ttl)}</ttl>" if self.outlet.ttl else ""
        head = f"<title>{self.outlet.i}</title>{said}<!-- {self.replay.version} -->"
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()

    def _item(self, entry, key):
        link = f"https://o{self.outlet.i}.example/{entry}"
        date = format_datetime(time_at(float(key)), usegmt=True)
        return f"<item><title>Nr. {entry}</title><link>{link}</link><guid>{link}</guid><pubDate>{date}</pubDate></item>"


def _http(status, head, body=b""):
    return f"HTTP/1.1 {status} X\r\n{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


async def played_day(a, folder):
    """Poll for a day. Returns the outlets with what was seen of them, and how many entries have a wrong first sight."""
    clock, outlets = Leaping(), [Played(number, a) for number in range(a.feeds)]

    async def serve(reader, writer):
        asked = await reader.readuntil(b"\r\n\r\n")
        number = int(re.match(rb"GET /(\d+)", asked)[1])
        writer.write(outlets[number].answer(asked, (clock.at - START) / timedelta(minutes=1)))
        await writer.drain()
        writer.close()

    hosts = [f"127.0.{n // 250 + 1}.{n % 250 + 1}" for n in range(a.feeds)]  # what one server asks for binds no other
    servers = [await asyncio.start_server(serve, hosts[0], 0)]
    port = servers[0].sockets[0].getsockname()[1]
    servers += [await asyncio.start_server(serve, host, port) for host in hosts[1:]]
    feeds = "".join(f"  o{n}: {{feeds: {{news: 'http://{host}:{port}/{n}'}}}}\n" for n, host in enumerate(hosts))
    text = f"network: {{spacing: 0s, allow_private_hosts: [127.0.0.0/8]}}\noutlets:\n{feeds}"
    config = config_of(text, folder / "feeds.yaml", {})
    with Archive.open(str(folder / "archive.sqlite"), create=True, now=clock.now) as archive:
        async with session(config, archive, clock=clock, workers=1) as opened:
            rounds = Rounds(Pulse(clock.monotonic, 60), lambda _visited: None)
            while clock.at < START + timedelta(days=a.days) + AFTERWARDS:
                await rounds.claim(opened)
                await rounds.drained()
                standing = vitals(archive, clock.at)
                clock.at = max(clock.at + SECOND, standing.next_due_at) if not standing.due else clock.at + SECOND
        wrong = _wrong(archive, outlets)
    for server in servers:
        server.close()
    return outlets, wrong


def _wrong(archive, outlets):
    """Entries whose first sight is not when the server first showed them."""
    with archive.read() as connection:
        rows = connection.exec_driver_sql("select url, first_seen_at from entries").all()
    told = dict(map(tuple, rows))
    shown = {
        f"https://o{each.outlet.i}.example/{entry}": f"{time_at(float(at)):%Y-%m-%dT%H:%M:%SZ}"
        for each in outlets
        for entry, at in enumerate(each.replay.seen)
        if at < float("inf")
    }
    return sum(told.get(url) != at for url, at in shown.items()) + len(told.keys() - shown.keys())


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--days", type=float, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    a = parser.parse_args()
    a.warmup, a.floor, a.outlets, began = 0.0, 5.0, a.feeds, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outlets, wrong = asyncio.run(played_day(a, Path(folder)))
    predicted = [simulate(each.outlet, make_policy("chronik-norepair"), a, []) for each in outlets]
    found = {
        "daemon": summarise([each.replay.result() for each in outlets], a),
        "simulator": summarise(predicted, a),
        "first_seen_at_wrong": wrong,
    }
    for name in ("daemon", "simulator"):
        told = {
            key: round(found[name][key], 3) for key in ("req_day", "mean", "d50", "d95", "loss", "viol_k", "entries")
        }
        print(f"{name:<10}", told)
    print(f"first_seen_at wrong: {wrong}; {time.monotonic() - began:.0f} s")
    if a.json:
        a.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
