"""What a gap may hold: between which dates it lies, and how many entries are estimated."""

from dataclasses import replace
from datetime import datetime

import pytest
from saying import Said, hours, rows, visit

from storage.archive import Archive
from storage.records import FeedHealth, FeedRecord, Recorded, Route, Standing


def entries(*at: float | None) -> list[Said]:
    return [Said(f"Nr. {when or n}", guid=f"of {when or n}", at=when) for n, when in enumerate(at)]


def opened(archive: Archive, feed: FeedRecord, before: list[Said], after: list[Said]) -> Recorded:
    """What the visit that finds `after`, ten hours after `before`, is told."""
    return archive.record([visit(feed, 10, *before), visit(feed, 20, *after)])[1]


@pytest.mark.parametrize(
    ("before", "after", "unseen"),
    [
        ((8, 9), (18, 19), (hours(9), hours(18))),
        ((8, 99), (18, 19), (hours(8), hours(18))),  # a date ahead of its time
        ((8, 9), (7, 19), (hours(9), hours(19))),  # one that was back-dated
        ((None, None), (18, 19), (hours(10), hours(18))),
        ((8, 9), (None, None), None),
    ],
)
def test_what_was_missed_lies_between_the_newest_date_before_and_the_oldest_after(
    archive: Archive,
    feed: FeedRecord,
    before: tuple[float | None, ...],
    after: tuple[float | None, ...],
    unseen: tuple[datetime, datetime] | None,
) -> None:
    assert opened(archive, feed, entries(*before), entries(*after)).unseen == unseen


def test_where_windows_share_an_entry_there_is_nothing_unseen(archive: Archive, feed: FeedRecord) -> None:
    assert opened(archive, feed, entries(8, 9), entries(8, 19)).unseen is None


def test_the_estimate_of_the_schedule_is_kept_with_its_gap_and_with_no_other(
    archive: Archive, feed: FeedRecord, sport: FeedRecord
) -> None:
    def decide(_feed: FeedRecord, recorded: Recorded) -> Standing:
        return Standing(FeedHealth.OK, 0, hours(99), "a test says so", estimated_missed=7 if recorded.gap else None)

    def seen(of: FeedRecord, at: float, *when: float) -> None:
        archive.record([replace(visit(of, at, *entries(*when), route=Route.LIVE), decide=decide)])

    archive.record([visit(sport, 10, *entries(8, 9)), visit(sport, 20, *entries(18, 19))])
    for at in (10.0, 20.0, 21.0):
        seen(feed, at, at - 2, at - 1)
    seen(feed, 23.0, 21.0, 22.0)
    gaps = rows(archive, "select feed, before_at, estimated_missed from gaps order by feed, before_at")
    assert gaps == [
        ("orf/news", "2026-01-01T20:00:00Z", 7),
        ("orf/news", "2026-01-01T23:00:00Z", 7),
        ("orf/sport", "2026-01-01T20:00:00Z", None),
    ]
