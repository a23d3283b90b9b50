"""A wall against robots is told from a document, with any status, and named."""

import pytest

from ingest.blocked import HEAD, is_page, wall

FEED = b"<?xml version='1.0'?><rss><channel><title>just a moment...</title></channel></rss>"


def page(inside: bytes, title: bytes = b"x") -> bytes:
    return b"<!DOCTYPE html>\n<html><head><title>" + title + b"</title></head><body>" + inside + b"</body></html>"


WALLS = [
    ("Cloudflare", 403, {"cf-mitigated": "challenge"}, b""),
    ("Cloudflare", 403, {}, page(b"", b"Just a moment...")),
    ("Cloudflare", 503, {}, page(b"<script>window._cf_chl_opt={}</script>")),
    ("Cloudflare", 403, {}, page(b"", b"Attention Required! | Cloudflare")),
    ("DataDome", 403, {"x-datadome": "protected"}, b""),
    ("DataDome", 403, {}, page(b"<iframe src='https://geo.captcha-delivery.com/captcha/'>")),
    ("HUMAN (PerimeterX)", 403, {}, page(b"<div id='px-captcha'></div><script>window._pxAppId='x'</script>")),
    ("Imperva", 200, {}, page(b"<iframe src='/_Incapsula_Resource?x'></iframe>")),
    ("Imperva", 403, {"x-iinfo": "1-2-3"}, b""),
    ("AWS WAF", 202, {"x-amzn-waf-action": "challenge"}, b""),
    ("AWS WAF", 405, {}, page(b"<script src='https://x.token.awswaf.com/x/challenge.js'></script>")),
    ("Akamai", 403, {"server": "AkamaiGHost"}, page(b"", b"Access Denied")),
    ("Akamai", 403, {}, page(b"https://errors.edgesuite.net/18.1")),
    ("Sucuri", 403, {}, page(b"", b"Sucuri WebSite Firewall - Access Denied")),
    ("Kasada", 429, {"x-kpsdk-ct": "x"}, b""),
    ("Vercel", 429, {"x-vercel-mitigated": "challenge"}, b""),
    ("SiteGround", 202, {"sg-captcha": "challenge"}, b""),
    ("DDoS-Guard", 403, {}, page(b"", b"DDoS-Guard")),
    ("F5", 200, {}, page(b"The requested URL was rejected. Please consult with your administrator.")),
    ("Anubis", 200, {}, page(b"<script id='anubis_challenge'></script>")),
    ("Wordfence", 503, {}, page(b"Your access to this site has been limited by the site owner")),
    ("a captcha", 200, {}, page(b"<script src='https://www.google.com/recaptcha/api.js'>", b"Are you a robot?")),
    ("a captcha", 403, {}, page(b"", b"Access Denied")),
    ("a captcha", 403, {}, b"<?xml version='1.0'?><!-- x --><html><head><title>Security check</title></head>"),
]


@pytest.mark.parametrize(("vendor", "status", "headers", "body"), WALLS)
def test_a_wall_is_named(vendor: str, status: int, headers: dict[str, str], body: bytes) -> None:
    assert (wall(status, headers, body) or "").startswith(vendor)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, FEED),
        (200, {}, FEED + b"captcha-delivery.com window._cf_chl_opt"),
        (200, {"server": "AkamaiGHost", "x-iinfo": "1"}, FEED),
        (
            200,
            {"server": "cloudflare", "cf-ray": "1"},
            page(b"<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'>"),
        ),
        (200, {}, page(b"<form>recaptcha/api</form>", b"Contact us")),
        (200, {}, page(b"We talk about access denied errors", b"How we lost access")),
        (403, {"server": "cloudflare"}, page(b"Forbidden", b"403 Forbidden")),
        (404, {"server": "AkamaiGHost"}, page(b"", b"Not found")),
        (403, {}, b""),
        (200, {}, b'{"version": "https://jsonfeed.org/version/1.1"}'),
    ],
)
def test_what_is_no_wall_is_none(status: int, headers: dict[str, str], body: bytes) -> None:
    assert wall(status, headers, body) is None


def test_the_evidence_is_given_in_one_short_line() -> None:
    evidence = wall(403, {"cf-mitigated": "challenge"}, b"")
    assert evidence == "Cloudflare (header cf-mitigated: challenge)"
    noisy = wall(403, {}, page(b"", b"access denied \n\t" + b"x" * 1000))
    assert noisy is not None
    assert "\n" not in noisy
    assert len(noisy) < 200


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        (b"<html>", True),
        (b"\xef\xbb\xbf \n<!doctype   HTML>", True),
        (b"<?xml version='1.0'?><!-- a --><!-- b --><!DOCTYPE html>", True),
        (b"<head>", True),
        (b"<?xml version='1.0'?><rss>", False),
        (b"<!-- <html> --><feed>", False),
        (b"<!-- never closed <html>", False),
        (b"", False),
        (b"plain text <html>", False),
    ],
)
def test_a_page_is_told_by_how_it_begins(body: bytes, is_one: bool) -> None:
    assert is_page(body) is is_one


@pytest.mark.parametrize(
    "evil", [b"<!---->", b"<title", b"awswaf.com/", b" ", b"<?xml?>", b"id=", b"<title>access denied"]
)
def test_only_the_beginning_is_looked_at_and_in_linear_time(evil: bytes) -> None:
    assert wall(200, {}, page(evil * 200_000)[:5_000_000]) in {None, wall(200, {}, page(evil * (2 * HEAD)))}
