"""OPML is read within bounds and written without secrets; what was written can be read again."""

from pathlib import Path

import pytest
from feedsyaml import ENVIRON

from ingest import opml
from ingest.config import config_of
from ingest.config.additions import Offer, answers


def wrapped(body: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><head/><body>{body}</body></opml>'.encode()


def test_an_outline_with_an_address_is_an_offer_and_its_folder_a_hint() -> None:
    feed = '<outline text="T" title="Titel" xmlUrl=" https://x.at/ " htmlUrl="h" language="de"/>'
    text = f'<outline text="Zeitungen">\n{feed}</outline>'
    assert opml.outlines(wrapped(text)) == (
        Offer("https://x.at/", "Titel", homepage="h", language="de", folder="Zeitungen", line=2),
    )


def test_attributes_are_known_in_any_case() -> None:
    (found,) = opml.outlines(wrapped('<OUTLINE TEXT="a" XMLURL="https://x.at/"/>'))
    assert isinstance(found, Offer)
    assert found.url == "https://x.at/"


def test_an_outline_with_nothing_in_it_is_told() -> None:
    (useless,) = opml.outlines(wrapped('<outline text="a"/>'))
    assert isinstance(useless, opml.Useless)
    assert (useless.title, useless.line) == ("a", 1)


def test_the_innermost_folder_with_a_title_counts() -> None:
    text = (
        '<outline text="a"><outline text="b"><outline><outline xmlUrl="https://x.at/"/></outline></outline></outline>'
    )
    (found,) = opml.outlines(wrapped(text))
    assert isinstance(found, Offer)
    assert found.folder == "b"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not well-formed XML"),
        (b"<opml><body>", "is not well-formed XML"),
        (b"outlets:\n  orf:\n", "is not well-formed XML"),
        (b"<rss/>", "is not OPML: it begins with <rss>"),
        (b"<?xml version='1.0' encoding='nonsense'?><opml/>", "save it as UTF-8|is not well-formed"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', "document type declaration"),
        (b'<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>', "document type declaration"),
        (b"<opml>" + b"<outline>" * 50_000, "nested deeper than 64 levels"),
        (b"<opml>" + b"<outline/>" * 100_000, "more than 20000 outlines"),
        (b"<opml>" + b" " * (16 * 1024**2), "larger than 16 MiB"),
    ],
    ids=range(10),
)
def test_a_document_out_of_bounds_is_refused_as_a_whole(data: bytes, says: str) -> None:
    with pytest.raises(opml.OpmlError, match=says):
        opml.outlines(data)


def test_a_fault_is_told_with_its_line() -> None:
    with pytest.raises(opml.OpmlError) as caught:
        opml.outlines(b"<opml>\n<body>\n<outline text='a & b'/></body></opml>")
    assert caught.value.line == 3


CONFIG = config_of(
    'outlets:\n  die-zeitung:\n    name: Die "Zeitung" <&>\n    homepage: https://x.at/\n    language: de-AT\n'
    "    feeds:\n      eins: https://feeds.x.at/1?a=b&c=d\n      zwei: https://anderswo.at/2\n"
    "  geheim:\n    feeds: {news: 'https://${USER_NAME}:${PASSWORD}@y.at/'}\n  leer: {homepage: 'https://z.at/'}\n",
    Path("feeds.yaml"),
    ENVIRON,
)


def test_what_is_exported_comes_back_under_the_same_names() -> None:
    offers = [one for one in opml.outlines(opml.document(CONFIG.outlets).encode()) if isinstance(one, Offer)]
    told, (new,) = answers(offers, ())
    assert [one.detail for one in told[:2]] == ["die-zeitung/eins", "die-zeitung/zwei"]
    listed = CONFIG.outlets[0]
    assert (new.name, new.homepage, new.language) == (listed.name, listed.homepage, listed.language)
    assert dict(new.feeds) == {feed.slug: feed.url for feed in listed.feeds}


def test_no_secret_is_exported_and_the_placeholder_is_known_again() -> None:
    text = opml.document(CONFIG.outlets)
    assert "opensesame" not in text
    offers = [one for one in opml.outlines(text.encode()) if isinstance(one, Offer)]
    assert {str(one.verdict) for one in answers(offers, CONFIG.outlets)[0]} == {"already there"}
