"""The newest hits are found without ranking all, and are the same as if all had been."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saying import Said, hours, visit

from storage.archive import Archive
from storage.reading import reading
from storage.search import Hit, Looks, Search, search

WORDS = ("krieg", "meer", "wien", "wahl")
ALL = Looks(near=10**6, far=10**6, wide=10**6)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    """60 entries whose dates have nothing to do with the order in which they came; some share one, some have none."""
    path = str(tmp_path_factory.mktemp("newest") / "archive.sqlite")
    with Archive.open(path, create=True) as opened:
        for outlet, first in (("orf", 0), ("apa", 30)):
            feed = opened.ensure_feed(outlet, "alle")
            said = [_said(n) for n in range(first, first + 30)]
            opened.record([visit(feed, 100 + n, *said[n : n + 10]) for n in range(0, 30, 10)])
        opened.refresh_search()
    return path


def _said(n: int) -> Said:
    words = " ".join(word for place, word in enumerate(WORDS) if n % (place + 2) == 0)
    return Said(f"Meldung {n} {words}", guid=str(n), at=None if n % 11 == 0 else n * 37 % 23)


LOOKS = st.builds(Looks, near=st.integers(0, 70), far=st.integers(0, 70))
BOUND = st.none() | st.integers(0, 30).map(lambda n: hours(n).strftime("%Y-%m-%dT%H:%M:%SZ"))


@given(
    looks=LOOKS,
    words=st.sampled_from([*WORDS, "meldung", "krieg OR wien", '"meer wien"', "kri*", "meldung -wahl", "niemals"]),
    outlets=st.sampled_from([(), ("orf",), ("apa",)]),
    since=BOUND,
    until=BOUND,
    limit=st.integers(1, 12),
)
def test_however_far_is_looked_at_first_the_hits_are_always_the_same(
    archive: str,
    looks: Looks,
    words: str,
    outlets: tuple[str, ...],
    since: str | None,
    until: str | None,
    limit: int,
) -> None:
    asked = Search(words, outlets=outlets, since=since, until=until, limit=limit)
    assert _ids(archive, asked, looks) == _ids(archive, asked, ALL)


@given(words=st.sampled_from([*WORDS, "meldung", "kri*"]), outlet=st.sampled_from(["orf", "apa"]))
def test_the_best_of_an_outlet_are_always_those_of_all_that_are_its(archive: str, words: str, outlet: str) -> None:
    with reading(archive) as reader:
        best_of_all = search(reader, Search(words, sort="best", limit=60))
        theirs = search(reader, Search(words, sort="best", limit=60, outlets=(outlet,)))
    assert theirs == [hit for hit in best_of_all if hit.outlet == outlet]


def _ids(archive: str, asked: Search, looks: Looks) -> list[int]:
    with reading(archive) as reader:
        return [hit.entry_id for hit in search(reader, asked, looks=looks)]


def test_they_are_in_the_order_of_their_dates(archive: str) -> None:
    with reading(archive) as reader:
        hits = search(reader, Search("meldung", limit=60), looks=Looks(near=5, far=20))
    assert len(hits) == 60
    assert hits == sorted(hits, key=_newest, reverse=True)


def _newest(hit: Hit) -> tuple[str, int]:
    return hit.published_at or hit.first_seen_at or "", hit.entry_id


def test_one_look_into_the_index_does_for_what_begins_with_letters(archive: str) -> None:
    with reading(archive) as reader:
        whole, begun = (search(reader, Search(words, limit=60)) for words in ("krieg", "kri*"))
    assert [hit.title for hit in whole] == [hit.title for hit in begun]


def test_the_best_of_very_many_are_the_best_of_the_newest(archive: str) -> None:
    newest = _ids(archive, Search("meldung", limit=21), ALL)
    best = Search("meldung", sort="best", limit=5)
    assert set(_ids(archive, best, Looks(wide=20, many=10))) <= set(newest)
    assert not set(_ids(archive, best, ALL)) <= set(newest)


@given(words=st.sampled_from([*WORDS, "krieg OR wien", "kri*", "meldung"]), wide=st.integers(0, 70))
def test_where_they_are_few_the_best_of_all_are_the_best(archive: str, words: str, wide: int) -> None:
    best = Search(words, sort="best", limit=5)
    assert _ids(archive, best, Looks(wide=wide, many=100)) == _ids(archive, best, ALL)


def test_an_empty_archive_has_no_hits(tmp_path: Path) -> None:
    Archive.open(str(tmp_path / "empty.sqlite"), create=True).close()
    with reading(str(tmp_path / "empty.sqlite")) as reader:
        assert search(reader, Search("krieg")) == []
