"""One attempt: what is sent, what is kept of the answer, and that nothing is asked twice or told to others."""

import asyncio
import base64
import gzip
import logging
from datetime import UTC, datetime, timedelta

import pytest
from asking import AUTHORITY, FEED, Names, ask_all, document, failure, not_modified, policy, secure
from clocks import FakeClock
from servers import Asked, Connection, answer, hang, head, moved, serving, zipped
from servers import not_modified as answer_304

from ingest.fetch import Document, Fetcher, trusting
from ingest.hosts import HostTurns, MemoryLedger, PostponedError
from ingest.network import NetworkPolicy
from ingest.source import Request
from storage.records import Reason, Route

ETAG, MODIFIED = 'W/"a-1"', "Sun, 01 Mar 2026 10:00:00 GMT"


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_a_request_says_who_asks_and_what_it_can_read() -> None:
    with serving({"/feed": answer(FEED)}) as server:
        document(server.url("/feed"), policy(server, contact="https://example.org/bot"))
        (asked,) = server.asked
    assert asked.headers["user-agent"].startswith("chronik/")
    assert asked.headers["user-agent"].endswith(" (+https://example.org/bot)")
    assert asked.headers["accept-encoding"] == "gzip"
    assert not {"if-none-match", "if-modified-since", "authorization", "cookie", "referer"} & asked.headers.keys()


def test_validators_come_back_exactly_as_they_were_sent() -> None:
    with serving({"/feed": [answer(FEED, 200, ("ETag", ETAG), ("Last-Modified", MODIFIED)), answer_304()]}) as server:
        first = document(server.url("/feed"), policy(server))
        assert (first.etag, first.last_modified) == (ETAG, MODIFIED)
        not_modified(server.url("/feed"), policy(server), etag=first.etag, last_modified=first.last_modified)
        assert server.asked[1].headers["if-none-match"] == ETAG
        assert server.asked[1].headers["if-modified-since"] == MODIFIED


def test_a_304_may_name_new_validators() -> None:
    with serving({"/feed": answer_304(("ETag", '"b"'))}) as server:
        again = not_modified(server.url("/feed"), policy(server), etag='"a"')
    assert (again.etag, again.last_modified, again.fetch.http_status) == ('"b"', None, 304)


@pytest.mark.parametrize(
    "etag",
    ["", "*", '""', 'W/""', '"a', 'a"b', '"a\tb"', '"a\nb: c"', '"a"\r\nX: y', '"' + "e" * 1025 + '"', "a,b", "a b"],
)
def test_an_implausible_etag_is_not_sent(etag: str) -> None:
    with serving({"/feed": answer(FEED)}) as server:
        document(server.url("/feed"), policy(server), etag=etag)
        assert "if-none-match" not in server.asked[0].headers


@pytest.mark.parametrize(
    "date",
    ["", "0", "yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", MODIFIED + "\r\nX: y"],
)
def test_an_implausible_last_modified_is_not_sent(date: str) -> None:
    with serving({"/feed": answer(FEED)}) as server:
        document(server.url("/feed"), policy(server), last_modified=date)
        assert "if-modified-since" not in server.asked[0].headers


def test_bytes_beyond_ascii_in_an_etag_come_back_as_they_were() -> None:
    with serving({"/feed": [answer(FEED, 200, ("ETag", '"gr\u00fcn"')), answer_304()]}) as server:
        etag = document(server.url("/feed"), policy(server)).etag
        not_modified(server.url("/feed"), policy(server), etag=etag)
        assert server.asked[1].headers["if-none-match"].encode("latin-1") == '"grün"'.encode()


def test_configured_headers_are_sent_but_those_of_the_exchange_are_ours() -> None:
    headers = (("Accept-Language", "de-AT"), ("X-Api-Key", "k"), ("accept-encoding", "br"), ("Host", "evil.example"))
    with serving({"/feed": answer(FEED)}) as server:
        document(server.url("/feed"), policy(server), headers=headers)
        (asked,) = server.asked
    assert asked.headers["accept-language"] == "de-AT"
    assert asked.headers["x-api-key"] == "k"
    assert asked.headers["accept-encoding"] == "gzip"
    assert asked.headers["host"] == server.place
    assert len(asked.header_list) == len(asked.headers)


def test_user_information_becomes_a_header_and_stays_out_of_the_url() -> None:
    with serving({"/feed": answer(FEED)}) as server:
        got = document(f"http://ann:p%40ss@{server.place}/feed", policy(server))
        assert server.asked[0].headers["authorization"] == "Basic " + base64.b64encode(b"ann:p@ss").decode()
    assert got.fetch.url == f"http://***@{server.place}/feed"
    assert "ann" not in got.url


