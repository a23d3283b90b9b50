"""The past of an outlet of 20,000 posts over five years, of which its live feed shows 20, on a loopback server.

    python benchmarks/backfill.py [--posts 20000] [--kills 100] [--only roads|orders|kills|ROUTE]

Shows that each road alone gives all that it offers; that all roads in any order give the same rows, each entry once
and its wordings in time order; and that a run that is killed (SIGKILL) at random moments, and started again each time,
ends with the rows of one that was not. The server has the quirks of real ones: sitemaps are zipped and date every page
wrongly, captures are cut, redirected or of another page, posts are edited after a day. Waits take no time.
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1] / "tests"
sys.path += [str(TESTS), str(TESTS / "ingest" / "backfill")]

from outlets import SITE, Captures, Outlet  # noqa: E402
from pasts import StillClock, asked, config_text, got, guids, routes_of  # noqa: E402
from saying import told  # noqa: E402
from servers import Server, answer, serving  # noqa: E402

from storage.archive import Archive  # noqa: E402
from storage.records import Route  # noqa: E402

BEGIN, SPAN = datetime(2021, 2, 1, tzinfo=UTC), timedelta(days=5 * 365)
EDITED_EVERY, EDITED_AFTER = 50, timedelta(hours=30)
TOGETHER = [Route.RFC5005, Route.PAGES, Route.WORDPRESS, Route.SITEMAP, Route.WAYBACK]
ALONE = [*TOGETHER, Route.JSONFEED]
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["outlets", "pasts"])


@dataclass
class Edited(Outlet):
    """Every fiftieth post has another title a day later. `as_of`: as the outlet was then; None: as it is."""

    as_of: datetime | None = None
    spread: int = 20_000
    _local: dict[int, datetime] = field(default_factory=dict)

    def at(self, n: int) -> datetime:
        return BEGIN + (SPAN * n / self.spread)

    def local(self, n: int) -> datetime:
        if n not in self._local:
            self._local[n] = super().local(n)
        return self._local[n]

    def title(self, n: int) -> str:
        """The title that post n has."""
        is_edited = n % EDITED_EVERY == 0 and (self.as_of is None or self.at(n) + EDITED_AFTER < self.as_of)
        return f"Meldung Nr. {n} (aktualisiert)" if is_edited else f"Meldung Nr. {n}"

    def item(self, n: int) -> str:
        return super().item(n).replace(f"<title>Meldung Nr. {n}<", f"<title>{self.title(n)}<")

    def post(self, n: int) -> dict[str, object]:
        return super().post(n) | {"title": {"rendered": self.title(n)}}

    def news_sitemap(self, numbers: list[int]) -> bytes:
        said = super().news_sitemap(numbers).decode()
        for n in numbers:
            said = said.replace(f"<news:title>Meldung Nr. {n}<", f"<news:title>{self.title(n)}<")
        return said.encode()

    def captures(self, feed_url: str, every: int = 10) -> Captures:
        found = {}
        for n in range(self.window, self.posts + 1, every):
            self.as_of = self.at(n)
            found[self.at(n).strftime("%Y%m%d%H%M%S")] = answer(self.rss(self.newest(self.window, before=n + 1)))
        self.as_of = None
        return Captures(feed_url, found, per_list=1_000)


def spoilt(captures: Captures, server: Server) -> Captures:
    """One capture in forty is cut, is a page of maintenance, leads to another page, or to another capture."""
    stamps = sorted(captures.captures)
    for place in range(20, len(stamps) - 5, 40):
        stamp = stamps[place]
        whole = captures.captures[stamp].partition(b"\r\n\r\n")[2]
        captures.captures[stamp] = [
            answer(whole[: len(whole) // 2]),
            answer(b"<html><head><title>Wartung</title></head></html>"),
            captures.redirect(f"{stamp}id_/{SITE}/kontakt", server.url),
            captures.redirect(f"{stamps[place + 1]}id_/{captures.feed_url}", server.url),
        ][place // 40 % 4]
    return captures


@contextmanager
def offering(posts: int, *routes: Route) -> Iterator[str]:
    """A server with these roads; gives the configuration."""
    outlet = Edited(posts, spread=posts, paging="paged" if Route.PAGES in routes else None)
    path, wayback = "/feed/", None
    with serving(outlet.pages()) as server:
        if Route.RFC5005 in routes:
            server.pages |= outlet.archive(server.url)
        if Route.JSONFEED in routes:
            path, server.pages["/feed.json"] = "/feed.json", outlet.json_feed
        if Route.WORDPRESS in routes:
            server.pages["/wp-json/wp/v2/posts"] = outlet.rest
        if Route.SITEMAP in routes:
            server.pages |= outlet.sitemaps(server.url)
        if Route.WAYBACK in routes:
            server.pages |= spoilt(outlet.captures(server.url("/feed/")), server).pages()
            wayback = server.url("").rstrip("/")
        yield config_text(server, path, wayback)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="chronik-backfill-") as name:
        yield Path(name)


def rows_of(place: Path) -> dict[str, Any]:
    with Archive.open(str(place / "archive.sqlite")) as archive:
        return told(archive)


def edited_in_order(place: Path) -> int:
    """Posts whose wordings are there in order of time, the first one first."""
    found: dict[str, list[str]] = {}
    for guid, title in asked(
        place,
        "select coalesce(e.canonical_url, e.guid), v.title from entry_versions v join entries e using (entry_id) "
        "order by 1, v.seen_at, v.version",
    ):
        titles = found.setdefault(guid, [])
        if title not in titles[-1:]:
            titles.append(title)
    return sum(len(each) == 2 and each[1] == f"{each[0]} (aktualisiert)" for each in found.values())


def roads(posts: int, routes: Sequence[Route] = ALONE) -> None:
    for route in routes:
        with folder() as place, offering(posts, route) as config:
            began = time.monotonic()
            past = got(place, config, route, clock=StillClock())
            found = guids(place)
            assert found == list(range(1, posts + 1)), f"{route}: {len(found)} of {posts}: {past.arrived[route]}"
            lasted, requests = time.monotonic() - began, routes_of(place)[route.value]
            print(f"{route.value:<9} {len(found)} of {posts} posts, {requests} requests, {lasted:.0f} s", flush=True)


def orders(posts: int) -> None:
    dice, first = random.Random(7), None
    with offering(posts, *TOGETHER) as config:
        for order in (TOGETHER, dice.sample(TOGETHER, len(TOGETHER))):
            with folder() as place:
                for route in order:
                    got(place, config, route, clock=StillClock())
                assert guids(place) == list(range(1, posts + 1))
                rows = rows_of(place)
                versions = edited_in_order(place)
            print(
                f"{' '.join(order)}: each entry once, {versions} of {posts // EDITED_EVERY} edits in order", flush=True
            )
            first = first or rows
            assert rows["entries"] == first["entries"], "another order gave other entries"
    print("the entries are the same in both orders", flush=True)


def kills(posts: int, times: int) -> None:
    dice = random.Random(11)
    with offering(posts, *TOGETHER) as config, folder() as whole, folder() as cut:
        for place in (whole, cut):
            (place / "config").write_text(config)
        began = time.monotonic()
        walked(whole, None)
        lasted = time.monotonic() - began
        killed = 0
        while killed < times and not walked(cut, dice.uniform(0, 1.5 * lasted / times)):
            killed += 1
        walked(cut, None)
        same = rows_of(whole) == rows_of(cut)
        print(f"killed {killed} times, {lasted:.0f} s without: rows identical: {same}", flush=True)
        assert same


def walked(place: Path, seconds: float | None) -> bool:
    """Walk in a process of its own, killed so many seconds after its first request. True: it came to its end."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=walk, args=(place, theirs))
    process.start()
    theirs.close()
    with suppress(EOFError):
        ours.recv()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        return False
    assert process.exitcode == 0, f"the walk ended with {process.exitcode}"
    return True


def walk(place: Path, begun: Connection) -> None:
    tell = cache(lambda: begun.send("walking"))
    got(place, (place / "config").read_text(), tell=lambda _step: tell(), clock=StillClock())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--only", choices=["roads", "orders", "kills", *ALONE])
    args = parser.parse_args()
    if args.only in {None, "roads", *ALONE}:
        roads(args.posts, [Route(args.only)] if args.only in ALONE else ALONE)
    if args.only in {None, "orders"}:
        orders(args.posts)
    if args.only in {None, "kills"}:
        kills(args.posts, args.kills)


if __name__ == "__main__":
    main()
