"""Visits that found nothing new are recorded together as they would be one by one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import IN_A_FILE, Said, hours, rows, told, visit

import storage.confirming as confirming
from storage.archive import Archive
from storage.confirming import Recording, confirm
from storage.records import (
    FeedHealth,
    FeedListing,
    FeedRecord,
    Fetch,
    NotModified,
    Outcome,
    OutletListing,
    Recorded,
    Route,
    Standing,
    Unchanged,
    Visit,
)

FEEDS = ("alle", "sport")
STATES = (
    (),
    (Said("A", guid="1"), Said("B", guid="2")),
    (Said("B", guid="2"), Said("C", guid="3", url="https://x.at/3")),
)
LISTING = OutletListing("orf", feeds=tuple(FeedListing(slug, f"https://x.at/{slug}") for slug in FEEDS))
Seen = tuple[int, int, float, str]  # which group, which feed, when, what


def body_of(state: int) -> bytes:
    return ("document " + repr(STATES[state])).encode()


def decided(before: FeedRecord, recorded: Recorded) -> Standing:
    """What it is told of goes into the memory, so that the archive tells it."""
    memory = repr((replace(before, memory=None), replace(recorded, fetch_id=0)))
    moved = "https://y.at/" if before.failures == 2 else None
    return Standing(
        FeedHealth.OK,
        before.failures + 1,
        hours(before.failures),
        "because",
        etag=str(recorded.overlap),
        memory=memory,
        url=moved,
    )


def visited(feed: FeedRecord, at: float, what: str) -> Visit:
    fetch = Fetch(feed.feed_id, Route.LIVE, f"https://x.at/{feed.slug}", hours(at), response_headers=(("etag", "x"),))
    outcome: Outcome
    if what == "304":
        outcome = NotModified(fetch)
    elif what.startswith("same"):
        outcome = Unchanged(fetch, sha256(body_of(int(what[-1]))).digest())
    else:
        outcome = visit(feed, at, *STATES[int(what[-1])], route=Route.LIVE).outcome
    return Visit(outcome, decided)


whats = st.sampled_from(["304", "same", "same", "document 0", "document 1", "document 2"])
history = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1), st.integers(0, 12), whats), max_size=12)


def archived(path: Path, seen: Sequence[Seen], together: bool) -> dict[str, list[tuple[object, ...]]]:
    path.write_bytes(empty_archive())
    with Archive.open(str(path), now=lambda: hours(0)) as archive:
        archive.list_outlets([LISTING])
        feeds = {feed.slug: feed for feed in archive.feeds()}
        for _, group in groupby(sorted(seen, key=lambda each: each[0]), key=lambda each: each[0]):
            jobs = [Recording(visited(feeds[FEEDS[feed]], at / 4, what)) for _, feed, at, what in group]
            done: set[int] = set()
            with archive.write() as tx:
                if together:
                    done = set(Recording.together(tx, jobs))
                for job in (job for place, job in enumerate(jobs) if place not in done):
                    job(tx)
        assert not rows(archive, "pragma foreign_key_check")
        feed_rows = "select url, state, failures, last_success_at, last_new_at, last_attempt_at, memory from feed"
        attempts = "select feed_id, outcome, requested_at, response_headers, document_id, entries_seen from fetch"
        return told(archive) | {
            "feed": rows(archive, f"{feed_rows} order by feed_id"),
            "fetch": sorted(rows(archive, attempts), key=repr),
        }


def possible(seen: Sequence[Seen]) -> list[Seen]:
    """In one group a feed is visited once: whoever polls it holds its lease. The same body is what it had last."""
    last: dict[int, str] = {}
    once = {(group, feed): (at, what) for group, feed, at, what in sorted(seen, key=lambda each: each[:2])}
    found: list[Seen] = []
    for (group, feed), (at, what) in once.items():
        if what.startswith("document"):
            last[feed] = what[-1]
        known = f"same {last[feed]}" if feed in last else "304"
        found.append((group, feed, at, known if what == "same" else what))
    return found


@cache
def empty_archive() -> bytes:
    """A new archive, as a file: making one takes longer than a test's whole history."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite"
        Archive.open(str(path), create=True).close()
        return path.read_bytes()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seen=history)
