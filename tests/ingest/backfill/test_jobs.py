"""A job goes on where it stopped, one at a time for each feed, and leaves the live feed alone."""

import asyncio
import os
import random
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from clocks import FakeClock
from outlets import Outlet
from pasts import StillClock, asked, config_text, got, guids, news, polled, running
from saying import told
from servers import Asked, answer, serving

from ingest.backfill.promise import promises
from ingest.backfill.run import HeldError, Wanted, backfill
from ingest.session import Session
from storage import jobs
from storage.archive import Archive, Writer
from storage.jobs import JobState
from storage.records import Route
from storage.transaction import Tx

ROUTES = (Route.PAGES, Route.WORDPRESS, Route.SITEMAP, Route.WAYBACK)


class Stopped(Exception):
    """The process ends here."""


def everything(outlet: Outlet, server: Any) -> str:
    server.pages["/wp-json/wp/v2/posts"] = outlet.rest
    server.pages |= outlet.sitemaps(server.url, size=25)
    server.pages |= outlet.captures(server.url("/feed/"), every=12).pages()
    return config_text(server, wayback=server.url("").rstrip("/"))


def rows_of(folder: Path) -> dict[str, Any]:
    with Archive.open(str(folder / "archive.sqlite")) as archive:
        return told(archive)


def test_killed_at_any_moment_and_started_again_it_ends_with_the_same_rows(tmp_path: Path) -> None:
    outlet, dice = Outlet(70, per_page=20), random.Random(6)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    with serving(outlet.pages()) as server:
        config = everything(outlet, server)
        got(whole, config, clock=StillClock())
        kills = 0
        while not _until_killed(cut, config, dice.randint(0, 5), before_commit=dice.random() < 0.5):
            kills += 1
            assert kills < 60
    assert kills > 8
    assert rows_of(cut) == rows_of(whole)


def _until_killed(folder: Path, config: str, after: int, *, before_commit: bool) -> bool:
    """Run until so many pages are done, and the next one just before or just after its commit. False: it was killed."""
    done = 0

    def count(*_: Any) -> None:
        nonlocal done
        done += 1
        if done > after:
            raise Stopped

    async def act(opened: Session) -> bool:
        breaking = cast("Any", Breaking(opened.writer, count)) if before_commit else opened.writer
        async with backfill(replace(opened, writer=breaking)) as run:
            try:
                await run.get(news(opened), Wanted(), (lambda _: None) if before_commit else count)
            except Stopped:
                return False
        return True

    return running(folder, config, act, StillClock())


@dataclass
class Breaking:
    """The writer, whose transactions break off at their end when `count` says so."""

    writer: Writer
    count: Callable[[], None]

    async def do(self, job: Callable[[Tx], Any]) -> Any:
        def broken(tx: Tx) -> Any:
            result = job(tx)
            self.count()
            return result

        return await self.writer.do(broken)


def test_two_at_once_are_refused_and_a_dead_one_is_no_obstacle(tmp_path: Path) -> None:
    outlet = Outlet(60)
    with serving(outlet.pages()) as server, subprocess.Popen(["sleep", "60"]) as other:
        config = config_text(server)
        polled(tmp_path, config)
        name = f"{os.uname().nodename}/{other.pid}/x"
        with Archive.open(str(tmp_path / "archive.sqlite")) as archive, archive.write() as tx:
            jobs.take(tx, 1, [Route.PAGES], by=name, lasting=timedelta(days=9999), is_alive=lambda _: True)
        with pytest.raises(HeldError, match=str(other.pid)):
            got(tmp_path, config, Route.WORDPRESS)
        other.kill()
        other.wait()
        got(tmp_path, config, Route.PAGES)
    assert len(guids(tmp_path)) == 60


def test_the_live_feed_is_as_it_was(tmp_path: Path) -> None:
    outlet = Outlet(100)
    columns = (
        "url, state, etag, last_modified, failures, next_due_at, due_because, memory, last_success_at, title, hints"
    )
    with serving(outlet.pages()) as server:
        config = everything(outlet, server)
        polled(tmp_path, config)
        before = asked(tmp_path, f"select {columns}, live_document_id from feed")
        got(tmp_path, config)
    assert asked(tmp_path, f"select {columns}, live_document_id from feed") == before
    assert before[0][2] == '"site-wide"'


