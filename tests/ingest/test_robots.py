"""Who walks a site page by page obeys what its host says to robots."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from clocks import FakeClock

from ingest.errors import FetchError
from ingest.fetch import Document
from ingest.robots import MOST_HOSTS, Robots
from storage.records import Fetch, Reason, Route

SITE = "https://news.example"


class Host:
    """A `get` that answers every robots.txt with the same text or failure. `asked` is what was asked for."""

    def __init__(self, answer: str | Reason) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def get(self, url: str) -> Document:
        self.asked.append(url)
        await asyncio.sleep(0)
        if isinstance(self.answer, Reason):
            raise FetchError(self.answer, "no")
        fetch = Fetch(0, Route.PAGES, url, datetime(2026, 3, 1, tzinfo=UTC))
        return Document(fetch, self.answer.encode(), url)


def allowed(answer: str | Reason, path: str) -> bool:
    async def main() -> bool:
        try:
            await Robots(Host(answer).get, FakeClock()).check(SITE + path)
        except FetchError as exc:
            return exc.reason is not Reason.ROBOTS
        return True

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("rules", "path", "may"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /private", "/private/a", False),
        ("User-agent: *\nDisallow: /private", "/public", True),
        ("User-agent: *\nDisallow: /\nAllow: /news/", "/news/1", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdfx", True),
        ("User-agent: chronik\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", False),
        ("User-agent: GPTBot\nDisallow: /", "/a", True),
        ("<!DOCTYPE html><html>not found</html>", "/a", True),
        (Reason.HTTP_4XX, "/a", True),
        (Reason.GONE, "/a", True),
        (Reason.NO_BODY, "/a", True),
        (Reason.HTTP_5XX, "/a", False),
        (Reason.TIMEOUT, "/a", False),
        (Reason.RATE_LIMITED, "/a", False),
        (Reason.BLOCKED, "/a", False),
    ],
)
def test_robots_are_let_in_or_not(rules: str | Reason, path: str, may: bool) -> None:
    assert allowed(rules, path) is may


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await test()

    asyncio.run(main())


def test_a_host_is_asked_once_a_day() -> None:
    host, clock = Host("User-agent: *\nAllow: /"), FakeClock()

    async def test() -> None:
        robots = Robots(host.get, clock)
        await asyncio.gather(*(robots.check(f"{SITE}/{n}") for n in range(20)))
        assert host.asked == [f"{SITE}/robots.txt"]
        clock.advance(timedelta(hours=25).total_seconds())
        await robots.check(SITE + "/a")
        assert len(host.asked) == 2

    run(test)


def test_a_host_that_did_not_answer_is_asked_again_after_an_hour() -> None:
    host, clock = Host(Reason.HTTP_5XX), FakeClock()

    async def test() -> None:
        robots = Robots(host.get, clock)
        for _ in range(2):
            with pytest.raises(FetchError):
                await robots.check(SITE + "/a")
        assert len(host.asked) == 1
        clock.advance(3601)
        host.answer = ""
        await robots.check(SITE + "/a")

    run(test)


def test_delay_and_sitemaps_are_told() -> None:
    rules = f"User-agent: *\nCrawl-delay: 7\n\nSitemap: {SITE}/a.xml\nSitemap: {SITE}/b.xml\n"

    async def test() -> None:
        robots = Robots(Host(rules).get, FakeClock())
        assert await robots.delay(SITE + "/x") == timedelta(seconds=7)
        assert await robots.sitemaps(SITE + "/x") == (f"{SITE}/a.xml", f"{SITE}/b.xml")

    run(test)


def test_sitemaps_that_are_named_by_their_path_are_the_hosts_own() -> None:
    async def test() -> None:
        robots = Robots(Host("Sitemap: /a.xml\nSitemap: b.xml\nSitemap: //cdn.example/c.xml\n").get, FakeClock())
        found = await robots.sitemaps(SITE + "/x/y")
        assert found == (f"{SITE}/a.xml", f"{SITE}/b.xml", "https://cdn.example/c.xml")

    run(test)


def test_a_byte_order_mark_does_not_hide_the_first_rule() -> None:
    assert not allowed("\ufeffUser-agent: *\nDisallow: /private/\n", "/private/x")


@pytest.mark.parametrize("delay", ["1e308", "86400", "inf", "nan", "-1", "x"])
def test_no_delay_is_longer_than_a_minute(delay: str) -> None:
    async def test() -> None:
        robots = Robots(Host(f"User-agent: *\nCrawl-delay: {delay}").get, FakeClock())
        said = await robots.delay(SITE)
        assert said is None or timedelta(0) <= said <= timedelta(minutes=1)

    run(test)


def test_the_number_of_hosts_that_are_remembered_is_bounded() -> None:
    async def test() -> None:
        robots = Robots(Host("").get, FakeClock())
        for n in range(MOST_HOSTS + 5):
            await robots.check(f"https://h{n}.example/")
        assert len(robots._known) == MOST_HOSTS

    run(test)


def test_user_information_is_not_part_of_an_origin() -> None:
    host = Host("")
    run(lambda: Robots(host.get, FakeClock()).check("https://ann:pw@news.example:8443/x"))
    assert host.asked == ["https://news.example:8443/robots.txt"]


def test_a_host_that_our_own_guard_refuses_is_refused_and_not_laid_to_robots() -> None:
    async def test() -> None:
        with pytest.raises(FetchError, match="may not be asked") as refusal:
            await Robots(Host(Reason.REFUSED_ADDRESS).get, FakeClock()).check(f"{SITE}/a")
        assert refusal.value.reason is Reason.REFUSED_ADDRESS

    run(test)
