"""Which due feeds are taken in hand: no host is in the way of others, what is overdue is caught up with at a pace."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ingest.config import Config, Feed, Network, Outlet
from ingest.config.environment import Filled
from ingest.daemon.choice import LEAST_PACE, OVERDUE, Places, chosen, host_of, places
from storage.due import Due

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def feeds_due(*hosts: str, late: timedelta = SECOND) -> list[Due]:
    return [Due(n, f"https://{host}/{n}", NOW - late) for n, host in enumerate(hosts)]


def taken(due: list[Due], left: Places, **hosts: int) -> list[int]:
    return [each.feed_id for each in chosen(due, NOW, left, hosts)]


def test_a_slow_host_with_a_thousand_feeds_leaves_room_for_all_others() -> None:
    due = feeds_due(*["slow.example"] * 1000, "a.example", "b.example")
    assert taken(due, Places(room=10, a_host=3, pace=100)) == [0, 1, 2, 1000, 1001]


def test_what_a_host_has_in_hand_already_counts() -> None:
    due = feeds_due("a.example", "a.example", "b.example")
    assert chosen(due, NOW, Places(10, 2, 100), {"a.example": 1}) == [due[0], due[2]]


def test_what_is_overdue_is_caught_up_with_at_a_pace_and_holds_up_nobody_who_is_on_time() -> None:
    late = feeds_due(*(f"h{n}.example" for n in range(500)), late=timedelta(hours=10))
    fresh = [Due(1000 + n, f"https://f{n}.example/", NOW - SECOND) for n in range(20)]
    picked = taken(late + fresh, Places(room=400, a_host=3, pace=10))
    assert picked == [*range(10), *range(1000, 1020)]


def test_a_feed_never_asked_is_one_to_be_caught_up_with() -> None:
    due = [Due(n, f"https://h{n}.example/", None) for n in range(50)]
    assert len(chosen(due, NOW, Places(400, 3, 10), {})) == 10


def test_all_that_slept_is_asked_once_within_minutes() -> None:
    """10,000 feeds of every 5 minutes after ten hours of sleep: none is asked twice, none waits for long."""
    waiting = feeds_due(*(f"h{n}.example" for n in range(10_000)), late=timedelta(hours=10))
    pace = places(config(10_000), 400, SECOND)
    rounds = 0
    while waiting:
        picked = {each.feed_id for each in chosen(waiting, NOW, pace, {})}
        waiting = [each for each in waiting if each.feed_id not in picked]
        rounds += 1
    assert 60 <= rounds <= 300


@given(
    hosts=st.lists(st.sampled_from("abcde"), max_size=60),
    ages=st.lists(st.none() | st.integers(0, 300), min_size=60, max_size=60),
    room=st.integers(0, 40),
    a_host=st.integers(1, 5),
    pace=st.integers(1, 20),
)
def test_no_bound_is_ever_passed_and_no_place_left_empty_that_could_be_filled(
    hosts: list[str], ages: list[int | None], room: int, a_host: int, pace: int
) -> None:
    due = [
        Due(n, f"https://{host}/", None if age is None else NOW - age * SECOND)
        for n, (host, age) in enumerate(zip(hosts, ages, strict=False))
    ]
    picked = chosen(due, NOW, Places(room, a_host, pace), {})
    at_hosts = Counter(host_of(each.url) for each in picked)
    late = [each for each in picked if is_late(each)]
    assert len(picked) <= room
    assert all(count <= a_host for count in at_hosts.values())
    assert len(late) <= pace
    assert len(set(picked)) == len(picked)
    for left in set(due) - set(picked):
        full = len(picked) == room or at_hosts[host_of(left.url)] == a_host
        assert full or (is_late(left) and len(late) == pace)


def is_late(each: Due) -> bool:
    return each.due_at is None or NOW - each.due_at > OVERDUE


ADDRESS = "https://o.example/"


def config(feeds: int, *, min_interval: timedelta = timedelta(minutes=5), spacing: timedelta = 2 * SECOND) -> Config:
    listed = tuple(
        Feed(outlet="o", slug=f"f{n}", location=Filled(ADDRESS, ADDRESS), min_interval=min_interval)
        for n in range(feeds)
    )
    return Config(
        path=Path("feeds.yaml"),
        archive=Filled("a.sqlite", "a.sqlite"),
        network=Network(spacing=spacing),
        outlets=(Outlet(slug="o", feeds=listed),),
    )


def test_the_pace_is_twice_what_could_fall_due_and_never_next_to_nothing() -> None:
    assert places(config(10_000), 400, SECOND).pace == 67
    assert places(config(5), 400, SECOND).pace == LEAST_PACE


def test_a_host_gets_as_many_places_as_keep_it_busy() -> None:
    assert places(config(1), 400, SECOND).a_host == 3
    assert places(config(1, spacing=timedelta(0)), 400, SECOND).a_host == 200


def test_what_is_no_url_has_a_place_too() -> None:
    assert host_of("http://[") == ""
