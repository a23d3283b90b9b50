"""What needs a person is told once, and once more when it is over; silence is measured by a feed's own rhythm."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import Asked, Connection, answer, serving

from ingest.alerts import MOST, Changes, changes, failing, has_passed, letter, missing, quiet, to_tell
from ingest.errors import FetchError
from ingest.network import NetworkPolicy
from ingest.post import Letter, Poster
from ingest.schedule import Memory
from ingest.schedule.rhythm import Rhythm
from storage.alerts import Alert, Missed, Name, Silent
from storage.feed_health import FeedTold
from storage.records import Reason

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
HOUR = timedelta(hours=1)
MINUTES = 60.0


def told(**more: object) -> FeedTold:
    at = "2026-01-01T00:00:00Z"
    values = {"feed": "o/a", "outlet": "o", "url": None, "state": "failing", "added_at": at, "last_attempt_at": at}
    values |= {"last_success_at": at, "last_new_at": at, "next_due_at": at, "due_because": None}
    values |= {"failures": 3, "last_error": "http_4xx: HTTP 404", "entries": 1, "gaps": 0, "missed": 0}
    return FeedTold(**(values | more))  # type: ignore[arg-type]


def of_a_day(entries: float, window: float = 30) -> str:
    """A schedule's memory of a feed that brings so many entries a day."""
    exposure = 14 * 24 * MINUTES
    rhythm = Rhythm(NOW.timestamp() / 60, seen=entries * 14, exposure=exposure, window=window)
    return Memory(rhythm=rhythm).text()


# --- what is found ----------------------------------------------------------------------------------------------------


def test_a_feed_that_will_not_mend_itself_is_told_with_its_remedy() -> None:
    (detail,) = failing([told()], NOW).values()
    assert "http_4xx: HTTP 404" in detail
    assert "remedy:" in detail


def test_a_feed_that_is_only_late_or_failed_once_is_no_alert() -> None:
    assert failing([told(failures=0, last_error=None), told(failures=1)], NOW) == {}


def test_a_feed_of_a_hundred_entries_a_day_that_says_nothing_for_a_day_is_quiet() -> None:
    found = quiet([Silent("o/a", NOW - 24 * HOUR, of_a_day(100))], NOW)
    assert list(found) == [("o/a", "quiet")]
    assert "2026-03-03 12:00Z" in found["o/a", "quiet"]


def test_a_feed_of_three_entries_a_day_may_say_nothing_for_days() -> None:
    assert quiet([Silent("o/a", NOW - 72 * HOUR, of_a_day(3))], NOW) == {}


def test_no_feed_is_quiet_before_six_hours_or_without_a_rhythm() -> None:
    assert quiet([Silent("o/a", NOW - 5 * HOUR, of_a_day(1000))], NOW) == {}
    assert quiet([Silent("o/a", NOW - 99 * HOUR, "{}")], NOW) == {}


def test_what_may_be_missing_is_told_with_its_number() -> None:
    assert "about 12 entries" in missing([Missed("o/a", 2, 12)])["o/a", "gap"]


# --- what changes -----------------------------------------------------------------------------------------------------

NAMES = st.tuples(st.sampled_from(["o/a", "o/b"]), st.sampled_from(["failing", "quiet", "gap"]))


@st.composite
def held_alerts(draw: st.DrawFn) -> dict[Name, Alert]:
    instants = st.none() | st.just(NOW)
    names = draw(st.sets(NAMES))
    return {name: Alert(*name, "x", NOW, told_at=draw(instants), over_at=draw(instants)) for name in names}


@given(held=held_alerts(), found=st.dictionaries(NAMES, st.just("why")))
def test_every_alert_is_always_in_exactly_one_state(held: dict[Name, Alert], found: dict[Name, str]) -> None:
    new = changes(held, found, lambda _alert: True)
    moved = [name for name, _ in new.begun] + list(new.again) + list(new.over) + list(new.forgotten)
    assert len(moved) == len(set(moved))
    assert {name for name, _ in new.begun} == found.keys() - held.keys()
    assert set(new.again) <= found.keys() & held.keys()
    assert set(new.over) | set(new.forgotten) <= held.keys() - found.keys()
    assert all(held[name].told_at is not None for name in new.over)


def test_nothing_new_is_nothing_to_write() -> None:
    held = {("o/a", "gap"): Alert("o/a", "gap", "x", NOW, told_at=NOW)}
    assert changes(held, {("o/a", "gap"): "y"}, lambda _alert: True) == Changes()


