"""A date that cannot be right is kept as the publisher says, and flagged."""

from pathlib import Path

from saying import Said, hours, rows, visit

from storage.archive import Archive

DAY, YEAR = 24, 365 * 24
SEEN = 30 * DAY


def doubts(path: Path, *published: float | None) -> dict[str, str | None]:
    with Archive.open(str(path), create=True) as archive:
        feed = archive.ensure_feed("orf", "news")
        archive.record([visit(feed, SEEN, *(Said(f"{at}", guid=f"{at}", at=at) for at in published))])
        found = rows(archive, "select title, published_doubt, published_at from entries order by entry_id")
    assert [at for _, _, at in found] == [None if at is None else f"{hours(at):%Y-%m-%dT%H:%M:%SZ}" for at in published]
    return {title: doubt for title, doubt, _ in found}


def test_what_is_dated_more_than_a_day_after_it_was_seen_is_of_the_future(tmp_path: Path) -> None:
    times = (SEEN - 1, SEEN + 20, SEEN + 25, SEEN + 9 * YEAR)
    assert list(doubts(tmp_path / "a", *times).values()) == [None, None, "future", "future"]


def test_what_is_dated_years_from_all_that_came_with_it_is_far(tmp_path: Path) -> None:
    assert list(doubts(tmp_path / "a", SEEN - 1, SEEN - 2, SEEN - 9 * YEAR).values()) == [None, None, "far"]


def test_the_past_is_far_from_today_and_not_from_itself(tmp_path: Path) -> None:
    assert list(doubts(tmp_path / "a", -9 * YEAR, -9 * YEAR - DAY).values()) == [None, None]


def test_a_lone_old_entry_is_not_doubted_unless_it_is_older_than_news_on_the_web(tmp_path: Path) -> None:
    assert list(doubts(tmp_path / "a", -9 * YEAR).values()) == [None]
    assert list(doubts(tmp_path / "b", -56 * YEAR).values()) == ["far"]


def test_no_date_is_no_doubtful_date(tmp_path: Path) -> None:
    assert list(doubts(tmp_path / "a", None, SEEN).values()) == [None, None]
