"""Once a day the archive is held against the outlet's own list of its latest news."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from clocks import FakeClock
from commands import chronik
from outlets import Outlet
from pasts import asked, config_text, guids, news, polled, running
from servers import Server, serving

from ingest.clock import SystemClock
from ingest.daemon.reconciling import Reconciling
from ingest.session import Session
from storage import completeness
from storage.completeness import Held

NOTED = "select name, note from chore"


async def reconcile(session: Session) -> bool:
    """Whether the outlet is known to have a list by the next time."""
    reconciling = Reconciling()
    await reconciling.work(session)
    await reconciling.work(session)
    return reconciling.is_listed(news(session))


def later(outlet: Outlet, posts: int, server: Server, clock: FakeClock) -> None:
    """An hour and a post after another, until there are so many; its sitemaps list them all."""
    outlet.posts = posts
    clock.at = outlet.at(posts) + timedelta(minutes=1)
    server.pages |= outlet.sitemaps(server.url)


def test_what_the_list_has_and_the_feed_had_not_is_counted_shown_and_taken_in(tmp_path: Path) -> None:
    outlet, clock = Outlet(100), FakeClock()
    with serving(outlet.pages()) as server:
        config = config_text(server)
        for posts in (100, 160):  # of which the feed shows 20
            later(outlet, posts, server, clock)
            polled(tmp_path, config, clock)
        assert running(tmp_path, config, reconcile, clock)
    assert guids(tmp_path) == list(range(1, 161))
    # Of the last two days all but the last two hours: 113 to 158; the feed had shown 141 and later.
    assert [(name, json.loads(note)) for name, note in asked(tmp_path, NOTED)] == [
        ("list of o/news", {"listed": 46, "held": 18, "there": True})
    ]
    assert asked(tmp_path, "select sum(entries_new) from fetches where route = 'sitemap'") == [(140 - 20,)]


def test_a_list_is_looked_at_once_a_day_and_where_there_is_none_once_a_month(tmp_path: Path) -> None:
    outlet, clock = Outlet(100), FakeClock()
    with serving(outlet.pages()) as server:
        config = config_text(server)
        outlet.posts = 20
        clock.at = outlet.at(20)
        polled(tmp_path, config, clock)
        asking, known = [], []
        for hours in (25, 2, 24 * 28, 24 * 2, 2, 24):
            clock.at += timedelta(hours=hours)
            before = len(server.asked)
            known.append(running(tmp_path, config, reconcile, clock))
            asking.append(len(server.asked) > before)
            server.pages |= outlet.sitemaps(server.url)  # nobody knows of it until it is looked for again
    assert asking == [True, False, False, True, False, True]
    assert known == [False, False, False, True, True, True]


def test_a_feed_whose_outlet_has_a_list_is_asked_less_since_what_it_misses_is_not_lost(tmp_path: Path) -> None:
    def waits(folder: str, *, listed: bool) -> timedelta:
        async def act(session: Session) -> timedelta:
            line = replace(session.line, is_listed=lambda _feed: listed)
            await line.visit(news(session))
            due_at = news(session).next_due_at
            assert due_at is not None
            return due_at - session.clock.now()

        (tmp_path / folder).mkdir()
        clock = FakeClock(outlet.at(100) + timedelta(minutes=8))
        return running(tmp_path / folder, config_text(server), act, clock)

    outlet = Outlet(100, paging=None, generator="by hand")
    with serving(outlet.pages()) as server:
        assert waits("listed", listed=True) > waits("alone", listed=False)


def test_status_tells_what_an_outlet_listed_itself(tmp_path: Path) -> None:
    outlet = Outlet(100)
    with serving(outlet.pages()) as server:
        config = config_text(server)
        polled(tmp_path, config)

        async def note(session: Session) -> None:
            await session.writer.do(lambda tx: completeness.note(tx, news(session), Held(120, 118, there=True)))

        running(tmp_path, config, note, SystemClock())
        told = chronik("status", "-a", tmp_path / "archive.sqlite", cwd=tmp_path).stdout
        of = json.loads(chronik("status", "--json", "-a", tmp_path / "archive.sqlite", cwd=tmp_path).stdout)
    assert "o/news held 118 of the 120 entries (98.3 %) that its outlet listed itself" in told
    assert (of["feeds"][0]["own_list"]["listed"], of["feeds"][0]["own_list"]["held"]) == (120, 118)