def test_a_run_asks_no_more_than_it_may_and_the_next_one_goes_on(tmp_path: Path) -> None:
    outlet = Outlet(200)
    with serving(outlet.pages()) as server:
        config = config_text(server)
        polled(tmp_path, config)
        first = got(tmp_path, config, Route.PAGES, most=4)
        pages = server.count("/feed/") - 1
        second = got(tmp_path, config, Route.PAGES)
        numbers = [each.query for each in server.asked if "paged" in each.query]
    assert pages == 4
    assert first.arrived[Route.PAGES].state is JobState.STOPPED
    assert second.arrived[Route.PAGES].state is JobState.DONE
    assert len(numbers) == len(set(numbers))
    assert guids(tmp_path) == list(range(1, 201))


def test_since_stops_the_walk_there_and_without_it_the_walk_goes_on(tmp_path: Path) -> None:
    outlet = Outlet(200)
    with serving(outlet.pages()) as server:
        config = config_text(server)
        since = outlet.at(121)
        got(tmp_path, config, Route.PAGES, since=since)
        some = guids(tmp_path)
        got(tmp_path, config, Route.PAGES)
    assert set(range(121, 201)) <= set(some)
    assert len(some) < 140
    assert guids(tmp_path) == list(range(1, 201))


def test_posts_since_a_day_are_no_excuse_for_leaving_out_older_ones_later(tmp_path: Path) -> None:
    outlet = Outlet(200)
    with serving(outlet.pages()) as server:
        config = everything(outlet, server)
        got(tmp_path, config, Route.WORDPRESS, since=outlet.at(121))
        assert len(guids(tmp_path)) < 120
        got(tmp_path, config, Route.WORDPRESS)
    assert guids(tmp_path) == list(range(1, 201))


def test_what_was_published_since_the_last_run_comes_with_the_next(tmp_path: Path) -> None:
    outlet = Outlet(100)
    with serving(outlet.pages()) as server:
        config = everything(outlet, server)
        got(tmp_path, config, Route.PAGES, Route.WORDPRESS)
        outlet.posts = 170
        before = len(server.asked)
        got(tmp_path, config, Route.PAGES, Route.WORDPRESS)
        assert len(server.asked) - before < 10
    assert guids(tmp_path) == list(range(1, 171))


# --- a server that wants less -----------------------------------------------------------------------------------------


def test_retry_after_is_kept_to_and_the_walk_goes_on(tmp_path: Path) -> None:
    outlet, clock = Outlet(100), FakeClock()
    pushes = iter([False, False, True])

    def feed(asked_for: Asked) -> bytes:
        if "paged" in asked_for.query and next(pushes, False):
            return answer(b"", 429, ("Retry-After", "90"))
        return outlet.feed(asked_for)

    with serving(outlet.pages() | {"/feed/": feed}) as server:
        past = got(tmp_path, config_text(server), Route.PAGES, clock=clock)
    assert past.arrived[Route.PAGES].state is JobState.DONE
    assert max(clock.slept) > 60
    assert guids(tmp_path) == list(range(1, 101))


@pytest.mark.parametrize("status", [429, 403, 503])
def test_a_host_that_pushes_back_again_and_again_is_left_alone_and_the_walk_kept(tmp_path: Path, status: int) -> None:
    outlet, closed = Outlet(200), [False]

    def feed(asked_for: Asked) -> bytes:
        if closed[0]:
            return answer(b"", status)
        closed[0] = "paged=4" in asked_for.query
        return outlet.feed(asked_for)

    with serving(outlet.pages() | {"/feed/": feed}) as server:
        config = config_text(server)
        past = got(tmp_path, config, Route.PAGES)
        assert past.arrived[Route.PAGES].state is JobState.STOPPED
        assert past.arrived[Route.PAGES].is_trouble
        assert server.count("/feed/") <= 1 + 4 + 3
        closed[0] = False
        server.pages["/feed/"] = outlet.feed
        again = got(tmp_path, config, Route.PAGES, clock=FakeClock(datetime(2026, 3, 9, tzinfo=UTC)))
        assert sum("paged=2" in each.query for each in server.asked) == 1
    assert again.arrived[Route.PAGES].state is JobState.DONE
    assert guids(tmp_path) == list(range(1, 201))


