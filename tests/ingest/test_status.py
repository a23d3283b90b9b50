"""How `chronik status` lays its table out."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len

from ingest.cli.grid import Look
from ingest.cli.status import Told, bars, shown
from storage.feed_health import FeedTold

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WELL = FeedTold(
    feed="beispielblatt/politik",
    outlet="beispielblatt",
    url="https://beispielblatt.example/feed",
    state="ok",
    added_at="2026-02-01T12:00:00Z",
    last_attempt_at="2026-03-01T11:56:00Z",
    last_success_at="2026-03-01T11:56:00Z",
    last_new_at="2026-02-28T12:00:00Z",
    next_due_at="2026-03-01T14:00:01Z",
    due_because="0.4 new entries are expected by then",
    failures=0,
    last_error=None,
    entries=120,
    gaps=0,
    missed=0,
)
DAILY = {WELL.feed: [0] * 13 + [3]}


def lines(*feeds: FeedTold, width: int | None = None) -> list[str]:
    return list(shown(Told(list(feeds), {}, DAILY), {}, NOW, Look(width)))


@pytest.mark.parametrize(
    ("width", "head", "below"),
    [
        (None, "feed state ok ago new ago due in fails entries gaps 14 days why then", False),
        (160, "feed state ok ago new ago due in fails entries gaps 14 days why then", False),
        (100, "feed state ok ago new ago due in fails entries gaps 14 days", True),
        (80, "feed state ok ago new ago due in fails entries gaps", True),
    ],
)
def test_on_a_narrow_terminal_the_reason_stands_below_its_feed(width: int | None, head: str, below: bool) -> None:
    told = lines(WELL, replace(WELL, feed="orf/news"), width=width)
    assert " ".join(told[0].split()) == head
    assert (told[3].strip() == WELL.due_because) == below
    assert all(cell_len(line) <= (width or 1000) for line in told)


def test_a_terminal_that_is_too_narrow_for_a_table_gets_blocks() -> None:
    told = lines(WELL, width=40)
    assert any(line.split() == ["due", "in", "2", "h"] for line in told)
    assert any(line.startswith("why then") for line in told)


def test_what_is_due_says_so_and_what_is_unlisted_is_never_due() -> None:
    overdue, unlisted = replace(WELL, next_due_at="2026-03-01T11:00:00Z"), replace(WELL, state="unlisted")
    assert "4 min   1 d      now" in lines(overdue)[2]
    assert "4 min   1 d              " in lines(unlisted)[2]


def test_days_without_entries_have_no_bar_and_the_best_one_the_highest() -> None:
    assert bars([0, 1, 50, 100]) == " ▁▄█"
    assert bars([1]) == "█"
    assert bars([0, 0]) == "  "
