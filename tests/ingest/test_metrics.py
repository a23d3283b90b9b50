"""What is counted of a visit, and what a log record looks like."""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cli.journal import JsonLines, TextLines
from ingest.metrics import Metrics, Now, lags
from ingest.pipeline import Visited
from storage.records import (
    Entry,
    Failed,
    FeedHead,
    FeedHealth,
    FeedRecord,
    Fetch,
    Ingested,
    Reading,
    Reason,
    Recorded,
    Route,
    Wording,
)
from storage.vitals import Vitals

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = FeedRecord(1, "o", "a", "https://o.example/", None, None, None, FeedHealth.OK, last_success_at=NOW - HOUR)
FETCH = Fetch(1, Route.LIVE, "https://o.example/", NOW, wire_bytes=1000)


def brought(*ages: timedelta | None, new: int, feed: FeedRecord = FEED) -> Visited:
    entries = tuple(
        Entry(bytes([n]), Wording(bytes([n]), published_at=None if age is None else NOW - age), ())
        for n, age in enumerate(ages)
    )
    outcome = Ingested(FETCH, b"", b"", Reading(FeedHead("rss20"), entries, "utf-8", "declared"))
    return Visited(feed, outcome, Recorded(1, "new", len(entries), new, gap=True))


def told(metrics: Metrics) -> dict[str, float]:
    text = metrics.text(Now(3, 7, Vitals(feeds=5, due=2, oldest_due_at=NOW - 90 * timedelta(seconds=1)), NOW)).decode()
    pairs = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_the_lag_is_that_of_the_entries_published_last() -> None:
    assert lags(brought(5 * HOUR, HOUR, 2 * HOUR, None, new=2)) == [HOUR, 2 * HOUR]


def test_a_first_visit_and_a_date_ahead_have_no_lag() -> None:
    assert lags(brought(HOUR, new=1, feed=FeedRecord(1, "o", "a", None, None, None, None, FeedHealth.NEW))) == []
    assert lags(brought(-HOUR, new=1)) == []


def test_visits_are_counted_by_outcome_and_reason() -> None:
    metrics = Metrics()
    metrics.visited(brought(HOUR, new=1))
    metrics.visited(Visited(FEED, Failed(FETCH, Reason.DNS, "no such name"), Recorded(2, "failed")))
    metrics.visited(Visited(FEED, None, postponed_until=NOW))
    metrics.late(timedelta(seconds=3))
    now = told(metrics)
    assert now['chronik_polls_total{outcome="new",reason=""}'] == 1
    assert now['chronik_polls_total{outcome="failed",reason="dns"}'] == 1
    assert now['chronik_polls_total{outcome="postponed",reason=""}'] == 1
    assert (now["chronik_entries_new_total"], now["chronik_gaps_total"], now["chronik_wire_bytes_total"]) == (
        1,
        1,
        2000,
    )
    assert now['chronik_lag_seconds_bucket{le="3600.0"}'] == 1
    assert now['chronik_due_lateness_seconds_bucket{le="2.0"}'] == 0
    assert now['chronik_due_lateness_seconds_bucket{le="5.0"}'] == 1


def test_what_is_so_now_is_told_as_it_is() -> None:
    now = told(Metrics())
    assert (now["chronik_in_hand"], now["chronik_write_queue"], now["chronik_feeds"]) == (3, 7, 5)
    assert now["chronik_due_oldest_seconds"] == 90


# --- the log ----------------------------------------------------------------------------------------------------------


def record(message: str, *, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    made = logging.LogRecord("ingest.x", logging.WARNING, "x.py", 1, "%s", (message,), info)
    made.created = NOW.timestamp()
    return made


@given(message=st.text(), failed=st.booleans())
def test_a_record_is_one_line_whatever_it_holds(message: str, failed: bool) -> None:
    made = record(message, error=LookupError(message) if failed else None)
    for style in (TextLines(), JsonLines()):
        line = style.format(made)
        assert "\n" not in line
        assert "\r" not in line
        assert "\x1b" not in line


def test_a_record_of_text_says_when_and_how_grave() -> None:
    assert TextLines().format(record("a\nb")) == "2026-03-01T12:00:00Z WARNING a\\nb"


@pytest.mark.parametrize("feed", [None, "o/a"])
def test_a_record_of_json_says_all(feed: str | None) -> None:
    made = record("über", error=LookupError("a bug"))
    if feed:
        made.feed = feed
    said = json.loads(JsonLines().format(made))
    assert said["at"] == "2026-03-01T12:00:00Z"
    assert (said["level"], said["logger"], said["message"]) == ("warning", "ingest.x", "über")
    assert "LookupError: a bug" in said["traceback"]
    assert said.get("feed") == feed
