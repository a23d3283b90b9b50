"""Questions that come with chronik, and the cookbook: each is explained, and each runs."""

import re
from pathlib import Path

import pytest
from saying import Said, hours, visit

from storage.archive import Archive
from storage.named import named_queries, read_query
from storage.query import answered
from storage.records import FeedRecord, Route
from storage.sql_text import parameters

COOKBOOK = Path(__file__).parents[2] / "docs" / "queries.md"
VALUES: dict[str, str | int | float | None] = {
    "outlet": "orf",
    "term": "krieg",
    "entry_id": 1,
    "after_seq": 0,
    "word": "Krieg",
}


def _recipes(*, for_files: bool | None = None) -> list[str]:
    """All, or those that only SQLite answers (or not)."""
    found = re.findall(r"```sql\n(.*?)```", COOKBOOK.read_text(encoding="utf-8"), re.DOTALL)
    return [each for each in found if for_files in {None, bool(re.search(r"sqlite_schema|snippet\(", each))}]


@pytest.fixture(scope="module")
def archive(module_url: str) -> str:
    """Two outlets; edits, a withdrawn entry, a gap and a headline that both have."""
    with Archive.open(module_url, create=True) as opened:
        orf, apa = opened.ensure_feed("orf", "alle"), opened.ensure_feed("apa", "alle")
        opened.record([*_orf(orf), visit(apa, 3, Said("Krieg am fernen Meer begonnen", guid="1", at=2))])
        opened.refresh_search()
    return module_url


def _orf(feed: FeedRecord) -> list[object]:
    first = Said("Krieg am fernen Meer begonnen", guid="a", text="Die Truppen sind da.", at=0)
    edited = Said("Krieg am fernen Meer beendet", guid="a", text="Die Truppen sind fort.", at=0)
    old, gone = Said("Eine ältere Meldung", guid="b", at=-1), Said("Eine Panne", guid="c", at=0.5)
    later = Said("Viel später", guid="z", at=90)
    return [
        visit(feed, 1, gone, first, old, route=Route.LIVE),
        visit(feed, 2, edited, old, route=Route.LIVE),
        visit(feed, 100, later, route=Route.LIVE),
    ]


def _rows(archive: str, name: str, **values: str | int | float | None) -> list[tuple[object, ...]]:
    query = named_queries()[name]
    with answered(archive, query.sql, query.defaults | values) as answer:
        return list(answer)


@pytest.mark.parametrize("name", list(named_queries()))
def test_every_named_query_says_its_question_and_all_its_parameters(name: str) -> None:
    query = named_queries()[name]
    assert query.question.endswith(("?", ")?"))
    assert {known.name for known in query.parameters} == set(parameters(query.sql))
    assert all(known.what for known in query.parameters)


@pytest.mark.parametrize("name", list(named_queries()))
def test_every_named_query_answers(archive: str, name: str) -> None:
    query = named_queries()[name]
    required = {known.name: VALUES[known.name] for known in query.parameters if known.required}
    with answered(archive, query.sql, query.defaults | required) as answer:
        list(answer)
        assert answer.columns
        assert answer.passed is None


@pytest.mark.parametrize("recipe", _recipes(for_files=False), ids=lambda recipe: " ".join(str(recipe).split())[:60])
def test_every_query_of_the_cookbook_runs(archive: str, recipe: str) -> None:
    assert _stopped_by(archive, recipe) is None


def test_those_that_the_cookbook_calls_sqlites_run_there(tmp_path: Path) -> None:
    path = str(tmp_path / "archive.sqlite")
    Archive.open(path, create=True).close()
    for recipe in _recipes(for_files=True):
        assert _stopped_by(path, recipe) is None, recipe


def _stopped_by(archive: str, recipe: str) -> object:
    """The limit that a recipe passed; raises what is wrong with it."""
    defaults = read_query("recipe", recipe).defaults
    values = {name: VALUES.get(name, defaults.get(name)) for name in parameters(recipe)}
    with answered(archive, recipe, values) as answer:
        list(answer)
        return answer.passed


@pytest.mark.parametrize("name", list(named_queries()))
def test_the_cookbook_has_every_named_query_word_for_word(name: str) -> None:
    assert f"### {name}\n" in COOKBOOK.read_text(encoding="utf-8")
    assert f"{named_queries()[name].sql.strip()}\n" in _recipes()


def test_the_cookbook_has_ten_more() -> None:
    assert len(_recipes()) >= len(named_queries()) + 10


def test_what_changed_is_told_with_the_wording_before(archive: str) -> None:
    ((seen_at, feed, change, minutes, before, after, *_),) = _rows(archive, "changed-after-publication")
    assert (feed, change, minutes) == ("orf/alle", "title", 120)
    assert (before, after) == ("Krieg am fernen Meer begonnen", "Krieg am fernen Meer beendet")
    assert seen_at == hours(2).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_was_withdrawn_is_told(archive: str) -> None:
    assert [row[3] for row in _rows(archive, "withdrawn-entries")] == ["Eine Panne"]


def test_who_was_first_is_told_with_the_minutes_after(archive: str) -> None:
    rows = _rows(archive, "first-to-report", term="krieg")
    assert [(row[1], row[2]) for row in rows] == [("orf", 0), ("apa", 120)]


def test_gaps_are_told_by_outlet(archive: str) -> None:
    told = {row[0]: row[7] for row in _rows(archive, "coverage-and-gaps")}
    assert told == {"apa": 0, "orf": 1}


def test_a_parameter_narrows_the_answer(archive: str) -> None:
    assert {row[1] for row in _rows(archive, "entries-per-day", outlet="apa")} == {"apa"}


def test_a_parameter_without_default_is_required() -> None:
    query = read_query("x", "-- What?\n-- :a must\n-- :b may (default: 5)\n-- :c may (default: all)\nselect :a, :b, :c")
    assert query.question == "What?"
    assert [known.required for known in query.parameters] == [True, False, False]
    assert query.defaults == {"b": 5, "c": None}


def test_publication_lag_is_told_of_what_came_in_live_after_the_first_look(archive: str) -> None:
    assert _rows(archive, "publication-lag") == [("orf", 1, 600, 600, 0.0)]
    assert _rows(archive, "publication-lag", since="2026-02-01") == []
