"""Whatever an outlet does to guids and addresses, its entries stay the same: documents read and recorded one by one."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from saying import rows, told

from ingest.hints import Hints
from ingest.read import read
from storage.archive import Archive
from storage.records import Fetch, Ingested, Route, Visit

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLLS = 6
Naming = Callable[[int, int], tuple[str | None, str | None]]  # article and poll to guid and link


def item(
    number: int, guid: str | None, link: str | None, *, title: str | None = None, date: str | None = "", text: str = ""
) -> str:
    date = f"Sun, 01 Mar 2026 {number % 24:02}:07:11 +0100" if date == "" else date
    parts = [f"<title>{title or f'Die Meldung Nr. {number}'}</title>"]
    parts += [f"<pubDate>{date}</pubDate>"] if date else []
    parts += [f'<guid isPermaLink="false">{guid}</guid>'] if guid else []
    parts += [f"<link>{link}</link>"] if link else []
    said = text or f"Was an diesem Tag und in dieser Stadt geschah, Teil {number}."
    return f"<item>{''.join(parts)}<description>{said}</description></item>"


def document(items: Iterable[str]) -> bytes:
    return f'<rss version="2.0"><channel><title>Blatt</title>{"".join(items)}</channel></rss>'.encode()


def archived(path: Path, documents: Iterable[tuple[int, bytes]]) -> Archive:
    archive = Archive.open(str(path), create=True)
    feed = archive.ensure_feed("blatt", "news")
    for hour, body in documents:
        fetch = Fetch(feed.feed_id, Route.LOAD, "file:x", START + timedelta(hours=hour))
        archive.record([Visit(Ingested(fetch, body, sha256(body).digest(), read(body, Hints())))])
    return archive


def polls(naming: Naming, *, window: int = 10, new: int = 2, date: str | None = "") -> list[tuple[int, bytes]]:
    """Each poll has some articles more at the top and some less at the end."""
    return [
        (poll, document(item(n, *naming(n, poll), date=date) for n in range(window + new * poll, new * poll, -1)))
        for poll in range(POLLS)
    ]


OLD, NEW = "http://alt.example/news", "https://www.neu.example/nachrichten/2026"
TIMES: dict[str, Naming] = {
    "nothing": lambda n, _: (f"id-{n}", f"{OLD}/{n}"),
    "http to https": lambda n, poll: (at := f"http{'s' * (poll > 2)}://alt.example/{n}", at),
    "another host": lambda n, poll: (at := f"https://{'neu' if poll > 2 else 'alt'}.example/{n}", at),
    "another path": lambda n, poll: (at := f"https://alt.example/{'nachrichten' if poll > 2 else 'news'}/{n}", at),
    "host, path and guids at once": lambda n, poll: (at := f"{NEW if poll > 2 else OLD}/{n}", at),
    "other guids and other addresses": lambda n, poll: (
        (f"n:{n}", f"{NEW}/a{n}.html") if poll > 2 else (f"id-{n}", f"{OLD}/{n}")
    ),
    "guids new at every poll": lambda n, poll: (f"{poll}-{n}", f"{OLD}/{n}"),
    "a parameter new at every poll": lambda n, poll: (f"id-{n}", f"{OLD}/{n}?zufall={poll * 7919 + n}"),
    "the same in guids": lambda n, poll: (at := f"{OLD}/{n}?zufall={poll * 7919 + n}", at),
    "no guids, and such a parameter": lambda n, poll: (None, f"{OLD}/artikel?id={n}&zufall={poll * 7919}"),
    "guids new at every poll, and such a parameter": lambda n, poll: (f"{poll}-{n}", f"{OLD}/{n}?zufall={poll}"),
    "guids good and bad by turns": lambda n, poll: ("0" if poll % 2 else f"id-{n}", f"{OLD}/{n}"),
    "guids and addresses good and bad by turns": lambda n, poll: (
        ("0", "https://alt.example/") if poll % 2 else (f"id-{n}", f"{OLD}/{n}")
    ),
    "neither guids nor addresses": lambda _n, _poll: (None, None),
}


@pytest.mark.parametrize("naming", TIMES.values(), ids=TIMES.keys())
def test_entries_are_counted_exactly_and_the_same_in_any_order(tmp_path: Path, naming: Naming) -> None:
    seen = polls(naming)
    with archived(tmp_path / "a", seen) as archive:
        assert rows(archive, "select count(*), count(distinct title) from entries") == [(20, 20)]
        in_order = told(archive)
    with archived(tmp_path / "b", [*reversed(seen), *seen]) as archive:
        assert told(archive) == in_order


DAY = "Sun, 01 Mar 2026 00:00:00 +0100"
WEAKLY: dict[str, tuple[Naming, str | None]] = {
    "guids new at every poll, no address, a day": (lambda n, poll: (f"{poll}-{n}", None), DAY),
    "guids new at every poll, no address, no date": (lambda n, poll: (f"{poll}-{n}", None), None),
    "guids new at every poll, the home page": (lambda n, poll: (f"{poll}-{n}", "https://alt.example/"), None),
    "guids new at every poll, one address": (lambda n, poll: (f"{poll}-{n}", f"{OLD}/aktuell.html"), None),
    "guids good and bad by turns, no date": (lambda n, poll: (f"{poll}-{n}" if poll % 2 else f"id-{n}", None), None),
    "all at once, a day": (lambda n, poll: (at := f"{NEW}/a{n}.html" if poll > 2 else f"{OLD}/{n}", at), DAY),
    "a parameter new at every poll, no date": (lambda n, poll: (None, f"{OLD}/{n}?zufall={poll * 7919}"), None),
    "the same, a day, and in guids": (lambda n, poll: (at := f"{OLD}/{n}?zufall={poll}", at), DAY),
    "a script with one, no date": (lambda n, poll: (None, f"https://alt.example/show.php?id={n}&z={poll * 77}"), None),
    "a script with two, no date": (lambda n, p: (at := f"https://alt.example/s.php?a={p}&id={n}&z={p * 77}", at), None),
    "all at once, no date": (lambda n, poll: (at := f"{NEW}/a{n}.html" if poll > 2 else f"{OLD}/{n}", at), None),
    "another host, no guid, no date": (lambda n, p: (None, f"https://{'neu' if p > 2 else 'alt'}.example/{n}"), None),
}


@pytest.mark.parametrize(("naming", "date"), WEAKLY.values(), ids=WEAKLY.keys())
def test_weak_facts_together_count_entries_exactly_where_no_strong_one_stays(
    tmp_path: Path, naming: Naming, date: str | None
) -> None:
    seen = polls(naming, date=date)
    with archived(tmp_path / "a", seen) as archive:
        assert rows(archive, "select count(*), count(distinct title) from entries") == [(20, 20)]
        in_order = told(archive)
    with archived(tmp_path / "b", [*reversed(seen), *seen]) as archive:
        assert told(archive) == in_order


def article(number: int, guid: str) -> str:
    words = sha256(str(number).encode()).hexdigest()
    title, text = (" ".join(words[n : n + 4] for n in range(k, k + 32, 4)) for k in (0, 24))
    return item(
        number, guid, f"{OLD}/{number}", title=title, text=text, date=f"Sun, 01 Mar 2026 {number:02}:07:11 +0100"
    )


@pytest.mark.parametrize("guid", ["item-{place}", "{place}", "n{place}.html"])
@pytest.mark.parametrize("new", [1, 3, 10])
def test_guids_that_are_places_join_nothing(tmp_path: Path, guid: str, new: int) -> None:
    windows = [range(new * poll, new * poll + 4) for poll in range(2)]
    seen = [
        (poll, document(article(n, guid.format(place=place)) for place, n in enumerate(window)))
        for poll, window in enumerate(windows)
    ]
    with archived(tmp_path / "a", seen) as archive:
        count = len({n for window in windows for n in window})
        assert rows(archive, "select count(*), sum(versions) from entries") == [(count, count)]
        in_order = told(archive)
    with archived(tmp_path / "b", reversed(seen)) as archive:
        assert told(archive) == in_order


@pytest.mark.parametrize("stays", ["link", "title", "text", "date"])
def test_a_short_guid_with_one_thing_that_stays_is_the_same_article(tmp_path: Path, stays: str) -> None:
    before = {
        "link": f"{OLD}/a",
        "title": "Rat berät die Brücke",
        "text": "Im Rat wird heute beraten, ob man eine baut.",
    }
    after = {
        "link": f"{OLD}/b",
        "title": "Die Oper bleibt zu",
        "text": "Wegen Schadens am Dach fällt die Premiere aus.",
    }
    dates = {"date": "Sun, 01 Mar 2026 09:07:11 +0100"}, {"date": "Sun, 01 Mar 2026 11:07:11 +0100"}
    one, other = before | dates[0], after | dates[1]
    seen = [document([item(1, "7", **each)]) for each in (one, other | {stays: one[stays]})]  # type: ignore[arg-type]
    with archived(tmp_path / "a", enumerate(seen)) as archive:
        assert rows(archive, "select count(*) from entries") == [(1,)]
    with archived(tmp_path / "b", enumerate([seen[0], document([item(1, "7", **other)])])) as archive:  # type: ignore[arg-type]
        assert rows(archive, "select count(*) from entries") == [(2,)]


def test_articles_of_one_headline_and_one_second_in_one_document_are_two(tmp_path: Path) -> None:
    pair = document(item(1, f"id-{n}", f"{OLD}/{n}", title="Ein Bild vom Tag") for n in (1, 2))
    later = document([item(1, "id-3", f"{OLD}/3", title="Ein Bild vom Tag")])
    with archived(tmp_path / "a", [(0, pair), (1, later)]) as archive:
        assert rows(archive, "select count(*) from entries") == [(3,)]


@pytest.mark.parametrize("date", ["2026-03-01", "Sun, 01 Mar 2026 00:00:00 +0100", "1. März 2026", "nichts"])
def test_a_day_is_not_enough_to_take_two_articles_of_one_headline_for_one(tmp_path: Path, date: str) -> None:
    said = ("In Wien scheint heute den ganzen Tag die Sonne.", "In Graz regnet es bis in die Nacht hinein.")
    seen = [
        (n, document([item(1, f"id-{n}", f"{OLD}/{n}", title="Wetter heute", date=date, text=said[n])]))
        for n in range(2)
    ]
    with archived(tmp_path / "a", seen) as archive:
        assert rows(archive, "select count(*) from entries") == [(2,)]


def test_the_archive_says_what_it_took_two_addresses_for_one_by(tmp_path: Path) -> None:
    with archived(tmp_path / "a", polls(TIMES["other guids and other addresses"])) as archive:
        kinds = rows(archive, "select kind, count(distinct key) from entry_keys group by 1 order by 1")
        assert dict(kinds)["title_time"] == 20
        because = rows(archive, "select distinct because from entry_keys where kind = 'title_time'")
    assert because == [("a headline and the very second of its publication, within this feed",)]


@pytest.mark.parametrize(
    "address",
    [
        "https://blatt.example/story/30000002123{n:02}/{slug}",
        "https://blatt.example/politik/{slug}/4028{n:04}",
        "https://blatt.example/{slug}-1101234{n:02}.html",
        "https://blatt.example/{slug}-a-7d0f1c4e-0000-4000-8000-0000000000{n:02}",
    ],
)
def test_an_article_stays_the_same_when_guid_and_address_have_its_headline_and_that_changes(
    tmp_path: Path, address: str
) -> None:
    seen = []
    for poll in range(POLLS):
        slugs = {n: "neue-lage-im-rat" if poll > n % POLLS else "lage-im-rat" for n in range(10)}
        links = {n: address.format(n=n, slug=slugs[n]) for n in slugs}
        seen.append((poll, document(item(n, links[n], links[n], title=f"{slugs[n]} {n}") for n in slugs)))
    with archived(tmp_path / "a", seen) as archive:
        assert rows(archive, "select count(*), sum(versions) from entries") == [(10, 19)]
        in_order = told(archive)
    with archived(tmp_path / "b", [*reversed(seen), *seen]) as archive:
        assert told(archive) == in_order


def test_a_day_in_an_address_is_no_number_of_an_article(tmp_path: Path) -> None:
    links = [f"https://blatt.example/20260301/{slug}" for slug in ("lage-im-rat", "wetter-am-abend")]
    seen = [(n, document([item(1, at, at, title=f"Meldung {at[-5:]}", text=at)])) for n, at in enumerate(links)]
    with archived(tmp_path / "a", seen) as archive:
        assert rows(archive, "select count(*) from entries") == [(2,)]


TEXTS = [
    "Der Rat hat am Abend mit großer Mehrheit den Bau der Brücke über den Fluss beschlossen, man beginnt im Mai.",
    "Nach dem Hochwasser räumen Hunderte Helfer in den Orten am Fluss auf, viele Häuser bleiben lange unbewohnbar.",
    "Wegen eines Schadens am Dach fällt die Premiere in der Oper aus, die Karten gelten an einem der nächsten Abende.",
    "Im Süden des Landes sind nach dem Frost kaum noch Marillen zu ernten, die Bauern hoffen auf Hilfe vom Staat.",
    "Die Volksschule bekommt zum Herbst eine neue Turnhalle, gebaut wird sie aus dem Holz der Wälder ringsum.",
]


def told_of(number: int, naming: Naming, poll: int, *, edited: bool, date: str | None) -> str:
    """An article; of an edited one headline and text are written anew in part."""
    title = f"{'Neu: ' * edited}Die Meldung Nr. {number}"
    text = TEXTS[number] + " Mehr folgt in Kürze." * edited
    return item(number, *naming(number, poll), title=title, text=text, date=date)


MOVES: dict[str, Naming] = {
    "a parameter": lambda n, poll: (None, f"https://alt.example/show.php?id={n}&z={poll * 77}"),
    "another system": lambda n, poll: (f"n:{n}", f"{NEW}/a{n}.html") if poll > 1 else (f"id-{n}", f"{OLD}/{n}"),
}


@pytest.mark.parametrize("naming", MOVES.values(), ids=MOVES.keys())
@pytest.mark.parametrize("date", [None, DAY])
def test_where_most_of_a_document_moves_an_article_moves_with_it_that_is_edited_at_once(
    tmp_path: Path, naming: Naming, date: str | None
) -> None:
    seen = [
        (poll, document(told_of(n, naming, poll, edited=n == 3 and poll > 1, date=date) for n in range(5)))
        for poll in range(4)
    ]
    with archived(tmp_path / "a", seen) as archive:
        assert rows(archive, "select count(*) from entries") == [(5,)]
        assert rows(archive, "select title from entries where versions > 1 and title like 'Neu%'") == [
            ("Neu: Die Meldung Nr. 3",)
        ]
        assert rows(archive, "select count(*) from gaps") == [(0,)]
        assert rows(archive, "select sum(entries) from feeds") == [(5,)]
        assert rows(archive, "select count(*) from entry_merges") == [(0,)]  # nobody ever saw two
        in_order = told(archive)
    with archived(tmp_path / "b", [*reversed(seen), *seen]) as archive:
        assert told(archive) == in_order


def test_what_was_moved_says_so(tmp_path: Path) -> None:
    seen = polls(lambda n, poll: (None, f"{NEW}/a{n}.html" if poll > 2 else f"{OLD}/{n}"), date=None)
    with archived(tmp_path / "a", seen) as archive:
        because = rows(archive, "select distinct because from entry_keys where kind = 'moved'")
        links = rows(
            archive, "select key from entry_keys where kind = 'moved' and key like '%/8' or key like '%/a8.html'"
        )
    assert because == [("most of the document had other names from one poll to the next, within this feed",)]
    assert (f"{OLD}/8",) in links


@pytest.mark.parametrize("date", [None, DAY])
def test_one_that_is_gone_from_among_others_and_comes_again_under_another_name_is_the_same(
    tmp_path: Path, date: str | None
) -> None:
    def naming(number: int, poll: int) -> tuple[str, str]:
        return (at := f"{OLD}/{'ganz-neu' if number == 2 and poll else f'meldung-{number}'}", at)

    seen = [
        (poll, document(told_of(n, naming, poll, edited=n == 2 and poll > 0, date=date) for n in range(5)))
        for poll in range(2)
    ]
    with archived(tmp_path / "a", seen) as archive:
        assert rows(archive, "select count(*), sum(versions) from entries") == [(5, 6)]


def test_columns_of_the_same_words_are_new_articles_each_week(tmp_path: Path) -> None:
    columns = ["Die Lottozahlen vom Samstag", "Das Horoskop der Woche", "Unser Rätsel für Kinder"]
    seen = []
    for week in range(3):
        news = [item(n, f"n{n}", f"{OLD}/n{n}", date=None) for n in range(10 * week, 10 * week + 7)]
        told_again = [
            item(
                n, f"c{week}-{n}", f"{OLD}/{week}/c{n}", title=title, text="Wie jede Woche an dieser Stelle.", date=None
            )
            for n, title in enumerate(columns)
        ]
        seen.append((week, document([*news, *told_again])))
    with archived(tmp_path / "a", seen) as archive:
        assert rows(archive, "select count(*) from entries") == [(30,)]


@pytest.mark.parametrize("guid", ["p{n}", None, "https://blatt.example/pm/{n}"])
@pytest.mark.parametrize("date", [None, DAY])
def test_reports_by_a_pattern_that_editors_let_come_and_go_stay_apart(
    tmp_path: Path, guid: str | None, date: str | None
) -> None:
    def report(n: int) -> str:
        text = f"Bei einem Unfall im Bezirk {n} sind am Abend Personen verletzt worden, die Polizei sucht nun Zeugen."
        link = f"https://blatt.example/pm/{n}"
        return item(n, guid and guid.format(n=n), link, title=f"Unfall im Bezirk {n}", text=text, date=date)

    shown = [[n for n in range(poll, poll + 12) if n % 5 != poll % 5] for poll in range(8)]
    with archived(tmp_path / "a", enumerate(document(map(report, window)) for window in shown)) as archive:
        count = len({n for window in shown for n in window})
        assert rows(archive, "select count(*), count(distinct title) from entries") == [(count, count)]


def test_what_comes_between_two_documents_takes_back_what_they_seemed_to_prove(tmp_path: Path) -> None:
    def at(path: str, said: Callable[[int], str]) -> bytes:
        return document(
            item(n, None, f"https://alt.example/{path}/{n}", title=f"Zum Thema {said(n)[:20]}", text=said(n), date=None)
            for n in range(4)
        )

    one, other = (lambda n: TEXTS[n]), (lambda n: f"Was Nr. {n} ganz anders sieht als alle")
    seen = [(0, at("a", one)), (1, at("x", other)), (2, at("b", one))]
    with archived(tmp_path / "a", [seen[0], seen[2]]) as archive:
        assert rows(archive, "select count(*) from entries") == [(4,)]
    with archived(tmp_path / "b", [seen[0], seen[2], seen[1]]) as archive:
        assert rows(archive, "select count(*) from entries") == [(12,)]
        late = told(archive)
    with archived(tmp_path / "c", seen) as archive:
        assert told(archive) == late


def test_a_number_that_is_given_anew_each_day_identifies_nothing_unless_addresses_have_it(tmp_path: Path) -> None:
    for place, count in [("tag/{n}", 3), ("a/100001-{n}", 1)]:
        seen = [
            (
                n,
                document(
                    [
                        item(
                            n,
                            "100001",
                            f"https://alt.example/{place.format(n=n)}",
                            title=["Der Rat tagt", "Flut im Süden", "Oper bleibt zu"][n],
                            text=TEXTS[n],
                        )
                    ]
                ),
            )
            for n in range(3)
        ]
        with archived(tmp_path / str(count), seen) as archive:
            assert rows(archive, "select count(*) from entries") == [(count,)]
