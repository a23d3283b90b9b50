"""No server's word ends a walk before the end, none makes it go on for ever, and what is cut short counts as cut."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from outlets import Outlet
from pasts import StillClock, config_text, got, guids, news, polled, running
from servers import Asked, Page, answer, serving

from ingest.backfill import sitemap
from ingest.backfill.listing import part_of
from ingest.backfill.promise import Promise, promises
from ingest.backfill.run import Past, Wanted, backfill
from ingest.cli.coverage import missing, promise_lines
from ingest.session import Session
from storage.jobs import JobState
from storage.records import FeedHealth, FeedRecord, Route

FEED = FeedRecord(1, "o", "news", "https://o.example/feed/", None, None, None, FeedHealth.OK)
TOTALS: Mapping[str, Callable[[int, int], Mapping[str, str]]] = {
    "not counted": lambda _total, _size: {"X-WP-Total": "0", "X-WP-TotalPages": "0"},
    "a hundred too few": lambda total, _size: {"X-WP-Total": str(max(total - 100, 0))},
    "nothing said": lambda _total, _size: {},
    "as WordPress does": lambda total, size: {"X-WP-Total": str(total), "X-WP-TotalPages": str(-(-total // size))},
}


def posts(outlet: Outlet, most: int, knows: frozenset[str], totals: str) -> Page:
    """The REST API of a site that gives at most so many posts, whatever it is asked for, and `knows` parameters."""

    def page(asked: Asked) -> bytes:
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        size, number = min(int(query["per_page"]), most), int(query.get("page", "1"))
        after = query.get("after", "") if "after" in knows else ""
        found = [n for n in range(1, outlet.posts + 1) if outlet.local(n).isoformat() > after]
        here = found[(number - 1) * size : number * size]
        if number > 1 and not here:
            return answer(b'{"code":"rest_post_invalid_page_number"}', 400)
        body = json.dumps([outlet.post(n) for n in here]).encode()
        return answer(body, 200, ("Content-Type", "application/json"), *TOTALS[totals](len(found), size).items())

    return page


def told_missing(past: Past) -> str:
    return "\n".join(missing(past))


# --- WordPress --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("totals", TOTALS)
@pytest.mark.parametrize("knows", [frozenset({"after"}), frozenset[str]()])
def test_a_site_that_miscounts_its_posts_or_does_not_know_after_gives_all(
    tmp_path: Path, totals: str, knows: frozenset[str]
) -> None:
    outlet = Outlet(350, paging=None)
    with serving(outlet.pages()) as server:
        server.pages["/wp-json/wp/v2/posts"] = posts(outlet, 100, knows, totals)
        past = got(tmp_path, config_text(server), Route.WORDPRESS, most=30)
        assert past.arrived[Route.WORDPRESS].state is JobState.DONE
        assert guids(tmp_path) == list(range(1, 351))
        outlet.posts, before = 353, len(server.asked)
        got(tmp_path, config_text(server), Route.WORDPRESS, most=30)
        assert len(server.asked) - before <= 4
    assert guids(tmp_path) == list(range(1, 354))


@pytest.mark.parametrize("totals", ["as WordPress does", "nothing said"])
def test_a_site_that_gives_fewer_posts_than_it_is_asked_for_gives_all_in_the_end(tmp_path: Path, totals: str) -> None:
    outlet = Outlet(150, paging=None)
    with serving(outlet.pages()) as server:
        server.pages["/wp-json/wp/v2/posts"] = posts(outlet, 10, frozenset({"after"}), totals)
        got(tmp_path, config_text(server), Route.WORDPRESS, most=40)
    assert guids(tmp_path) == list(range(1, 151))


# --- documents that name the next one ---------------------------------------------------------------------------------


def test_a_chain_whose_last_page_comes_again_under_ever_new_addresses_ends(tmp_path: Path) -> None:
    outlet = Outlet(100, paging=None)

    def feed(asked: Asked) -> bytes:
        number = int(parse_qs(asked.query).get("p", ["1"])[0])
        numbers = outlet.newest(20, before=101 - (min(number, 5) - 1) * 20)
        return answer(outlet.rss(numbers, {"next": f"?p={number + 1}"}))

    with serving(outlet.pages() | {"/feed/": feed}) as server:
        past = got(tmp_path, config_text(server), Route.RFC5005, most=60)
    assert past.arrived[Route.RFC5005].state is JobState.DONE
    assert guids(tmp_path) == list(range(1, 101))


def test_a_document_of_a_chain_that_breaks_off_is_told_and_asked_for_again(tmp_path: Path) -> None:
    outlet = Outlet(300, paging=None)
    with serving(outlet.pages()) as server:
        server.pages |= outlet.archive(server.url)
        whole = server.pages["/archive/3"]
        server.pages["/archive/3"] = answer(
            outlet.rss(list(range(150, 100, -1)), {"prev-archive": "/archive/2"})[:4000]
        )
        past = got(tmp_path, config_text(server), Route.RFC5005)
        assert 260 < len(guids(tmp_path)) < 300
        assert f"broken off: {server.url('/archive/3')}" in told_missing(past)
        again = got(tmp_path, config_text(server), Route.RFC5005)
        assert "rfc5005 is not whole" in told_missing(again)
        server.pages["/archive/3"] = whole
        again = got(tmp_path, config_text(server), Route.RFC5005)
        assert server.count("/archive/2") == 1
        assert server.count("/archive/3") == 3
    assert guids(tmp_path) == list(range(1, 301))
    assert told_missing(again) == ""


@pytest.mark.parametrize("routes", [(), (Route.WORDPRESS, Route.SITEMAP, Route.WAYBACK)])
def test_what_an_outlet_lists_as_a_whole_goes_into_one_of_the_feeds_that_are_wanted(
    tmp_path: Path, routes: tuple[Route, ...]
) -> None:
    outlet = Outlet(60, paging=None)
    with serving(outlet.pages()) as server:
        server.pages["/wp-json/wp/v2/posts"] = outlet.rest
        config = config_text(server, "/feed/?of=politics")
        config = config.replace("{news:", f"{{all: '{server.url('/feed/')}', news:")

        async def act(session: Session) -> Past:
            feeds = session.archive.feeds()
            async with backfill(session) as run:
                wanted = Wanted(routes=routes, feeds=tuple(each.feed_id for each in feeds))
                await run.get(news(session, "o/all"), wanted, lambda _step: None)
                return await run.get(news(session), wanted, lambda _step: None)

        past = running(tmp_path, config, act)
        assert server.count("/wp-json/wp/v2/posts") == 1
    because = {route: each.because for route, each in past.arrived.items()}
    assert because[Route.WORDPRESS] == "it is of the outlet as a whole, and goes into its main feed"
    assert because[Route.SITEMAP] == because[Route.WORDPRESS]
    assert because[Route.WAYBACK] == "feeds.yaml wants none of it"
    assert told_missing(past) == ""


def test_no_more_requests_are_promised_than_it_takes(tmp_path: Path) -> None:
    for number, posts_of in enumerate((99, 100, 101, 199, 200, 350)):
        outlet, left = Outlet(posts_of, paging=None), list[int | None]()
        with serving(outlet.pages()) as server:
            server.pages["/wp-json/wp/v2/posts"] = outlet.rest
            folder = tmp_path / str(number)
            folder.mkdir()
            got(folder, config_text(server), Route.WORDPRESS, tell=lambda step, left=left: left.append(step.left))  # type: ignore[misc]
            assert left == list(range(server.count("/wp-json/wp/v2/posts") - 1, -1, -1))


def test_a_look_at_a_site_that_is_away_says_so_and_does_not_wait_for_it(tmp_path: Path) -> None:
    outlet, clock = Outlet(60), StillClock()
    with serving(outlet.pages()) as server:
        config = config_text(server)
        polled(tmp_path, config, clock)

    async def act(session: Session) -> list[Promise]:
        async with backfill(session) as run:
            return await promises(run, news(session), Wanted())

    found = {each.route: each for each in running(tmp_path, config, act, clock)}
    away = [Route.PAGES, Route.WORDPRESS, Route.SITEMAP]
    assert [route for route, each in found.items() if each.offered is None] == away
    assert sum(clock.slept) < 5
    assert "pages     could not be asked (" in "\n".join(promise_lines(FEED, list(found.values())))


# --- sitemaps ---------------------------------------------------------------------------------------------------------


def test_a_sitemap_that_is_too_long_to_be_read_at_once_is_read_in_parts_and_asked_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "part_of", lambda body, number: part_of(body, number, 30))
    outlet = Outlet(100, paging=None)
    with serving(outlet.pages()) as server:
        server.pages |= outlet.sitemaps(server.url)
        past = got(tmp_path, config_text(server), Route.SITEMAP, most=4)
        assert past.arrived[Route.SITEMAP].state is JobState.STOPPED
        assert server.count("/news-1.xml.gz") == 1
        past = got(tmp_path, config_text(server), Route.SITEMAP)
        assert server.count("/news-1.xml.gz") == 2
    assert past.arrived[Route.SITEMAP].state is JobState.DONE
    assert guids(tmp_path) == list(range(1, 101))


def test_a_part_of_a_sitemap_is_a_sitemap_and_the_last_one_ends_as_the_whole_does() -> None:
    whole = Outlet(100).news_sitemap(list(range(1, 101)))
    parts = [part_of(whole[:-30], number, 30)[0] for number in range(4)]
    assert [part.count(b"<news:title>") for part in parts] == [30, 30, 30, 10]
    assert [part.endswith(b"</urlset>") for part in parts] == [True, True, True, False]
    assert part_of(whole, 0)[1] == 1


def test_files_of_an_index_that_could_not_be_read_are_named(tmp_path: Path) -> None:
    outlet = Outlet(100, paging=None)
    with serving(outlet.pages()) as server:
        server.pages |= outlet.sitemaps(server.url, size=50)
        server.pages["/news-2.xml.gz"] = answer(b"", 404)
        past = got(tmp_path, config_text(server), Route.SITEMAP)
        assert f"all sitemaps are read but 1: {server.url('/news-2.xml.gz')} (HTTP 404" in told_missing(past)
        assert "passed over (--pages)" in past.arrived[Route.SITEMAP].because
