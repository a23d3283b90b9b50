"""Parsed feed to the common schema, as a whole."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vectors import VECTORS, faults

from ingest.decode import Decoded
from ingest.hints import Hints
from ingest.normalise import reading
from ingest.normalise.entry import MAX_AUTHORS, MAX_CATEGORIES, MAX_ENCLOSURES, MAX_GUID, MAX_TITLE
from ingest.normalise.extra import MAX_EXTRA
from ingest.parse.parsed import Author, Date, Link, Medium, ParsedEntry, ParsedFeed, Term, Text
from storage.records import Category, Entry, FeedHead, KeyKind, Person, Reading

SITE = Hints(base_url="https://example.org/feed/")
UTF_8 = Decoded("", "utf-8", "declared")


def read(*entries: ParsedEntry, known: Hints = SITE, kind: str = "rss20", **feed: Any) -> Reading:
    return reading(ParsedFeed(kind, entries, **feed), known, UTF_8)


def entry(known: Hints = SITE, kind: str = "rss20", feed: dict[str, Any] | None = None, **said: Any) -> Entry:
    return read(ParsedEntry(**said), known=known, kind=kind, **(feed or {})).entries[0]


# --- the feed ---------------------------------------------------------------------------------------------------------


def test_the_head_says_what_the_document_says_of_its_feed() -> None:
    found = read(
        title=Text("Die <b>Abendpost</b> &amp;amp; mehr"),
        description=Text("<p>Aus &amp; für</p>", "html"),
        links=(Link("https://example.org/feed/", rel="self"), Link("/", rel=None)),
        language=" de-AT ",
        hints={"ttl": "60", "self": ["https://example.org/feed/"]},
    )
    assert found.head == FeedHead(
        format="rss20",
        title="Die Abendpost &amp; mehr",
        link="https://example.org/",
        description="Aus & für",
        language="de-AT",
        hints='{"self":["https://example.org/feed/"],"ttl":"60"}',
    )


def test_what_is_not_said_is_none() -> None:
    assert read().head == FeedHead("rss20")
    nothing = entry()
    given_ = {each.name for each in fields(Entry) if getattr(nothing, each.name) is not None}
    assert given_ == {"digest", "wording", "keys"}
    assert {each.name for each in fields(nothing.wording) if getattr(nothing.wording, each.name)} == {"digest"}


def test_entries_stay_in_document_order() -> None:
    found = read(*(ParsedEntry(guid=str(number)) for number in (3, 1, 2)))
    assert [each.guid for each in found.entries] == ["3", "1", "2"]


def test_what_was_repaired_cut_and_salvaged_is_told() -> None:
    parsed = ParsedFeed("rss20", (ParsedEntry(title=Text("a" * 20_000)),), salvaged=True, note="breaks off")
    found = reading(parsed, SITE, Decoded("", "windows-1252", "repaired", 3))
    assert (found.encoding, found.encoding_verdict, found.salvaged) == ("windows-1252", "repaired", True)
    assert found.note == "breaks off; 3 characters repaired; 1 titles cut"


# --- addresses --------------------------------------------------------------------------------------------------------


def test_the_address_is_that_of_the_alternate_link() -> None:
    links = (
        Link("/self", rel="self"),
        Link("/json", rel="alternate", type="application/json"),
        Link("/page", rel="alternate", type="text/html"),
        Link("/reply", rel="replies"),
    )
    assert entry(links=links).url == "https://example.org/page"


@pytest.mark.parametrize(
    "rel", [None, "", "alternate", " Alternate ", "http://www.iana.org/assignments/relation/alternate"]
)
def test_the_relation_may_be_written_as_the_registry_has_it(rel: str | None) -> None:
    assert entry(links=(Link("/a", rel=rel),)).url == "https://example.org/a"


@pytest.mark.parametrize("rel", ["self", "related", "enclosure", "via", "edit", "http://example.org/alternate"])
def test_another_relation_is_no_address(rel: str) -> None:
    assert entry(links=(Link("/a", rel=rel),)).url is None


@pytest.mark.parametrize("said", [True, None])
def test_without_a_link_a_permalink_guid_is_the_address(said: bool | None) -> None:
    found = entry(guid=" https://example.org/a ", guid_is_permalink=said)
    assert (found.url, found.guid) == ("https://example.org/a", "https://example.org/a")


@pytest.mark.parametrize(
    "guid", ["7", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "tag:x,2024:1", "/a", "javascript:x"]
)
def test_a_guid_that_is_no_url_is_never_an_address(guid: str) -> None:
    assert entry(guid=guid, guid_is_permalink=True).url is None


def test_a_guid_that_says_it_is_no_permalink_is_no_address() -> None:
    assert entry(guid="https://example.org/a", guid_is_permalink=False).url is None


def test_a_guid_is_never_resolved() -> None:
    assert entry(guid="/a", base="https://example.org/b/").guid == "/a"


@pytest.mark.parametrize("guid", [None, "", " \n\t"])
def test_a_blank_guid_is_none(guid: str | None) -> None:
    assert entry(guid=guid).guid is None


def test_white_space_around_a_guid_makes_no_difference() -> None:
    assert entry(guid="\n a b ").keys == entry(guid="a b").keys


def test_a_huge_guid_is_cut_and_still_identifies() -> None:
    a, b = (entry(guid="a" * 2 * MAX_GUID + end) for end in "xy")
    assert a.guid == b.guid == "a" * MAX_GUID
    assert a.keys[0] != b.keys[0]


def test_xml_base_of_link_entry_and_feed_count_in_that_order() -> None:
    link = Link("c", base="https://a.example/x/")
    assert entry(links=(link,), base="https://b.example/").url == "https://a.example/x/c"
    assert entry(links=(Link("c"),), base="/b/", feed={"base": "https://c.example/"}).url == "https://c.example/b/c"


def test_where_rss_is_served_from_another_host_its_site_is_the_base() -> None:
    hints = Hints(base_url="https://feeds.example.com/abendpost")
    feed = {"links": (Link("https://example.org/"),)}
    assert entry(hints, links=(Link("/a"),), feed=feed).url == "https://example.org/a"


def test_a_document_from_nowhere_has_the_base_that_it_names_itself() -> None:
    feed = {"links": (Link("https://example.org/feed/", rel="self"),)}
    assert entry(Hints(), links=(Link("../a"),), feed=feed).url == "https://example.org/a"


def test_the_original_of_a_counted_link_is_the_canonical_url() -> None:
    links = (
        Link("https://feedproxy.example/~r/x/1"),
        Link("https://www.example.org/a/?utm_source=rss", rel="canonical"),
    )
    found = entry(links=links)
    assert (found.url, found.canonical_url) == ("https://feedproxy.example/~r/x/1", "https://example.org/a")


def test_json_feeds_external_url_stands_in_where_there_is_no_other() -> None:
    links = (Link("https://other.example/", rel="related"),)
    assert entry(kind="json11", links=links, guid="7", guid_is_permalink=False).url == "https://other.example/"
    assert entry(kind="atom10", links=links).url is None


def test_content_elsewhere_gives_the_address() -> None:
    assert entry(kind="atom10", contents=(Text("", "html", "content", src="/a"),)).url == "https://example.org/a"


def test_comments_are_a_web_page_or_none() -> None:
    assert entry(comments=" /a#c ").comments_url == "https://example.org/a#c"
    assert entry(comments="javascript:x").comments_url is None
    assert entry(links=(Link("/r", rel="replies", type="text/html"),)).comments_url == "https://example.org/r"
    assert entry(links=(Link("/r", rel="replies", type="application/atom+xml"),)).comments_url is None


# --- what it says -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "handed"), [("atom10", True), ("json11", True), ("rss20", False)])
def test_the_feeds_authors_are_those_of_entries_without_where_the_format_says_so(kind: str, handed: bool) -> None:
    feed = {"authors": (Author(name="Redaktion"),)}
    assert entry(kind=kind, feed=feed).wording.authors == ((Person("Redaktion"),) if handed else ())
    own = entry(kind=kind, feed=feed, authors=(Author(name="Ann"),))
    assert own.wording.authors == (Person("Ann"),)


def test_categories_are_told_apart_by_scheme_and_each_stands_once() -> None:
    terms = (
        Term(" Politik &amp; Welt "),
        Term("Politik & Welt"),
        Term("Politik & Welt", "https://example.org/ort"),
        Term("pol", None, "Politik"),
        Term(None, None, "Nur Text"),
        Term(" "),
        Term("x", "javascript:alert(1)"),
    )
    assert entry(categories=terms).wording.categories == (
        Category("Politik & Welt"),
        Category("Politik & Welt", "https://example.org/ort"),
        Category("pol", None, "Politik"),
        Category("Nur Text"),
        Category("x"),
    )


def test_an_enclosure_among_the_links_is_one_and_the_same_elsewhere_is_joined() -> None:
    link = Link("/a.mp3", rel="enclosure", type="audio/mpeg", length="9")
    (found,) = entry(links=(link,), media=(Medium("/a.mp3", "media:content", duration="60"),)).wording.enclosures
    assert (found.url, found.type, found.length, found.duration) == ("https://example.org/a.mp3", "audio/mpeg", 9, 60)


def test_dates_are_read_in_the_outlets_zone_and_what_was_assumed_is_told() -> None:
    found = entry(Hints(timezone="Europe/Vienna"), dates=(Date("pubDate", "17.05.2024 12:00"),))
    assert found.wording.published_at == datetime(2024, 5, 17, 10, tzinfo=UTC)
    assert "Europe/Vienna" in json.loads(found.extra or "")["chronik"]["published_assumed"]


GERMAN = "Die Regierung hat am Mittwoch nach langen Verhandlungen beschlossen, dass die Steuern nicht erhöht werden."
ENGLISH = "The government decided on Wednesday, after long talks, that taxes will not be raised this year or the next."


def test_title_and_text_each_have_their_language() -> None:
    found = entry(
        title=Text("Regierung will die Steuern nicht erhöhen"),
        summaries=(Text(GERMAN, None, "description"),),
        contents=(Text(f"<p>{ENGLISH}</p>" * 3, "html", "content:encoded"),),
        feed={"language": "de-DE"},
    )
    assert (found.wording.title_language, found.wording.language) == ("de", "en")


def test_a_teaser_speaks_for_a_title_that_is_too_short() -> None:
    texts: dict[str, Any] = {
        "summaries": (Text(GERMAN, None, "description"),),
        "contents": (Text(ENGLISH * 3, "html", "content"),),
    }
    assert entry(title=Text("OK"), **texts).wording.title_language == "de"


def test_what_is_too_short_is_in_the_language_that_is_declared_or_in_none() -> None:
    assert entry(title=Text("OK"), feed={"language": "de-AT"}).wording.title_language == "de"
    assert entry(title=Text("OK"), language="fr").wording.title_language == "fr"
    assert entry(title=Text("OK")).wording.title_language is None
    assert entry(feed={"language": "de-AT"}).wording.title_language is None


def test_a_tag_that_says_more_than_the_column_is_kept() -> None:
    found = entry(title=Text("OK"), language="pt-BR")
    assert json.loads(found.extra or "") == {"chronik": {"language_declared": "pt-BR"}}


def test_what_the_schema_has_no_column_for_is_kept_as_canonical_json() -> None:
    found = entry(
        extra={"b": [1, {"y": "ü", "x": None}], "a": float("inf")},
        summaries=(Text("x", None, "itunes:subtitle"), Text("y", None, "description")),
    )
    assert found.extra == '{"a":null,"b":[1,{"x":null,"y":"ü"}],"itunes:subtitle":"x"}'


# --- bounds -----------------------------------------------------------------------------------------------------------


def test_every_list_and_text_is_bounded_and_the_note_tells() -> None:
    found = read(
        ParsedEntry(
            title=Text("a" * (MAX_TITLE + 1)),
            guid="g" * (MAX_GUID + 1),
            authors=tuple(Author(name=str(number)) for number in range(MAX_AUTHORS + 2)),
            categories=tuple(Term(str(number)) for number in range(MAX_CATEGORIES + 3)),
            media=tuple(Medium(f"/{number}", "enclosure") for number in range(MAX_ENCLOSURES + 4)),
            extra={"big": "x" * MAX_EXTRA, "small": "x"},
        )
    )
    wording = found.entries[0].wording
    assert len(wording.title or "") == MAX_TITLE
    assert len(wording.authors) == MAX_AUTHORS
    assert len(wording.categories) == MAX_CATEGORIES
    assert len(wording.enclosures) == MAX_ENCLOSURES
    assert found.entries[0].extra == '{"small":"x"}'
    assert found.note == (
        "2 authors left out; 3 categories left out; 4 enclosures left out; 1 foreign elements left out; "
        "1 guids cut; 1 titles cut"
    )


# --- nothing active in any column -------------------------------------------------------------------------------------


def everywhere(vector: str) -> ParsedFeed:
    text = Text(vector, None, "description", base=vector, language=vector, src=vector)
    link = Link(vector, rel="alternate", type=vector, title=vector, base=vector)
    said = ParsedEntry(
        guid=vector,
        guid_is_permalink=True,
        links=(link, replace(link, rel="enclosure"), replace(link, rel="replies"), replace(link, rel="canonical")),
        title=text,
        summaries=(text, replace(text, type="html"), replace(text, type="xhtml")),
        contents=(replace(text, element="content:encoded", type="html"), replace(text, type="text")),
        dates=(Date("pubDate", vector), Date("updated", vector)),
        authors=(Author(raw=vector), Author(name=vector, email=vector, uri=vector)),
        categories=(Term(vector, vector, vector),),
        media=(Medium(vector, vector, *[vector] * 7),),
        images=(vector,),
        comments=vector,
        language=vector,
        base=vector,
        publisher_ids=((vector, vector),),
        extra={vector: [vector]},
    )
    return ParsedFeed(
        vector, (said,), text, text, (link,), vector, vector, (Author(raw=vector),), hints={vector: vector}
    )


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        yield from strings([getattr(value, each.name) for each in fields(value)])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)


def check(found: Reading) -> None:
    """HTML columns hold nothing active, URL columns web addresses, all of it can be stored."""
    for each in found.entries:
        said = each.wording
        assert faults(said.summary_html or "") == []
        assert faults(said.content_html or "") == []
        addresses = [each.url, each.canonical_url, each.comments_url, said.image_url, found.head.link]
        addresses += [enclosure.url for enclosure in said.enclosures] + [person.uri for person in said.authors]
        assert all(url is None or url.startswith(("http://", "https://")) for url in addresses)
        assert all(not set(url or "") & set('"<> \n') for url in addresses)
        assert all(text.isascii() or text.encode("utf-8") for text in strings(replace(each, keys=())))
        assert "\0" not in "".join(strings(each))
        if each.extra:
            json.loads(each.extra)


@pytest.mark.parametrize("vector", VECTORS)
def test_no_known_trick_is_active_in_any_column(vector: str) -> None:
    check(reading(everywhere(vector), Hints(None, vector, vector, vector), UTF_8))


@given(
    st.text(alphabet=st.characters(codec=None))
    | st.lists(st.sampled_from(VECTORS), min_size=1, max_size=3).map("".join)
)
def test_any_text_in_any_field_gives_a_reading_that_can_be_stored(text: str) -> None:
    check(reading(everywhere(text), Hints(None, text, text, text), UTF_8))


@given(st.text(min_size=1), st.text())
def test_the_same_document_always_gives_the_same_reading(title: str, body: str) -> None:
    parsed = everywhere(title + body)
    assert reading(parsed, SITE, UTF_8) == reading(parsed, SITE, UTF_8)


def test_content_is_always_among_the_keys() -> None:
    assert [key.kind for key in entry().keys] == [KeyKind.CONTENT]
