"""Every kind of page, for whoever sees it small, dark or not at all; and nothing of it for those who mean harm."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe

OURS = [
    "/",
    "/search",
    "/search?q=Haushalt+OR+Meldung",
    "/search?q=Haushalt&since=never",
    "/search?q=nirgends",
    "/entry/1",
    "/entry/2",
    "/story/4",
    "/story/4?with=9",
    "/changes",
    "/changes?outlet=orf",
    "/charts",
    "/charts?outlet=orf",
    "/queries",
    "/nothing",
]
THEIRS = [
    "/archive",
    "/archive?_show_hidden=1",
    f"/archive?sql={quote('select entry_id, title from entries where outlet = :outlet')}&outlet=orf",
    "/archive?sql=selec",
    "/archive/entries-per-day",
    "/archive/first-to-report",
    "/archive/first-to-report?term=Haushalt",
    "/archive/entries",
    "/archive/entries?outlet=orf&_sort=title&_facet=outlet&_facet=language",
    "/archive/entries?outlet=nobody",
    "/archive/feeds",
    "/archive/outlet",
    "/archive/outlet/1",
    "/archive/entries?_next=x",
]
LOOKS = [("light", 1200), ("dark", 360), ("dark", 1200), ("light", 360)]


@pytest.fixture(scope="module", params=LOOKS[:2], ids=["on a desk by day", "on a phone by night"])
def seen(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    scheme, width = request.param
    size = {"width": width, "height": 800}
    context = browser.new_context(color_scheme=scheme, viewport=size, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", OURS + THEIRS)
def test_a_checker_finds_no_serious_hindrance_and_nothing_is_wider_than_the_screen(
    seen: Any, address: str, path: str
) -> None:
    seen.goto(f"{address}{path}")
    found = Axe().run(seen).response["violations"]
    serious = [
        (each["id"], [node["html"][:100] for node in each["nodes"]]) for each in found if each["impact"] in GRAVE
    ]
    assert serious == []
    assert seen.evaluate("document.documentElement.scrollWidth <= innerWidth")


GRAVE = {"serious", "critical"}


@pytest.mark.parametrize("path", [*OURS, *THEIRS, "/document/99999", "/assets/chronik.css", "/entry/1.json"])
def test_every_answer_keeps_scripts_and_others_out(page: Any, address: str, path: str) -> None:
    headers = page.goto(f"{address}{path}").headers
    assert headers["content-security-policy"].startswith("default-src 'none';")
    assert "script-src" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


@pytest.mark.parametrize("path", OURS + THEIRS)
def test_a_page_has_one_heading_a_title_of_its_own_and_says_its_language(page: Any, address: str, path: str) -> None:
    page.goto(f"{address}{path}")
    assert page.locator("h1").count() == 1
    assert page.title() not in {"", "·"}
    assert page.locator("html[lang=en]").count() == 1
    assert page.locator("script, [style]").count() == 0
