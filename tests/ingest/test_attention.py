"""Which feeds need a person, and that every failure has a remedy."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.attention import needs_person
from ingest.remedies import REMEDIES, remedy_of
from storage.feed_health import FeedTold
from storage.records import Reason

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def ago(**length: float) -> str:
    return (NOW - timedelta(**length)).strftime("%Y-%m-%dT%H:%M:%SZ")


def feed(**more: object) -> FeedTold:
    """A feed that is well."""
    told = {
        "feed": "orf/alle",
        "outlet": "orf",
        "url": "https://orf.at/rss",
        "state": "ok",
        "added_at": ago(days=100),
        "last_attempt_at": ago(hours=1),
        "last_success_at": ago(hours=1),
        "last_new_at": ago(hours=1),
        "next_due_at": ago(minutes=-5),
        "due_because": "nothing new",
        "failures": 0,
        "last_error": None,
        "entries": 5,
        "gaps": 0,
        "missed": 0,
    }
    return FeedTold(**told | more)  # type: ignore[arg-type]


def failing(error: str, failures: int = 5, **more: object) -> FeedTold:
    return feed(state="failing", last_error=error, failures=failures, **more)


@pytest.mark.parametrize(
    "well",
    [
        feed(),
        feed(state="new", next_due_at=None, added_at=ago(hours=1)),
        feed(state="unlisted", next_due_at=None),
        failing("timeout: no answer in 30 s", last_success_at=ago(days=1)),
        failing("http_4xx: 404", failures=1),
        feed(next_due_at=ago(hours=20)),
    ],
)
def test_what_is_well_or_mends_itself_needs_nobody(well: FeedTold) -> None:
    assert needs_person(well, NOW) is None


@pytest.mark.parametrize(
    "ill",
    [
        feed(state="gone", last_error="gone: 410"),
        failing("http_4xx: 404", failures=2),
        failing("timeout: no answer in 30 s", last_success_at=ago(days=4)),
        failing("dns: no such name", last_success_at=None),
        failing("something else: of a later release"),
        feed(state="new", failures=0, last_error="not_a_feed: no feed on the homepage"),
        feed(next_due_at=ago(days=2)),
        feed(state="new", next_due_at=None, added_at=ago(days=2)),
    ],
)
def test_what_does_not_pass_by_itself_needs_a_person(ill: FeedTold) -> None:
    assert needs_person(ill, NOW)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_remedy_in_one_line(reason: Reason) -> None:
    remedy = REMEDIES[reason]
    assert remedy.meaning
    assert "\n" not in remedy.remedy
    assert remedy_of(f"{reason}: anything") is remedy


def test_what_is_no_reason_has_no_remedy() -> None:
    assert remedy_of(None) is None
    assert remedy_of("weather: rain") is None
