"""A search finds German words in all their forms and in their compounds, and nothing that only looks like them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from saying import Said, visit

from storage.archive import Archive
from storage.reading import Reader, reading
from storage.records import Ingested, Visit
from storage.search import BEGIN, END, Search, search

FOUND = [
    # inflection
    ("Kriege", "Der Krieg ist vorbei."),
    ("Krieg", "Die Kriege des Jahrhunderts"),
    ("Krieges", "Kriege und Krisen"),
    ("Häuser", "Ein Haus am See"),
    ("Haus", "Viele Häuser stehen leer"),
    ("Wahlen", "Vor der Wahl"),
    ("Wahl", "Nach den Wahlen"),
    ("Minister", "Des Ministers neue Pläne"),
    ("Museum", "Die Museen öffnen wieder"),
    ("Museen", "Ein Museum schließt"),
    ("Viren", "Ein neues Virus"),
    ("Firma", "Mehrere Firmen gaben auf"),
    ("Ministerien", "Das Ministerium schweigt"),
    ("Regierung", "Die Regierungen einigten sich"),
    ("Demonstration", "Tausende Demonstrationen im Land"),
    ("verletzte", "Zwei Menschen wurden verletzt"),
    ("title:Kriege", "Krieg am Golf"),
    # umlauts and ß
    ("Haeuser", "Die Häuser brennen"),
    ("Hauser", "Die Häuser brennen"),
    ("Oesterreich", "Österreich wählt"),
    ("Osterreich", "Österreich wählt"),
    ("Österreich", "Oesterreich waehlt"),
    ("Strasse", "Eine Straße ist gesperrt"),
    ("Straße", "Eine Strasse ist gesperrt"),
    ("Strassen", "Auf der Straße"),
    ("Fussball", "Fußball am Samstag"),
    ("Grüße", "Ein letzter Gruss"),
    ("STRASSE", "straßen ohne Autos"),
    # compounds
    ("Krieg", "Der Bürgerkrieg dauert an"),
    ("Kriege", "Ein Wirtschaftskrieg droht"),
    ("Wahl", "Die Landtagswahlen in Tirol"),
    ("Klima", "Das Klimaschutzgesetz kommt"),
    ("Gesetz", "Das Klimaschutzgesetz kommt"),
    ("Klimaschutz", "Das Klimaschutzgesetz kommt"),
    ("Polizei", "Die Bundespolizei ermittelt"),
    ("Preise", "Der Strompreis steigt"),
    ("Regierung", "Die Regierungskrise hält an"),
    ("Minister", "Der Außenminister reist ab"),
    # hyphens
    ("Ukraine-Krieg", "Im Ukrainekrieg"),
    ("Ukrainekrieg", "Der Ukraine-Krieg"),
    ("Ukraine-Krieg", "Ende des Ukraine-Krieges"),
    ("Ukrainekriege", "Der Ukraine-Krieg"),
    ("Krieg", "Der Ukraine-Krieg"),
    ("Kriege", "Im Ukrainekrieg"),
    ("Corona-Virus", "Das Coronavirus"),
    ("EU-Gipfel", "Beim EU-Gipfel in Brüssel"),
    ("Covid19", "An Covid-19 erkrankt"),
    ("Covid-19", "Die Folgen von Covid19"),
    ("title:G7", "Die G-7 tagen"),
]
NOT_FOUND = [
    ("Krieg", "Er kriegt nichts"),
    ("Wahl", "Ein Wal vor Sylt"),
    ("Rat", "Das Rad rollt"),
    ("Haus", "Die Haut brennt"),
    ("Amt", "Der Samt ist rot"),
    ("Ei", "Die Partei tagt"),
    ("Tor", "Der Autor liest"),
    ("Alter", "Die Halter der Hunde"),
    ("Land", "Der Mandant schweigt"),
    ("Bau", "Ein Baum fällt"),
    ("Uhr", "Eine Fuhre Sand"),
    ("Art", "Der Start gelang"),
    ("Eis", "Der Kreis schließt sich"),
    ("Not", "Der Notar kommt"),
    ("Haus", "Die Hausse an der Börse"),
    ('"Kriege"', "Der Krieg ist vorbei"),
    ('"Ukrainekrieg"', "Der Krieg in der Ukraine"),
    ("title:Kriege", "Frieden"),
    ("Gesetz -Klimaschutzgesetz", "Das Klimaschutzgesetz kommt"),
    ("Ukraine-Krieg", "Der Krieg in der Ukraine"),
    ("Wien", "Der Wein ist gut"),
    ("Bahn", "Er bahnt sich an"),
    ("Covid19", "Von 19 Fällen von Covid"),
]
TEXTS = sorted({text for _, text in FOUND + NOT_FOUND})


@pytest.fixture(scope="module")
def reader(module_url: str) -> Iterator[Reader]:
    with Archive.open(module_url, create=True) as archive:
        feed = archive.ensure_feed("orf", "alle")
        archive.record([visit(feed, 1, *(Said(text, guid=text) for text in TEXTS))])
        archive.refresh_search()
    with reading(module_url) as opened:
        yield opened


def found(reader: Reader, query: str) -> set[str]:
    hits = search(reader, Search(query, limit=len(TEXTS)))
    return {(hit.title or "").replace(BEGIN, "").replace(END, "") for hit in hits}


@pytest.mark.parametrize(("query", "text"), FOUND)
def test_it_is_found(reader: Reader, query: str, text: str) -> None:
    assert text in found(reader, query)


@pytest.mark.parametrize(("query", "text"), NOT_FOUND)
def test_it_is_not_found(reader: Reader, query: str, text: str) -> None:
    assert text not in found(reader, query)


def test_what_was_found_by_its_stem_is_marked(reader: Reader) -> None:
    marked = {hit.title for hit in search(reader, Search("Kriege", limit=99))}
    assert {f"Der {BEGIN}Bürgerkrieg{END} dauert an", f"Die {BEGIN}Kriege{END} des Jahrhunderts"} <= marked
    assert all(BEGIN in (title or "") for title in marked)


def test_a_snippet_shows_the_place_that_was_found_by_its_stem(archive_url: str) -> None:
    with Archive.open(archive_url, create=True) as archive:
        text = "Anfang " * 60 + "dann kam der Bürgerkrieg und blieb " + "Ende " * 60
        archive.record([visit(archive.ensure_feed("orf", "alle"), 1, Said("Lage", guid="1", text=text))])
        archive.refresh_search()
    with reading(archive_url) as opened:
        (hit,) = search(opened, Search("Kriege"))
    assert hit.snippet is not None
    assert f"kam der {BEGIN}Bürgerkrieg{END} und blieb" in hit.snippet
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet.split()) < 40


def in_english(seen: Visit) -> Visit:
    """The same in a feed whose texts are English."""
    assert isinstance(seen.outcome, Ingested)
    entries = [replace(each, wording=replace(each.wording, language="en")) for each in seen.outcome.reading.entries]
    reading = replace(seen.outcome.reading, entries=tuple(entries))
    return replace(seen, outcome=replace(seen.outcome, reading=reading))


@pytest.mark.parametrize("query", ["election", "elections", "dying", "City"])
def test_english_texts_have_stems_of_their_own(archive_url: str, query: str) -> None:
    with Archive.open(archive_url, create=True) as archive:
        said = Said("Elections in dying cities", guid="1")
        archive.record([in_english(visit(archive.ensure_feed("bbc", "all"), 1, said))])
        archive.refresh_search()
    with reading(archive_url) as opened:
        assert len(search(opened, Search(query))) == 1


def test_words_that_were_removed_are_found_in_all_their_forms(archive_url: str) -> None:
    with Archive.open(archive_url, create=True) as archive:
        feed = archive.ensure_feed("orf", "alle")
        archive.record([visit(feed, 1, Said("Bürgerkrieg", guid="1")), visit(feed, 2, Said("Frieden", guid="1"))])
        archive.refresh_search()
    with reading(archive_url) as opened:
        (hit,) = search(opened, Search("Kriege", former=True))
    assert (hit.title, hit.version) == (f"{BEGIN}Bürgerkrieg{END}", 1)
