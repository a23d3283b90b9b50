"""Gaps are closed by whatever still has what was missed; where nothing has, that is written down."""

from datetime import timedelta
from pathlib import Path

import pytest
from clocks import FakeClock
from outlets import Outlet
from pasts import asked, config_text, guids, polled, repairing, running
from servers import Server, serving

from ingest.daemon.reconciling import Reconciling
from storage.records import Route

GAPS = "select state, recovered, closed_at is not null from gaps"


def with_gap(folder: Path, outlet: Outlet, server: Server, config: str, clock: FakeClock, *, posts: int = 160) -> None:
    """Polled at post 100, then at post 160: 40 entries rolled through the window unseen."""
    clock.at = outlet.at(100) + timedelta(minutes=1)
    outlet.posts = 100
    polled(folder, config, clock)
    clock.at = outlet.at(posts) + timedelta(minutes=1)
    outlet.posts = posts
    polled(folder, config, clock)
    assert asked(folder, GAPS) == [("open", 0, 0)]


@pytest.mark.parametrize("route", [Route.PAGES, Route.WORDPRESS, Route.SITEMAP])
def test_a_gap_is_closed_by_the_first_road_that_reaches_back_to_it(tmp_path: Path, route: Route) -> None:
    outlet, clock = Outlet(100, paging="paged" if route is Route.PAGES else None), FakeClock()
    with serving(outlet.pages()) as server:
        config = config_text(server)
        with_gap(tmp_path, outlet, server, config, clock)
        if route is Route.WORDPRESS:
            server.pages["/wp-json/wp/v2/posts"] = outlet.rest
        if route is Route.SITEMAP:
            server.pages |= outlet.sitemaps(server.url)
        result = repairing(tmp_path, config, clock)
        again = repairing(tmp_path, config, clock)
    assert (result.closed, result.unclosable, result.still_open, result.recovered) == (1, 0, 0, 40)
    assert (again.closed, again.still_open) == (0, 0)
    assert asked(tmp_path, GAPS) == [("closed", 40, 1)]
    assert set(range(81, 161)) <= set(guids(tmp_path))


def test_only_as_many_pages_are_asked_for_as_reach_back_to_the_gap(tmp_path: Path) -> None:
    outlet, clock = Outlet(100), FakeClock()
    with serving(outlet.pages()) as server:
        config = config_text(server)
        with_gap(tmp_path, outlet, server, config, clock)
        before = server.count("/feed/")
        repairing(tmp_path, config, clock)
        assert server.count("/feed/") - before == 4


def test_the_page_that_shows_where_the_gap_began_is_the_last_one_asked_for(tmp_path: Path) -> None:
    outlet, clock = Outlet(100), FakeClock()
    with serving(outlet.pages()) as server:
        config = config_text(server)
        with_gap(tmp_path, outlet, server, config, clock, posts=155)
        before = server.count("/feed/")
        result = repairing(tmp_path, config, clock)
        assert server.count("/feed/") - before == 3  # 1, to know the others by; 116 to 135; 96 to 115
    assert (result.closed, result.recovered) == (1, 35)
    assert set(range(81, 156)) <= set(guids(tmp_path))


def test_what_a_repair_did_not_find_the_daily_look_for_a_list_does_not_ask_for_again(tmp_path: Path) -> None:
    outlet, clock = Outlet(100, paging=None), FakeClock()
    with serving(outlet.pages()) as server:
        config = config_text(server)
        with_gap(tmp_path, outlet, server, config, clock)
        clock.at += timedelta(days=2)
        repairing(tmp_path, config, clock)
        before = len(server.asked)
        running(tmp_path, config, Reconciling().work, clock)
        assert len(server.asked) == before
        clock.at += timedelta(days=31)
        running(tmp_path, config, Reconciling().work, clock)
        assert len(server.asked) > before


def test_a_capture_between_the_polls_closes_a_gap(tmp_path: Path) -> None:
    outlet, clock = Outlet(100, paging=None), FakeClock()
    with serving(outlet.pages()) as server:
        config = config_text(server, wayback=server.url("").rstrip("/"))
        with_gap(tmp_path, outlet, server, config, clock)
        server.pages |= outlet.captures(server.url("/feed/")).pages()
        result = repairing(tmp_path, config, clock)
    assert (result.closed, result.still_open) == (1, 0)
    assert asked(tmp_path, GAPS) == []  # the windows touch now: there is none any more
    assert set(range(81, 161)) <= set(guids(tmp_path))


def test_what_nobody_has_any_more_is_unclosable(tmp_path: Path) -> None:
    outlet, clock = Outlet(100, paging=None), FakeClock()
    with serving(outlet.pages()) as server:
        config = config_text(server)
        with_gap(tmp_path, outlet, server, config, clock)
        result = repairing(tmp_path, config, clock)
    assert (result.closed, result.unclosable, result.recovered) == (0, 1, 0)
    assert asked(tmp_path, GAPS) == [("unclosable", 0, 1)]


def test_an_outlet_that_cannot_be_asked_leaves_the_gap_open_for_a_week(tmp_path: Path) -> None:
    outlet, clock = Outlet(100), FakeClock()
    with serving(outlet.pages()) as server:
        config = config_text(server)
        with_gap(tmp_path, outlet, server, config, clock)
    result = repairing(tmp_path, config, clock)
    assert (result.closed, result.unclosable, result.still_open) == (0, 0, 1)
    assert asked(tmp_path, GAPS) == [("open", 0, 0)]
    clock.at += timedelta(days=8)
    assert repairing(tmp_path, config, clock).unclosable == 1
    assert asked(tmp_path, GAPS) == [("unclosable", 0, 1)]