def test_cookies_are_neither_kept_nor_sent_nor_stored() -> None:
    with serving({"/feed": answer(FEED, 200, ("Set-Cookie", "id=secret"), ("Set-Cookie2", "a=b"))}) as server:
        answers = ask_all([Request(server.url("/feed"))] * 2, policy(server))
        assert "cookie" not in server.asked[1].headers
    assert "secret" not in repr(answers)


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_a_document_is_kept_with_all_that_explains_it() -> None:
    sent = answer(FEED, 200, ("Content-Type", "application/rss+xml; charset=utf-8"), ("X-Cache", "HIT"), ("X-Odd", "1"))
    with serving({"/feed": sent}) as server:
        got = document(server.url("/feed"), policy(server), feed_id=7, route=Route.SITEMAP)
        at = server.url("/feed")
    assert (got.body, got.content_type) == (FEED, "application/rss+xml; charset=utf-8")
    assert (got.fetch.feed_id, got.fetch.route, got.fetch.url, got.fetch.final_url) == (7, Route.SITEMAP, at, None)
    assert (got.fetch.http_status, got.fetch.wire_bytes) == (200, len(FEED))
    assert got.fetch.requested_at == FakeClock().now()
    assert got.header("x-cache") == "HIT"
    assert got.header("x-odd") is None


def test_what_is_stored_of_headers_is_bounded() -> None:
    many = [("Link", f"<https://example.org/{n}>") for n in range(200)] + [("Server", "s" * 50_000)]
    with serving({"/feed": answer(FEED, 200, *many)}) as server:
        stored = document(server.url("/feed"), policy(server)).fetch.response_headers
    assert len(stored) <= 60
    assert all(len(value) <= 2048 for _, value in stored)


def test_secrets_are_in_nothing_that_is_stored_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "hunter2hunter2"
    pages = {
        f"/{secret}/feed": moved(f"/again?x={secret}&token=t0ps3cret"),
        "/again": answer(b"no", 404, ("Link", secret)),
    }
    with serving(pages) as server:
        request = Request(
            server.url(f"/{secret}/feed"),
            headers=(("X-Api-Key", "k3y-k3y"), ("Accept-Language", f"x-{secret}")),
            secrets=((secret, "${KEY}"),),
        )
        failed = failure(request, policy(server))
        assert server.asked[1].query == f"x={secret}&token=t0ps3cret"
    said = repr(failed.fetch) + str(failed) + failed.detail + "".join(map(str, caplog.messages))
    assert not any(word in said for word in (secret, "t0ps3cret", "k3y-k3y"))
    assert failed.fetch is not None
    assert failed.fetch.url == server.url("/${KEY}/feed")
    assert failed.fetch.final_url == server.url("/again?x=${KEY}&token=***")


def test_a_secret_is_hidden_however_a_url_spells_it() -> None:
    with serving({"/feed": answer(FEED), "/on": moved("/feed?k=p%C3%A4%20s%2Fs")}) as server:
        got = document(server.url("/on"), policy(server), secrets=(("pä s/s", "${KEY}"),))
    assert got.fetch.final_url == server.url("/feed?k=${KEY}")


def test_a_url_is_shown_as_the_configuration_writes_it() -> None:
    with serving({"/feed": answer(FEED)}) as server:
        got = document(server.url("/feed?t=abc"), policy(server), shown_url="http://example.org/feed?t=${T}")
    assert got.fetch.url == "http://example.org/feed?t=${T}"


def test_freshness_is_counted_by_the_servers_own_clock() -> None:
    said = (
        ("Date", "Wed, 01 Jan 2020 00:00:00 GMT"),
        ("Expires", "Wed, 01 Jan 2020 00:10:00 GMT"),
        ("Retry-After", "Wed, 01 Jan 2020 00:02:00 GMT"),
        ("Cache-Control", "public, max-age=300"),
        ("Age", "100"),
    )
    with serving({"/feed": answer(FEED, 200, *said)}) as server:
        fresh = document(server.url("/feed"), policy(server)).freshness
    assert fresh.expires_in == timedelta(minutes=10)
    assert fresh.retry_after == timedelta(minutes=2)
    assert fresh.fresh_for == fresh.max_age == timedelta(seconds=200)
    assert fresh.server_date == datetime(2020, 1, 1, tzinfo=UTC)


