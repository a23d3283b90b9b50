"""Articles that several outlets have in much the same words are one story, whenever and in whatever order they came."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import IN_A_FILE, START, Said, rows, visit
from test_any_order import empty_archive

from storage import stories
from storage.archive import Archive
from storage.pruning import prune
from storage.tables import archive_info

WORDS = 60
MEMBERS = "select story_id, outlet, title, is_first, minutes_after, shared, similarity from story_members"


def text(first: int, words: int = WORDS) -> str:
    """Words of one long text: two that begin 30 words apart have half of their words in common."""
    return " ".join(f"wort{n}" for n in range(first, first + words))


def put(archive: Archive, outlet: str, hour: float, title: str, said: str, guid: str = "1") -> None:
    """The outlet's feed `guid` has this one entry from that hour on."""
    feed = archive.ensure_feed(outlet, guid)
    archive.record([visit(feed, hour, Said(title, guid=guid, text=said))])


def settle(archive: Archive, limit: int = stories.BATCH) -> None:
    while True:
        with archive.write() as tx:
            if not stories.refresh(tx, limit=limit):
                return


def told(archive: Archive) -> dict[str, set[str]]:
    """First entry's title to the titles of the others."""
    settle(archive)
    found: dict[str, set[str]] = {}
    titles = dict(rows(archive, "select entry_id, title from entries"))
    for story, title, is_first in rows(archive, "select story_id, title, is_first from story_members"):
        found.setdefault(titles[story], set())
        if not is_first:
            found[titles[story]].add(title)
    return found


def test_a_copy_belongs_to_the_entry_that_came_out_first(archive: Archive) -> None:
    put(archive, "orf", 3, "Abschrift", text(0))
    put(archive, "apa", 1, "Meldung", text(0))
    assert told(archive) == {"Meldung": {"Abschrift"}}
    assert rows(archive, "select outlet, title, outlets, entries from stories") == [("apa", "Meldung", 2, 2)]


def test_members_tell_how_much_later_they_came_and_how_much_is_as_in_the_first(archive: Archive) -> None:
    put(archive, "apa", 1, "Meldung", text(0))
    put(archive, "orf", 2.5, "Gekürzt", text(0, 40))
    settle(archive)
    members = rows(archive, f"{MEMBERS} order by minutes_after")
    assert [row[1:5] for row in members] == [("apa", "Meldung", 1, 0), ("orf", "Gekürzt", 0, 90)]
    assert [float(share) for row in members for share in row[5:]] == [1.0, 1.0, 1.0, 0.661]


def test_what_is_like_a_copy_but_not_like_the_first_is_not_of_its_story(archive: Archive) -> None:
    for number, outlet in enumerate(("apa", "orf", "presse")):
        put(archive, outlet, number, outlet, text(20 * number))
    assert told(archive) == {"apa": {"orf"}}


def test_the_same_text_twice_at_one_outlet_is_no_story(archive: Archive) -> None:
    put(archive, "orf", 1, "Sport", text(0), guid="1")
    put(archive, "orf", 2, "Chronik", text(0), guid="2")
    assert told(archive) == {}


def test_a_short_text_is_no_story(archive: Archive) -> None:
    put(archive, "orf", 1, "Kurz", text(0, 12))
    put(archive, "apa", 2, "Kurz", text(0, 12))
    assert told(archive) == {}


def test_a_fortnight_later_it_is_told_anew(archive: Archive) -> None:
    for outlet, hour in (("apa", 0), ("orf", 24 * 14), ("presse", 24 * 14 + 1)):
        put(archive, outlet, hour, outlet, text(0))
    assert told(archive) == {"apa": {"orf"}}


def test_the_beginning_of_a_long_text_is_a_copy_and_a_part_of_a_digest_is_none(archive: Archive) -> None:
    put(archive, "apa", 1, "Überblick", text(0, 1000))
    put(archive, "orf", 2, "Vorspann", text(0, 40))
    put(archive, "presse", 3, "Mitte", text(600, 40))
    assert told(archive) == {"Überblick": {"Vorspann"}}


def test_an_entry_that_is_changed_leaves_its_story_and_a_new_one_joins(archive: Archive) -> None:
    put(archive, "apa", 1, "Meldung", text(0))
    put(archive, "orf", 2, "Abschrift", text(0))
    assert told(archive) == {"Meldung": {"Abschrift"}}
    put(archive, "orf", 3, "Eigenes", text(500))
    assert told(archive) == {}
    put(archive, "presse", 4, "Nachzügler", text(500))
    assert told(archive) == {"Eigenes": {"Nachzügler"}}


def test_a_first_entry_that_comes_in_late_takes_the_story_over(archive: Archive) -> None:
    put(archive, "orf", 5, "Orf", text(0))
    put(archive, "presse", 6, "Presse", text(0))
    assert told(archive) == {"Orf": {"Presse"}}
    put(archive, "apa", 1, "Apa", text(0))
    assert told(archive) == {"Apa": {"Orf", "Presse"}}


