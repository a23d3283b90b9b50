"""A host is asked one at a time, with pauses, and rests when it says so; whoever asks, in whichever process."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from clocks import FakeClock
from hypothesis import given
from hypothesis import strategies as st

from ingest.hosts import (
    LONGEST_REST,
    Busy,
    Granted,
    HostState,
    HostTurns,
    MemoryLedger,
    Pace,
    PostponedError,
    Resting,
    claimed,
    memory_of,
    refused,
    released,
    remembered,
    welcomed,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PACE = Pace(spacing=2 * SECOND, per_host=1, lasting=60 * SECOND)

instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
states = st.builds(
    HostState,
    asked_at=st.none() | instants,
    slots=st.lists(st.tuples(st.text("ab1", min_size=1), instants), max_size=3).map(tuple),
    strikes=st.integers(0, 50),
    resting_until=st.none() | instants,
)


def test_the_first_request_goes_at_once() -> None:
    assert claimed(HostState(), "a", PACE, NOON)[1] == Granted(NOON)


def test_the_next_waits_for_the_spacing_from_the_end_of_the_one_before() -> None:
    state, _ = claimed(HostState(), "a", PACE, NOON)
    state = released(state, "a", NOON + 5 * SECOND)
    assert claimed(state, "b", PACE, NOON + 6 * SECOND)[1] == Granted(NOON + 7 * SECOND)


def test_no_more_go_at_once_than_the_host_has_slots() -> None:
    state, _ = claimed(HostState(), "a", PACE, NOON)
    assert isinstance(claimed(state, "b", PACE, NOON)[1], Busy)


def test_a_slot_whose_holder_died_is_free_again() -> None:
    state, _ = claimed(HostState(), "a", PACE, NOON)
    assert isinstance(claimed(state, "b", PACE, NOON + 61 * SECOND)[1], Granted)


def test_with_no_spacing_and_more_slots_many_go_at_once() -> None:
    state, pace = HostState(), Pace(spacing=timedelta(0), per_host=3)
    for token in "abc":
        state, claim = claimed(state, token, pace, NOON)
        assert claim == Granted(NOON)
    assert isinstance(claimed(state, "d", pace, NOON)[1], Busy)


def test_two_reservations_are_never_for_the_same_moment() -> None:
    state, pace = HostState(), Pace(spacing=2 * SECOND, per_host=2)
    state, first = claimed(state, "a", pace, NOON)
    state, second = claimed(state, "b", pace, NOON)
    assert (first, second) == (Granted(NOON), Granted(NOON + 2 * SECOND))


def test_a_host_that_pushes_back_rests_twice_as_long_each_time_and_not_for_ever() -> None:
    state, rests = HostState(), []
    for _ in range(12):
        state = refused(state, None, NOON)
        assert state.resting_until is not None
        rests.append(state.resting_until - NOON)
    assert rests[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert rests[-1] == LONGEST_REST


def test_the_host_says_itself_how_long_it_rests() -> None:
    state = refused(HostState(), 90 * SECOND, NOON)
    assert claimed(state, "a", PACE, NOON + 89 * SECOND)[1] == Resting(NOON + 90 * SECOND)
    assert isinstance(claimed(state, "a", PACE, NOON + 90 * SECOND)[1], Granted)


def test_a_request_that_is_forced_goes_though_the_host_rests() -> None:
    state = refused(HostState(), None, NOON)
    assert isinstance(claimed(state, "a", Pace(forced=True), NOON)[1], Granted)


def test_an_answer_as_it_should_be_ends_the_rest() -> None:
    assert welcomed(refused(HostState(), None, NOON)) == HostState()


@given(states, instants)
def test_a_host_is_never_forgotten_and_never_hammered(state: HostState, now: datetime) -> None:
    _, claim = claimed(state, "me", PACE, now)
    match claim:
        case Granted(start_at):
            assert now <= start_at <= now + timedelta(minutes=11)
        case Busy(retry_at):
            assert now < retry_at <= now + SECOND
        case Resting(until):
            assert now < until <= now + LONGEST_REST


@given(states)
def test_a_ledger_gives_back_what_it_was_given(state: HostState) -> None:
    assert remembered(memory_of(state)) == state


@pytest.mark.parametrize("text", [None, "", "{", "[]", "7", '{"asked_at": 5}', '{"slots": [[1]]}', '{"strikes": "x"}'])
def test_a_text_that_cannot_be_read_is_a_host_never_asked(text: str | None) -> None:
    assert remembered(text) == HostState()


# --- taking turns -----------------------------------------------------------------------------------------------------


def turns(clock: FakeClock, patience: timedelta | None = None, ledger: MemoryLedger | None = None) -> HostTurns:
    return HostTurns(ledger or MemoryLedger(), clock, patience)


def asking(turns: HostTurns, log: list[float], pace: Pace, host: str = "h", takes: float = 1) -> Awaitable[None]:
    async def ask() -> None:
        async with turns.turn(host, pace):
            log.append(turns.clock.monotonic())
            await turns.clock.sleep(takes)

    return ask()


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await test()

    asyncio.run(main())


def test_requests_to_one_host_go_one_after_the_other_with_pauses() -> None:
    clock, log = FakeClock(), list[float]()

    async def test() -> None:
        line = turns(clock)
        await asyncio.gather(*(asking(line, log, PACE) for _ in range(4)))

    run(test)
    assert log == [0, 3, 6, 9]


def test_requests_to_different_hosts_do_not_wait_for_each_other() -> None:
    clock, log = FakeClock(), list[float]()

    async def test() -> None:
        line = turns(clock)
        await asyncio.gather(*(asking(line, log, PACE, host=f"h{n}", takes=0) for n in range(5)))

    run(test)
    assert log == [0] * 5


def test_two_processes_that_share_a_ledger_keep_to_one_spacing() -> None:
    clock, log, ledger = FakeClock(), list[float](), MemoryLedger()

    async def test() -> None:
        one, other = turns(clock, ledger=ledger), turns(clock, ledger=ledger)
        await asyncio.gather(*(asking(line, log, PACE, takes=0.5) for line in (one, other) * 3))

    run(test)
    assert len(log) == 6
    assert all(later - earlier >= 2 for earlier, later in pairwise(log))


def test_who_would_wait_in_line_too_long_is_told_when_to_come_back() -> None:
    clock, log = FakeClock(), list[float]()

    async def test() -> None:
        line = turns(clock, patience=timedelta(seconds=4))
        answers = await asyncio.gather(*(asking(line, log, PACE) for _ in range(6)), return_exceptions=True)
        postponed = [answer for answer in answers if isinstance(answer, PostponedError)]
        assert [answer.until - NOON for answer in postponed] == [6 * SECOND] * 3

    run(test)
    assert len(log) == 3


def test_all_feeds_of_a_host_that_pushed_back_are_postponed() -> None:
    clock = FakeClock()

    async def test() -> None:
        line = turns(clock)
        async with line.turn("h", PACE) as turn:
            turn.refused(timedelta(minutes=5))
        with pytest.raises(PostponedError, match="fewer requests") as caught:
            await asking(line, [], PACE)
        assert caught.value.until == NOON + timedelta(minutes=5)

    run(test)


def test_a_turn_that_fails_or_is_called_off_leaves_the_host_free() -> None:
    clock, ledger = FakeClock(), MemoryLedger()

    async def test() -> None:
        line = turns(clock, ledger=ledger)
        with pytest.raises(RuntimeError):
            async with line.turn("h", PACE):
                raise RuntimeError
        task = asyncio.create_task(_hold_for_ever(line))
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(test)
    assert remembered(ledger.texts["h"]).slots == ()


async def _hold_for_ever(line: HostTurns) -> None:
    async with line.turn("h", PACE):
        await asyncio.Event().wait()


def test_hosts_that_nobody_waits_for_take_no_memory() -> None:
    clock = FakeClock()
    line = turns(clock)

    async def test() -> None:
        await asyncio.gather(*(asking(line, [], PACE, host=f"h{n}") for n in range(20)))

    run(test)
    assert line._lines == {}
