"""Bars are for a terminal of any width; what is said goes where stdout goes."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from datetime import timedelta

import pytest
from rich.progress import Progress

from ingest.backfill.road import Ask, Page, Walk
from ingest.backfill.walking import Rest, Step
from ingest.cli.backfill import Progress as Routes
from ingest.cli.progress import RichBars
from storage.records import Route

BARS = """
from ingest.cli.backfill import noted, titled
from ingest.cli.coverage import Count
from ingest.cli.progress import bars
from storage.records import Route
with bars() as shown:
    bar = shown.bar(titled("ein-outlet-mit-langem-namen/news", Route.WORDPRESS, shown.width))
    bar.expect(12)
    for n in range(11):
        bar.advance(noted(Count(n, new=1180, known=20), "2024-03-01T00:00:00Z", shown.width))
    shown.say("das [bold]bleibt :smile:")
    bar.say("das auch")
"""


def on_terminal(program: str, columns: int) -> tuple[str, str]:
    """What a program writes: to stdout, which is a pipe; to stderr, which is a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environ = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        try:
            process = subprocess.Popen(
                [sys.executable, "-c", program],
                stdout=subprocess.PIPE,
                stderr=theirs,
                env=environ | {"TERM": "xterm-256color"},
            )
        finally:
            os.close(theirs)
        shown = b""
        while part := _read(terminal.fileno()):
            shown += part
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, shown.decode()
    return said.decode(), shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other side is closed
        return b""


@pytest.mark.parametrize("columns", [60, 80, 120, 160])
def test_what_is_said_beside_a_bar_gets_into_the_pipe_that_stdout_is(columns: int) -> None:
    said, shown = on_terminal(BARS, columns)
    assert said == "das [bold]bleibt :smile:\ndas auch\n"
    assert "bleibt" not in shown


def test_a_total_that_is_corrected_at_each_step_leaves_the_time_left_to_be_seen() -> None:
    with Progress(disable=True) as progress:
        bar = RichBars(progress).bar("pages")
        for n in range(5):
            bar.expect(20 - n)
            bar.advance()
    assert progress.tasks[0].total == 16
    assert progress.tasks[0].time_remaining is not None


@pytest.mark.parametrize("columns", [60, 80, 120, 160])
def test_a_bar_of_any_width_shows_route_requests_and_counts(columns: int) -> None:
    shown = on_terminal(BARS, columns)[1]
    assert "wordpress" in shown
    assert "11/12" in shown
    assert ("1180 new, 0 changed, 20 known" if columns == 160 else "+1180 ~0 =20 2024") in shown


def test_a_walk_that_waits_says_so_and_counts_nothing() -> None:
    with Progress(disable=True) as progress:
        with Routes("o/news", RichBars(progress)) as shown:
            shown.tell(Step(Route.PAGES, Walk(), Page(Ask("https://o.example/feed/")), 3))
            shown.tell(Rest(Route.PAGES, timedelta(seconds=30), "timeout"))
        assert [task.fields["note"] for task in progress.tasks] == ["waits 30 s: timeout"]
        assert [task.completed for task in progress.tasks] == [1]


@pytest.mark.parametrize("is_alone", [True, False])
def test_bars_of_several_feeds_at_once_have_room_on_a_terminal(is_alone: bool) -> None:
    with Progress(disable=True) as progress:
        bars = RichBars(progress)
        with Routes("o/news", bars, is_alone=is_alone) as shown:
            for route in (Route.PAGES, Route.WORDPRESS, Route.SITEMAP):
                shown.tell(Step(route, Walk(), Page(Ask("https://o.example/feed/")), 3))
            assert len(progress.tasks) == (3 if is_alone else 1)
    assert len(progress.tasks) == (3 if is_alone else 0)
    assert sum(count.requests for count in shown.counts.values()) == 3
