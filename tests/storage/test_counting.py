"""A counter in a text that goes on at every poll makes no version a poll; what else happens is told as ever."""

from itertools import permutations
from pathlib import Path

import pytest
from saying import Said, hours, rows, told, visit

from storage.archive import Archive
from storage.bundles import TOGETHER
from storage.care import verify
from storage.projection import MOST_COUNTED
from storage.pruning import prune

POLLS = MOST_COUNTED * 3


def said(text: str) -> Said:
    return Said("Der Ticker", guid="1", text=text, at=0)


def archived(path: Path, texts: list[tuple[int, str]]) -> Archive:
    archive = Archive.open(str(path), create=True)
    feed = archive.ensure_feed("orf", "news")
    for at, text in texts:
        archive.record([visit(feed, at, said(text))])
    return archive


COUNTING = [(poll, f"Bisher {1000 + poll * 17:,} Kommentare, Stand {poll % 24}:15 Uhr") for poll in range(POLLS)]
VERSIONS = "select version, change, content_text from entry_versions order by seen_at"


def test_a_counter_makes_a_bounded_number_of_versions_and_the_last_text_is_the_entrys(tmp_path: Path) -> None:
    with archived(tmp_path / "a", COUNTING) as archive:
        versions = rows(archive, VERSIONS)
        (entry,) = rows(archive, "select version, versions, content_text from entries")
    assert [number for number, _, _ in versions] == [*range(1, MOST_COUNTED + 1), POLLS]
    assert [change for _, change, _ in versions] == ["first", *["noise"] * MOST_COUNTED]
    assert entry == (POLLS, MOST_COUNTED + 1, COUNTING[-1][1])


def test_a_word_that_changes_among_all_the_counting_is_a_version(tmp_path: Path) -> None:
    at = MOST_COUNTED + 7
    edited = [(poll, text if poll < at else text.replace("Bisher", "Bislang")) for poll, text in COUNTING]
    with archived(tmp_path / "a", edited) as archive:
        versions = rows(archive, VERSIONS)
    assert [(number, change) for number, change, _ in versions[MOST_COUNTED:]] == [(at + 1, "text"), (POLLS, "noise")]


def test_every_headline_is_a_version_however_many_differ_in_numbers_only(tmp_path: Path) -> None:
    with Archive.open(str(tmp_path / "a"), create=True) as archive:
        feed = archive.ensure_feed("orf", "news")
        titles = [f"Zahl der Toten steigt auf {100 + at}" for at in range(MOST_COUNTED + 6)]
        archive.record([visit(feed, at, Said(title, guid="1", at=0)) for at, title in enumerate(titles)])
        assert rows(archive, "select title from entry_versions order by seen_at") == [(title,) for title in titles]
        assert rows(archive, "select distinct change from entry_versions where version > 1") == [("title",)]


def test_adverts_that_take_turns_make_a_bounded_number_of_versions(tmp_path: Path) -> None:
    adverts = [(at, f"Der Text.\n\nAnzeige: {'sehr ' * at}günstig\n\nSein Ende.") for at in range(POLLS)]
    with archived(tmp_path / "a", adverts) as archive:
        assert rows(archive, "select versions from entries") == [(MOST_COUNTED + 1,)]
        assert rows(archive, "select distinct change from entry_versions where version > 1") == [("noise",)]


def test_dates_that_are_new_at_every_poll_make_a_bounded_number_of_versions_that_say_so(tmp_path: Path) -> None:
    with Archive.open(str(tmp_path / "a"), create=True) as archive:
        feed = archive.ensure_feed("orf", "news")
        for at in range(POLLS):
            archive.record([visit(feed, at, Said("Der Ticker", guid="1", text="Der Text.", at=at))])
        changes = rows(archive, "select change, count(*) from entry_versions group by 1 order by 1")
        assert changes == [("date", MOST_COUNTED), ("first", 1)]
        assert rows(archive, "select published_at from entries") == [(f"{hours(POLLS - 1):%Y-%m-%dT%H:%M:%SZ}",)]


def test_each_version_stands_until_the_next_that_is_told(tmp_path: Path) -> None:
    with archived(tmp_path / "a", COUNTING) as archive:
        times = rows(archive, "select seen_at, replaced_at from entry_versions order by seen_at")
    assert [end for _, end in times] == [begin for begin, _ in times[1:]] + [None]


