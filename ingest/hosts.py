"""How often a host may be asked: spacing, slots, shared back-off. The rules are pure; a ledger keeps their state.

A host is a name or an address without port. Its state is one small JSON text in a ledger that all processes share, so
that `poll`, `backfill` and `run` together still ask it only as often as one of them would.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeAlias, TypeVar, assert_never

from ingest.clock import Clock

FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=2)  # then one feed of the host may try again, whatever the host said
LOOK_AGAIN = timedelta(seconds=1)  # while another process holds the host's slots
CLOCK_JUMPED = timedelta(minutes=10)  # an instant further ahead than this was written by a clock that was wrong

T = TypeVar("T")
Memory: TypeAlias = str | None


class HostLedger(Protocol):
    """Where the state of hosts is kept: a text for each host, None where there is none."""

    async def change(self, host: str, step: Callable[[Memory], tuple[Memory, T]]) -> T:
        """Replace the text of `host` by the first of what `step` makes of it and return the second, in one transaction.

        No other change to this host may come between. `step` is pure and quick and may be called again or in another
        thread, so that many changes can share a commit.
        """
        ...


class PostponedError(Exception):
    """The host may not be asked before `until` (aware, UTC). Nothing was asked: no attempt, nothing to record."""

    def __init__(self, host: str, until: datetime, because: str) -> None:
        super().__init__(f"{host} may not be asked before {until:%Y-%m-%d %H:%M:%S}Z: {because}")
        self.host = host
        self.until = until
        self.because = because


# --- the rules --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one may go: `spacing` between two requests, `per_host` at the same time, each at most `lasting`."""

    spacing: timedelta = timedelta(seconds=2)
    per_host: int = 1
    lasting: timedelta = timedelta(minutes=2)
    forced: bool = False  # back-off is ignored; spacing and slots are not


@dataclass(frozen=True, slots=True)
class HostState:
    """What is known of a host. `slots` are the requests under way: (token, when it is over at the latest)."""

    asked_at: datetime | None = None
    slots: tuple[tuple[str, datetime], ...] = ()
    strikes: int = 0
    resting_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """Go ahead at `start_at`."""

    start_at: datetime


@dataclass(frozen=True, slots=True)
class Busy:
    """All slots are taken; look again at `retry_at`."""

    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Resting:
    """The host has asked us to stay away."""

    until: datetime


Claim: TypeAlias = Granted | Busy | Resting


def claimed(state: HostState, token: str, pace: Pace, now: datetime) -> tuple[HostState, Claim]:
    """What comes of asking for a turn. A grant may lie a spacing ahead: it is reserved, nobody else gets it."""
    state = _without_the_past(state, pace, now)
    if state.resting_until is not None and not pace.forced:
        return state, Resting(state.resting_until)
    if len(state.slots) >= pace.per_host:
        return state, Busy(min(now + LOOK_AGAIN, *(over_at for _, over_at in state.slots)))
    start_at = now if state.asked_at is None else max(now, state.asked_at + pace.spacing)
    slots = (*state.slots, (token, start_at + pace.lasting))
    return replace(state, asked_at=start_at, slots=slots), Granted(start_at)


def released(state: HostState, token: str, now: datetime) -> HostState:
    """The request is over; spacing counts from its end."""
    slots = tuple(slot for slot in state.slots if slot[0] != token)
    if len(slots) == len(state.slots):
        return state
    return replace(state, slots=slots, asked_at=max(now, state.asked_at or now))


def welcomed(state: HostState) -> HostState:
    """The host answered as it should."""
    return replace(state, strikes=0, resting_until=None)


def refused(state: HostState, retry_after: timedelta | None, now: datetime) -> HostState:
    """The host said 429, 403 or 503: all of its feeds rest, twice as long each time until it answers well again."""
    rest = FIRST_REST * 2 ** min(state.strikes, 10)
    if retry_after is not None:
        rest = max(retry_after, rest) if state.strikes else retry_after
    return replace(state, strikes=state.strikes + 1, resting_until=now + min(rest, LONGEST_REST))


def without_dead(memory: Memory, is_alive: Callable[[str], bool]) -> Memory:
    """A ledger's text without the slots of processes that are no more; `is_alive` is told each slot's token."""
    state = remembered(memory)
    slots = tuple(slot for slot in state.slots if is_alive(slot[0]))
    return memory if len(slots) == len(state.slots) else memory_of(replace(state, slots=slots))


def _without_the_past(state: HostState, pace: Pace, now: datetime) -> HostState:
    asked_at, resting_until = state.asked_at, state.resting_until
    if asked_at is not None and asked_at > now + max(CLOCK_JUMPED, pace.spacing * 2):
        asked_at = now
    if resting_until is not None and not now < resting_until <= now + LONGEST_REST:
        resting_until = None
    latest = now + max(CLOCK_JUMPED, pace.lasting + pace.spacing * 2)
    slots = tuple(slot for slot in state.slots if now < slot[1] <= latest)
    return replace(state, asked_at=asked_at, resting_until=resting_until, slots=slots)


