"""Each road alone gives all that it offers, with the quirks of real servers; all together give each entry once."""

from pathlib import Path

import pytest
from outlets import Outlet
from pasts import SITE, config_text, got, guids, polled, routes_of
from saying import told
from servers import Server, answer, serving

from storage.archive import Archive
from storage.jobs import JobState
from storage.records import Route

POSTS = 240
ALL = list(range(1, POSTS + 1))
ROADS = [Route.RFC5005, Route.JSONFEED, Route.PAGES, Route.WORDPRESS, Route.SITEMAP, Route.WAYBACK]


def offer(server: Server, outlet: Outlet, *routes: Route) -> str:
    """Make the server offer just these roads; returns the configuration."""
    outlet.paging = "paged" if Route.PAGES in routes else None
    path, wayback = "/feed/", None
    if Route.RFC5005 in routes:
        server.pages |= outlet.archive(server.url)
    if Route.JSONFEED in routes:
        path = "/feed.json"
        server.pages["/feed.json"] = outlet.json_feed
    if Route.WORDPRESS in routes:
        server.pages["/wp-json/wp/v2/posts"] = outlet.rest
    if Route.SITEMAP in routes:
        server.pages |= outlet.sitemaps(server.url)
    if Route.WAYBACK in routes:
        server.pages |= outlet.captures(server.url("/feed/")).pages()
        wayback = server.url("").rstrip("/")
    return config_text(server, path, wayback)


@pytest.mark.parametrize("route", ROADS)
def test_each_road_alone_gives_all_that_it_offers(tmp_path: Path, route: Route) -> None:
    outlet = Outlet(POSTS)
    with serving(outlet.pages()) as server:
        past = got(tmp_path, offer(server, outlet, route))
    assert past.arrived[route].state is JobState.DONE, past.arrived
    assert guids(tmp_path) == ALL
    assert set(routes_of(tmp_path)) >= {"live", route.value}


def test_all_roads_together_give_each_entry_once_and_a_second_run_adds_nothing(tmp_path: Path) -> None:
    outlet = Outlet(120)
    with serving(outlet.pages()) as server:
        config = offer(server, outlet, *(each for each in ROADS if each is not Route.JSONFEED))
        got(tmp_path, config)
        with Archive.open(str(tmp_path / "archive.sqlite")) as archive:
            before = told(archive)
        again = got(tmp_path, config)
    assert guids(tmp_path) == list(range(1, 121))
    with Archive.open(str(tmp_path / "archive.sqlite")) as archive:
        assert told(archive) == before
    assert {arrived.state for route, arrived in again.arrived.items() if route is not Route.JSONFEED} == {JobState.DONE}


# --- numbered pages ---------------------------------------------------------------------------------------------------


def test_what_is_published_during_the_walk_moves_pages_and_loses_nothing(tmp_path: Path) -> None:
    outlet = Outlet(200, orders=False)
    outlet.when_asked = lambda _asked: setattr(outlet, "posts", outlet.posts + 3)
    with serving(outlet.pages()) as server:
        got(tmp_path, offer(server, outlet, Route.PAGES), Route.PAGES)
    assert guids(tmp_path)[:200] == list(range(1, 201))


@pytest.mark.parametrize("orders", [True, False])
def test_a_server_that_repeats_its_last_page_ends_the_walk(tmp_path: Path, orders: bool) -> None:
    outlet = Outlet(POSTS, orders=orders, cap=7)
    with serving(outlet.pages()) as server:
        past = got(tmp_path, offer(server, outlet, Route.PAGES), Route.PAGES)
        assert server.count("/feed/") <= 12
    assert past.arrived[Route.PAGES].state is JobState.DONE
    assert len(guids(tmp_path)) == (160 if orders else 140)  # seven pages; the live window besides


def test_a_server_that_does_not_know_the_number_offers_no_pages(tmp_path: Path) -> None:
    outlet = Outlet(POSTS)
    with serving(outlet.pages()) as server:
        past = got(tmp_path, offer(server, outlet), Route.PAGES)
        assert server.count("/feed/") < 10
    assert past.arrived[Route.PAGES].state is JobState.NOT_OFFERED
    assert len(guids(tmp_path)) == 20


def test_pages_are_never_asked_for_with_validators(tmp_path: Path) -> None:
    outlet = Outlet(60)
    with serving(outlet.pages()) as server:
        config = offer(server, outlet, Route.PAGES)
        polled(tmp_path, config)
        got(tmp_path, config, Route.PAGES)
        assert not any("if-none-match" in each.headers for each in server.asked if "paged" in each.query)


# --- WordPress --------------------------------------------------------------------------------------------------------


def test_posts_that_share_a_second_are_told_apart_by_page_number(tmp_path: Path) -> None:
    outlet = Outlet(250)
    outlet.at = lambda n: Outlet.at(outlet, min(n, 40))  # type: ignore[method-assign]
    with serving(outlet.pages()) as server:
        past = got(tmp_path, offer(server, outlet, Route.WORDPRESS), Route.WORDPRESS)
    assert past.arrived[Route.WORDPRESS].walk.entries == 250
    assert guids(tmp_path) == list(range(1, 251))


def test_a_site_that_allows_fewer_posts_a_request_gets_smaller_requests(tmp_path: Path) -> None:
    outlet = Outlet(90, per_page=20)
    with serving(outlet.pages()) as server:
        got(tmp_path, offer(server, outlet, Route.WORDPRESS), Route.WORDPRESS)
    assert guids(tmp_path) == list(range(1, 91))


def test_posts_of_the_api_are_the_entries_of_the_feed(tmp_path: Path) -> None:
    outlet = Outlet(20)
    with serving(outlet.pages()) as server:
        past = got(tmp_path, offer(server, outlet, Route.WORDPRESS), Route.WORDPRESS)
    assert past.before == past.after == {"2024-03": 20}


