"""Where a request may lead: every hop is checked like the first, and secrets stay at home."""

import pytest
from asking import AUTHORITY, FEED, Names, document, failure, policy, secure
from asking import not_modified as asked_again
from servers import Asked, Connection, answer, head, moved, not_modified, serving

from ingest.connect import MOST_HEAD_BYTES
from ingest.source import Request
from storage.records import Reason

# Ways to write a loopback address, and ways to hide one in a URL. {port} is of a server that must not be asked.
SPELLINGS = [
    "http://127.0.0.1:{port}/trip",
    "http://localhost:{port}/trip",
    "http://LOCALHOST:{port}/trip",
    "http://localhost.:{port}/trip",
    "http://127.1:{port}/trip",
    "http://127.0.1:{port}/trip",
    "http://2130706433:{port}/trip",
    "http://0x7f000001:{port}/trip",
    "http://0x7f.0.0.1:{port}/trip",
    "http://0177.0.0.1:{port}/trip",
    "http://017700000001:{port}/trip",
    "http://0:{port}/trip",
    "http://0.0.0.0:{port}/trip",
    "http://127.9.9.9:{port}/trip",
    "http://[::1]:{port}/trip",
    "http://[0:0:0:0:0:0:0:1]:{port}/trip",
    "http://[::ffff:127.0.0.1]:{port}/trip",
    "http://[::ffff:7f00:1]:{port}/trip",
    "http://[::127.0.0.1]:{port}/trip",
    "http://[64:ff9b::7f00:1]:{port}/trip",
    "http://[2002:7f00:1::]:{port}/trip",
    "http://example.org@127.0.0.1:{port}/trip",
    "http://example.org:80@127.0.0.1:{port}/trip",
    "http://127.0.0.1:{port}#@example.org/trip",
    "http://127.0.0.1:{port}\\@example.org/trip",
    "http:\\\\127.0.0.1:{port}\\trip",
    "http://127.0.0.1\t:{port}/trip",
    "http://127.0.0.1\n:{port}/trip",
    "http://127\uff0e0\uff0e0\uff0e1:{port}/trip",
    "http://\u2460\u2461\u2466.0.0.1:{port}/trip",
    "http://127\u30020\u30020\u30021:{port}/trip",
    "http://%31%32%37.0.0.1:{port}/trip",
    "https://127.0.0.1:{port}/trip",
    "http:///127.0.0.1:{port}/trip",
    "http:127.0.0.1:{port}/trip",
]
NOT_OF_THE_WEB = [
    "file:///etc/hostname",
    "ftp://127.0.0.1:{port}/x",
    "gopher://127.0.0.1:{port}/_x",
    "data:application/rss+xml,<rss/>",
    "javascript:alert(1)",
    "feed:http://127.0.0.1:{port}/",
    "unix:/run/x.sock",
    "jar:http://127.0.0.1:{port}/!/",
]
CLOSED_WAYS = (Reason.REFUSED_ADDRESS, Reason.PROTOCOL, Reason.DNS)


def test_the_table_of_spellings_is_worth_its_name() -> None:
    assert len(SPELLINGS) >= 25


@pytest.mark.parametrize("spelling", SPELLINGS + NOT_OF_THE_WEB)
def test_no_spelling_of_a_configured_url_reaches_an_address_that_is_not_allowed(spelling: str) -> None:
    with serving({"/trip": answer(FEED)}) as tripwire, serving() as allowed:
        failed = failure(spelling.format(port=tripwire.port), policy(allowed))
        assert tripwire.asked == []
    assert failed.reason in CLOSED_WAYS


@pytest.mark.parametrize("spelling", [*SPELLINGS, *NOT_OF_THE_WEB, "//127.0.0.1:{port}/trip"])
def test_no_spelling_in_a_redirect_reaches_an_address_that_is_not_allowed(spelling: str) -> None:
    with serving({"/trip": answer(FEED)}) as tripwire, serving() as allowed:
        allowed.pages["/feed"] = moved(spelling.format(port=tripwire.port), 302)
        failed = failure(allowed.url("/feed"), policy(allowed))
        assert tripwire.asked == []
    assert failed.reason in (*CLOSED_WAYS, Reason.HTTP_4XX)


