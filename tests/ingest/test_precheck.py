"""What a document is, before any parser sees it."""

import pytest

from ingest.errors import ReadError
from ingest.parse.precheck import MAX_JUNK, check, refuse_binary
from ingest.read import parse
from storage.records import Reason

RSS = "<rss version='2.0'><channel><item><guid>1</guid></item></channel></rss>"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "an empty document"),
        (" \r\n\t", "white space only"),
        ("<!doctype html><html><head><title>Nicht &amp; da\n</title>", "an HTML page titled 'Nicht & da'"),
        ("<HTML><body>x", "an HTML page"),
        ("<head><title>Document Moved</title></head><body>", "an HTML page titled 'Document Moved'"),
        ("<!-- x --><html><body><pre><rss></rss></pre>", "an HTML page"),
        ("<?xml version='1.0'?><opml version='2.0'><body/></opml>", "an OPML outline"),
        ("<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "a sitemap index"),
        ("/etc/hostname", "plain text that begins '/etc/hostname'"),
        ("http://127.0.0.1/feed", "plain text"),
        ("<%", "plain text"),
        ("\ufffd\ufffdab\ufffd", "binary data"),
        ("<Error><Code>AccessDenied</Code></Error>", "an XML error message"),
    ],
)
def test_what_is_no_feed_is_said_to_be_what_it_is(text: str, kind: str) -> None:
    with pytest.raises(ReadError, match=kind) as caught:
        check(text)
    assert caught.value.reason == Reason.NOT_A_FEED


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\x89PNG\r\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF89a", "GIF"),
        (b"%PDF-1.4", "PDF"),
        (b"PK\x03\x04", "ZIP"),
    ],
)
def test_files_are_known_by_their_first_bytes(body: bytes, kind: str) -> None:
    with pytest.raises(ReadError, match=kind):
        refuse_binary(body)


@pytest.mark.parametrize(
    "prolog",
    [
        "<?xml version='1.0' encoding='utf-8'?>",
        "\n\n <?xml version='1.0'?>\n<?xml version='1.0'?>",
        "<?xml-stylesheet href='http://example.org/x.xsl'?><!-- rss <rss> -->",
        "<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' 'http://example.org/rss-0.91.dtd'>",
        "<!DOCTYPE rss [<!ENTITY a '>'> <!ENTITY % b SYSTEM 'http://example.org/'> ] >",
        "\n" * 1_000_000,
    ],
)
def test_everything_before_the_root_is_taken_off_without_a_note(prolog: str) -> None:
    checked = check(prolog + RSS)
    assert (checked.text, checked.root, checked.notes) == (RSS, "rss", ())


@pytest.mark.parametrize(
    "junk",
    [
        "<br />\n<b>Warning</b>: Cannot modify header in <b>/x.php</b> on line <b>5</b><br />\n",
        "Notice: Undefined index\n",
        "<!-- unclosed ",
        "<?xml version='1.0' " + "'" * 3000,
    ],
)
def test_junk_before_the_document_is_dropped_and_noted(junk: str) -> None:
    for document in (RSS, "<?xml version='1.0'?>" + RSS):
        checked = check(junk + document)
        assert checked.text == RSS
        assert checked.notes == (f"{len(junk)} characters before the document dropped",)


def test_more_than_four_kilobytes_of_junk_are_no_feed() -> None:
    with pytest.raises(ReadError, match="plain text"):
        check("x" * (MAX_JUNK + 1) + RSS)


def test_only_short_plain_entities_of_the_documents_own_are_kept() -> None:
    subset = (
        "<!ENTITY name 'Ann &#x26; Bob'> <!ENTITY sz '&#223;'> <!ENTITY plain \"It's\"> <!ENTITY lol '&plain;&plain;'>"
        f"<!ENTITY file SYSTEM 'file:///etc/hostname'> <!ENTITY long '{'x' * 201}'>"
    )
    assert check(f"<!DOCTYPE rss [{subset}]>{RSS}").entities == {"sz": "&#223;", "plain": "It's"}


@pytest.mark.parametrize(
    "unit", ["<!-- -->", "<?x?>", "<!DOCTYPE a>", "<!--", "<?", "<!DOCTYPE [", "<!ENTITY ", "<title"]
)
def test_a_long_prolog_takes_linear_time(unit: str) -> None:
    for text in (unit * 100_000, f"<!DOCTYPE rss [{unit * 100_000}", f"<!DOCTYPE rss [{unit * 100_000}]>"):
        with pytest.raises(ReadError):
            check(text)


def test_json_is_known_by_its_first_character() -> None:
    assert check(' \n{"a": 1}').root == ""
    with pytest.raises(ReadError, match="JSON that is no JSON Feed: a list"):
        parse(b"[1, 2]")