# --- codings and lengths ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        zipped(FEED),
        answer(gzip.compress(FEED), 200, ("Content-Encoding", "X-GZIP")),
        answer(gzip.compress(FEED), 200, ("Content-Encoding", "identity, gzip")),
        answer(gzip.compress(FEED[:9]) + gzip.compress(FEED[9:]), 200, ("Content-Encoding", "gzip")),
        answer(gzip.compress(FEED) + b"trailing", 200, ("Content-Encoding", "gzip")),
        answer(gzip.compress(FEED), 200, ("Content-Type", "application/gzip")),
        answer(FEED, 200, ("Content-Encoding", "gzip")),
        answer(FEED, 200, ("Content-Encoding", "utf-8")),
        head(200, [("Transfer-Encoding", "chunked")]) + b"%x\r\n%s\r\n0\r\n\r\n" % (len(FEED), FEED),
        b"HTTP/1.0 200 OK\r\n\r\n" + FEED,
        answer(FEED) + b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad",
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 20 + answer(FEED),
        answer(FEED, 203),
    ],
)
def test_the_same_feed_comes_out_however_it_is_sent(sent: bytes) -> None:
    with serving({"/feed": sent}) as server:
        assert document(server.url("/feed"), policy(server)).body == FEED


def test_only_one_coding_is_undone() -> None:
    inner = gzip.compress(FEED)
    with serving({"/feed": zipped(inner)}) as server:
        assert document(server.url("/feed"), policy(server)).body == inner


def test_wire_bytes_are_those_that_were_sent() -> None:
    body = FEED + b" " * 10_000
    with serving({"/feed": zipped(body)}) as server:
        got = document(server.url("/feed"), policy(server))
    assert got.body == body
    assert got.fetch.wire_bytes == len(gzip.compress(body))


def test_a_body_may_be_as_large_as_the_limit_and_no_larger() -> None:
    with serving({"/feed": answer(b"x" * 1000)}) as server:
        assert len(document(server.url("/feed"), policy(server), max_bytes=1000).body) == 1000
        assert failure(server.url("/feed"), policy(server), max_bytes=999).reason is Reason.TOO_LARGE


def test_a_bomb_is_stopped_though_its_packed_size_is_small() -> None:
    with serving({"/feed": zipped(b"\0" * 50_000_000)}) as server:
        failed = failure(server.url("/feed"), policy(server), max_bytes=2_000_000)
    assert failed.reason is Reason.TOO_LARGE
    assert "decoded" in failed.detail


def test_large_bodies_come_in_one_after_the_other() -> None:
    body = b"<rss>" + b"x" * 3_000_000
    with serving({"/feed": zipped(body)}) as server:

        async def main() -> list[int]:
            clock = FakeClock()
            network = policy(server, per_host=5, spacing=timedelta(0))
            async with Fetcher(network, HostTurns(MemoryLedger(), clock), clock=clock) as fetcher:
                answers = await asyncio.gather(*(fetcher.fetch(Request(server.url("/feed"))) for _ in range(5)))
                return [len(got.body) for got in answers if isinstance(got, Document)]

        assert asyncio.run(main()) == [len(body)] * 5


# --- hosts ------------------------------------------------------------------------------------------------------------


def test_a_host_is_asked_one_request_at_a_time() -> None:
    async def slow(asked: Asked, connection: Connection) -> None:
        await asyncio.sleep(0.02)
        connection.write(answer(FEED))

    assert _most_at_once(slow, per_host=1) == 1


def test_a_host_may_be_asked_more_at_a_time_if_the_configuration_says_so() -> None:
    both = asyncio.Event()

    async def together(asked: Asked, connection: Connection) -> None:
        if asked.number == 2:
            both.set()
        await both.wait()
        connection.write(answer(FEED))

    assert _most_at_once(together, per_host=2) == 2


def _most_at_once(page: object, per_host: int) -> int:
    with serving({"/feed": page}) as server:  # type: ignore[dict-item]
        network = policy(server, spacing=timedelta(0), per_host=per_host)

        async def main() -> None:
            clock = FakeClock()
            async with Fetcher(network, HostTurns(MemoryLedger(), clock), clock=clock) as fetcher:
                await asyncio.gather(*(fetcher.fetch(Request(server.url("/feed"))) for _ in range(4)))

        asyncio.run(main())
        return server.most_at_once


def test_there_is_a_pause_between_two_requests_to_a_host() -> None:
    clock = FakeClock()
    with serving({"/feed": answer(FEED)}) as server:
        ask_all([Request(server.url("/feed"))] * 3, policy(server, spacing=timedelta(seconds=2)), clock=clock)
    assert clock.monotonic() == 4


def test_a_request_may_ask_for_a_longer_pause() -> None:
    clock = FakeClock()
    with serving({"/feed": answer(FEED)}) as server:
        ask_all([Request(server.url("/feed"), spacing=timedelta(seconds=5))] * 3, policy(server), clock=clock)
    assert clock.monotonic() == 10


