"""WebSub as a subscriber: which hub, what is asked when, which calls are believed."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.listener import Asked
from ingest.websub import (
    LONGEST_LEASE,
    SHORTEST_LEASE,
    Hub,
    hub_of,
    is_reliable,
    is_signed,
    request,
    verified,
    wants_to_leave,
    wants_to_subscribe,
)
from storage.websub import Offered, Stage, Subscription

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HUB = Hub("https://hub.example/", "https://o.example/feed")


def held(**more: object) -> Subscription:
    values = {"state": Stage.ACTIVE, "asked_at": NOW - DAY, "lease_until": NOW + 9 * DAY} | more
    return Subscription(1, HUB.url, HUB.topic, "token", **values)  # type: ignore[arg-type]


def offer(subscription: Subscription | None = None, *, listed: bool = True, polled: bool = True) -> Offered:
    return Offered(1, "o/a", listed, polled, {}, subscription)


# --- discovery --------------------------------------------------------------------------------------------------------


def test_a_hub_without_a_topic_is_none_and_a_topic_without_a_hub_neither() -> None:
    assert hub_of({"hub": ["https://hub.example/"]}) is None
    assert hub_of({"self": ["https://o.example/feed"]}) is None


def test_a_hub_is_asked_by_https_unless_we_are_told_to_trust_its_host() -> None:
    hints = {"hub": ["http://127.0.0.1:80/h"], "self": ["https://o.example/feed"]}
    plain, safe = hub_of(hints, plain_hosts=frozenset({"127.0.0.1"})), hub_of(hints)
    assert plain is not None
    assert safe is not None
    assert (plain.url, safe.url) == ("http://127.0.0.1:80/h", "https://127.0.0.1:80/h")


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_whatever_a_document_names_as_its_hub_is_a_url_of_the_web_or_nothing(named: object) -> None:
    found = hub_of({"hub": named, "self": ["https://o.example/feed"]})
    assert found is None or found.url.startswith("https://")


# --- when -------------------------------------------------------------------------------------------------------------


def asked_now(subscription: Subscription | None, *, has_secret: bool = True, now: datetime = NOW) -> bool:
    return wants_to_subscribe(offer(subscription), HUB, now, has_secret=has_secret)


def test_a_hub_is_asked_once_and_again_before_the_lease_ends() -> None:
    assert asked_now(None)
    assert not asked_now(held())
    assert asked_now(held(lease_until=NOW + HOUR))


def test_a_restart_asks_again_for_the_secret_is_lost() -> None:
    assert asked_now(held(), has_secret=False)
    assert not asked_now(held(asked_at=NOW - timedelta(minutes=5)), has_secret=False)


def test_a_hub_that_does_not_come_back_is_asked_four_times_a_day_and_one_that_refuses_once_a_week() -> None:
    assert not asked_now(held(state=Stage.ASKED, asked_at=NOW - 5 * HOUR, lease_until=None))
    assert asked_now(held(state=Stage.ASKED, asked_at=NOW - 7 * HOUR, lease_until=None))
    assert not asked_now(held(state=Stage.REFUSED, asked_at=NOW - 6 * DAY), has_secret=False)
    assert asked_now(held(state=Stage.REFUSED, asked_at=NOW - 8 * DAY))


def test_what_a_clock_asked_that_was_ahead_is_asked_again() -> None:
    ahead = NOW + 10 * DAY
    for state in (Stage.ACTIVE, Stage.ASKED, Stage.REFUSED):
        assert asked_now(held(state=state, asked_at=ahead, lease_until=ahead + DAY))
    assert not asked_now(held(asked_at=NOW + timedelta(seconds=5)))  # a clock that is corrected is not set back


def test_a_feed_that_fails_or_is_not_listed_asks_no_hub() -> None:
    assert not wants_to_subscribe(offer(polled=False), HUB, NOW, has_secret=False)
    assert not wants_to_subscribe(offer(), None, NOW, has_secret=False)


def test_another_hub_or_topic_is_asked_at_once() -> None:
    assert wants_to_subscribe(offer(held()), Hub("https://other.example/", HUB.topic), NOW, has_secret=True)


@given(lease=st.timedeltas(SHORTEST_LEASE, LONGEST_LEASE), minutes=st.integers(0, 60 * 24 * 40))
def test_however_short_a_lease_is_no_hub_is_asked_all_the_time(lease: timedelta, minutes: int) -> None:
    now = NOW + timedelta(minutes=minutes)
    subscription = held(asked_at=NOW, lease_until=NOW + lease)
    if asked_now(subscription, now=now):
        assert now - NOW > min(6 * HOUR, lease / 10)


def test_what_is_no_longer_polled_is_left() -> None:
    assert wants_to_leave(offer(held(), listed=False), HUB)
    assert wants_to_leave(offer(held()), None)
    assert not wants_to_leave(offer(held()), HUB)
    assert not wants_to_leave(offer(held(state=Stage.ENDED), listed=False), HUB)
    assert not wants_to_leave(offer(), None)


def test_a_request_names_topic_address_secret_and_lease() -> None:
    form = parse_qs(request(held(), "https://us.example/push/", "s3cret").body.decode())
    assert form == {
        "hub.mode": ["subscribe"],
        "hub.topic": [HUB.topic],
        "hub.callback": ["https://us.example/push/token"],
        "hub.secret": ["s3cret"],
        "hub.lease_seconds": ["864000"],
    }
    assert parse_qs(request(held(), "https://us.example/push", None).body.decode())["hub.mode"] == ["unsubscribe"]


# --- what hubs say ----------------------------------------------------------------------------------------------------


def question(mode: str, topic: str = HUB.topic, **more: str) -> Asked:
    said = {"hub.mode": mode, "hub.topic": topic} | {f"hub.{name}": value for name, value in more.items()}
    return Asked("GET", "/token", urlencode(said), {})


def test_we_agree_to_what_we_asked_for() -> None:
    verdict = verified(question("subscribe", challenge="abc", lease_seconds="3600"), held(state=Stage.ASKED))
    assert (verdict.told.status, verdict.told.body) == (200, b"abc")
    assert (verdict.state, verdict.lasting) == (Stage.ACTIVE, HOUR)


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        (question("subscribe", "https://other.example/", challenge="abc"), Stage.ASKED),
        (question("subscribe", challenge="abc"), Stage.ENDED),
        (question("subscribe", challenge="abc"), Stage.REFUSED),
        (question("subscribe"), Stage.ASKED),
        (question("unsubscribe", challenge="abc"), Stage.ACTIVE),
        (question("publish", challenge="abc"), Stage.ACTIVE),
        (Asked("GET", "/token", "", {}), Stage.ACTIVE),
    ],
)
def test_we_agree_to_nothing_else(asked: Asked, state: Stage) -> None:
    verdict = verified(asked, held(state=state))
    assert verdict.told.status == 404
    assert verdict.state is None


def test_a_refusal_is_taken_with_its_reason() -> None:
    verdict = verified(question("denied", reason="not here"), held(state=Stage.ASKED))
    assert (verdict.state, verdict.detail) == (Stage.REFUSED, "refused: not here")


def test_an_end_that_we_asked_for_is_agreed_to() -> None:
    verdict = verified(question("unsubscribe", challenge="abc"), held(state=Stage.ENDED))
    assert (verdict.told.body, verdict.state) == (b"abc", Stage.ENDED)


@pytest.mark.parametrize(
    ("said", "lease"), [("1", SHORTEST_LEASE), ("99999999", LONGEST_LEASE), ("-5", 10 * DAY), ("x", 10 * DAY)]
)
def test_a_lease_is_kept_within_reason(said: str, lease: timedelta) -> None:
    assert verified(question("subscribe", challenge="c", lease_seconds=said), held()).lasting == lease


@given(
    body=st.binary(max_size=100),
    secret=st.text("abc123", min_size=1),
    method=st.sampled_from(["sha1", "sha256", "sha384", "sha512"]),
)
def test_only_who_knows_the_secret_can_sign(body: bytes, secret: str, method: str) -> None:
    signature = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
    signed = Asked("POST", "/token", "", {"x-hub-signature": f"{method}={signature}"}, body)
    assert is_signed(signed, secret)
    assert not is_signed(signed, secret + "x")
    assert not is_signed(Asked("POST", "/token", "", signed.headers, body + b"x"), secret)


@pytest.mark.parametrize("said", ["", "md5=" + "0" * 32, "sha1", "sha1=", "sha256=ÿ", "new=1"])
def test_no_signature_or_a_strange_one_is_none(said: str) -> None:
    assert not is_signed(Asked("POST", "/", "", {"x-hub-signature": said}, b""), "s")


def test_polling_eases_only_where_pushes_have_proved_themselves() -> None:
    assert is_reliable(held(pushed=50, missed=5), NOW)
    assert not is_reliable(held(pushed=4), NOW)
    assert not is_reliable(held(pushed=50, missed=6), NOW)
    assert not is_reliable(held(pushed=50, lease_until=NOW - HOUR), NOW)
