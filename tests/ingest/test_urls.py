"""Which address a reference means, and which addresses are one page."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.normalise.urls import MAX_URL, absolute_url, addresses, canonical_url, resolved_base, without_tracking

BASE = "https://example.org/news/2024/feed.xml"

# From RFC 3986 section 5.4, with the base http://a/b/c/d;p?q; those that end the same in both standards.
RFC_3986 = {
    "g": "http://a/b/c/g",
    "./g": "http://a/b/c/g",
    "g/": "http://a/b/c/g/",
    "/g": "http://a/g",
    "//g": "http://g",
    "?y": "http://a/b/c/d;p?y",
    "g?y": "http://a/b/c/g?y",
    "#s": "http://a/b/c/d;p?q#s",
    "g#s": "http://a/b/c/g#s",
    ";x": "http://a/b/c/;x",
    "..": "http://a/b/",
    "../g": "http://a/b/g",
    "../..": "http://a/",
    "../../g": "http://a/g",
    "../../../g": "http://a/g",
    "/./g": "http://a/g",
    "/../g": "http://a/g",
    "g.": "http://a/b/c/g.",
    "..g": "http://a/b/c/..g",
}


@pytest.mark.parametrize("reference", RFC_3986)
def test_references_mean_what_rfc_3986_says(reference: str) -> None:
    assert absolute_url(reference, "http://a/b/c/d;p?q") == RFC_3986[reference]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "https://example.org/",
        "http://example.org/Ä/ö?q=ü#ß",
        "https://übung.example/a",
        "http://1.2.3.4:8080/x",
        "http://[2001:db8::1]:81/x",
        "https://user:secret@example.org/",
        "https://example.org/a/../b//c/?x=1&&y=%7e#top",
        "http://localhost/x",
    ],
)
def test_a_well_written_url_stays_as_published(url: str) -> None:
    assert absolute_url(url, BASE) == url


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (" \n\thttps://example.org/a\u00a0\ufeff", "https://example.org/a"),
        ("https://exam\nple.org/a\r\n\tb", "https://example.org/ab"),
        ("HTTPS://Example.org/A", "https://Example.org/A"),
        ("https:\\\\example.org\\a\\b?c\\d", "https://example.org/a/b?c%5Cd"),
        ("http:/example.org/a", "http://example.org/a"),
        ("http:////example.org/a", "http://example.org/a"),
        ("/a b/ü", "https://example.org/a%20b/ü"),
        ('https://example.org/"<x>"', "https://example.org/%22%3Cx%3E%22"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/a?b=1&amp;c=2", "https://example.org/a?b=1&c=2"),
        ("www.example.com/a", "http://www.example.com/a"),
        ("//cdn.example.com/a.jpg", "https://cdn.example.com/a.jpg"),
        ("/\u202egpj.exe", "https://example.org/%E2%80%AEgpj.exe"),
        ("artikel.html", "https://example.org/news/2024/artikel.html"),
    ],
)
def test_what_publishers_write_means_what_browsers_make_of_it(written: str, meant: str) -> None:
    assert absolute_url(written, BASE) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        " \n",
        "mailto:a@example.org",
        "javascript:alert(1)",
        " jAvAsCrIpT\t:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://example.org/1",
        "feed:https://example.org/",
        "tag:example.org,2024:1",
        "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "http://",
        "http://[::1",
        "http://x:99999999/",
        "http://x:y/",
        "http://a b/",
        "http://.../",
        "https://<script>/",
        "https://" + "a" * 300 + "/",
        "https://example.org/" + "a" * MAX_URL,
    ],
)
def test_what_is_no_web_address_is_none(written: str) -> None:
    assert absolute_url(written, None) is None
    if ":" in written and not written.startswith(("http", "HTTP")):
        assert absolute_url(written, BASE) is None


def test_a_relative_reference_without_a_base_means_nothing() -> None:
    assert absolute_url("/a", None) is None
    assert absolute_url("a", "tag:example.org,2024:feed") is None


def test_a_useless_inner_base_changes_nothing() -> None:
    assert resolved_base("/blog/", BASE) == "https://example.org/blog/"
    assert resolved_base("mailto:x", BASE) == BASE
    assert resolved_base(None, BASE) == BASE


_ODD_TEXT = st.text(alphabet=st.characters(codec=None)) | st.text(alphabet="htps:/\\?#&=%@[]. \n\tjavscript1<>\"'")


@given(_ODD_TEXT | _ODD_TEXT.map("http://".__add__), st.none() | st.just(BASE) | _ODD_TEXT)
def test_always_a_web_url_of_harmless_characters_or_none_and_never_an_error(href: str, base: str | None) -> None:
    url = absolute_url(href, base)
    if url is not None:
        assert url.startswith(("http://", "https://"))
        assert urlsplit(url).hostname
        assert len(url) <= MAX_URL
        assert not set(url) & set(' \n\r\t<>"\\`')
        assert url.isprintable()
        assert absolute_url(url, None) == url


# --- canonical_url ----------------------------------------------------------------------------------------------------

KEY = "https://example.org/a/b?id=7"


@pytest.mark.parametrize(
    "variant",
    [
        "http://example.org/a/b?id=7",
        "https://www.example.org/a/b?id=7",
        "HTTPS://EXAMPLE.ORG/a/b?id=7",
        "https://example.org:443/a/b?id=7",
        "http://example.org:80/a/b?id=7",
        "https://example.org./a/b?id=7",
        "https://user@example.org/a/b?id=7",
        "https://example.org/a/b/?id=7",
        "https://example.org/a/./x/../b?id=7",
        "https://example.org/%61/b?id=7",
        "https://example.org/a/b/index.html?id=7",
        "https://example.org/a/b?id=7#comments",
        "https://example.org/a/b?id=7#:~:text=a",
        "https://example.org/a/b?&id=7&",
        "https://example.org/a/b?utm_source=rss&id=7&utm_medium=feed",
        "https://example.org/a/b?id=7&at_medium=RSS&at_campaign=KARANGA",
        "https://example.org/a/b?id=7&wt_mc=rss.red.x&wt_zmc=1&xtor=RSS-3",
        "https://example.org/a/b?id=7&fbclid=x&gclid=y&ns_mchannel=rss&pk_campaign=f&cmpid=9&FBCLID=2",
        "https://example.org/a/b?id=7&PHPSESSID=0123",
        "https://example.org/a/b;jsessionid=4F?id=7&amp;sessionid=5",
    ],
)
def test_one_page_has_one_key_however_it_is_written(variant: str) -> None:
    assert canonical_url(variant) == KEY


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/a/B?id=7",
        "https://example.org/a/b?id=8",
        "https://example.org/a/b?id=7&page=2",
        "https://example.org/a/b?id=7&gallery=1",
        "https://example.org/a/b?id=7&pk=1",
        "https://example.org/a/b?id=7&s=1",
        "https://example.org/a/b?id=7&sid=1",
        "https://example.org/a/b#!/id=7",
        "https://example.org/a/b?id=7#/chapter/2",
        "https://example.org:8443/a/b?id=7",
        "https://m.example.org/a/b?id=7",
        "https://example.org/a%2Fb?id=7",
    ],
)
def test_what_may_be_another_page_has_another_key(other: str) -> None:
    assert canonical_url(other) not in {KEY, None}


def test_parameters_stand_in_order_of_their_names_and_repeated_ones_as_written() -> None:
    assert canonical_url("https://example.org/?b=2&a=9&a=1") == "https://example.org/?a=9&a=1&b=2"


def test_an_international_host_has_its_ascii_form() -> None:
    assert canonical_url("https://www.STRAßE.example/ä") == "https://xn--strae-oqa.example/%C3%A4"
    assert canonical_url("https://xn--strae-oqa.example/%c3%a4") == "https://xn--strae-oqa.example/%C3%A4"


def test_a_host_that_is_called_www_keeps_its_name() -> None:
    assert canonical_url("https://www.at/x") == "https://www.at/x"


@pytest.mark.parametrize("home", ["https://example.org", "http://www.example.org/", "https://example.org/index.php"])
def test_a_bare_home_page_identifies_nothing(home: str) -> None:
    canonical = canonical_url(home)
    assert canonical == "https://example.org/"
    assert not addresses(canonical)


@pytest.mark.parametrize("page", ["https://example.org/?p=7", "https://example.org/a", "https://example.org/#!/a"])
def test_a_page_identifies_itself(page: str) -> None:
    assert addresses(canonical_url(page) or "")


@example("http://0¸")  # NFKC makes a blank of it
@given(_ODD_TEXT.map("https://example.org/".__add__) | _ODD_TEXT.map("http://".__add__) | _ODD_TEXT)
def test_a_key_is_its_own_key_always(url: str) -> None:
    key = canonical_url(url)
    if key is not None:
        assert canonical_url(key) == key
        assert key.startswith("https://")
        assert key.isascii()


def test_links_in_html_compare_without_tracking_and_sessions() -> None:
    html = '<a href="https://example.org/a?{}id=7{}">x</a> Was? Ja=1'
    assert without_tracking(html.format("utm_source=rss&amp;", "&amp;PHPSESSID=4")) == html.format("", "")
    assert without_tracking(html.format("", "&amp;page=2")) != html.format("", "")


@pytest.mark.parametrize("name", ["pk_id", "ga_id", "pk_page"])
def test_a_name_that_only_looks_like_a_trackers_tells_pages_apart(name: str) -> None:
    assert canonical_url(f"https://example.org/?{name}=5") != canonical_url(f"https://example.org/?{name}=6")


@pytest.mark.parametrize("name", ["pk_campaign", "pk_kwd", "ga_source", "ga_place"])
def test_names_of_campaigns_do_not(name: str) -> None:
    assert canonical_url(f"https://example.org/?{name}=5") == canonical_url(f"https://example.org/?{name}=6")