def test_robots_txt_is_obeyed_for_the_api(tmp_path: Path) -> None:
    outlet = Outlet(60, robots="User-agent: *\nDisallow: /wp-json/\nDisallow: /?rest_route=\n")
    with serving(outlet.pages()) as server:
        past = got(tmp_path, offer(server, outlet, Route.WORDPRESS), Route.WORDPRESS)
        assert server.count("/wp-json/wp/v2/posts") == 0
    assert past.arrived[Route.WORDPRESS].state is JobState.NOT_OFFERED
    assert "robots.txt" in past.arrived[Route.WORDPRESS].because


# --- RFC 5005 ---------------------------------------------------------------------------------------------------------


def test_an_archive_with_a_document_missing_says_so(tmp_path: Path) -> None:
    outlet = Outlet(300)
    with serving(outlet.pages()) as server:
        config = offer(server, outlet, Route.RFC5005)
        del server.pages["/archive/4"]
        past = got(tmp_path, config, Route.RFC5005)
    arrived = past.arrived[Route.RFC5005]
    assert not arrived.walk.whole
    assert "chain is broken" in arrived.because


def test_archives_that_lead_in_a_circle_are_left(tmp_path: Path) -> None:
    outlet = Outlet(100)
    with serving(outlet.pages()) as server:
        config = offer(server, outlet, Route.RFC5005)
        server.pages["/archive/1"] = answer(outlet.rss([1, 2], {"prev-archive": "/archive/2"}))
        past = got(tmp_path, config, Route.RFC5005)
    assert "circle" in past.arrived[Route.RFC5005].because


# --- sitemaps ---------------------------------------------------------------------------------------------------------


def test_of_files_that_only_name_addresses_one_is_looked_at(tmp_path: Path) -> None:
    outlet = Outlet(120)
    with serving(outlet.pages()) as server:
        got(tmp_path, offer(server, outlet, Route.SITEMAP), Route.SITEMAP)
        assert sum(each.path.startswith("/tags-") for each in server.asked) == 1


def test_sitemaps_that_lead_in_a_circle_or_break_off_are_no_trouble(tmp_path: Path) -> None:
    outlet = Outlet(120)
    with serving(outlet.pages()) as server:
        config = offer(server, outlet, Route.SITEMAP)
        index = f"<sitemapindex><sitemap><loc>{server.url('/sitemap.xml')}</loc></sitemap>"
        files = (f"<sitemap><loc>{server.url(f'/news-{k}.xml.gz')}</loc></sitemap>" for k in (1, 2))
        index += "".join(files) + "<sitemap><loc>http://127.0.0.1/ne"
        server.pages["/sitemap.xml"] = answer(index.encode())
        past = got(tmp_path, config, Route.SITEMAP)
    assert past.arrived[Route.SITEMAP].state is JobState.DONE
    assert guids(tmp_path) == list(range(1, 121))


# --- captures ---------------------------------------------------------------------------------------------------------


def test_captures_between_two_that_lost_nothing_are_not_asked_for(tmp_path: Path) -> None:
    outlet = Outlet(120)
    with serving(outlet.pages()) as server:
        got(tmp_path, offer(server, outlet, Route.WAYBACK), Route.WAYBACK)
        captures = sum(each.path.startswith("/web/") for each in server.asked)
    assert captures <= 14  # of 21; each window of 20 must touch the next
    assert guids(tmp_path) == list(range(1, 121))


def test_a_capture_counts_for_its_own_time(tmp_path: Path) -> None:
    outlet = Outlet(60)
    with serving(outlet.pages()) as server:
        got(tmp_path, offer(server, outlet, Route.WAYBACK), Route.WAYBACK)
    with Archive.open(str(tmp_path / "archive.sqlite")) as archive, archive.read() as connection:
        seen = connection.exec_driver_sql("select min(first_seen_at) from sightings").scalar()
    assert seen == "2024-03-01T20:00:00Z"


def test_captures_that_are_cut_redirected_or_of_another_page_cost_nothing_but_themselves(tmp_path: Path) -> None:
    outlet = Outlet(150, paging=None)
    with serving(outlet.pages()) as server:
        feed = server.url("/feed/")
        captures = outlet.captures(feed, every=4)
        stamps = sorted(captures.captures)
        middle = len(stamps) // 2
        whole = captures.captures[stamps[middle]]
        captures.captures[stamps[middle]] = answer(whole.partition(b"\r\n\r\n")[2][:2000])
        captures.captures[stamps[middle // 2]] = captures.redirect(f"{stamps[0]}id_/{SITE}/kontakt", server.url)
        captures.captures[stamps[middle - 1]] = captures.redirect(f"{stamps[middle + 1]}id_/{feed}", server.url)
        captures.captures[stamps[middle // 2 + 1]] = answer(b"<html><head><title>Wartung</title></head></html>")
        server.pages |= captures.pages()
        past = got(tmp_path, config_text(server, wayback=server.url("").rstrip("/")), Route.WAYBACK)
    assert past.arrived[Route.WAYBACK].state is JobState.DONE
    assert guids(tmp_path) == list(range(1, 151))


def test_an_entry_pinned_to_the_top_proves_nothing(tmp_path: Path) -> None:
    outlet = Outlet(120, paging=None)
    outlet.newest = lambda count, before=None: [1, *Outlet.newest(outlet, count - 1, before)]  # type: ignore[method-assign]
    with serving(outlet.pages()) as server:
        server.pages |= outlet.captures(server.url("/feed/")).pages()
        got(tmp_path, config_text(server, wayback=server.url("").rstrip("/")), Route.WAYBACK)
    assert guids(tmp_path) == list(range(1, 121))
