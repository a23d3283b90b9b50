"""The page in a real browser: what people see, on a desk and on a phone, by eye, keyboard and screen reader."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsers import browsing, page_over
from saying import START, Said, visit

from storage.archive import Archive
from storage.engine import sqlite_driver

STORIES = ["/story/2", "/story/2?with=7"]
PATHS = [
    "/",
    "/search?q=Haushalt",
    "/entry/1",
    *STORIES,
    "/charts",
    "/charts?outlet=orf",
    "/queries",
    "/archive/entries-per-day",
]
THEIRS = ["/archive", "/archive/entries", "/archive?sql=select+1+as+one"]  # Datasette's, in our clothes


AGENCY = """Der Nationalrat hat am Mittwoch nach langer Debatte das neue Budget beschlossen. Dafür stimmten die
Parteien der Regierung, dagegen die gesamte Opposition. Der Finanzminister sprach von einem schwierigen Weg, den das
Land gemeinsam gehen müsse. Die Gewerkschaft kündigte für Herbst Proteste in allen Landeshauptstädten an."""
TEXTS = {("standard", 0): f"Wien (APA) - {AGENCY}", ("presse", 0): AGENCY.replace("schwierigen", "steinigen")}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three outlets, an article that was changed, a feed that fails."""
    path = tmp_path_factory.mktemp("page") / "archive.sqlite"
    first = datetime.now(UTC) - timedelta(days=2) - START
    now = first / timedelta(hours=1)
    with Archive.open(str(path), create=True) as opened:
        feed = opened.ensure_feed("orf", "news", "https://orf.example/feed")
        old = Said("Haushalt beschlossen", guid="1", url="https://orf.example/1", text="Der Rat will sparen.", at=now)
        new = Said("Haushalt gekippt", guid="1", url="https://orf.example/1", text="Der Rat will ausgeben.", at=now)
        opened.record([visit(feed, now, old), visit(feed, now + 1, new)])
        for outlet in ("standard", "presse"):
            other = opened.ensure_feed(outlet, "news", f"https://{outlet}.example/feed")
            said = [
                Said(
                    f"Meldung {n}",
                    guid=str(n),
                    url=f"https://{outlet}.example/{n}",
                    at=now,
                    text=TEXTS.get((outlet, n)),
                )
                for n in range(5)
            ]
            opened.record([visit(other, now + 2, *said)])
        opened.refresh()
    connection = sqlite_driver().connect(path, isolation_level=None)
    connection.execute("update feed set state = 'failing', last_error = 'dns: no such host' where feed_id = 3")
    connection.close()
    return path


@pytest.fixture(scope="module")
def address(archive: Path) -> Iterator[str]:
    with page_over(archive) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as opened:
        yield opened


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def test_the_start_page_tells_how_the_archive_stands(page: Any, address: str) -> None:
    page.goto(address)
    told = page.inner_text("main")
    assert "Haushalt gekippt" in told
    assert "title changed, wording 2" in told
    assert "presse/news failing: dns: no such host" in told
    assert page.locator("svg[aria-label*='New entries a day'] rect").count() == 31
    assert page.locator("tbody tr").count() == 3


def test_search_marks_what_it_found_and_leads_to_the_entry(page: Any, address: str) -> None:
    page.goto(address)
    page.fill("input[name=q]", "Haushalt")
    page.keyboard.press("Enter")
    assert page.inner_text("mark") == "Haushalt"
    assert "orf (1)" in page.inner_text("main")
    page.click("text=Haushalt gekippt")
    assert page.url.endswith("/entry/1")


def test_what_is_found_can_be_narrowed_to_an_outlet_and_a_month(page: Any, address: str) -> None:
    for facet in ("Outlet: standard", "Month: 20"):
        page.goto(f"{address}/search?q=Meldung+OR+Haushalt&outlet=standard")
        page.click(f"nav p:has-text('{facet}') a")
        assert "5 found" in page.inner_text("main")


def test_a_search_is_a_feed_that_can_be_followed(address: str) -> None:
    with urlopen(f"{address}/search.atom?q=Meldung", timeout=10) as answer:
        feed = ElementTree.fromstring(answer.read())
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 10


def test_a_search_that_is_none_is_told_in_a_line(page: Any, address: str) -> None:
    page.goto(f'{address}/search?q="open')
    assert page.inner_text("[role=alert]")


def test_an_entry_shows_its_wordings_side_by_side_and_where_they_were_seen(page: Any, address: str) -> None:
    page.goto(f"{address}/entry/1")
    before, after = page.locator("[aria-label=before]").first, page.locator("[aria-label=after]").first
    assert (before.inner_text(), after.inner_text()) == ("Haushalt beschlossen", "Haushalt gekippt")
    assert page.locator("del").first.inner_text() == "beschlossen"
    assert page.locator("ins").first.inner_text() == "gekippt"
    with page.expect_download() as download:
        page.locator("a[href^='/document/']").first.click()
    assert b"Haushalt beschlossen" in Path(download.value.path()).read_bytes()


