"""What an answer's head says is believed only where it is plausible."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.answers import (
    LONGEST_FRESHNESS,
    LONGEST_WAIT,
    freshness,
    headers_of,
    http_date,
    phrase,
    plausible_etag,
    plausible_last_modified,
    retry_after,
    validators,
    worth_storing,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
latin = st.text(st.characters(max_codepoint=255))


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 7 ", timedelta(seconds=7)),
        ("0", timedelta(0)),
        ("100000000000000000000", LONGEST_WAIT),
        ("Sun, 01 Mar 2026 12:02:00 GMT", timedelta(seconds=120)),
        ("Sunday, 01-Mar-26 12:02:00 GMT", timedelta(seconds=120)),
        ("Sun Mar  1 12:02:00 2026", timedelta(seconds=120)),
        ("Sun, 01 Mar 2020 12:02:00 GMT", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ("-5", None),
        ("1.5e300", None),
        ("soon", None),
        ("\u0661\u0662\u0660", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_bounded(value: str | None, wait: timedelta | None) -> None:
    assert retry_after(value, NOW) == wait


@given(latin)
def test_whatever_a_server_says_the_wait_is_bounded(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or timedelta(0) <= wait <= LONGEST_WAIT


@given(latin, latin, latin, latin)
def test_whatever_a_server_says_freshness_is_bounded(control: str, age: str, expires: str, date: str) -> None:
    said = freshness((("cache-control", control), ("age", age), ("expires", expires), ("date", date)), NOW)
    assert said.fresh_for is not None
    assert timedelta(0) <= said.fresh_for <= LONGEST_FRESHNESS


@pytest.mark.parametrize(
    ("said", "fresh_for"),
    [
        ([("cache-control", "max-age=60")], timedelta(seconds=60)),
        ([("cache-control", 'public, Max-Age="60" , x')], timedelta(seconds=60)),
        ([("cache-control", "s-maxage=60")], None),
        ([("cache-control", "max-age=-1")], None),
        ([("cache-control", "max-age=1000000000000")], LONGEST_FRESHNESS),
        ([("cache-control", "max-age=60"), ("age", "61")], timedelta(0)),
        ([("cache-control", "max-age=60"), ("expires", "0")], timedelta(seconds=60)),
        ([("expires", "0")], timedelta(0)),
        ([("expires", "Sun, 01 Mar 2026 12:01:00 GMT")], timedelta(minutes=1)),
        ([("expires", "Fri, 31 Dec 9999 23:59:59 GMT")], LONGEST_FRESHNESS),
        ([], None),
    ],
)
def test_freshness_is_max_age_before_expires(said: list[tuple[str, str]], fresh_for: timedelta | None) -> None:
    assert freshness(tuple(said), NOW).fresh_for == fresh_for


@given(latin)
def test_a_date_never_raises_and_is_in_utc(value: str) -> None:
    at = http_date(value)
    assert at is None or at.tzinfo is UTC


@pytest.mark.parametrize("etag", ['"a"', 'W/"a"', '"a b, c"', "unquoted", 'W/"\xe4"', '"' + "e" * 1000 + '"'])
def test_an_etag_is_kept_as_it_came(etag: str) -> None:
    assert plausible_etag(etag) == etag


@given(latin, latin)
def test_what_is_sent_is_what_came_and_is_one_line(etag: str, last_modified: str) -> None:
    for name, value in validators(etag, last_modified, NOW):
        assert value.decode("latin-1") == (etag if name == b"If-None-Match" else last_modified)
        assert not {b"\r"[0], b"\n"[0], 0} & set(value)


def test_a_date_in_the_far_future_or_before_the_web_validates_nothing() -> None:
    assert plausible_last_modified("Mon, 02 Mar 2026 11:00:00 GMT", NOW) is not None
    assert plausible_last_modified("Tue, 03 Mar 2026 12:00:00 GMT", NOW) is None
    assert plausible_last_modified("Sun, 01 Jan 1989 00:00:00 GMT", NOW) is None


def test_cookies_are_dropped_before_anybody_sees_them() -> None:
    assert headers_of([(b"Set-Cookie", b"a=b"), (b"SET-COOKIE2", b"c"), (b"ETag", b"\xe4")]) == (("etag", "\xe4"),)


def test_stored_values_are_readable() -> None:
    assert worth_storing((("server", "gr\u00c3\u00bcn"), ("x-unknown", "1"))) == (("server", "grün"),)
    assert worth_storing((("server", "gr\xfcn"),)) == (("server", "grün"),)


def test_a_status_is_said_in_words() -> None:
    assert phrase(404) == "Not Found"
    assert "Cloudflare" in phrase(522)
    assert phrase(799) == "(no such status is known)"
