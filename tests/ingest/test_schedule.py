"""When a feed is asked again."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import cos, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.schedule import Bounds, Memory, Signals, estimated_missed, standing, wants_conditional
from storage.records import FeedHealth, FeedRecord, Reason, Recorded, Standing

MONDAY = datetime(2025, 6, 2, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOUNDS = Bounds()
FEED = FeedRecord(7, "outlet", "news", "https://example.org/feed", None, None, None, FeedHealth.OK)
EARLY = (1 * MINUTE, 3 * MINUTE, 9 * MINUTE)


def after(feed: FeedRecord, stands: Standing, now: datetime, *, good: bool) -> FeedRecord:
    """The feed as storage keeps it after that visit."""
    return replace(
        feed,
        state=stands.state,
        failures=stands.failures,
        memory=stands.memory,
        etag=stands.etag,
        last_modified=stands.last_modified,
        next_due_at=stands.next_due_at,
        last_attempt_at=now,
        last_success_at=now if good else feed.last_success_at,
    )


def seen(published: tuple[datetime, ...], new: int, *, gap: bool = False) -> Recorded:
    return Recorded(1, "new" if new else "unchanged", len(published), new, overlap=len(published) - new, gap=gap)


class Life:
    """A feed that shows its newest `window` entries, polled whenever it is due."""

    def __init__(self, entries: Iterator[datetime], window: int = 20, bounds: Bounds = BOUNDS, **told: object) -> None:
        self.entries, self.window, self.bounds, self.told = entries, window, bounds, told
        self.feed, self.now = FEED, MONDAY
        self.past: list[datetime] = []
        self.known: set[datetime] = set()
        self.coming = next(entries)
        self.waits: list[timedelta] = []
        self.gaps: list[tuple[datetime, datetime, int]] = []  # newest before, oldest after, truly missed
        self.because = ""
        self.dated = True

    def poll(self) -> None:
        while self.coming <= self.now:
            self.past.append(self.coming)
            self.coming = next(self.entries)
        shown = tuple(self.past[-self.window :])
        new = [at for at in shown if at not in self.known]
        gap = bool(self.known) and len(new) == len(shown) == self.window
        if gap:
            missed = sum(at not in self.known for at in self.past[: -self.window])
            self.gaps.append((max(self.known), shown[0], missed))
        self.known.update(self.past)
        told = Signals(published=shown if new and self.dated else (), **self.told)  # type: ignore[arg-type]
        self.stands(told, seen(shown, len(new), gap=gap) if new else Recorded(1, "unchanged"))

    def stands(self, told: Signals, recorded: Recorded) -> None:
        stands = standing(self.feed, recorded, told, self.bounds, self.now)
        self.feed = after(self.feed, stands, self.now, good=told.failed is None)
        self.waits.append(stands.next_due_at - self.now)
        self.because = stands.due_because
        self.now = stands.next_due_at

    def until(self, end: datetime) -> "Life":
        while self.now < end:
            self.poll()
        return self

    @property
    def memory(self) -> Memory:
        return Memory.of(self.feed.memory)


def evenly(every: timedelta, start: datetime = MONDAY - 3 * DAY) -> Iterator[datetime]:
    at = start
    while True:
        yield at
        at += every


def by_hour(a_day: float, share: Callable[[datetime], float], seed: int = 1) -> Iterator[datetime]:
    """Entries at random, so many a day on average where `share` is 1 on average."""
    dice = random.Random(seed)
    at = MONDAY - 3 * DAY
    while True:
        at += timedelta(minutes=dice.expovariate(4 * a_day / 1440))
        if dice.random() < share(at) / 4:
            yield at


def always(_: datetime) -> float:
    return 1.0


def mean(waits: list[timedelta]) -> timedelta:
    return sum(waits, timedelta()) / len(waits)


# --- what is learned --------------------------------------------------------------------------------------------------


def test_a_feed_with_more_entries_is_asked_more_often() -> None:
    waits = [mean(Life(evenly(every)).until(MONDAY + 5 * DAY).waits) for every in (6 * MINUTE, HOUR, 8 * HOUR)]
    assert waits[0] * 2 < waits[1]
    assert waits[1] * 2 < waits[2]


def test_requests_go_by_the_square_root_of_the_rate() -> None:
    """sqrt(2 price / rate): an entry every 10 minutes, 30 minutes a request, but less where nothing can be repaired."""
    waits = Life(evenly(10 * MINUTE), window=60, repairable=True).until(MONDAY + 10 * DAY).waits[-400:]
    assert 18 * MINUTE < mean(waits) < 32 * MINUTE


def test_a_higher_price_asks_less() -> None:
    dear = Life(evenly(HOUR), bounds=Bounds(price=120 * MINUTE)).until(MONDAY + 5 * DAY).waits
    cheap = Life(evenly(HOUR)).until(MONDAY + 5 * DAY).waits
    assert mean(dear) > 1.6 * mean(cheap)


def test_the_busy_hours_are_learned() -> None:
    def at_night(at: datetime) -> float:
        return 3.0 if at.hour < 8 else 0.0

    life = Life(by_hour(40, at_night)).until(MONDAY + 21 * DAY)
    profile = life.memory.rhythm.day_profile()  # type: ignore[union-attr]
    assert min(profile[1:7]) > 4 * max(profile[10:22])


def test_a_small_window_is_watched_more_closely_than_a_large_one() -> None:
    price = Bounds(price=100 * HOUR)
    small = Life(evenly(10 * MINUTE), window=12, bounds=price).until(MONDAY + 5 * DAY)
    large = Life(evenly(10 * MINUTE), window=100, bounds=price).until(MONDAY + 5 * DAY)
    assert mean(small.waits) * 3 < mean(large.waits)
    assert "could roll over" in small.because
    assert not small.gaps


def test_a_window_that_could_roll_over_is_risked_only_where_it_can_be_repaired() -> None:
    price = Bounds(price=100 * HOUR)
    alone = Life(evenly(10 * MINUTE), window=12, bounds=price).until(MONDAY + 5 * DAY)
    paged = Life(evenly(10 * MINUTE), window=12, bounds=price, repairable=True).until(MONDAY + 5 * DAY)
    assert mean(paged.waits) > 2 * mean(alone.waits)


def test_a_document_that_shows_pages_of_its_past_counts_as_repairable() -> None:
    price = Bounds(price=100 * HOUR)
    alone = Life(evenly(10 * MINUTE), window=12, bounds=price).until(MONDAY + 5 * DAY)
    wordpress = {"generator": "https://wordpress.org/?v=6.8"}
    paged = Life(evenly(10 * MINUTE), window=12, bounds=price, hints=wordpress).until(MONDAY + 5 * DAY)
    assert mean(paged.waits) > 2 * mean(alone.waits)


def test_a_burst_brings_us_back_sooner() -> None:
    calm = Life(evenly(HOUR), window=50).until(MONDAY + 5 * DAY)
    burst = Life(evenly(HOUR), window=50).until(MONDAY + 5 * DAY)
    burst.past.extend(burst.now - i * MINUTE for i in range(25, 0, -5))
    calm.now = burst.now
    calm.poll()
    burst.poll()
    assert burst.waits[-1] < 0.8 * calm.waits[-1]


def test_time_that_the_clock_leapt_over_teaches_nothing() -> None:
    def waits(leap: timedelta, told: timedelta) -> timedelta:
        busy = Life(evenly(10 * MINUTE)).until(MONDAY + 2 * DAY)
        busy.now += leap
        shown = tuple(busy.past[-20:])
        busy.stands(Signals(published=shown, leapt=told), seen(shown, 2))
        return busy.waits[-1]

    none, week = timedelta(0), 7 * DAY
    assert abs(waits(week, told=week) - waits(none, told=none)) < MINUTE
    assert waits(week, told=none) > 2 * waits(none, told=none)


def test_a_feed_that_dates_all_entries_at_midnight_is_not_asked_at_midnight_only() -> None:
    def dated(feed: FeedRecord, now: datetime) -> Standing:
        midnight = now.replace(hour=0, minute=0)
        return standing(feed, seen((midnight,) * 20, 2), Signals(published=(midnight,) * 20), BOUNDS, now)

    feed, now = FEED, MONDAY
    for _ in range(300):
        feed, now = after(feed, dated(feed, now), now, good=True), now + HOUR
    profile = Memory.of(feed.memory).rhythm.day_profile()  # type: ignore[union-attr]
    assert max(profile) < 4 * min(profile)


def test_what_is_kept_is_small() -> None:
    life = Life(by_hour(100, always), permanent_url="https://example.org/" + "x" * 200)
    assert max(len(life.until(life.now + 6 * HOUR).feed.memory or "") for _ in range(40)) < 1_500


@pytest.mark.parametrize(("a_day", "window"), [(12, 20), (150, 30)])
def test_entries_without_dates_are_learned_as_well_as_those_with(a_day: float, window: int) -> None:
    learned = {True: 0.0, False: 0.0}
    for seed in range(4):
        for dated in learned:
            life = Life(by_hour(a_day, always, seed), window)
            life.dated = dated
            known = life.until(MONDAY + 2 * DAY).memory.rhythm
            learned[dated] += known.level if known else 0.0
    assert learned[False] == pytest.approx(learned[True], rel=0.2)


# --- moments ----------------------------------------------------------------------------------------------------------


def test_it_comes_just_after_the_server_renews_its_copy() -> None:
    life = Life(evenly(10 * MINUTE, MONDAY - 3 * DAY + 3 * MINUTE), repairable=True)
    while life.now < MONDAY + 3 * DAY:
        left = 10 * MINUTE - (life.now - MONDAY) % (10 * MINUTE)
        life.told["fresh_for"] = left
        life.poll()
    late = [(life.now - MONDAY - sum(life.waits[i:], timedelta())) % (10 * MINUTE) for i in range(-50, 0)]
    assert max(late) < 30 * timedelta(seconds=1)


def test_who_happened_to_come_late_in_a_copys_life_does_not_stay_late() -> None:
    """Coming every 15 minutes to a copy that lives for 15, one is given the same rest of its life each time."""
    life = Life(by_hour(180, always), repairable=True)
    life.now = MONDAY + 12 * MINUTE
    while life.now < MONDAY + 2 * DAY:
        life.told["fresh_for"] = 15 * MINUTE - (life.now - MONDAY) % (15 * MINUTE)
        life.poll()
    assert (life.now - MONDAY) % (15 * MINUTE) < MINUTE


def test_it_learns_from_late_entries_when_a_document_is_renewed() -> None:
    """A cache that nobody tells of, renewed every 15 minutes."""
    dice = random.Random(3)
    feed, now, known = FEED, MONDAY, set()
    dates = [MONDAY - 2 * DAY + timedelta(seconds=dice.uniform(0, 12 * 86400)) for _ in range(1200)]
    for _ in range(400):
        renewed = now - (now - MONDAY) % (15 * MINUTE)
        shown = tuple(sorted(at for at in dates if at <= renewed)[-40:])
        new = sum(at not in known for at in shown)
        known.update(shown)
        stands = standing(feed, seen(shown, new), Signals(published=shown), BOUNDS, now)
        feed, now = after(feed, stands, now, good=True), stands.next_due_at
    assert (now - MONDAY) % (15 * MINUTE) < MINUTE


def test_it_comes_just_after_the_quarter_of_an_hour_on_which_an_outlet_publishes() -> None:
    life = Life(evenly(15 * MINUTE), repairable=True).until(MONDAY + 5 * DAY)
    assert (life.now - MONDAY) % (15 * MINUTE) < MINUTE


# --- what the publisher asks for --------------------------------------------------------------------------------------


@given(st.timedeltas(timedelta(0), timedelta(days=365)))
def test_it_is_never_asked_within_max_age_but_at_least_once_in_max_interval(fresh_for: timedelta) -> None:
    told = Signals(fresh_for=fresh_for, published=(MONDAY - HOUR, MONDAY - 2 * HOUR))
    due = standing(FEED, seen(told.published, 2), told, BOUNDS, MONDAY).next_due_at
    assert min(fresh_for, BOUNDS.max_interval) <= due - MONDAY <= BOUNDS.max_interval


@pytest.mark.parametrize("hints", [{"ttl": "1440"}, {"sy:updatePeriod": "weekly"}, {"ttl": 1440}])
def test_a_wish_in_the_document_is_kept_up_to_ten_minutes(hints: dict[str, object]) -> None:
    busy = Life(evenly(MINUTE), window=100, hints=hints).until(MONDAY + DAY)
    assert 10 * MINUTE <= mean(busy.waits[1:]) < 13 * MINUTE


def test_what_every_wordpress_says_is_no_wish() -> None:
    hints = {"sy:updatePeriod": "hourly", "sy:updateFrequency": "1"}
    assert mean(Life(evenly(MINUTE), window=100, hints=hints).until(MONDAY + DAY).waits[1:]) < 8 * MINUTE


def test_it_is_not_asked_in_hours_that_it_asks_to_skip() -> None:
    life = Life(evenly(3 * HOUR), hints={"skipHours": ["0", "1", "2", "3"], "skipDays": ["Wednesday"]})
    asked = []
    while life.now < MONDAY + 2 * DAY:
        life.poll()
        asked.append(life.now)
    assert not [at for at in asked[1:] if at.hour < 4]


def test_hours_to_skip_do_not_let_the_window_roll_over() -> None:
    every_hour = [str(hour) for hour in range(24)]
    life = Life(evenly(10 * MINUTE), window=12, hints={"skipHours": every_hour}).until(MONDAY + 3 * DAY)
    assert not life.gaps


@given(st.dictionaries(st.sampled_from(["ttl", "sy:updatePeriod", "skipHours", "skipDays", "generator"]), st.text()))
def test_no_wish_breaks_anything(hints: dict[str, object]) -> None:
    told = Signals(hints=hints, published=(MONDAY,))
    stands = standing(FEED, seen(told.published, 1), told, BOUNDS, MONDAY)
    assert stands.next_due_at - MONDAY <= BOUNDS.max_interval


# --- failures ---------------------------------------------------------------------------------------------------------


def failing(reason: Reason, times: int, feed: FeedRecord = FEED, **told: object) -> tuple[list[timedelta], FeedRecord]:
    """The waits after so many failures in a row."""
    waits, now = [], MONDAY
    for _ in range(times):
        signals = Signals(reason, "it failed", **told)  # type: ignore[arg-type]
        stands = standing(feed, Recorded(1, "failed"), signals, BOUNDS, now)
        waits.append(stands.next_due_at - now)
        feed, now = after(feed, stands, now, good=False), stands.next_due_at
    return waits, feed


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in (Reason.GONE, Reason.RATE_LIMITED)])
def test_the_wait_grows_with_each_failure_and_ends_at_max_interval(reason: Reason) -> None:
    waits, feed = failing(reason, 40)
    assert all(later >= before * 0.96 for before, later in pairwise(waits))
    assert waits[-1] == BOUNDS.max_interval
    assert feed.state is FeedHealth.FAILING


def test_what_shows_no_sign_of_passing_is_asked_less_than_what_passes_by_itself() -> None:
    hard, soft, temporary = (
        sum(failing(reason, 6)[0], timedelta()) for reason in (Reason.HTTP_4XX, Reason.MALFORMED, Reason.HTTP_5XX)
    )
    assert hard > soft > temporary


def threatened() -> FeedRecord:
    """Its window holds two hours and was last seen that long ago."""
    life = Life(evenly(10 * MINUTE, MONDAY - 8 * DAY), window=12)
    life.now = MONDAY - 5 * DAY
    return life.until(MONDAY - HOUR).feed


def test_while_a_gap_threatens_a_temporary_failure_is_retried_after_1_3_and_9_minutes() -> None:
    waits, _ = failing(Reason.TIMEOUT, 4, threatened())
    assert [round(wait / MINUTE) for wait in waits[:3]] == [1, 3, 9]
    assert waits[3] >= BOUNDS.min_interval


def test_an_overloaded_server_is_not_asked_again_within_min_interval() -> None:
    waits, _ = failing(Reason.HTTP_5XX, 4, threatened(), http_status=503)
    assert min(waits) >= BOUNDS.min_interval


def test_without_a_threatening_gap_a_temporary_failure_waits_for_min_interval() -> None:
    calm = Life(evenly(8 * HOUR)).until(MONDAY + 3 * DAY).feed
    waits, _ = failing(Reason.TIMEOUT, 3, replace(calm, failures=0))
    assert min(waits) >= BOUNDS.min_interval


@given(st.timedeltas(timedelta(0), timedelta(days=400)), st.sampled_from(list(Reason)))
def test_retry_after_is_kept_within_the_bounds(retry_after: timedelta, reason: Reason) -> None:
    (wait,), _ = failing(reason, 1, retry_after=retry_after)
    assert BOUNDS.min_interval <= wait <= BOUNDS.max_interval
    assert wait >= min(retry_after, BOUNDS.max_interval)


def test_a_server_that_limits_us_is_asked_less_often_than_it_refused() -> None:
    busy = Life(evenly(MINUTE), window=100).until(MONDAY + DAY)
    assert mean(busy.waits[-20:]) < 10 * MINUTE
    busy.stands(Signals(Reason.RATE_LIMITED, "429"), Recorded(1, "failed"))
    assert busy.waits[-1] >= HOUR
    for _ in range(20):
        busy.poll()
    # Not to the second: the limit is tried again after thousands of good answers.
    assert min(busy.waits[-20:]) >= 9.5 * MINUTE


def test_410_twice_is_gone_and_asked_every_30_days() -> None:
    waits, feed = failing(Reason.GONE, 3)
    assert waits[0] < BOUNDS.max_interval
    assert waits[1:] == [30 * DAY, 30 * DAY]
    assert feed.state is FeedHealth.GONE


def test_a_feed_that_was_gone_comes_back_with_its_first_good_answer() -> None:
    _, feed = failing(Reason.GONE, 3)
    stands = standing(feed, seen((MONDAY,), 1), Signals(published=(MONDAY,)), BOUNDS, MONDAY)
    assert (stands.state, stands.failures) == (FeedHealth.OK, 0)
    assert stands.next_due_at - MONDAY <= BOUNDS.max_interval


def test_a_failure_keeps_the_validators() -> None:
    _, feed = failing(Reason.TIMEOUT, 1, replace(FEED, etag='"a"', last_modified="Mon, 02 Jun 2025 00:00:00 GMT"))
    assert (feed.etag, feed.last_modified) == ('"a"', "Mon, 02 Jun 2025 00:00:00 GMT")


# --- redirects --------------------------------------------------------------------------------------------------------


def moves(days: list[float], overlap: int | None, urls: list[str] | None = None) -> str | None:
    """The URL that is adopted when a permanent redirect is seen on these days."""
    feed, adopted = FEED, None
    for i, day in enumerate(days):
        now = MONDAY + day * DAY
        told = Signals(permanent_url=urls[i] if urls else "https://example.org/new", published=(MONDAY,))
        stands = standing(feed, Recorded(1, "unchanged", 5, 0, overlap=overlap), told, BOUNDS, now)
        feed, adopted = after(feed, stands, now, good=True), stands.url
    return adopted


def test_a_permanent_redirect_is_adopted_after_two_days_and_three_times_with_the_known_entries() -> None:
    assert moves([0, 1, 2], overlap=5) == "https://example.org/new"


@pytest.mark.parametrize(("days", "overlap"), [([0, 1, 1.9], 5), ([0, 2.5], 5), ([0, 1, 2, 3], 0), ([0, 1, 2], None)])
def test_a_permanent_redirect_is_not_adopted_too_early_or_with_other_entries(days: list[float], overlap: int) -> None:
    assert moves(days, overlap) is None


def test_a_permanent_redirect_that_changes_starts_anew() -> None:
    assert moves([0, 1, 2, 3], 5, ["https://a.example/", "https://a.example/", "https://b.example/"] * 2) is None


# --- trust ------------------------------------------------------------------------------------------------------------


def unmodified(feed: FeedRecord, now: datetime) -> FeedRecord:
    told = Signals(not_modified=True, conditional=True)
    return after(feed, standing(feed, Recorded(1, "not_modified"), told, BOUNDS, now), now, good=True)


def conditional_in_a_row(feed: FeedRecord, now: datetime) -> int:
    count = 0
    while wants_conditional(Memory.of(feed.memory)):
        feed, count = unmodified(feed, now), count + 1
    return count


def test_now_and_then_a_request_is_unconditional() -> None:
    assert conditional_in_a_row(FEED, MONDAY) == 30


@pytest.mark.parametrize(("age", "trusted"), [(3 * HOUR, 5), (10 * MINUTE, 30)])
def test_a_server_whose_304_denied_what_was_there_is_trusted_less(age: timedelta, trusted: int) -> None:
    feed = unmodified(FEED, MONDAY)
    old = tuple(MONDAY - age - i * MINUTE for i in range(3))
    stands = standing(feed, seen(old, 3), Signals(published=old), BOUNDS, MONDAY + HOUR)
    assert conditional_in_a_row(after(feed, stands, MONDAY, good=True), MONDAY + HOUR) == trusted


# --- gaps -------------------------------------------------------------------------------------------------------------


def newsroom(at: datetime) -> float:
    """Quiet nights and weekends, a morning rush; not the very profile that the schedule starts with."""
    by_day = 1.18 if at.weekday() < 5 else 0.55
    return by_day * (1.05 - 0.9 * cos((at.hour - 1.5) * pi / 12) + 0.15 * sin((at.hour - 2) * pi / 6))


@pytest.mark.parametrize("every", [2.5 * HOUR, 4 * HOUR, 6 * HOUR, 10 * HOUR, 12.5 * HOUR])
def test_the_size_of_gaps_is_estimated_within_a_tenth(every: timedelta) -> None:
    true = estimated = 0
    for seed in range(4):
        life = Life(by_hour(180, newsroom, seed), window=20)
        for step in range(int(28 * DAY / every)):
            life.now = MONDAY + step * every
            life.poll()
        memory = life.memory
        true += sum(missed for *_, missed in life.gaps)
        estimated += sum(estimated_missed(memory, newest, oldest) or 0 for newest, oldest, _ in life.gaps)
    assert true > 1_000
    assert estimated / true == pytest.approx(1, abs=0.1)


def test_nothing_is_estimated_of_a_feed_that_was_never_seen() -> None:
    assert estimated_missed(Memory(), MONDAY, MONDAY + DAY) is None


# --- always -----------------------------------------------------------------------------------------------------------

MEMORIES = st.one_of(
    st.none(),
    st.text(max_size=200),
    st.sampled_from(["[" * 100_000, '{"rhythm": "nan"}', '{"floor_s": 1e999}', '{"looked_at": "2025-06-02"}', "[]"]),
    st.dictionaries(
        st.sampled_from(Memory.__slots__), st.none() | st.integers() | st.floats() | st.text() | st.lists(st.integers())
    ).map(json.dumps),
    st.lists(st.floats(0, 1e12), min_size=74, max_size=80).map(
        lambda numbers: json.dumps({"rhythm": " ".join(map(str, numbers))})
    ),
)
TIMES = st.integers(0, 20 * 365 * 1440).map(lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + minutes * MINUTE)
DATES = st.lists(st.datetimes(timezones=st.just(UTC)), max_size=30)
SPANS = st.none() | st.timedeltas(timedelta(0), timedelta(days=400))


@st.composite
def visits(draw: st.DrawFn) -> tuple[Recorded, Signals]:
    reason = draw(st.none() | st.sampled_from(list(Reason)))
    if reason is not None:
        status = draw(st.sampled_from([None, 404, 429, 500, 503]))
        return Recorded(1, "failed"), Signals(reason, "it failed", http_status=status, retry_after=draw(SPANS))
    published = tuple(draw(DATES))
    window = draw(st.integers(0, 40))
    recorded = Recorded(
        1, "new", window, draw(st.integers(0, window)), overlap=draw(st.none() | st.just(1)), gap=draw(st.booleans())
    )
    move = draw(st.none() | st.just("https://example.org/new"))
    return recorded, Signals(
        fresh_for=draw(SPANS),
        published=published,
        permanent_url=move,
        conditional=draw(st.booleans()),
        not_modified=draw(st.booleans()),
        repairable=draw(st.none() | st.booleans()),
    )


@given(MEMORIES, st.lists(st.tuples(TIMES, visits()), min_size=1, max_size=6), st.integers(0, 10_000))
def test_a_feed_is_never_hammered_and_never_forgotten(
    memory: str | None, lives: list[tuple[datetime, tuple[Recorded, Signals]]], failures: int
) -> None:
    """Whatever is in its memory, whatever it answers, whichever way the clock jumps."""
    feed, early = replace(FEED, memory=memory, failures=failures), 0
    for now, (recorded, told) in lives:
        stands = standing(feed, recorded, told, BOUNDS, now)
        wait = stands.next_due_at - now
        assert stands.due_because
        assert wait <= (30 * DAY if stands.state is FeedHealth.GONE else BOUNDS.max_interval)
        early = early + 1 if told.failed and wait < BOUNDS.min_interval else 0
        assert wait >= (MINUTE if told.failed else BOUNDS.min_interval)
        assert early <= len(EARLY)
        feed = after(feed, stands, now, good=told.failed is None)


@given(MEMORIES, visits(), TIMES)
def test_the_same_visit_gives_the_same_standing(
    memory: str | None, visit: tuple[Recorded, Signals], now: datetime
) -> None:
    feed = replace(FEED, memory=memory)
    assert standing(feed, *visit, BOUNDS, now) == standing(feed, *visit, BOUNDS, now)


@given(MEMORIES)
def test_any_memory_can_be_read_and_what_is_kept_is_read_back(memory: str | None) -> None:
    once = Memory.of(memory)
    assert Memory.of(once.text()) == Memory.of(Memory.of(once.text()).text())


@pytest.mark.parametrize("jump", [365 * DAY, -365 * DAY])
def test_a_clock_that_jumps_a_year_changes_little(jump: timedelta) -> None:
    life = Life(evenly(30 * MINUTE)).until(MONDAY + 7 * DAY)
    usual = mean(life.waits[-50:])
    for there in (jump, -jump):
        life.now += there
        shown = tuple(life.now - i * 30 * MINUTE for i in range(20))
        life.stands(Signals(published=shown), seen(shown, 0))
        assert usual / 3 < life.waits[-1] < usual * 3


def test_feeds_that_are_asked_together_do_not_stay_together() -> None:
    told = Signals(published=(MONDAY, MONDAY - HOUR))
    dues = {
        standing(replace(FEED, feed_id=i), seen(told.published, 2), told, BOUNDS, MONDAY).next_due_at for i in range(50)
    }
    assert len(dues) > 40
