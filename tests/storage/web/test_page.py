"""The page in a real browser: what people see and are led to."""

import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest


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


def test_what_is_found_can_be_narrowed_and_widened_again(page: Any, address: str) -> None:
    for facet, left in (("standard (5)", 5), ("de (1)", 1), (f"{datetime.now(UTC):%Y}", 12)):
        page.goto(f"{address}/search?q=Meldung+OR+Haushalt+OR+zurückgezogen")
        page.locator(f"nav a:has-text('{facet}')").first.click()
        assert f"{left} found" in page.inner_text("main")
        page.click("text=/^all (outlet|language|month)s$/")
        assert "12 found" in page.inner_text("main")


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
    assert page.url.endswith("/story/4")
    assert "2 outlets have this in much the same words · standard had it first" in page.inner_text("main")
    assert [row.split("\t")[0] for row in page.locator("tbody tr").all_inner_texts()] == ["standard", "presse"]
    page.click("tbody a:has-text('compare')")
    assert page.inner_text("[aria-label='the first'] .text:last-child").startswith("Wien (APA) - Der Nationalrat")
    assert page.locator("del").all_inner_texts() == ["Wien (APA) - ", "schwierigen"]
    assert page.locator("ins").all_inner_texts() == ["steinigen"]


def test_an_entry_leads_to_its_story_and_the_address_of_any_member_does(page: Any, address: str) -> None:
    page.goto(f"{address}/entry/9")
    page.click("text=2 outlets have it")
    assert page.url.endswith("/story/4")
    page.goto(f"{address}/story/9")
    assert page.url.endswith("/story/4")


@pytest.mark.parametrize("path", ["/story/1", "/story/99999", "/story/x"])
def test_what_is_no_story_is_told_so(page: Any, address: str, path: str) -> None:
    assert page.goto(f"{address}{path}").status == 404


def test_a_comparison_with_what_is_not_in_the_story_is_left_out(page: Any, address: str) -> None:
    for other in ("1", "4", "x", "9" * 30):
        assert page.goto(f"{address}/story/4?with={other}").status == 200
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


@pytest.mark.parametrize("where", ["/archive/entries?entry_id=1", "/archive?sql=select+1+as+entry_id"])
def test_an_id_leads_to_its_page(page: Any, address: str, where: str) -> None:
    page.goto(f"{address}{where}")
    page.click("td a:has-text('1')")
    assert page.url.endswith("/entry/1")


def test_maps_lie_on_a_desk_and_stand_on_a_phone(browser: Any, address: str) -> None:
    for width, shown in ((1200, "lying"), (360, "upright")):
        context = browser.new_context(viewport={"width": width, "height": 800})
        page = context.new_page()
        page.goto(f"{address}/charts?outlet=orf")
        maps = page.locator("svg.lying, svg.upright").locator("visible=true")
        assert set(maps.evaluate_all("all => all.map(each => each.getAttribute('class'))")) == {shown}
        inside = "all => all.every(each => each.scrollWidth <= each.clientWidth)"
        assert page.locator("figure").evaluate_all(inside) or width > 360
        context.close()


def test_a_question_is_answered_with_its_parameter(page: Any, address: str) -> None:
    page.goto(f"{address}/queries")
    page.click("a[href='/archive/first-to-report']")
    page.fill("input[name=term]", "Haushalt")
    page.click("text=Ask")
    assert "orf" in page.inner_text("table")


def test_a_question_whose_fields_are_left_empty_means_what_it_says(page: Any, address: str) -> None:
    page.goto(f"{address}/archive/newest-entries")
    assert page.locator("tbody tr").count() == 13
    page.fill("input[name=limit]", "3")
    page.click("text=Ask")
    assert page.locator("tbody tr").count() == 3


def test_a_question_that_wants_a_word_says_so(page: Any, address: str) -> None:
    assert page.goto(f"{address}/archive/first-to-report").status == 200
    assert page.inner_text("[role=status]") == "Say term, and it is answered."


def test_changes_show_what_the_headline_was(page: Any, address: str) -> None:
    page.goto(f"{address}/changes")
    assert (page.inner_text("del"), page.inner_text("ins")) == ("beschlossen", "gekippt")
    page.click("text=Haushalt gekippt")
    assert page.url.endswith("/entry/1#wordings")


def test_an_entry_that_was_withdrawn_says_so_at_the_top(page: Any, address: str) -> None:
    page.goto(f"{address}/entry/2")
    assert page.inner_text(".notice").startswith("Withdrawn? It vanished from orf/news while older entries stayed")
    for there_still in (1, 3):
        page.goto(f"{address}/entry/{there_still}")
        assert page.locator(".notice").count() == 0


def test_a_change_is_shown_once_where_the_text_is_the_teaser(page: Any, address: str) -> None:
    page.goto(f"{address}/entry/1")
    assert page.locator("#wordings + ul h3").all_inner_texts() == ["Headline", "Teaser and text"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("since=yesterday", "Since: yesterday is no date"),
        ("until=2026-02-30", "Until: 2026-02-30 is no date"),
        ("since=2026-03&until=2026-02", "nothing lies between them"),
        ("outlet=standart", "The archive has no outlet standart. Did you mean standard?"),
        ("language=German", "Language: German is none"),
        ("sort=oldest", "There is no order oldest"),
    ],
)
def test_a_field_that_cannot_be_meant_is_told_in_a_line(page: Any, address: str, wrong: str, told: str) -> None:
    page.goto(f"{address}/search?q=Haushalt&{wrong}")
    assert told in page.inner_text("[role=alert]")
    assert page.locator(".card").count() == 0


def test_sql_is_answered_and_can_but_read(page: Any, address: str) -> None:
    page.goto(f"{address}/archive?sql=select+count(*)+as+n+from+entries")
    assert page.inner_text("td") == "13"
    for attack in ("delete from entry", "attach 'x' as y", "select load_extension('x')", "select hex(randomblob(1e9))"):
        answer = page.goto(f"{address}/archive?sql={attack}")
        assert answer.status in {200, 400}, attack
        assert page.locator("td").count() == 0, attack


def test_the_keyboard_reaches_the_content_at_once(page: Any, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert re.search(r"#main$", page.url)


def test_whoever_has_but_a_keyboard_finds_and_reads_an_entry(page: Any, address: str) -> None:
    def tab_to(wanted: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.locator(f"{wanted}:focus").count():
                return
        raise AssertionError(f"no way to {wanted}")

    page.goto(address)
    tab_to("input[name=q]")
    page.keyboard.type("Haushalt")
    page.keyboard.press("Enter")
    tab_to("li.card a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/entry/1")
    tab_to("a[href^='/document/']")


def test_the_menu_says_where_one_is(page: Any, address: str) -> None:
    for path in ("/", "/search", "/charts", "/archive/entries", "/archive"):
        page.goto(f"{address}{path}")
        assert page.locator("[aria-current=page]").get_attribute("href") == path


def test_headings_go_down_one_step_at_a_time(page: Any, address: str) -> None:
    for path in ("/", "/search?q=Meldung", "/entry/1", "/story/4?with=9", "/charts", "/archive", "/archive/entries"):
        page.goto(f"{address}{path}")
        levels = [int(tag[1]) for tag in page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(e => e.tagName)")]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), (path, levels)