def remembered(memory: Memory) -> HostState:
    """The state in a ledger's text; a text that cannot be read is no state."""
    try:
        kept = json.loads(memory or "{}")
        return HostState(
            asked_at=_instant(kept.get("asked_at")),
            slots=tuple((str(token), datetime.fromisoformat(over_at)) for token, over_at in kept.get("slots", ())),
            strikes=int(kept.get("strikes", 0)),
            resting_until=_instant(kept.get("resting_until")),
        )
    except (ValueError, TypeError, AttributeError):
        return HostState()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def memory_of(state: HostState) -> Memory:
    """The text that a ledger keeps of a state."""
    kept = {
        "asked_at": None if state.asked_at is None else state.asked_at.isoformat(),
        "slots": [(token, over_at.isoformat()) for token, over_at in state.slots],
        "strikes": state.strikes,
        "resting_until": None if state.resting_until is None else state.resting_until.isoformat(),
    }
    return json.dumps({name: value for name, value in kept.items() if value})


# --- taking turns -----------------------------------------------------------------------------------------------------


class MemoryLedger:
    """A ledger for one process that forgets: for a check that touches no archive, and for tests."""

    def __init__(self) -> None:
        self.texts: dict[str, Memory] = {}

    async def change(self, host: str, step: Callable[[Memory], tuple[Memory, T]]) -> T:
        self.texts[host], result = step(self.texts.get(host))
        return result


class Turn:
    """One request's turn. Say how the host answered before it ends; saying nothing leaves the back-off as it is."""

    def __init__(self) -> None:
        self._verdict: Callable[[HostState, datetime], HostState] = lambda state, _now: state

    def welcomed(self) -> None:
        """The host answered as it should."""
        self._verdict = lambda state, _now: welcomed(state)

    def refused(self, retry_after: timedelta | None) -> None:
        """The host wants less of us."""
        self._verdict = lambda state, now: refused(state, retry_after, now)

    def ended(self, state: HostState, token: str, now: datetime) -> HostState:
        """The host's state after this turn."""
        return released(self._verdict(state, now), token, now)


@dataclass(slots=True)
class _Line:
    """Those of this process who want the same host, first come, first served."""

    slots: asyncio.Semaphore
    length: int = 0


@dataclass(slots=True)
class HostTurns:
    """Turns at hosts. Who would wait in line longer than `patience` is postponed; None waits as long as it takes."""

    ledger: HostLedger
    clock: Clock
    patience: timedelta | None = None
    name: str = ""  # of this process: by it others see whether who holds a slot still runs
    _lines: dict[str, _Line] = field(default_factory=dict)

    @asynccontextmanager
    async def turn(self, host: str, pace: Pace) -> AsyncIterator[Turn]:
        """Wait for a turn at `host` and hold it. Raises PostponedError if the host rests, or the line is too long."""
        async with self._place_in_line(host, pace):
            token = f"{self.name}/{secrets.token_hex(6)}"
            turn = Turn()
            try:
                await self._claim(host, token, pace)
                yield turn
            finally:
                await self._release(host, token, turn)

    @asynccontextmanager
    async def _place_in_line(self, host: str, pace: Pace) -> AsyncIterator[None]:
        line = self._lines.setdefault(host, _Line(asyncio.Semaphore(pace.per_host)))
        wait = pace.spacing * line.length
        if self.patience is not None and wait > self.patience:
            raise PostponedError(host, self.clock.now() + wait, f"{line.length} requests are before this one")
        line.length += 1
        try:
            async with line.slots:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[host]

    async def _claim(self, host: str, token: str, pace: Pace) -> None:
        while True:
            now = self.clock.now()
            match await self.ledger.change(host, partial(_claim_step, token=token, pace=pace, now=now)):
                case Granted(start_at):
                    return await self.clock.sleep((start_at - now).total_seconds())
                case Busy(retry_at):
                    await self.clock.sleep((retry_at - now).total_seconds())
                case Resting(until):
                    raise PostponedError(host, until, "it asked for fewer requests")
                case never:
                    assert_never(never)

    async def _release(self, host: str, token: str, turn: Turn) -> None:
        now = self.clock.now()
        await self.ledger.change(host, lambda memory: (memory_of(turn.ended(remembered(memory), token, now)), None))


def _claim_step(memory: Memory, token: str, pace: Pace, now: datetime) -> tuple[Memory, Claim]:
    state, claim = claimed(remembered(memory), token, pace, now)
    return memory_of(state), claim