@pytest.mark.parametrize("status", [403, 429, 503])
def test_after_a_push_back_no_feed_of_the_host_is_asked_until_its_rest_is_over(status: int) -> None:
    pages = {"/a": answer(b"", status, ("Retry-After", "300")), "/b": answer(FEED)}
    clock = FakeClock()
    with serving(pages) as server:
        requests = [Request(server.url("/a")), Request(server.url("/b"))]
        first, second = ask_all(requests, policy(server), clock=clock)
        assert server.count("/b") == 0
    assert getattr(first, "retry_after", None) == timedelta(minutes=5)
    assert isinstance(second, PostponedError)
    assert second.until == FakeClock().now() + timedelta(minutes=5)


def test_an_ordinary_failure_does_not_make_the_host_rest() -> None:
    with serving({"/feed": answer(FEED)}) as server:
        answers = ask_all([Request(server.url("/missing")), Request(server.url("/feed"))], policy(server))
    assert isinstance(answers[1], Document)


def test_a_forced_request_is_asked_though_the_host_rests() -> None:
    with serving({"/a": answer(b"", 429), "/b": answer(FEED)}) as server:
        answers = ask_all([Request(server.url("/a")), Request(server.url("/b"), forced=True)], policy(server))
    assert isinstance(answers[1], Document)


def test_waiting_in_line_is_not_counted_as_the_servers_time() -> None:
    async def slow(asked: Asked, connection: Connection) -> None:
        await asyncio.sleep(0.15)
        connection.write(answer(FEED))

    with serving({"/feed": slow}) as server:

        async def main() -> list[Document]:
            clock = FakeClock()
            network = policy(server, spacing=timedelta(0))
            request = Request(server.url("/feed"), timeout=timedelta(seconds=1))
            async with Fetcher(network, HostTurns(MemoryLedger(), clock), clock=clock) as fetcher:
                answers = await asyncio.gather(*(fetcher.fetch(request) for _ in range(10)))
                return [got for got in answers if isinstance(got, Document)]

        assert len(asyncio.run(main())) == 10


def test_a_request_that_is_called_off_leaves_no_connection_behind() -> None:
    with serving({"/feed": hang}) as server:

        async def main() -> None:
            clock = FakeClock()
            async with Fetcher(policy(server), HostTurns(MemoryLedger(), clock), clock=clock) as fetcher:
                task = asyncio.create_task(fetcher.fetch(Request(server.url("/feed"))))
                await asyncio.to_thread(server.wait_for, 1)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task

        asyncio.run(main())  # a socket left open would warn, and a warning is an error


# --- reach ------------------------------------------------------------------------------------------------------------


def test_the_next_address_of_a_host_is_tried_when_the_first_does_not_answer() -> None:
    with serving({"/feed": answer(FEED)}) as server:
        resolver = Names({"feed.example": ["127.0.0.9", "127.0.0.1"]})
        network = policy(server, allow_private_hosts=("127.0.0.0/8",))
        got = document(server.url("/feed", host="feed.example"), network, resolver=resolver)
    assert got.body == FEED


def test_a_proxy_is_asked_only_when_it_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving({"/feed": answer(FEED)}) as server, serving({"/feed": answer(b"<rss/>")}) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        monkeypatch.setenv("ALL_PROXY", proxy.url())
        assert document(server.url("/feed"), policy(server)).body == FEED
        through = policy(proxy=proxy.url())
        assert document("http://feed.example/feed", through).body == b"<rss/>"
        assert proxy.asked[0].headers["host"] == "feed.example"


def test_the_proxys_password_goes_to_the_proxy() -> None:
    with serving({"/feed": answer(FEED)}) as proxy:
        document("http://feed.example/feed", policy(proxy=proxy.url().replace("://", "://ann:p%40@")))
        assert proxy.asked[0].headers["proxy-authorization"] == "Basic " + base64.b64encode(b"ann:p@").decode()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::1]", "10.0.0.1", "169.254.169.254"]
)
def test_a_proxy_is_not_asked_for_addresses_that_are_not_public(host: str) -> None:
    with serving() as proxy:
        assert failure(f"http://{host}/feed", policy(proxy=proxy.url())).reason is Reason.REFUSED_ADDRESS
        assert proxy.asked == []


def test_a_certificate_of_a_configured_authority_is_trusted() -> None:
    with secure("good", {"/feed": answer(FEED)}) as server:
        assert document(server.url("/feed", host="localhost"), policy(server, ca_file=AUTHORITY)).body == FEED


def test_the_environment_adds_no_authority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", AUTHORITY)
    names = [dict(entry[0] for entry in found["subject"]) for found in trusting(None).get_ca_certs()]
    assert names
    assert "Authority of the tests" not in {name.get("commonName") for name in names}


def test_a_policy_that_makes_no_sense_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="is no"):
        Fetcher(NetworkPolicy(allow_private_hosts=("a b",)), HostTurns(MemoryLedger(), FakeClock()), clock=FakeClock())
