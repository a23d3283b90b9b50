"""Close gaps: get what may have rolled out of a feed's window unseen, from whatever still has it, newest first."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ingest.backfill.road import About, Road, Scope, Walk, iso, passes
from ingest.backfill.run import ROUTES, Backfill, Wanted, backfill, begun, roads
from ingest.backfill.walking import Arrived, Budget, Tell
from ingest.session import Session
from storage import completeness, past
from storage.completeness import Held
from storage.jobs import JobState
from storage.past import OpenGap
from storage.records import FeedRecord, Route

PATIENCE = timedelta(minutes=2)  # of a daemon that has other feeds to look after
MOST_REQUESTS = 200  # of a daemon, for one repair
GIVEN_UP = timedelta(days=7)  # after which a daemon tries a gap no more: whoever still has it has never answered


@dataclass(frozen=True, slots=True)
class Repaired:
    """What became of a feed's open gaps; `recovered` are entries that came in. `because` tells of each route."""

    feed: FeedRecord
    closed: int = 0
    unclosable: int = 0
    still_open: int = 0
    recovered: int = 0
    because: tuple[tuple[Route, str], ...] = ()


async def repair_gap(session: Session, feed: FeedRecord) -> Repaired:
    """Repair the feed's open gaps, for the daemon: with bounds, and no walk of other jobs is touched.

    Raises HeldError if another process is at the feed's past.
    """
    async with backfill(session, budget=Budget(MOST_REQUESTS), longest_wait=PATIENCE) as run:
        given_up = session.clock.now() - GIVEN_UP
        return await repaired(run, feed, Wanted(), lambda _step: None, given_up=given_up)


async def repaired(
    run: Backfill, feed: FeedRecord, wanted: Wanted, tell: Tell, *, given_up: datetime | None = None
) -> Repaired:
    """Walk the roads that are wanted until all open gaps of the feed are closed. Raises HeldError.

    One that is left is `unclosable` when no road has it, or when it is from before `given_up`.
    """
    gaps = _open(run, feed)
    if not gaps or feed.url is None:
        return Repaired(feed, still_open=len(gaps))
    scope = Scope(min(begin(each) for each in gaps), max(each.before_at for each in gaps), repairs=True)
    about = run.about(feed, replace(wanted, scope=scope))
    had = {each.gap_id: _entries(run, feed, each) for each in gaps}
    told: list[tuple[Route, Arrived]] = []
    async with run.held(feed, ROUTES):
        for road in roads(wanted):
            arrived = await _walked(run, road, about, tell)
            told.append((road.route, arrived))
            await _note_that_there_is_no_list(run, about, road, arrived)
            await _settle(run, feed, had, [each for each in _open(run, feed) if reaches(road, arrived, each)], "closed")
            if not _open(run, feed):
                break
        left = [each for each in _open(run, feed) if each.gap_id in had]
        nobody_has_it = not wanted.routes and all(_is_final(arrived) for _, arrived in told)
        lost = [each for each in left if nobody_has_it or (given_up is not None and each.before_at < given_up)]
        await _settle(run, feed, had, lost, "unclosable")
    return Repaired(
        feed,
        closed=len(gaps) - len(left),
        unclosable=len(lost),
        still_open=len(_open(run, feed)),
        recovered=sum(_entries(run, feed, each) - had[each.gap_id] for each in gaps),
        because=tuple((route, arrived.because) for route, arrived in told),
    )


def begin(gap: OpenGap) -> datetime:
    """Entries dated after this may be missing."""
    return gap.newest_before or gap.after_at


def reaches(road: Road[Any], arrived: Arrived, gap: OpenGap) -> bool:
    """Whether a walk has had everything that was published since the gap began, as far as the outlet still has it.

    A walk from the newest page backwards has, if it came to its end or so far back; one that asks for a time has if it
    came to its end. A list of news reaches back two days; captures are windows, from which the archive itself tells.
    """
    if not arrived.walk.offered or road.route is Route.WAYBACK:
        return False
    if road.newest_first:
        return (arrived.walk.ended is not None and arrived.walk.whole) or passes(arrived.walk, begin(gap))
    if arrived.walk.ended is None:
        return False
    return road.route is not Route.SITEMAP or (arrived.walk.reached or "9") <= iso(begin(gap))


def _is_final(arrived: Arrived) -> bool:
    return arrived.state is not JobState.STOPPED or arrived.is_enough


async def _walked(run: Backfill, road: Road[Any], about: About, tell: Tell) -> Arrived:
    walk = await begun(road, about)
    if walk is None:
        return Arrived(Walk(), JobState.NOT_OFFERED, road.lacking(about))
    return await run.walker(about, tell).go(road, walk, about)


async def _note_that_there_is_no_list(run: Backfill, about: About, road: Road[Any], arrived: Arrived) -> None:
    """So that the daily look for one does not ask for the same names again."""
    if road.route is Route.SITEMAP and about.is_main and arrived.state is JobState.NOT_OFFERED:
        await run.session.writer.do(lambda tx: completeness.note(tx, about.feed, Held()))


async def _settle(run: Backfill, feed: FeedRecord, had: dict[int, int], gaps: list[OpenGap], state: str) -> None:
    for gap in gaps:
        recovered = max(_entries(run, feed, gap) - had.get(gap.gap_id, 0), 0)
        await run.session.writer.do(partial(past.settle_gap, gap_id=gap.gap_id, state=state, recovered=recovered))


def _open(run: Backfill, feed: FeedRecord) -> list[OpenGap]:
    with run.session.archive.read() as connection:
        return past.open_gaps(connection, feed.feed_id)


def _entries(run: Backfill, feed: FeedRecord, gap: OpenGap) -> int:
    with run.session.archive.read() as connection:
        return past.entries_between(connection, feed.feed_id, begin(gap), gap.before_at)
