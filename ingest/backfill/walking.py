"""Take a road to its end: ask, record page and walk together, go on. What stops a walk leaves it where it is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol, TypeAlias, TypeVar

from ingest.backfill.asking import Answered, Asker, Reads, is_pushed_back, may_pass
from ingest.backfill.road import About, Ask, Page, Road, Walk, iso, moved, passes
from ingest.hosts import PostponedError
from storage.jobs import JobState
from storage.records import Outcome, Reason, Recorded, Route

TRIES = 3
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=10)  # for a host that rests; then the walk stops, to be taken up another time
MOST_MISSED = 10  # pages in a row that cannot be had, where one may be missed
W = TypeVar("W", bound=Walk)


@dataclass(slots=True)
class Budget:
    """Requests that may be made in all; None: as many as it takes."""

    left: int | None = None

    def take(self) -> bool:
        """One more, if there is one."""
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a walk: what it brought, how far the walk is. `left`: requests, as far as can be told."""

    route: Route
    walk: Walk
    page: Page
    left: int | None


@dataclass(frozen=True, slots=True)
class Rest:
    """A walk waits before it asks again: how long, and why."""

    route: Route
    lasting: timedelta
    because: str


Tell: TypeAlias = Callable[[Step | Rest], None]


@dataclass(frozen=True, slots=True)
class Arrived:
    """How a walk stands when it goes no further for now.

    `is_enough`: it could go on, and all that is wanted is had. `is_trouble`: it should, and the outlet did not let it.
    """

    walk: Walk
    state: JobState
    because: str
    is_enough: bool = False
    is_trouble: bool = False


class Keeps(Protocol):
    """Records what came of a request, and the walk that follows from it, in one transaction. Returns both."""

    async def __call__(
        self, route: Route, outcome: Outcome, following: Callable[[Recorded], Walk]
    ) -> tuple[Any, Recorded]: ...


@dataclass(slots=True)
class _Luck:
    """Failures in a row: of one request, and of pages that were passed over."""

    tries: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Walker:
    """Walks one feed's roads. `articles` reads pages that are no feeds. `until_offered`: only to see what is there."""

    asker: Asker
    read: Reads
    articles: Reads
    keep: Keeps
    budget: Budget
    tell: Tell
    longest_wait: timedelta = LONGEST_WAIT
    until_offered: bool = False

    @property
    def tries(self) -> int:
        """How often a request is made that may do better the next time. Who only looks does not wait for that."""
        return 1 if self.until_offered else TRIES

    async def go(self, road: Road[W], walk: W, about: About) -> Arrived:
        """To the road's end, or as far as scope, budget and host allow."""
        luck = _Luck()
        while walk.ended is None:
            if self.until_offered and walk.offered:
                return Arrived(walk, JobState.UNDER_WAY, "offered")
            if reason := bound(road, walk, about):
                return Arrived(walk, JobState.STOPPED, reason, is_enough=True)
            ask = road.asks(walk, about)
            if ask is None:
                break
            if not self.budget.take():
                return Arrived(walk, JobState.STOPPED, "as many requests as were allowed")
            try:
                answered = await self._patiently(road, ask, about)
            except PostponedError as postponed:
                return Arrived(walk, JobState.STOPPED, str(postponed), is_trouble=True)
            walk, stopped = await self._on(road, walk, answered, about, luck)
            if stopped is not None:
                return Arrived(walk, JobState.STOPPED, stopped, is_trouble=True)
        return arrived(walk)

    async def _on(self, road: Road[W], walk: W, answered: Answered, about: About, luck: _Luck) -> tuple[W, str | None]:
        """The walk after an answer; why it stops there, if it does."""
        page = answered.page
        is_last_try = luck.tries + 1 >= self.tries
        if may_pass(page) and not _settles(road, walk, page, is_last_try=is_last_try):
            luck.tries += 1
            walk = await self._keep(road, answered, lambda _: walk)
            if is_last_try:
                return walk, f"{page.failure}: {page.detail}"
            await self._rest(road.route, FIRST_PAUSE * 3 ** (luck.tries - 1), f"{page.failure}")
            return walk, None
        luck.tries, luck.missed = 0, luck.missed + 1 if may_pass(page) else 0
        following = road.after(moved(walk, page), page, about)
        walk = await self._keep(road, answered, lambda recorded: settled(road, following, recorded))
        if luck.missed >= MOST_MISSED:
            return walk, f"{luck.missed} pages in a row cannot be had; the last: {page.failure}: {page.detail}"
        return walk, None

    async def _keep(self, road: Road[W], answered: Answered, following: Callable[[Recorded], W]) -> W:
        walk, recorded = await self.keep(road.route, answered.outcome, following)
        left = 0 if walk.ended is not None else road.left(walk)
        self.tell(Step(road.route, walk, replace(answered.page, recorded=recorded), left))
        found: W = walk
        return found

    async def _patiently(self, road: Road[W], ask: Ask, about: About) -> Answered:
        """Ask, waiting for a host that rests, but not for long. Raises PostponedError."""
        read = self.articles if road.is_article(ask) else self.read
        waited = timedelta(0)
        while True:
            try:
                return await self.asker.ask(road, ask, about, read)
            except PostponedError as postponed:
                wait = max(postponed.until - self.asker.clock.now(), timedelta(seconds=1))
                waited += wait
                if waited > self.longest_wait:
                    raise
                await self._rest(road.route, wait, postponed.because)

    async def _rest(self, route: Route, lasting: timedelta, because: str) -> None:
        self.tell(Rest(route, lasting, because))
        await self.asker.clock.sleep(lasting.total_seconds())


def _settles(road: Road[W], walk: W, page: Page, *, is_last_try: bool) -> bool:
    """Whether a failure that might pass is taken for the answer.

    A road that nobody said was there may be closed (403) or broken (500) for good. A page that can be missed is.
    """
    if page.failure is Reason.RATE_LIMITED:
        return False
    if not walk.offered:
        return page.status == 403 or (is_last_try and page.status is not None)
    return road.survives(walk) and is_last_try and not is_pushed_back(page)


def bound(road: Road[W], walk: W, about: About) -> str | None:
    """Why the walk need not go on though it could."""
    since, here = about.scope.since, walk.newest_here
    if since is None or here is None or not road.newest_first:
        return None
    is_reached = passes(walk, since) if about.scope.repairs else here < iso(since)
    return f"everything since {iso(since)} is reached" if is_reached else None


def settled(road: Road[W], walk: W, recorded: Recorded) -> W:
    """The walk at its end where it meets what an earlier one had."""
    if walk.floor is None or walk.ended is not None or not road.newest_first:
        return walk
    if walk.floor and walk.newest_here and walk.newest_here <= walk.floor:
        return road.met(walk)
    if not walk.floor and recorded.entries_seen and not recorded.entries_new:
        return road.met(walk)
    return walk


def arrived(walk: Walk) -> Arrived:
    """A walk at its end."""
    because = walk.ended or "nothing is left to ask"
    return Arrived(walk, JobState.DONE if walk.offered else JobState.NOT_OFFERED, because)