@pytest.mark.parametrize("order", [reversed, lambda seen: [*seen[1::2], *seen[::2]], lambda seen: seen + seen])
def test_it_is_the_same_in_any_order(tmp_path: Path, order: object) -> None:
    assert callable(order)
    with archived(tmp_path / "a", COUNTING) as archive:
        in_order = told(archive)
    with archived(tmp_path / "b", list(order(COUNTING))) as archive:
        assert told(archive) == in_order


def test_a_number_that_is_news_is_a_version_however_often_it_changes(tmp_path: Path) -> None:
    toll = [(at, f"Bisher {100 + at} Tote, die Suche geht weiter.") for at in range(MOST_COUNTED + 6)]
    with archived(tmp_path / "toll", toll) as archive:
        assert rows(archive, "select content_text from entry_versions order by seen_at") == [
            (text,) for _, text in toll
        ]
    for n, numbers in enumerate(permutations((12, 15, 40))):
        with archived(tmp_path / str(n), [(at, f"Bisher {dead} Tote") for at, dead in enumerate(numbers)]) as archive:
            assert rows(archive, "select versions from entries") == [(3,)]


# --- what is not shown is not kept in full ----------------------------------------------------------------------------

LONG = [(poll, f"{'Ein langer Satz über alles. ' * 50} Bisher {1000 + poll * 17:,} Kommentare") for poll in range(75)]


def recorded(path: Path, texts: list[tuple[int, str]]) -> Archive:
    """All at once."""
    archive = Archive.open(str(path), create=True)
    feed = archive.ensure_feed("orf", "news")
    archive.record([visit(feed, at, said(text)) for at, text in texts])
    return archive


def wrong(archive: Archive) -> list[str]:
    return [finding.text for finding in verify(archive) if finding.grave]


def test_texts_that_only_count_on_are_packed_together(tmp_path: Path) -> None:
    with recorded(tmp_path / "a", LONG) as archive:
        ((in_full, packed),) = rows(archive, "select sum(content_text is not null), sum(bundle_id > 0) from wording")
        ((size,),) = rows(archive, "select sum(length(body)) from bundle")
        assert wrong(archive) == []
    assert in_full + packed == len(LONG)
    assert MOST_COUNTED < in_full <= MOST_COUNTED + TOGETHER + 2
    assert size < packed * len(LONG[0][1]) / 20


def test_a_text_that_was_packed_is_shown_whole_when_the_past_makes_it_a_version(tmp_path: Path) -> None:
    at = 40
    edited = at, LONG[at][1].replace("Satz", "Absatz")
    with recorded(tmp_path / "a", [*LONG[:at], edited, *LONG[at + 1 :]]) as archive:
        whole = told(archive)
    with recorded(tmp_path / "b", [*LONG[:at], *LONG[at + 1 :]]) as archive:
        assert rows(archive, f"select bundle_id > 0 from wording where wording_id = {at + 1}") == [(1,)]
        archive.record([visit(archive.ensure_feed("orf", "news"), at, said(edited[1]))])
        assert told(archive) == whole
        assert wrong(archive) == []


def test_what_another_feed_shows_is_shown_whole(tmp_path: Path) -> None:
    with recorded(tmp_path / "a", LONG) as archive:
        archive.record([visit(archive.ensure_feed("orf", "sport"), 99, said(LONG[30][1]))])
        shown = rows(archive, "select content_text from entry_versions where feed = 'orf/sport'")
        assert shown == [(LONG[30][1],)]
        assert wrong(archive) == []


def test_the_search_index_forgets_what_was_packed_meanwhile(tmp_path: Path) -> None:
    with recorded(tmp_path / "a", LONG[:30]) as archive:
        archive.refresh_search()
        archive.record([visit(archive.ensure_feed("orf", "news"), at, said(text)) for at, text in LONG[30:]])
        archive.refresh_search()
        found = "select rowid from entries_fts where entries_fts match '{}'"
        assert rows(archive, found.format(f'"{1000 + 74 * 17:,}"'))
        assert rows(archive, found.format(f'"{1000 + 29 * 17:,}"')) == []
        assert wrong(archive) == []


def test_what_goes_takes_along_what_it_was_packed_in(tmp_path: Path) -> None:
    with recorded(tmp_path / "a", LONG) as archive:
        with archive.write() as tx:
            prune(tx, [1], hours(70))
        assert rows(archive, "select count(*) from bundle") == [(0,)]
        assert wrong(archive) == []


def test_a_damaged_bundle_is_found(tmp_path: Path) -> None:
    with recorded(tmp_path / "a", LONG) as archive:
        with archive.write() as tx:
            tx.connection.exec_driver_sql("update bundle set body = x'00' where bundle_id = 1")
        assert any("bundle 1 is not what was stored" in text for text in wrong(archive))
