"""Broken pages, wrong lists and short answers cost what they have and no more: it is told, and got the next time."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from outlets import Outlet
from pasts import StillClock, asked, config_text, got, guids
from servers import Asked, Page, Server, answer, serving

from ingest.backfill.run import Past
from ingest.cli.coverage import missing
from storage.jobs import JobState
from storage.records import Route

POSTS = "/wp-json/wp/v2/posts"
FOR_PEOPLE = answer(b"<html><head><title>Wartung</title></head></html>")


def broken(page: Callable[[Asked], bytes], *marks: str, by: bytes = FOR_PEOPLE) -> Callable[[Asked], bytes]:
    """The page, but for requests whose query has one of the marks."""
    return lambda request: by if any(mark in f"{request.query}&" for mark in marks) else page(request)


def told_missing(past: Past) -> str:
    return "\n".join(missing(past))


def mended(folder: Path, server: Server, config: str, route: Route, pages: dict[str, Page]) -> tuple[str, list[int]]:
    """What a run says is missing, and finds; after it the server has these pages, and a second run misses nothing."""
    past = got(folder, config, route)
    found = guids(folder)
    server.pages |= pages
    assert told_missing(got(folder, config, route)) == ""
    return told_missing(past), found


# --- numbered pages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orders", [True, False])
def test_a_page_that_is_none_ends_no_walk_and_is_asked_for_again_the_next_time(tmp_path: Path, orders: bool) -> None:
    outlet = Outlet(140, orders=orders)
    with serving(outlet.pages() | {"/feed/": broken(outlet.feed, "paged=5&")}) as server:
        lacks, found = mended(tmp_path, server, config_text(server), Route.PAGES, {"/feed/": outlet.feed})
    assert len(found) == 120
    assert "pages is not whole" in lacks
    assert "no feed: page 5" in lacks
    assert guids(tmp_path) == list(range(1, 141))


def test_a_server_that_answers_any_number_with_a_page_for_people_is_asked_for_a_few_only(tmp_path: Path) -> None:
    outlet = Outlet(100)
    past_the_end = [f"paged={n}&" for n in range(6, 40)]
    with serving(outlet.pages() | {"/feed/": broken(outlet.feed, *past_the_end)}) as server:
        past = got(tmp_path, config_text(server), Route.PAGES)
        assert server.count("/feed/") <= 1 + 5 + 3
    assert past.arrived[Route.PAGES].state is JobState.DONE
    assert guids(tmp_path) == list(range(1, 101))
    assert told_missing(past) == ""


@pytest.mark.parametrize(("orders", "since"), [(True, None), (False, datetime(2024, 3, 2, tzinfo=UTC))])
def test_how_many_pages_are_left_follows_from_their_dates(tmp_path: Path, orders: bool, since: datetime | None) -> None:
    outlet, left = Outlet(200, orders=orders), []
    clock = StillClock(outlet.at(200))
    with serving(outlet.pages()) as server:
        got(
            tmp_path,
            config_text(server),
            Route.PAGES,
            tell=lambda step: left.append(step.left),
            clock=clock,
            since=since,
        )
    known = [number for number in left if number is not None]
    assert len(known) > 3
    assert known == sorted(known, reverse=True)
    assert known[-1] <= 1


def test_pages_that_move_by_exactly_one_page_during_the_walk_lose_nothing(tmp_path: Path) -> None:
    outlet = Outlet(140, orders=False)

    def publish(request: Asked) -> None:
        if "paged=4" in request.query:
            outlet.posts += outlet.window

    outlet.when_asked = publish
    with serving(outlet.pages()) as server:
        got(tmp_path, config_text(server), Route.PAGES)
    assert guids(tmp_path)[:140] == list(range(1, 141))


def test_pages_of_blogger_are_as_long_as_it_likes(tmp_path: Path) -> None:
    outlet = Outlet(150, paging=None, generator="Blogger")

    def feed(request: Asked) -> bytes:
        query = parse_qs(request.query)
        if "start-index" not in query:
            return outlet.feed(request)
        start, most = int(query["start-index"][0]), int(query["max-results"][0])
        return answer(outlet.rss(outlet.newest(min(most, 40 + start % 7), before=152 - start)))

    with serving(outlet.pages() | {"/feed/": feed}) as server:
        past = got(tmp_path, config_text(server), Route.PAGES)
    assert past.arrived[Route.PAGES].state is JobState.DONE
    assert guids(tmp_path) == list(range(1, 151))


# --- WordPress --------------------------------------------------------------------------------------------------------


def wordpress(server: Server, outlet: Outlet, page: Page) -> str:
    outlet.paging = None
    server.pages[POSTS] = page
    return config_text(server)


@pytest.mark.parametrize("by", [FOR_PEOPLE, answer(b'[{"id": 1, "link": "htt'), answer(b"", 500)])
def test_a_post_that_breaks_the_answer_costs_those_around_it_until_it_is_mended(tmp_path: Path, by: bytes) -> None:
    outlet = Outlet(90, per_page=20)

    def poisoned(request: Asked) -> bytes:
        whole = outlet.rest(request)
        return by if b"Nr. 47." in whole else whole

    with serving(outlet.pages()) as server:
        config = wordpress(server, outlet, poisoned)
        lacks, found = mended(tmp_path, server, config, Route.WORDPRESS, {POSTS: outlet.rest})
        assert server.count(POSTS) < 65
    assert 80 <= len(found) < 90
    assert set(range(1, 91)) - set(found) <= set(range(37, 58))
    assert "wordpress is not whole" in lacks
    assert guids(tmp_path) == list(range(1, 91))


def test_warnings_that_a_site_shows_before_its_posts_are_left_out_and_told(tmp_path: Path) -> None:
    outlet = Outlet(90)

    def shown(request: Asked) -> bytes:
        head, _, body = outlet.rest(request).partition(b"\r\n\r\n")
        total = head.partition(b"X-WP-Total: ")[2].split(b"\r\n")[0].decode()
        warning = b"<br />\n<b>Warning</b>: Undefined array key in <b>/srv/x.php</b> on line <b>3</b><br />\n"
        return answer(warning + body, 200, ("Content-Type", "application/json"), ("X-WP-Total", total))

    with serving(outlet.pages()) as server:
        past = got(tmp_path, wordpress(server, outlet, shown), Route.WORDPRESS)
    assert past.arrived[Route.WORDPRESS].state is JobState.DONE
    assert guids(tmp_path) == list(range(1, 91))
    details = asked(tmp_path, "select distinct detail from fetches where route = 'wordpress'")
    assert details[0][0].endswith("bytes of other text before the list of posts were left out")


def test_pages_from_which_the_site_leaves_out_posts_are_not_the_last(tmp_path: Path) -> None:
    outlet = Outlet(130)

    def filtered(request: Asked) -> bytes:
        head, _, body = outlet.rest(request).partition(b"\r\n\r\n")
        total = head.partition(b"X-WP-Total: ")[2].split(b"\r\n")[0].decode()
        posts = [post for post in json.loads(body) if post["id"] % 7]
        return answer(json.dumps(posts).encode(), 200, ("Content-Type", "application/json"), ("X-WP-Total", total))

    with serving(outlet.pages()) as server:
        past = got(tmp_path, wordpress(server, outlet, filtered), Route.WORDPRESS)
    assert past.arrived[Route.WORDPRESS].state is JobState.DONE
    assert [n for n in range(1, 131) if n % 7 or n > 110] == guids(tmp_path)  # the live window has the last twenty


# --- RFC 5005 ---------------------------------------------------------------------------------------------------------


def test_a_chain_that_broke_off_goes_on_there_when_what_is_new_is_had(tmp_path: Path) -> None:
    outlet = Outlet(200, paging=None)
    with serving(outlet.pages()) as server:
        server.pages |= outlet.archive(server.url)
        whole, server.pages["/archive/2"] = server.pages["/archive/2"], FOR_PEOPLE
        past = got(tmp_path, config_text(server), Route.RFC5005)
        assert "rfc5005 is not whole: the chain is broken" in told_missing(past)
        assert guids(tmp_path) == list(range(101, 201))
        server.pages["/archive/2"] = whole
        again = got(tmp_path, config_text(server), Route.RFC5005)
        assert server.count("/archive/3") == 1
    assert guids(tmp_path) == list(range(1, 201))
    assert told_missing(again) == ""


# --- sitemaps ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [FOR_PEOPLE, answer(b"", 404), "cut"])
def test_a_file_of_a_sitemap_that_cannot_be_read_is_told_and_asked_for_again(tmp_path: Path, by: bytes | str) -> None:
    outlet = Outlet(100, paging=None)
    with serving(outlet.pages()) as server:
        server.pages |= outlet.sitemaps(server.url, size=25)
        index = b"".join(
            f"<sitemap><loc>{server.url(f'/news-{k}.xml.gz')}</loc><lastmod>2024-05-0{k}</lastmod></sitemap>".encode()
            for k in range(1, 5)
        )
        server.pages["/sitemap.xml"] = answer(b"<sitemapindex>" + index + b"</sitemapindex>")
        whole = server.pages["/news-2.xml.gz"]
        cut = answer(outlet.news_sitemap(list(range(26, 51)))[:2500])
        server.pages["/news-2.xml.gz"] = cut if isinstance(by, str) else by
        past = got(tmp_path, config_text(server), Route.SITEMAP)
        assert "sitemap is not whole: all sitemaps are read but 1" in told_missing(past)
        assert 75 <= len(guids(tmp_path)) < 100
        server.pages["/news-2.xml.gz"] = whole
        again = got(tmp_path, config_text(server), Route.SITEMAP)
        assert server.count("/news-1.xml.gz") == 1
    assert guids(tmp_path) == list(range(1, 101))
    assert told_missing(again) == ""


def test_dates_that_all_files_of_an_index_share_hide_nothing_that_is_new(tmp_path: Path) -> None:
    outlet = Outlet(40, paging=None)
    with serving(outlet.pages()) as server:
        server.pages |= outlet.sitemaps(server.url, size=25)
        got(tmp_path, config_text(server), Route.SITEMAP)
        outlet.posts = 48  # the second file grows; the index says, as ever, that nothing did
        server.pages |= outlet.sitemaps(server.url, size=25)
        got(tmp_path, config_text(server), Route.SITEMAP)
    assert guids(tmp_path) == list(range(1, 49))


@pytest.mark.parametrize("since", [None, datetime(2024, 3, 1, tzinfo=UTC)])
def test_files_that_are_younger_than_they_say_are_asked_for_all_the_same(
    tmp_path: Path, since: datetime | None
) -> None:
    outlet = Outlet(90, paging=None)
    with serving(outlet.pages()) as server:
        server.pages |= outlet.sitemaps(server.url, size=25)
        index = "".join(
            f"<sitemap><loc>{server.url(f'/news-{k}.xml.gz')}</loc><lastmod>2024-0{k}-28</lastmod></sitemap>"
            for k in (3, 2, 1)  # news-1 and news-2 are of March
        )
        index += f"<sitemap><loc>{server.url('/news-4.xml.gz')}</loc><lastmod>2024-03-01T00:00:00Z</lastmod></sitemap>"
        server.pages["/sitemap.xml"] = answer(f"<sitemapindex>{index}</sitemapindex>".encode())
        config = config_text(server)
        got(tmp_path, config, Route.SITEMAP, since=since)
        assert guids(tmp_path) == list(range(1, 91))
        outlet.posts = 98  # the last file grows, and says nothing of it
        server.pages |= {path: page for path, page in outlet.sitemaps(server.url, size=25).items() if "news-4" in path}
        got(tmp_path, config, Route.SITEMAP, since=since)
    assert guids(tmp_path) == list(range(1, 99))


# --- captures ---------------------------------------------------------------------------------------------------------


def test_an_archive_that_has_no_capture_of_the_feed_offers_nothing(tmp_path: Path) -> None:
    outlet = Outlet(40, paging=None)
    with serving(outlet.pages() | {"/cdx/search/cdx": answer(b"[]\n")}) as server:
        past = got(tmp_path, config_text(server, wayback=server.url("").rstrip("/")), Route.WAYBACK)
    assert past.arrived[Route.WAYBACK].state is JobState.NOT_OFFERED
    assert past.arrived[Route.WAYBACK].because == "there are no captures"


@pytest.mark.parametrize("by", [answer(b'[["timestamp","digest"],["2024030'), FOR_PEOPLE, answer(b"", 504)])
def test_a_list_of_captures_that_breaks_off_is_gone_on_with_the_next_time(tmp_path: Path, by: bytes) -> None:
    outlet = Outlet(180, paging=None)
    with serving(outlet.pages()) as server:
        captures = outlet.captures(server.url("/feed/"))
        server.pages |= captures.pages()
        server.pages["/cdx/search/cdx"] = broken(captures.listed, "resumeKey=", by=by)
        config = config_text(server, wayback=server.url("").rstrip("/"))
        past = got(tmp_path, config, Route.WAYBACK)
        assert past.arrived[Route.WAYBACK].is_trouble
        assert "wayback was cut short" in told_missing(past)
        server.pages["/cdx/search/cdx"] = captures.listed
        again = got(tmp_path, config, Route.WAYBACK)
        assert sum("resumeKey" not in each.query for each in server.asked if each.path == "/cdx/search/cdx") == 1
    assert again.arrived[Route.WAYBACK].state is JobState.DONE
    assert guids(tmp_path) == list(range(1, 181))


def test_a_capture_that_cannot_be_had_now_is_told_and_asked_for_again(tmp_path: Path) -> None:
    outlet = Outlet(120, paging=None)
    with serving(outlet.pages()) as server:
        captures = outlet.captures(server.url("/feed/"), every=15)
        server.pages |= captures.pages()
        stamp = sorted(captures.captures)[3]
        place = f"/web/{stamp}id_/{server.url('/feed/')}"
        server.pages[place] = answer(b"", 500)
        config = config_text(server, wayback=server.url("").rstrip("/"))
        past = got(tmp_path, config, Route.WAYBACK, clock=StillClock())
        assert "wayback is not whole" in told_missing(past)
        assert "1 of them could not be had" in told_missing(past)
        outlet.posts += 30  # and a year later
        server.pages[place] = captures.captures[stamp]
        tried = len(server.asked)
        again = got(tmp_path, config, Route.WAYBACK, clock=StillClock())
        assert sum(each.path.startswith("/web/") for each in server.asked[tried:]) <= 3
    assert guids(tmp_path)[:120] == list(range(1, 121))
    assert told_missing(again) == ""


def test_captures_of_a_feed_that_was_never_well_formed_are_no_worse_for_it(tmp_path: Path) -> None:
    outlet = Outlet(120, paging=None)
    outlet.item = lambda n: Outlet.item(outlet, n).replace("Meldung", "A & B")  # type: ignore[method-assign]
    with serving(outlet.pages()) as server:
        server.pages |= outlet.captures(server.url("/feed/")).pages()
        got(tmp_path, config_text(server, wayback=server.url("").rstrip("/")), Route.WAYBACK)
        assert sum(each.path.startswith("/web/") for each in server.asked) <= 14
    assert asked(tmp_path, "select count(*), min(salvaged) from entries, fetches where route = 'wayback'")[0][1] == 1
    assert guids(tmp_path) == list(range(1, 121))


@pytest.mark.parametrize("status", [404, 410, 500])
def test_of_a_feed_that_is_no_more_the_captures_are_there(tmp_path: Path, status: int) -> None:
    outlet = Outlet(120, paging=None)
    with serving({"/feed/": answer(b"", status)}) as server:
        server.pages |= outlet.captures(server.url("/feed/")).pages()
        config = config_text(server, wayback=server.url("").rstrip("/"))
        got(tmp_path, config, Route.WAYBACK, clock=StillClock())
    assert guids(tmp_path) == list(range(1, 121))
