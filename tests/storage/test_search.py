"""Search finds entries by their words; the newest first, or the best; former wordings where asked for."""

import pytest
from saying import Said, hours, visit

from storage.archive import Archive
from storage.reading import reading
from storage.search import BEGIN, END, Hit, Search, search, waiting


@pytest.fixture(scope="module")
def archive(module_url: str) -> str:
    """Three entries of two outlets; one has lost the word Krieg."""
    with Archive.open(module_url, create=True) as opened:
        orf, apa = opened.ensure_feed("orf", "alle"), opened.ensure_feed("apa", "alle")
        before = Said("Krieg am Meer", guid="1", text="Es ist Krieg. Krieg, sagen sie.", at=5, url="https://orf.at/1")
        after = Said("Lage am Meer", guid="1", text="Es ist ruhig.", at=5, url="https://orf.at/1")
        often = Said("Krieg und Krieg", guid="2", text="Krieg. Krieg. Krieg.", at=1)
        once = Said(
            "Häuser am Meer",
            guid="3",
            text="Ein langer Text, in dem einmal von Krieg die Rede ist.",
            at=9,
            language="de",
        )
        opened.record([visit(orf, 10, before, often), visit(orf, 12, after, often), visit(apa, 11, once)])
        opened.refresh_search()
    return module_url


def hits(archive: str, words: str, **more: object) -> list[Hit]:
    with reading(archive) as reader:
        return search(reader, Search(words, **more))  # type: ignore[arg-type]


def titles(found: list[Hit]) -> list[str]:
    return [(hit.title or "").replace(BEGIN, "").replace(END, "") for hit in found]


def test_the_newest_come_first(archive: str) -> None:
    assert titles(hits(archive, "krieg")) == ["Häuser am Meer", "Krieg und Krieg"]


def test_the_best_come_first_where_asked_for(archive: str) -> None:
    assert titles(hits(archive, "krieg", sort="best")) == ["Krieg und Krieg", "Häuser am Meer"]


def test_hits_are_marked_in_title_and_snippet(archive: str) -> None:
    (hit,) = hits(archive, "haeuser OR rede")
    assert hit.title == f"{BEGIN}Häuser{END} am Meer"
    assert hit.snippet is not None
    assert BEGIN in hit.snippet


def test_an_outlet_narrows_the_search(archive: str) -> None:
    assert {hit.outlet for hit in hits(archive, "meer OR krieg", outlets=("orf",))} == {"orf"}


@pytest.mark.parametrize("sort", ["newest", "best"])
def test_a_language_narrows_the_search_and_is_told(archive: str, sort: str) -> None:
    assert [hit.language for hit in hits(archive, "krieg", language="de", sort=sort)] == ["de"]
    assert hits(archive, "krieg", language="fr", sort=sort) == []


def test_dates_narrow_the_search_to_what_was_published_since_and_before(archive: str) -> None:
    since, until = (hours(n).strftime("%Y-%m-%dT%H:%M:%SZ") for n in (5, 9))
    assert titles(hits(archive, "meer", since=since, until=until)) == ["Lage am Meer"]


def test_a_limit_keeps_the_first_hits(archive: str) -> None:
    assert titles(hits(archive, "krieg", limit=1)) == ["Häuser am Meer"]


def test_words_since_removed_are_found_in_former_wordings_only(archive: str) -> None:
    assert "Krieg am Meer" not in titles(hits(archive, "krieg"))
    (hit,) = [hit for hit in hits(archive, "krieg", former=True) if hit.replaced_at]
    assert (titles([hit]), hit.version, hit.url) == (["Krieg am Meer"], 1, "https://orf.at/1")
    assert hit.replaced_at == hours(12).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_wording_that_stands_is_found_once(archive: str) -> None:
    assert titles(hits(archive, "meer", former=True)).count("Häuser am Meer") == 1


@pytest.mark.parametrize("words", ["krieg -sagen", "ruhig", "title:ruhig", "wahl OR lage"])
def test_former_wordings_obey_the_whole_search(archive: str, words: str) -> None:
    assert not [hit for hit in hits(archive, words, former=True) if hit.replaced_at]


def test_an_index_that_does_not_have_what_it_should_is_made_anew(archive_url: str) -> None:
    with Archive.open(archive_url, create=True) as opened:
        feed = opened.ensure_feed("orf", "alle")
        opened.record([visit(feed, 1, Said("Erdbeben", guid="a"), Said("Wahl", guid="b"))])
        opened.refresh_search()
        with opened.write() as tx:
            tx.connection.exec_driver_sql("update wording set title = 'a b c d e f g h i' where title = 'Erdbeben'")
        opened.record([visit(feed, 2, Said("Sturm", guid="a"), Said("Wahl", guid="b"))])
        opened.refresh_search()
    assert [titles(hits(archive_url, words)) for words in ("sturm", "wahl", "erdbeben")] == [["Sturm"], ["Wahl"], []]


def test_entries_that_wait_for_the_index_are_counted(archive_url: str) -> None:
    with Archive.open(archive_url, create=True) as opened:
        opened.record([visit(opened.ensure_feed("orf", "alle"), 1, Said("A", guid="a"), Said("B", guid="b"))])
        with reading(archive_url) as reader:
            assert waiting(reader) == 2
        opened.refresh_search()
        with reading(archive_url) as reader:
            assert waiting(reader) == 0
