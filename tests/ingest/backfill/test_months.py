"""What a run tells at its end: how each route stands, the months before and after, what is missing and why."""

from dataclasses import replace

import pytest

from ingest.backfill.road import Walk
from ingest.backfill.run import Past
from ingest.backfill.walking import Arrived
from ingest.cli.coverage import Count, chart, missing, past_json, past_lines
from storage.jobs import JobState
from storage.records import FeedHealth, FeedRecord, Route

FEED = FeedRecord(1, "o", "news", "https://o.example/feed/", None, None, None, FeedHealth.OK)
DONE = Arrived(Walk(offered=True, ended="no more", reached="2024-03-01T00:00:00Z"), JobState.DONE, "no more")
CUT = Arrived(Walk(offered=True), JobState.STOPPED, "as many requests as were allowed")
NONE = Arrived(Walk(), JobState.NOT_OFFERED, "nothing of the kind")
YEARS = {f"{year}-{month:02}": month for year in range(2021, 2026) for month in range(1, 13)}


def past(arrived: dict[Route, Arrived], before: dict[str, int], after: dict[str, int]) -> Past:
    return Past(FEED, arrived, before, after)


def test_each_route_has_its_counts_and_how_far_it_came() -> None:
    lines = past_lines(
        past({Route.PAGES: DONE, Route.RFC5005: NONE}, {}, {"2024-03": 2}),
        {Route.PAGES: Count(requests=1, new=2)},
    )
    assert lines[1:4] == [
        "  pages     done        2 new, 0 changed, 0 known; 1 request",
        "    back to 2024-03-01: no more",
        "  rfc5005   not offered (nothing of the kind)",
    ]


def test_that_no_route_leads_there_is_said_only_when_all_were_asked() -> None:
    asleep = Arrived(Walk(), JobState.STOPPED, "o.example may not be asked before noon")
    assert "no route leads into its past" in missing(past({Route.PAGES: NONE}, {}, {}))[0]
    assert missing(past({Route.PAGES: NONE, Route.WORDPRESS: asleep}, {}, {})) == [
        "missing: wordpress was cut short: o.example may not be asked before noon"
    ]


def test_routes_that_were_cut_short_for_one_reason_are_told_together() -> None:
    assert missing(past({Route.PAGES: CUT, Route.WAYBACK: CUT, Route.SITEMAP: DONE}, {}, {})) == [
        "missing: pages, wayback were cut short: as many requests as were allowed"
    ]
    assert missing(past({Route.PAGES: replace(CUT, is_enough=True)}, {}, {})) == []


def test_entries_that_a_site_counts_and_the_archive_lacks_are_missing() -> None:
    counted = replace(DONE, walk=replace(DONE.walk, entries=12))
    assert missing(past({Route.WORDPRESS: counted}, {}, {"2024-03": 10})) == [
        "missing: wordpress counts 12 entries, the archive has 10"
    ]
    assert missing(past({Route.WORDPRESS: counted}, {}, {"2024-03": 12})) == []


def test_months_without_an_entry_and_pasts_without_a_route_are_missing() -> None:
    assert missing(past({Route.PAGES: DONE}, {}, {"2023-11": 1, "2024-02": 1})) == [
        "missing: no entries at all in 2023-12, 2024-01"
    ]
    assert "no route leads into its past" in missing(past({Route.PAGES: NONE}, {}, {"2024-03": 1}))[0]


@pytest.mark.parametrize("years", [2, 5])
def test_a_chart_fits_into_eighty_columns_whatever_the_span(years: int) -> None:
    after = {month: 10_000 * number for month, number in list(YEARS.items())[-12 * years :]} | {"": 7}
    lines = chart({}, after)
    assert all(len(line) <= 76 for line in lines)
    assert len(lines) == (25 if years == 2 else 6)
    assert lines[-1].startswith("no date")


def test_a_long_past_has_a_line_a_year_with_its_months_drawn_small() -> None:
    after = {month: number for month, number in YEARS.items() if month != "2023-06"}
    lines = chart({"2021-01": 1}, after)
    assert lines[0] == "2021          1 ->     78  +++++++++++++++ ▁▂▂▃▄▄▅▆▆▇██"
    assert lines[2].endswith("▁▂▂▃▄·▅▆▆▇██")


def test_machines_get_the_same() -> None:
    told = past_json(past({Route.PAGES: CUT}, {}, {"2024-03": 2}), {Route.PAGES: Count(3, 2, 0, 1)})
    assert told["missing"] == ["pages was cut short: as many requests as were allowed"]
    assert told["routes"][0] == {
        "route": "pages",
        "state": "stopped",
        "because": "as many requests as were allowed",
        "requests": 3,
        "entries_new": 2,
        "entries_changed": 1,
        "entries_known": 0,
        "reached": None,
        "entries_promised": None,
    }