def test_together_or_one_by_one_the_archive_is_the_same(seen: list[Seen]) -> None:
    seen = possible(seen)
    with TemporaryDirectory() as folder:
        together = archived(Path(folder) / "a.sqlite", seen, together=True)
        alone = archived(Path(folder) / "b.sqlite", seen, together=False)
    assert together == alone


@pytest.fixture
def feeds(archive: Archive) -> list[FeedRecord]:
    archive.list_outlets([LISTING])
    listed = archive.feeds()
    archive.record([visited(feed, 0, "document 1") for feed in listed])
    return listed


@pytest.mark.parametrize("what", ["304", "same 1"])
def test_what_found_nothing_new_is_recorded_together(archive: Archive, feeds: list[FeedRecord], what: str) -> None:
    with archive.write() as tx:
        done = confirm(tx, [visited(feed, 1, what) for feed in feeds])
    assert [(each.overlap, each.entries_seen) for each in done.values()] == [(2, 2)] * 2
    assert rows(archive, "select distinct last_seen_at from sightings") == [("2026-01-01T01:00:00Z",)]


@pytest.mark.parametrize(("at", "what"), [(1, "same 2"), (-1, "304"), (1, "document 1")])
def test_what_is_not_plain_is_left_to_be_recorded_alone(
    archive: Archive, feeds: list[FeedRecord], at: float, what: str
) -> None:
    with archive.write() as tx:
        assert confirm(tx, [visited(feed, at, what) for feed in feeds]) == {}


def test_a_feed_that_comes_twice_is_confirmed_once(archive: Archive, feeds: list[FeedRecord]) -> None:
    with archive.write() as tx:
        assert set(confirm(tx, [visited(feeds[0], 1, "304"), visited(feeds[0], 2, "304")])) == {0}


def test_a_feed_that_was_taken_out_while_it_was_asked_stays_out(archive: Archive, feeds: list[FeedRecord]) -> None:
    archive.list_outlets([])
    with archive.write() as tx:
        assert len(confirm(tx, [visited(feed, 1, "304") for feed in feeds])) == 2
    assert {feed.state for feed in archive.feeds()} == {FeedHealth.UNLISTED}
    assert {feed.next_due_at for feed in archive.feeds()} == {None}


@IN_A_FILE
def test_the_number_of_statements_does_not_grow_with_the_visits(archive: Archive) -> None:
    slugs = [f"f{n}" for n in range(50)]
    archive.list_outlets([OutletListing("o", feeds=tuple(FeedListing(n, f"https://x.at/{n}") for n in slugs))])
    feeds = archive.feeds()
    archive.record([visited(feed, 0, "document 1") for feed in feeds])
    with archive.write() as tx:
        statements: list[str] = []
        raw = tx.connection.connection.dbapi_connection
        raw.set_trace_callback(statements.append)  # type: ignore[union-attr]
        done = confirm(tx, [visited(feed, 1, "304") for feed in feeds])
        raw.set_trace_callback(None)  # type: ignore[union-attr]
    assert len(done) == 50
    assert sum(text.lower().startswith("select") for text in statements) <= 3


def test_the_seconds_of_a_visit_are_those_of_the_archive(archive: Archive, feeds: list[FeedRecord]) -> None:
    at = hours(0) + timedelta(milliseconds=700)
    seen = visited(feeds[0], 0, "304")
    seen = replace(seen, outcome=replace(seen.outcome, fetch=replace(seen.outcome.fetch, requested_at=at)))
    with archive.write() as tx:
        assert set(confirming.confirm(tx, [seen])) == {0}