def test_what_nobody_was_told_of_passes_without_a_word() -> None:
    held = {("o/a", "failing"): Alert("o/a", "failing", "x", NOW)}
    assert changes(held, {}, lambda _alert: True).forgotten == (("o/a", "failing"),)


def test_silence_ends_with_something_new_and_not_because_the_rhythm_was_forgotten() -> None:
    alert = Alert("o/a", "quiet", "x", NOW, told_at=NOW)
    assert not has_passed(alert, {"o/a": "2026-03-01T00:00:00Z"})
    assert has_passed(alert, {"o/a": "2026-03-05T00:00:00Z"})
    assert has_passed(alert, {})  # no longer listed


# --- how it is told ---------------------------------------------------------------------------------------------------


def test_only_what_is_new_or_over_is_told_the_oldest_first_and_not_too_much_at_once() -> None:
    old = Alert("o/z", "failing", "x", NOW - HOUR)
    known = Alert("o/k", "failing", "x", NOW, told_at=NOW)
    over = Alert("o/o", "failing", "x", NOW, told_at=NOW, over_at=NOW)
    assert to_tell([over, known, old]) == [old, over]
    assert len(to_tell([Alert(f"o/{n}", "gap", "x", NOW) for n in range(200)])) == MOST


def test_a_letter_is_for_people_and_for_machines() -> None:
    raised = Alert("o/a", "failing", "404", NOW)
    over = Alert("o/b", "quiet", "x", NOW, told_at=NOW, over_at=NOW)
    body = json.loads(letter("https://hook.example/", [raised, over]).body)
    assert body["text"] == "o/a: failing: 404\no/b: quiet is over"
    assert body["raised"] == [
        {"subject": "o/a", "kind": "failing", "detail": "404", "since_at": "2026-03-04T12:00:00Z"}
    ]
    assert [each["subject"] for each in body["over"]] == ["o/b"]


# --- sending ----------------------------------------------------------------------------------------------------------


def posted(url: str, *allowed: str, within: timedelta = timedelta(seconds=10)) -> tuple[int, str]:
    async def run() -> tuple[int, str]:
        poster = Poster(NetworkPolicy(allow_private_hosts=allowed, contact="me@o.example"))
        receipt = await poster.post(Letter(url, b'{"a": 1}', "application/json", [("X-Own", "1")]), within)
        return receipt.status, receipt.text

    return asyncio.run(run())


def test_a_letter_arrives_as_it_was_written() -> None:
    with serving({"/hook": answer(b"thanks", 201)}) as server:
        assert posted(server.url("/hook?key=1"), server.place) == (201, "thanks")
        (asked,) = server.asked
    assert (asked.query, asked.headers["content-type"], asked.headers["x-own"]) == ("key=1", "application/json", "1")
    assert asked.headers["content-length"] == "8"
    assert "me@o.example" in asked.headers["user-agent"]


def test_a_private_address_is_refused_unless_allowed() -> None:
    with serving({"/hook": answer()}) as server, pytest.raises(FetchError) as refused:
        posted(server.url("/hook"))
    assert refused.value.reason is Reason.REFUSED_ADDRESS
    assert server.asked == []


def test_a_redirect_that_keeps_the_method_is_followed_and_no_other() -> None:
    pages = {
        "/kept": answer(b"", 308, ("Location", "/hook")),
        "/other": answer(b"", 302, ("Location", "/hook")),
        "/circle": answer(b"", 307, ("Location", "/circle")),
        "/hook": answer(b"ok"),
    }
    with serving(pages) as server:
        assert posted(server.url("/kept"), server.place) == (200, "ok")
        assert posted(server.url("/other"), server.place)[0] == 302
        with pytest.raises(FetchError) as circle:
            posted(server.url("/circle"), server.place)
    assert circle.value.reason is Reason.REDIRECT_LOOP


async def endless(_asked: Asked, connection: Connection) -> None:
    connection.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.write(b"x" * 1000)
        await connection.drain()


async def silence(_asked: Asked, _connection: Connection) -> None:
    await asyncio.sleep(30)


def test_an_answer_without_end_or_without_beginning_ends() -> None:
    with serving({"/endless": endless, "/silence": silence}) as server:
        assert len(posted(server.url("/endless"), server.place)[1]) == 4096
        with pytest.raises(FetchError) as late:
            posted(server.url("/silence"), server.place, within=timedelta(seconds=0.2))
    assert late.value.reason is Reason.TIMEOUT


@pytest.mark.parametrize("url", ["ftp://o.example/", "https:///x", "nonsense", "http://o.example:99999/"])
def test_what_cannot_be_asked_is_refused(url: str) -> None:
    with pytest.raises(FetchError):
        posted(url)
