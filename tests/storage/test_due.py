"""What is due is offered, the longest due first; a clock that is set moves all due times with it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import START

from storage import due, feeds
from storage.archive import Archive
from storage.due import Due
from storage.records import FeedListing, FeedRecord, OutletListing
from storage.tables import feed as feed_table

HOUR = timedelta(hours=1)


@pytest.fixture
def listed(archive: Archive) -> list[FeedRecord]:
    """Feeds a, b, c, never asked."""
    archive.list_outlets([OutletListing("o", feeds=tuple(FeedListing(n, f"https://{n}.example/") for n in "abc"))])
    return archive.feeds()


def stand(archive: Archive, record: FeedRecord, **values: object) -> None:
    with archive.write() as tx:
        tx.connection.execute(feed_table.update().where(feed_table.c.feed_id == record.feed_id).values(values))


def standing(archive: Archive, slug: str) -> FeedRecord:
    return next(record for record in archive.feeds() if record.slug == slug)


def claimed(archive: Archive, *, by: str = "us", offered: list[Due] | None = None) -> list[str]:
    def choose(found: Iterable[Due]) -> list[int]:
        listed = list(found)
        if offered is not None:
            offered.extend(listed)
        return [each.feed_id for each in listed]

    with archive.write() as tx:
        return [record.slug for record in due.claim(tx, by=by, lasting=HOUR, choose=choose)]


def test_the_longest_due_come_first_and_those_never_asked_before_them(
    archive: Archive, listed: list[FeedRecord]
) -> None:
    stand(archive, listed[0], next_due_at=START - HOUR)
    stand(archive, listed[1], next_due_at=START - 2 * HOUR)
    offered: list[Due] = []
    assert claimed(archive, offered=offered) == ["c", "b", "a"]
    assert [each.due_at for each in offered] == [None, START - 2 * HOUR, START - HOUR]
    assert offered[0].url == "https://c.example/"


def test_what_is_not_due_not_listed_or_in_other_hands_is_not_offered(
    archive: Archive, listed: list[FeedRecord]
) -> None:
    archive.ensure_feed("o", "loaded")
    stand(archive, listed[0], next_due_at=START + HOUR)
    stand(archive, listed[1], lease_by="another", lease_until=START + HOUR)
    assert claimed(archive) == ["c"]
    assert claimed(archive) == []


def test_a_lease_that_has_run_out_is_no_obstacle(archive: Archive, listed: list[FeedRecord]) -> None:
    stand(archive, listed[0], lease_by="dead", lease_until=START - HOUR)
    assert "a" in claimed(archive)


def test_only_what_is_chosen_is_leased(archive: Archive, listed: list[FeedRecord]) -> None:
    with archive.write() as tx:
        due.claim(tx, by="us", lasting=HOUR, choose=lambda _found: [listed[1].feed_id])
    assert claimed(archive) == ["a", "c"]


def test_a_lease_is_renewed_for_what_is_named_alone(archive: Archive, listed: list[FeedRecord]) -> None:
    claimed(archive)
    with archive.write() as tx:
        due.renew_leases(tx, [listed[0].feed_id], 5 * HOUR)
        rows = tx.rows(feed_table.select().order_by(feed_table.c.feed_id))
    assert [row.lease_until - START for row in rows] == [5 * HOUR, HOUR, HOUR]


@settings(max_examples=20, deadline=None)
@given(jump=st.integers(-400 * 86400, 400 * 86400), wait=st.integers(1, 30 * 86400))
def test_whatever_the_clock_is_set_to_the_wait_stays_the_same(jump: int, wait: int) -> None:
    now, by = START, timedelta(seconds=jump)
    before = now - by
    moved = due._moved(before + timedelta(seconds=wait), by, before)
    assert moved == now + timedelta(seconds=wait)


def test_due_times_and_leases_move_with_the_clock(archive: Archive, listed: list[FeedRecord]) -> None:
    year = timedelta(days=365)
    stand(archive, listed[0], next_due_at=START - year + HOUR)
    stand(archive, listed[1], lease_by="us", lease_until=START - year + HOUR)
    with archive.write() as tx:
        assert due.move(tx, year) == 3
    assert standing(archive, "a").next_due_at == START + HOUR
    assert claimed(archive) == ["c"]


def test_what_another_clock_wrote_does_not_move(archive: Archive, listed: list[FeedRecord]) -> None:
    """A machine without a clock starts in 1970 and learns the time later; what is due was written before that."""
    stand(archive, listed[0], next_due_at=START + HOUR)
    with archive.write() as tx:
        due.move(tx, timedelta(days=50 * 365))
    assert standing(archive, "a").next_due_at == START + HOUR


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=365)])
def test_a_feed_that_was_asked_in_the_future_is_due_now(
    archive: Archive, listed: list[FeedRecord], ahead: timedelta
) -> None:
    stand(archive, listed[0], last_attempt_at=START + ahead, next_due_at=START + ahead + HOUR)
    stand(archive, listed[1], last_attempt_at=START - HOUR, next_due_at=START + HOUR)
    stand(archive, listed[2], last_attempt_at=START - HOUR, next_due_at=START + timedelta(days=31))
    with archive.write() as tx:
        assert due.mend(tx) == 1
    assert (standing(archive, "a").next_due_at, claimed(archive)) == (START, ["a"])


def test_a_lease_from_the_far_future_is_void(archive: Archive, listed: list[FeedRecord]) -> None:
    stand(archive, listed[0], lease_by="another", lease_until=START + timedelta(days=365))
    with archive.write() as tx:
        due.mend(tx)
    assert "a" in claimed(archive)


def test_a_feed_put_off_is_due_then(archive: Archive, listed: list[FeedRecord]) -> None:
    until: datetime = START + HOUR
    with archive.write() as tx:
        feeds.postpone(tx, listed[0].feed_id, until, "its host rests")
    assert "a" not in claimed(archive)