def test_when_the_first_entry_is_pruned_the_next_one_is_first(archive: Archive) -> None:
    for hour, outlet in enumerate(("apa", "orf", "presse")):
        put(archive, outlet, hour, outlet, text(0))
    assert told(archive) == {"apa": {"orf", "presse"}}
    feed = archive.ensure_feed("apa", "1")
    with archive.write() as tx:
        prune(tx, [feed.feed_id], START + timedelta(days=1))
    assert told(archive) == {"orf": {"presse"}}


def test_stories_found_by_other_rules_are_found_anew(archive: Archive) -> None:
    put(archive, "apa", 1, "Meldung", text(0))
    put(archive, "orf", 2, "Abschrift", text(0))
    before = told(archive)
    with archive.write() as tx:
        tx.connection.execute(archive_info.update().where(archive_info.c.key == "stories").values(value="of old"))
        tx.connection.exec_driver_sql("delete from story")
    assert told(archive) == before == {"Meldung": {"Abschrift"}}


# --- whatever the order -----------------------------------------------------------------------------------------------

Seen = tuple[int, int, int, int]
observation = st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(0, 400), st.sampled_from((0, 10, 20, 40, 60)))
KEPT = ("story_text", "story_band", "story")


def state(archive: Archive) -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(rows(archive, f"select * from {table}"), key=repr) for table in KEPT}


def archived(path: Path, seen: Sequence[Seen], batches: Sequence[int]) -> Archive:
    """Looked at after each visit, so many at a time; a batch of none is put off."""
    path.write_bytes(empty_archive())
    archive = Archive.open(str(path))
    for (outlet, feed, hour, first), batch in zip(seen, batches, strict=True):
        put(archive, f"o{outlet}", hour, f"{outlet} {feed}", text(first), guid=str(feed))
        if batch:
            with archive.write() as tx:
                stories.refresh(tx, limit=batch)
    return archive


@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data(), seen=st.lists(observation, min_size=2, max_size=8, unique_by=lambda each: each[2]))
def test_stories_follow_from_the_entries_and_not_from_how_they_came(data: st.DataObject, seen: list[Seen]) -> None:
    batches = data.draw(st.lists(st.integers(0, 3), min_size=len(seen), max_size=len(seen)))
    with TemporaryDirectory() as folder, archived(Path(folder) / "a.sqlite", seen, batches) as archive:
        settle(archive, limit=2)
        step_by_step = state(archive)
        with archive.write() as tx:
            stories.forget_all(tx.connection)
        settle(archive)
        assert step_by_step == state(archive)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(data=st.data(), seen=st.lists(observation, min_size=2, max_size=8, unique_by=lambda each: each[2]))
def test_documents_in_any_order_make_the_same_stories(data: st.DataObject, seen: list[Seen]) -> None:
    shuffled = data.draw(st.permutations(seen))
    with TemporaryDirectory() as folder:
        with archived(Path(folder) / "a.sqlite", sorted(seen, key=lambda each: each[2]), [9] * len(seen)) as archive:
            in_order = told(archive)
        with archived(Path(folder) / "b.sqlite", shuffled, [1] * len(seen)) as archive:
            assert told(archive) == in_order


@pytest.mark.parametrize("name", KEPT)
def test_an_archive_whose_entries_are_gone_keeps_nothing_of_them(archive: Archive, name: str) -> None:
    put(archive, "apa", 1, "Meldung", text(0))
    put(archive, "orf", 2, "Abschrift", text(0))
    settle(archive)
    feeds = [archive.ensure_feed(outlet, "1").feed_id for outlet in ("apa", "orf")]
    with archive.write() as tx:
        prune(tx, feeds, START + timedelta(days=1))
    settle(archive)
    assert rows(archive, f"select * from {name}") == []


def steps(archive: Archive, number: int) -> int:
    """Of SQLite's machine, to find the story of one more entry."""
    put(archive, "presse", 500, "Neu", text(10_000 * number), guid=f"new {number}")
    seen = [0]

    def tick() -> int:
        seen[0] += 1
        return 0

    with archive.write() as tx:
        driver = tx.connection.connection.dbapi_connection
        driver.set_progress_handler(tick, 1)  # type: ignore[union-attr]
        assert stories.refresh(tx) == 1
        driver.set_progress_handler(None, 1)  # type: ignore[union-attr]
    return seen[0]


@IN_A_FILE
def test_an_entry_takes_as_many_steps_in_a_large_archive_as_in_a_small_one(archive: Archive) -> None:
    cost = []
    for size in (5, 100):
        feed = archive.ensure_feed("orf", f"{size}")
        said = [Said(f"{n}", guid=f"{n}", text=text(1_000 * n + size), at=400 + n % 50) for n in range(1, size)]
        archive.record([visit(feed, 490, *said)])
        settle(archive)
        cost.append(steps(archive, size))
    assert 100 < cost[1] < 1.05 * cost[0] < 5_000
