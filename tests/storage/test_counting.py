"""A counter in a text that goes on at every poll makes no version a poll; what else happens is told as ever."""

from itertools import permutations
from pathlib import Path

import pytest
from saying import Said, rows, told, visit

from storage.archive import Archive
from storage.projection import MOST_COUNTED

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
    assert [change for _, change, _ in versions] == ["first", *["text"] * (MOST_COUNTED - 1), "noise"]
    assert entry == (POLLS, MOST_COUNTED + 1, COUNTING[-1][1])


def test_a_word_that_changes_among_all_the_counting_is_a_version(tmp_path: Path) -> None:
    at = MOST_COUNTED + 7
    edited = [(poll, text if poll < at else text.replace("Kommentare", "Stimmen")) for poll, text in COUNTING]
    with archived(tmp_path / "a", edited) as archive:
        versions = rows(archive, VERSIONS)
    assert [(number, change) for number, change, _ in versions[MOST_COUNTED:]] == [(at + 1, "text"), (POLLS, "noise")]


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


def test_a_number_that_is_news_is_a_version_while_there_are_few(tmp_path: Path) -> None:
    for n, numbers in enumerate(permutations((12, 15, 40))):
        with archived(tmp_path / str(n), [(at, f"Bisher {dead} Tote") for at, dead in enumerate(numbers)]) as archive:
            assert rows(archive, "select versions from entries") == [(3,)]
