"""Each road alone gives all that it offers; all together give each entry once."""

from pathlib import Path

import pytest
from outlets import Outlet
from pasts import config_text, got, guids, routes_of
from servers import Server, serving

from storage.jobs import JobState
from storage.records import Route

POSTS = 400


def road(route: Route, server: Server, outlet: Outlet) -> str:
    """Make the server offer just this road; returns the configuration."""
    outlet.paging = "paged" if route is Route.PAGES else None
    path, wayback = "/feed/", None
    if route is Route.RFC5005:
        server.pages |= outlet.archive(server.url)
    elif route is Route.JSONFEED:
        path = "/feed.json"
        server.pages["/feed.json"] = outlet.json_feed
    elif route is Route.WORDPRESS:
        server.pages["/wp-json/wp/v2/posts"] = outlet.rest
    elif route is Route.SITEMAP:
        server.pages |= outlet.sitemaps(server.url)
    elif route is Route.WAYBACK:
        server.pages |= outlet.captures(server.url("/feed/")).pages()
        wayback = server.url("").rstrip("/")
    return config_text(server, path, wayback)


@pytest.mark.parametrize(
    "route", [Route.RFC5005, Route.JSONFEED, Route.PAGES, Route.WORDPRESS, Route.SITEMAP, Route.WAYBACK]
)
def test_each_road_alone_gives_all_that_it_offers(tmp_path: Path, route: Route) -> None:
    outlet = Outlet(POSTS)
    with serving(outlet.pages()) as server:
        past = got(tmp_path, road(route, server, outlet))
    assert past.arrived[route].state is JobState.DONE, past.arrived
    assert guids(tmp_path) == list(range(1, POSTS + 1))
    assert {each for each in routes_of(tmp_path)} >= {"live", route.value}
