"""coverage_daily tells day by day what came in and how well we looked."""

from pathlib import Path
from typing import Any

import pytest
from saying import Said, hours, visit

from storage.archive import Archive
from storage.reading import reading
from storage.records import Route


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.open(str(tmp_path / "archive.sqlite"), create=True)


def _days(archive: Archive, outlet: str = "orf") -> list[dict[str, Any]]:
    with reading(archive.location) as reader:
        return reader.rows("select * from coverage_daily where outlet = :outlet order by day", {"outlet": outlet})


def _said(*entries: tuple[int, float]) -> list[Said]:
    return [Said(f"Meldung {n}", guid=str(n), at=at) for n, at in entries]


def test_the_lag_of_a_day_is_the_median_of_what_was_seen_live_first(archive: Archive) -> None:
    with archive:
        feed, other = archive.ensure_feed("orf", "alle"), archive.ensure_feed("orf", "sport")
        first = _said((0, -100))
        archive.record([visit(each, 1, *first, route=Route.LIVE) for each in (feed, other)])
        archive.record([visit(feed, 10, *_said((1, 9), (2, 7)), *first, route=Route.LIVE)])
        archive.record([visit(other, 12, *_said((3, 2)), *first, route=Route.LIVE)])
        assert [day["median_lag_s"] for day in _days(archive)] == [3 * 3600]
        archive.record([visit(feed, 14, *_said((4, 13), (1, 9), (2, 7)), route=Route.LIVE)])
        assert [day["median_lag_s"] for day in _days(archive)] == [2 * 3600]


def test_what_a_feed_had_when_it_was_first_asked_has_no_lag(archive: Archive) -> None:
    with archive:
        archive.record([visit(archive.ensure_feed("orf", "alle"), 5, *_said((1, 1)), route=Route.LIVE)])
        assert [day["median_lag_s"] for day in _days(archive)] == [None]


@pytest.mark.parametrize("route", [Route.LOAD, Route.WAYBACK, Route.PUSH])
def test_only_what_was_got_live_has_a_lag(archive: Archive, route: Route) -> None:
    with archive:
        feed = archive.ensure_feed("orf", "alle")
        archive.record([visit(feed, 1, *_said((0, -100)), route=Route.LIVE)])
        archive.record([visit(feed, 5, *_said((1, 4), (0, -100)), route=route)])
        assert [day["median_lag_s"] for day in _days(archive)] == [None]


def test_what_is_dated_after_it_was_seen_and_what_was_reworded_have_no_lag(archive: Archive) -> None:
    with archive:
        feed = archive.ensure_feed("orf", "alle")
        archive.record([visit(feed, 1, *_said((0, -100)), route=Route.LIVE)])
        archive.record([visit(feed, 5, *_said((1, 9)), *_said((0, -99)), route=Route.LIVE)])
        assert [day["median_lag_s"] for day in _days(archive)] == [None]


def test_the_lag_is_told_anew_when_the_past_comes_in(archive: Archive) -> None:
    with archive:
        feed = archive.ensure_feed("orf", "alle")
        archive.record([visit(feed, 10, *_said((1, 4)), route=Route.LIVE)])
        archive.record([visit(feed, 2, *_said((0, -100)), route=Route.LOAD)])
        assert [day["median_lag_s"] for day in _days(archive)] == [6 * 3600]
        archive.record([visit(feed, 5, *_said((1, 4), (0, -100)), route=Route.LIVE)])
        assert [day["median_lag_s"] for day in _days(archive)] == [3600]


def test_polls_failures_and_hours_without_a_good_poll_are_counted(archive: Archive) -> None:
    with archive:
        feed = archive.ensure_feed("orf", "alle")
        for hour in (2, 2.5, 4, 26):
            archive.record([visit(feed, hour, *_said((1, 1)), route=Route.LIVE)])
        archive.record([visit(feed, 3, *_said((1, 1)), route=Route.LOAD)])
        first, second = _days(archive)
        assert (first["polls"], first["failures"], first["unobserved_hours"]) == (3, 0, 20)
        assert (second["polls"], second["failures"], second["unobserved_hours"]) == (1, 0, 2)


def test_entries_and_wordings_are_counted_on_the_day_on_which_they_were_first_seen(archive: Archive) -> None:
    with archive:
        feed = archive.ensure_feed("orf", "alle")
        archive.record([visit(feed, 1, *_said((1, 1), (2, 1)))])
        archive.record([visit(feed, 30, Said("Meldung eins, neu gefasst", guid="1", at=1), *_said((2, 1), (3, 29)))])
        assert [(day["day"], day["entries"], day["versions"]) for day in _days(archive)] == [
            (f"{hours(0):%Y-%m-%d}", 2, 2),
            (f"{hours(24):%Y-%m-%d}", 1, 2),
        ]


def test_a_gap_is_counted_on_the_day_on_which_it_ends(archive: Archive) -> None:
    with archive:
        feed = archive.ensure_feed("orf", "alle")
        archive.record([visit(feed, 1, *_said((1, 1)), route=Route.LIVE)])
        archive.record([visit(feed, 50, *_said((2, 49)), route=Route.LIVE)])
        assert [day["gaps"] for day in _days(archive)] == [0, 1]