def test_secrets_are_in_no_walk(tmp_path: Path) -> None:
    outlet = Outlet(100)
    with serving(outlet.pages()) as server:
        server.pages |= outlet.archive(lambda path: server.url(path + "?token=geheim"))
        config = config_text(server).replace("/feed/'", "/feed/?token=${T}'")

        async def act(opened: Session) -> None:
            async with backfill(opened) as run:
                await run.get(news(opened), Wanted(routes=(Route.RFC5005,)), lambda _: None)

        running(tmp_path, config, act, environ={"T": "geheim"})
    assert "${T}" in asked(tmp_path, "select walk from job where route = 'rfc5005'")[0][0]
    assert not any(
        "geheim" in str(row) for row in asked(tmp_path, "select * from job") + asked(tmp_path, "select * from fetches")
    )


# --- before anything is asked -----------------------------------------------------------------------------------------


def test_a_dry_run_tells_what_there_is_and_stores_nothing(tmp_path: Path) -> None:
    outlet = Outlet(300)
    with serving(outlet.pages()) as server:
        config = everything(outlet, server)
        polled(tmp_path, config)
        before = rows_of(tmp_path), asked(tmp_path, "select count(*) from fetches")

        async def act(opened: Session) -> list[Any]:
            async with backfill(opened) as run:
                slow = replace(run, spacing=timedelta(seconds=5))
                return await promises(slow, news(opened), Wanted())

        found = {each.route: each for each in running(tmp_path, config, act)}
    assert (rows_of(tmp_path), asked(tmp_path, "select count(*) from fetches")) == before
    assert [route for route, each in found.items() if each.offered] == list(ROUTES)
    assert (found[Route.PAGES].pages, found[Route.PAGES].entries) == (15, 300)
    assert found[Route.PAGES].lasting == timedelta(seconds=75)
    assert found[Route.WORDPRESS].entries == 300


def test_a_dry_run_finds_what_only_the_feed_tells_though_it_was_never_polled(tmp_path: Path) -> None:
    outlet = Outlet(120, paging=None)

    async def act(opened: Session) -> list[Any]:
        async with backfill(opened) as run:
            return await promises(run, news(opened), Wanted(routes=(Route.RFC5005, Route.WORDPRESS)))

    with serving(outlet.pages()) as server:
        server.pages |= outlet.archive(server.url) | {"/wp-json/wp/v2/posts": outlet.rest}
        found = running(tmp_path, config_text(server), act)
    assert [each.offered for each in found] == [True, True]
    assert asked(tmp_path, "select count(*) from fetches") == [(0,)]


def test_a_feed_that_was_never_polled_is_asked_for_first(tmp_path: Path) -> None:
    outlet = Outlet(60)
    with serving(outlet.pages()) as server:
        got(tmp_path, config_text(server), Route.PAGES)
    assert asked(tmp_path, "select route from fetches order by fetch_id limit 1") == [("live",)]
    assert asked(tmp_path, "select state, failures from feeds") == [("ok", 0)]


def test_interrupted_it_gives_its_lease_back(tmp_path: Path) -> None:
    outlet = Outlet(200)
    with serving(outlet.pages()) as server:
        config = config_text(server)

        async def act(opened: Session) -> None:
            async with backfill(opened) as run:
                reached = asyncio.Event()
                task = asyncio.create_task(
                    run.get(news(opened), Wanted(routes=(Route.PAGES,)), lambda _: reached.set())
                )
                await reached.wait()
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

        running(tmp_path, config, act)
    assert asked(tmp_path, "select distinct lease_by from job") == [(None,)]