def test_the_second_hop_is_checked_too() -> None:
    with serving({"/trip": answer(FEED)}) as tripwire, serving() as peer, serving() as server:
        server.pages["/feed"] = moved(peer.url("/on"))
        peer.pages["/on"] = moved(tripwire.url("/trip"))
        failed = failure(server.url("/feed"), policy(server, peer))
        assert (tripwire.asked, peer.count("/on")) == ([], 1)
    assert failed.reason is Reason.REFUSED_ADDRESS


def test_one_private_answer_among_public_ones_refuses_the_host() -> None:
    resolver = Names({"feed.example": ["93.184.215.14", "10.0.0.1"]})
    failed = failure("http://feed.example/feed", policy(), resolver=resolver)
    assert failed.reason is Reason.REFUSED_ADDRESS
    assert "10.0.0.1 is private" in failed.detail


def test_a_name_that_changes_its_address_between_check_and_connection_gains_nothing() -> None:
    with serving({"/feed": answer(FEED)}) as server:
        rebinding = Names({"feed.example": [["127.0.0.1"], ["127.0.0.66"]]})
        assert document(server.url("/feed", host="feed.example"), policy(server), resolver=rebinding).body == FEED
        assert rebinding.looked_up == ["feed.example"]  # once: the address that was checked is the one that was asked


def test_a_name_that_changes_its_address_between_two_hops_is_checked_again() -> None:
    with serving() as server:
        server.pages["/feed"] = moved("/other", 302)
        server.pages["/other"] = answer(FEED)
        rebinding = Names({"feed.example": [["127.0.0.1"], ["127.0.0.66"]]})
        failed = failure(server.url("/feed", host="feed.example"), policy(server), resolver=rebinding)
        assert server.count("/other") == 0
    assert failed.reason is Reason.REFUSED_ADDRESS


# --- following --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_only_permanent_ones_move_a_feed(status: int) -> None:
    with serving({"/old": moved("../new?a=1#top", status), "/new": answer(FEED)}) as server:
        got = document(server.url("/old"), policy(server))
        new = server.url("/new?a=1")
    assert got.url == got.fetch.final_url == new
    assert got.permanent_url == (new if status in {301, 308} else None)


def test_one_hop_that_is_not_permanent_keeps_a_feed_where_it_is() -> None:
    pages = {"/a": moved("/b", 301), "/b": moved("/c", 302), "/c": moved("/d", 308), "/d": answer(FEED)}
    with serving(pages) as server:
        assert document(server.url("/a"), policy(server)).permanent_url is None


def test_a_url_with_secrets_never_moves() -> None:
    with serving({"/a": moved("/b?token=xyz"), "/b": answer(FEED), "/c": moved("/b")}) as server:
        assert document(server.url("/a"), policy(server)).permanent_url is None
        assert document(server.url("/c"), policy(server)).permanent_url is not None
        assert document(server.url("/c"), policy(server), secrets=(("whatever", "${X}"),)).permanent_url is None


def test_five_redirects_are_followed_and_not_six() -> None:
    def on(asked: Asked) -> bytes:
        left = int(asked.query or 0)
        return moved(f"/on?{left - 1}") if left else answer(FEED)

    with serving({"/on": on}) as server:
        assert document(server.url("/on?5"), policy(server)).body == FEED
        failed = failure(server.url("/on?6"), policy(server))
        assert server.count("/on") == 12
    assert (failed.reason, failed.detail) == (Reason.REDIRECT_LOOP, "more than 5 redirects")


@pytest.mark.parametrize("target", ["/a", "/b"])
def test_a_circle_is_noticed_at_once(target: str) -> None:
    with serving({"/a": moved(target), "/b": moved("/a")}) as server:
        failed = failure(server.url("/a"), policy(server))
        assert len(server.asked) <= 3
    assert failed.reason is Reason.REDIRECT_LOOP
    assert "circle" in failed.detail