def test_a_story_tells_who_had_it_when_and_what_each_changed(page: Any, address: str) -> None:
    page.goto(address)
    page.click("#stories + ul a")
    assert page.url.endswith("/story/2")
    assert "2 outlets have this in much the same words · standard had it first" in page.inner_text("main")
    assert [row.split("\t")[0] for row in page.locator("tbody tr").all_inner_texts()] == ["standard", "presse"]
    page.click("tbody a:has-text('compare')")
    assert page.inner_text("[aria-label='the first'] .text:last-child").startswith("Wien (APA) - Der Nationalrat")
    assert page.locator("del").all_inner_texts() == ["Wien (APA) - ", "schwierigen"]
    assert page.locator("ins").all_inner_texts() == ["steinigen"]


def test_an_entry_leads_to_its_story_and_the_address_of_any_member_does(page: Any, address: str) -> None:
    page.goto(f"{address}/entry/7")
    page.click("text=2 outlets have it")
    assert page.url.endswith("/story/2")
    page.goto(f"{address}/story/7")
    assert page.url.endswith("/story/2")


@pytest.mark.parametrize("path", ["/story/1", "/story/99999", "/story/x"])
def test_what_is_no_story_is_told_so(page: Any, address: str, path: str) -> None:
    assert page.goto(f"{address}{path}").status == 404


def test_a_comparison_with_what_is_not_in_the_story_is_left_out(page: Any, address: str) -> None:
    for other in ("1", "2", "x", "9" * 30):
        assert page.goto(f"{address}/story/2?with={other}").status == 200
        assert page.locator("#beside").count() == 0


def test_charts_say_in_words_what_they_show(page: Any, address: str) -> None:
    page.goto(f"{address}/charts?outlet=orf")
    titles = page.locator("figure").evaluate_all("all => all.map(each => each.getAttribute('aria-label'))")
    assert [title.partition(",")[0] for title in titles] == [
        "New entries a day",
        "Published when (UTC)",
        "Seen how long after publication",
        "Requests a day",
    ]
    assert page.locator("svg rect title").first.text_content()


def test_a_question_is_answered_with_its_parameter(page: Any, address: str) -> None:
    page.goto(f"{address}/queries")
    page.click("a[href='/archive/first-to-report']")
    page.fill("input[name=term]", "Haushalt")
    page.click("input[type=submit]")
    assert "orf" in page.inner_text("table")


def test_sql_is_answered_and_can_but_read(page: Any, address: str) -> None:
    page.goto(f"{address}/archive?sql=select+count(*)+as+n+from+entries")
    assert page.inner_text("td") == "11"
    for attack in ("delete from entry", "attach 'x' as y", "select load_extension('x')", "select hex(randomblob(1e9))"):
        answer = page.goto(f"{address}/archive?sql={attack}")
        assert answer.status in {200, 400}, attack
        assert page.locator("td").count() == 0, attack


def got(address: str, path: str, host: str | None = None) -> tuple[int, str]:
    """Status and text."""
    asked = Request(f"{address}{path}", headers={"Host": host} if host else {})
    try:
        with urlopen(asked, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_an_answer_that_is_too_long_is_ended(address: str) -> None:
    endless = (
        "with recursive c(x) as (select 1 union all select x + 1 from c) select zeroblob(4000000) from c limit 400"
    )
    status, told = got(address, f"/archive.json?sql={quote(endless)}")
    assert status != 200 or len(told) < 100_000
    assert got(address, "/")[0] == 200


@pytest.mark.parametrize("path", ["/_memory", "/_memory.json?sql=select+1", "/-/databases.json", "/-/patterns"])
def test_there_is_no_other_place_to_ask(address: str, path: str) -> None:
    assert got(address, path)[0] == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:80", 200), ("127.0.0.1", 200), ("[::1]:8001", 200), ("news.example", 200), ("evil.example:8001", 421)],
)
def test_a_name_that_a_stranger_gave_this_machine_is_not_answered_to(address: str, host: str, status: int) -> None:
    assert got(address, "/", host)[0] == status


@pytest.mark.parametrize(
    "path",
    [
        "/archive/entries.csv",
        "/archive/entries.json",
        "/entries.atom",
        "/entries.atom?outlet=orf",
        "/search.csv?q=gekippt",
        "/search.json?q=gekippt",
        "/search.atom?q=gekippt",
    ],
)
def test_everything_is_there_for_programs(address: str, path: str) -> None:
    with urlopen(f"{address}{path}", timeout=10) as answer:
        assert "Haushalt gekippt" in answer.read().decode()


@pytest.mark.parametrize(
    "path", [*PATHS, *THEIRS, "/nothing", "/entry/99999", "/document/99999", "/assets/chronik.css"]
)
def test_every_answer_keeps_scripts_and_others_out(page: Any, address: str, path: str) -> None:
    headers = page.goto(f"{address}{path}").headers
    assert headers["content-security-policy"].startswith("default-src 'none';")
    assert "script-src" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("path", [*PATHS, *THEIRS])
def test_nothing_is_wider_than_the_screen(browser: Any, address: str, path: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(f"{address}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_a_checker_finds_no_serious_hindrance(browser: Any, address: str, path: str, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{address}{path}")
    found = Axe().run(page).response["violations"]
    context.close()
    serious = [
        (each["id"], each["nodes"][0]["html"][:100]) for each in found if each["impact"] in {"serious", "critical"}
    ]
    assert serious == []


def test_the_keyboard_reaches_the_content_at_once(page: Any, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert re.search(r"#main$", page.url)
