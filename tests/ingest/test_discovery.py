"""The feeds of a page: declared ones first, comments last, each asked through the guarded fetch before it is told."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from asking import FEED, policy
from clocks import FakeClock
from hypothesis import given
from hypothesis import strategies as st
from servers import answer, serving

from ingest.discovery import MOST_ASKED, Found, declared_feeds, feeds_of_page, looks_like_feed
from ingest.errors import FetchError
from ingest.fetch import Document, Fetcher
from ingest.hosts import HostTurns, MemoryLedger
from ingest.source import Request
from storage.records import Fetch, Reason, Route

ATOM = b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'></feed>"
HOME = "https://news.example/"


class Site:
    """A `get` over a fixed set of pages; everything else is 404. `asked` is what was asked for."""

    def __init__(self, pages: Mapping[str, bytes | Reason]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    async def get(self, url: str) -> Document:
        self.asked.append(url)
        body = self.pages.get(url, Reason.HTTP_4XX)
        if isinstance(body, Reason):
            raise FetchError(body, "no")
        fetch = Fetch(0, Route.DISCOVERY, url, datetime(2026, 3, 1, tzinfo=UTC))
        return Document(fetch, body, url, "application/rss+xml")


def found(site: Site, url: str = HOME) -> tuple[Found, ...]:
    return asyncio.run(feeds_of_page(url, site.get))


def page(*links: str, before: str = "") -> bytes:
    return f"<html><head>{before}{''.join(links)}</head><body>x</body></html>".encode()


def link(href: str, title: str = "", kind: str = "application/rss+xml", rel: str = "alternate", more: str = "") -> str:
    return f'<link rel="{rel}" type="{kind}" title="{title}" href="{href}" {more}>'


def test_declared_feeds_come_in_the_order_of_the_page_and_comments_last() -> None:
    home = page(
        link("/comments/feed/", "News » Comments Feed"),
        link("/feed/", "News » Feed"),
        link("/atom", "News", kind="application/atom+xml"),
    )
    site = Site({HOME: home, HOME + "feed/": FEED, HOME + "comments/feed/": FEED, HOME + "atom": ATOM})
    assert found(site) == (
        Found(HOME + "feed/", "News » Feed", "application/rss+xml", False),
        Found(HOME + "atom", "News", "application/atom+xml", False),
        Found(HOME + "comments/feed/", "News » Comments Feed", "application/rss+xml", True),
    )


def test_a_declared_feed_that_is_none_is_left_out() -> None:
    site = Site({HOME: page(link("/dead"), link("/page"), link("/feed")), HOME + "page": page(), HOME + "feed": FEED})
    assert [feed.url for feed in found(site)] == [HOME + "feed"]


def test_an_address_that_is_a_feed_is_its_own_answer() -> None:
    site = Site({HOME: FEED})
    assert [feed.url for feed in found(site)] == [HOME]
    assert site.asked == [HOME]


def test_without_a_declaration_the_usual_places_are_tried_until_one_answers() -> None:
    site = Site({HOME: page(), HOME + "rss.xml": FEED, HOME + "feed.json": FEED})
    assert [feed.url for feed in found(site)] == [HOME + "rss.xml"]


def test_below_a_page_its_own_folder_is_tried_first() -> None:
    url = "https://example.org/blog"
    site = Site({url: page(), url + "/feed/": FEED, "https://example.org/feed/": FEED})
    assert [feed.url for feed in found(site, url)] == [url + "/feed/"]


def test_nothing_found_is_an_empty_answer() -> None:
    assert found(Site({HOME: page()})) == ()


@pytest.mark.parametrize("reason", [Reason.BLOCKED, Reason.HTTP_5XX, Reason.TOO_LARGE])
def test_a_page_that_cannot_be_had_may_still_have_a_feed_in_a_usual_place(reason: Reason) -> None:
    assert [feed.url for feed in found(Site({HOME: reason, HOME + "feed/": FEED}))] == [HOME + "feed/"]


@pytest.mark.parametrize("reason", [Reason.DNS, Reason.TIMEOUT, Reason.REFUSED_ADDRESS])
def test_a_host_that_cannot_be_reached_is_not_asked_again(reason: Reason) -> None:
    site = Site({HOME: reason})
    with pytest.raises(FetchError):
        found(site)
    assert site.asked == [HOME]


def test_requests_are_bounded_and_what_is_beyond_is_believed() -> None:
    site = Site({HOME: page(*(link(f"/feed/{n}") for n in range(40)))} | {f"{HOME}feed/{n}": FEED for n in range(40)})
    assert len(found(site)) == 40
    assert len(site.asked) == MOST_ASKED + 1


def test_a_page_without_feeds_costs_a_bounded_number_of_requests() -> None:
    site = Site({HOME: page(*(link(f"/feed/{n}") for n in range(9)))})
    found(site)
    assert len(site.asked) <= MOST_ASKED + 1


# --- what a page declares ---------------------------------------------------------------------------------------------


def urls(markup: str, url: str = HOME) -> list[str]:
    return [feed.url for feed in declared_feeds(page(markup), url)]


def test_addresses_are_resolved_against_the_base_that_the_page_names() -> None:
    assert urls('<base href="/sub/">' + link("feed.xml#top")) == [HOME + "sub/feed.xml"]
    assert urls(link("../feed"), HOME + "a/b/") == [HOME + "a/feed"]
    assert urls(link("//cdn.example/feed")) == ["https://cdn.example/feed"]
    assert urls(link("feed:https://a.example/x") + link("feed://b.example/y")) == [
        "https://a.example/x",
        "http://b.example/y",
    ]


@pytest.mark.parametrize(
    "markup",
    [
        link("/wp-json/wp/v2/posts/1", kind="application/json"),
        link("/wp-json/oembed", kind="application/json+oembed"),
        link("/fr/", kind="text/html", more='hreflang="fr"'),
        link("/m/", kind="", more='media="only screen"'),
        link("/style.css", rel="alternate stylesheet", kind="text/css"),
        link("/sitemap.xml", kind="application/xml"),
        link("javascript:alert(1)"),
        link("file:///etc/passwd"),
        link("data:application/rss+xml,x"),
        link("http://[bad/"),
        "<link rel=alternate type=application/rss+xml>",
        '<a href="/feed">Feed</a>',
    ],
)
def test_what_is_no_feed_is_not_declared(markup: str) -> None:
    assert urls(markup) == []


@pytest.mark.parametrize(
    "markup",
    [
        link("/x", kind="APPLICATION/RSS+XML; charset=utf-8"),
        link("/x", kind="application/feed+json"),
        link("/x", kind="application/json", title="JSON Feed"),
        link("/x", kind="text/xml", title="RSS"),
        link("/x", kind="", rel="feed"),
        '<link href=/x REL="Alternate Home" type=application/rdf+xml>',
        '<a rel="feed" href="/x">all</a>',
    ],
)
def test_what_is_a_feed_is_declared_however_it_is_written(markup: str) -> None:
    assert urls(markup) == [HOME + "x"]


def test_titles_are_one_line_in_the_right_letters() -> None:
    markup = page(link("/x", "Grüße\n  aus Wien"))
    assert [feed.title for feed in declared_feeds(markup, HOME)] == ["Grüße aus Wien"]
    assert [f.title for f in declared_feeds(b"<link rel=alternate type=application/rss+xml href=x title='\xfc'>", HOME)]


@given(st.binary(max_size=400))
def test_whatever_a_page_holds_what_it_declares_can_be_asked(body: bytes) -> None:
    found = [*declared_feeds(b"<link rel=alternate href='" + body, HOME), *declared_feeds(body, HOME)]
    assert all(urlsplit(feed.url).scheme in {"http", "https"} for feed in found)


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        (FEED, True),
        (ATOM, True),
        (b"<rdf:RDF xmlns:rdf='x'>", True),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', True),
        (b'{"items": [' + b'"x",' * 3000 + b'"x"], "version": "https://jsonfeed.org/version/1"}', True),
        (b"\xef\xbb\xbf\n<!-- x --><rss>", True),
        (b"<html><body><rss></body></html>", False),
        (b'{"version": "1.0"}', False),
        (b"{" * 100_000, False),
        (b"<urlset>", False),
        (b"", False),
    ],
)
def test_a_glance_tells_a_feed(body: bytes, is_one: bool) -> None:
    assert looks_like_feed(body) is is_one


def test_what_a_page_names_goes_through_the_guard() -> None:
    with serving({"/trip": answer(FEED)}) as tripwire, serving() as server:
        server.pages["/"] = answer(page(link(tripwire.url("/trip"))))

        async def main() -> tuple[Found, ...]:
            clock = FakeClock()
            async with Fetcher(policy(server), HostTurns(MemoryLedger(), clock), clock=clock) as fetcher:

                async def get(url: str) -> Document:
                    got = await fetcher.fetch(Request(url, Route.DISCOVERY))
                    assert isinstance(got, Document)
                    return got

                return await feeds_of_page(server.url("/"), get)

        assert asyncio.run(main()) == ()
        assert tripwire.asked == []