def test_the_body_of_a_redirect_is_not_read() -> None:
    async def endless(asked: Asked, connection: Connection) -> None:
        connection.write(head(302, [("Location", "/feed")]))
        for _ in range(10_000):
            connection.write(b" " * 65_536)
            await connection.drain()

    with serving({"/old": endless, "/feed": answer(FEED)}) as server:
        assert document(server.url("/old"), policy(server)).body == FEED


@pytest.mark.parametrize(
    "location", ["http://[::bad/", "http://exa mple.org:99999/", "http://a.b:port/", "/" + "x" * 9000]
)
def test_a_location_that_is_no_url_is_a_failure_with_a_reason(location: str) -> None:
    with serving({"/feed": moved(location)}) as server:
        failed = failure(server.url("/feed"), policy(server))
    assert failed.reason is Reason.PROTOCOL
    assert len(failed.detail) < 200


def test_a_location_may_hold_letters_beyond_ascii() -> None:
    with serving({"/feed": moved("/gr\u00fcn"), "/gr%C3%BCn": answer(FEED)}) as server:
        assert document(server.url("/feed"), policy(server)).body == FEED


def test_line_breaks_in_a_location_make_no_header() -> None:
    with serving({"/feed": moved("/on%0d%0aX-Injected:%201"), "/on%0d%0aX-Injected:%201": answer(FEED)}) as server:
        document(server.url("/feed"), policy(server))
        assert "x-injected" not in server.asked[1].headers


# --- secrets stay at home ---------------------------------------------------------------------------------------------

HEADERS = (("Authorization", "Bearer s"), ("X-Api-Key", "s"), ("Cookie", "s=s"), ("Proxy-Authorization", "s"))
SECRET = {"authorization", "x-api-key", "cookie", "proxy-authorization", "referer"}


def test_credentials_go_to_the_configured_origin_only() -> None:
    with serving({"/feed": answer(FEED)}) as peer, serving() as server:
        server.pages["/feed"] = moved(peer.url("/feed"))
        url = server.url("/feed").replace("://", "://ann:pw@")
        document(Request(url, headers=HEADERS), policy(server, peer))
        assert server.asked[0].headers.keys() >= {"authorization", "x-api-key", "cookie"}
        assert not SECRET & peer.asked[0].headers.keys()


def test_the_same_host_with_another_scheme_is_another_origin() -> None:
    with serving({"/feed": answer(FEED)}) as plain, secure("good", {"/feed": b""}) as server:
        server.pages["/feed"] = moved(plain.url("/feed", host="localhost"))
        network = policy(server, plain, ca_file=AUTHORITY)
        got = document(Request(server.url("/feed", host="localhost"), headers=HEADERS), network)
        assert not SECRET & plain.asked[0].headers.keys()
    assert got.fetch.detail == "a redirect led from https to http"


def test_credentials_come_along_on_a_redirect_within_the_origin() -> None:
    with serving({"/feed": moved("/new"), "/new": answer(FEED)}) as server:
        document(Request(server.url("/feed"), headers=HEADERS), policy(server))
        assert server.asked[1].headers["x-api-key"] == "s"


def test_user_information_that_a_redirect_brings_is_not_sent() -> None:
    with serving({"/new": answer(FEED)}) as server:
        server.pages["/feed"] = moved(server.url("/new").replace("://", "://eve:pw@"))
        document(server.url("/feed"), policy(server))
        assert "authorization" not in server.asked[1].headers


def test_validators_go_along_to_where_the_document_is() -> None:
    with serving({"/old": moved("/new", 302), "/new": not_modified()}) as server:
        assert asked_again(server.url("/old"), policy(server), etag='"a"').fetch.http_status == 304


def test_a_flood_of_interim_answers_ends() -> None:
    flood = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * (MOST_HEAD_BYTES // 30)
    with serving({"/feed": flood + answer(FEED)}) as server:
        assert failure(server.url("/feed"), policy(server)).reason is Reason.PROTOCOL
