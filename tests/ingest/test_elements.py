"""Well-formed XML, element by element: where feed parsers commonly go wrong."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import ReadError
from ingest.parse import feedparser
from ingest.parse.elements import MAX_ENTRIES, read
from ingest.parse.parsed import Author, Date, Link, ParsedEntry, ParsedFeed, Term, Text
from ingest.parse.tree import NotWellFormed, tree
from ingest.read import parse

NAMESPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:x="urn:x"'
)
ATOM = "http://www.w3.org/2005/Atom"
RDF = "xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
NETSCAPE = "http://my.netscape.com/rdf/simple/0.9/"


def feed_of(text: str) -> ParsedFeed:
    feed = read(text)
    assert feed is not None
    return feed


def rss(entry: str, head: str = "") -> ParsedFeed:
    return feed_of(f'<rss version="2.0" {NAMESPACES}><channel>{head}<item>{entry}</item></channel></rss>')


def atom(entry: str, head: str = "", attributes: str = "") -> ParsedFeed:
    return feed_of(f'<feed xmlns="{ATOM}" {NAMESPACES} {attributes}>{head}<entry>{entry}</entry></feed>')


def only(feed: ParsedFeed) -> ParsedEntry:
    (entry,) = feed.entries
    return entry


def title_of(entry: ParsedEntry) -> str | None:
    return entry.title.value if entry.title else None


# --- formats ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("<rss version='0.91'><channel><item><title>t</title></item></channel></rss>", "rss091u"),
        ("<rss version='0.92'><channel><item><title>t</title></item></channel></rss>", "rss092"),
        ("<rss version='0.93'><channel><item><title>t</title></item></channel></rss>", "rss093"),
        ("<rss version='2.0.1'><channel><item><title>t</title></item></channel></rss>", "rss20"),
        ("<rss><channel><item><title>t</title></item></channel></rss>", "rss"),
        ("<rss><channel/><item><title>t</title></item></rss>", "rss"),
        (
            f"<r:RDF {RDF} xmlns='http://purl.org/rss/1.0/'><channel/><item><title>t</title></item></r:RDF>",
            "rss10",
        ),
        (
            f"<r:RDF {RDF} xmlns:s='http://purl.org/rss/1.0/'><s:item><s:title>t</s:title></s:item></r:RDF>",
            "rss10",
        ),
        (
            f"<r:RDF {RDF} xmlns='{NETSCAPE}'><channel/><item><title>t</title></item></r:RDF>",
            "rss090",
        ),
        ("<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>t</title></entry></feed>", "atom03"),
        (f"<feed xmlns='{ATOM}'><entry><title>t</title></entry></feed>", "atom10"),
        (f"<a:feed xmlns:a='{ATOM}'><a:entry><a:title>t</a:title></a:entry></a:feed>", "atom10"),
        ("<feed><entry><title>t</title></entry></feed>", "atom"),
        (f"<entry xmlns='{ATOM}'><title>t</title></entry>", "atom10"),
        (f"<rss version='2.0' xmlns='{ATOM}'><channel><item><title>t</title></item></channel></rss>", "rss20"),
        (
            "<x:rss version='2.0' xmlns:x='urn:x'><x:channel><x:item><x:title>t</x:title></x:item></x:channel></x:rss>",
            "rss20",
        ),
        ("<CHANNEL><ITEM HREF='http://example.org/'><TITLE>t</TITLE></ITEM></CHANNEL>", "cdf"),
    ],
)
def test_every_format_is_known_and_read_whatever_its_prefixes(text: str, version: str) -> None:
    feed = feed_of(text)
    assert feed.format == version
    assert title_of(only(feed)) == "t"


def test_rss_091_of_netscape_is_told_by_its_doctype() -> None:
    text = (
        "<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' 'x'><rss version='0.91'><channel/></rss>"
    )
    assert parse(text.encode())[1].format == "rss091n"


def test_other_xml_is_no_feed() -> None:
    assert read("<plist><dict/></plist>") is None
    with pytest.raises(ReadError, match="XML with the root <plist>"):
        parse(b"<plist><dict/></plist>")


# --- a foreign element never takes a core one's place -----------------------------------------------------------------


def test_no_foreign_element_overwrites_a_core_one() -> None:
    core = (
        "<title>T</title><link>http://example.org/1</link><description>D</description><guid>G</guid>"
        "<pubDate>Mon, 02 Jan 2006 15:04:05 GMT</pubDate><category>C</category>"
    )
    foreign = (
        "<media:title>no</media:title><atom:link rel='self' href='http://example.org/self'/><atom:id>no</atom:id>"
        "<dc:title>no</dc:title><x:title>no</x:title><x:link>no</x:link><x:guid>no</x:guid><x:pubDate>no</x:pubDate>"
        "<media:description>M</media:description><itunes:summary>S</itunes:summary>"
    )
    for inner in (core + foreign, foreign + core):
        entry = only(rss(inner))
        assert title_of(entry) == "T"
        assert entry.guid == "G"
        assert entry.links[0] == Link("http://example.org/1")
        assert {(text.element, text.value) for text in entry.summaries} == {
            ("description", "D"),
            ("media:description", "M"),
            ("itunes:summary", "S"),
        }
        assert entry.dates == (Date("pubDate", "Mon, 02 Jan 2006 15:04:05 GMT"),)
        assert (entry.extra["x:title"], entry.extra["x:link"]) == ("no", "no")


def test_an_entry_within_an_extension_is_no_entry() -> None:
    assert len(atom("<title>t</title><x:wrap><entry><title>no</title></entry></x:wrap>").entries) == 1
    assert len(rss("<title>t</title><x:wrap><item><title>no</title></item></x:wrap>").entries) == 1


def test_foreign_titles_stand_in_for_a_missing_one() -> None:
    assert title_of(only(rss("<title> </title><dc:title>d</dc:title><media:title>m</media:title>"))) == "d"


# --- values as published ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        ("", None),
        (' isPermaLink="true"', True),
        (' isPermaLink="TRUE"', True),
        (' ispermalink="False"', False),
        (' isPermaLink="x"', None),
    ],
)
def test_a_guid_is_kept_as_it_is_with_what_it_says_of_itself(attribute: str, said: bool | None) -> None:
    entry = only(rss(f"<guid{attribute}> urn:1 </guid>"))
    assert (entry.guid, entry.guid_is_permalink) == (" urn:1 ", said)


def test_rdf_about_is_the_guid_of_rss_1() -> None:
    text = (
        "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
        "<item r:about='http://example.org/a'><link>http://example.org/b</link></item></r:RDF>"
    )
    assert only(feed_of(text)).guid == "http://example.org/a"


def test_dates_are_kept_raw_with_the_names_of_their_elements() -> None:
    entry = only(rss("<pubdate> gestern </pubdate><dc:date>2024</dc:date><atom:updated>x</atom:updated><pubDate/>"))
    assert entry.dates == (Date("pubDate", " gestern "), Date("dc:date", "2024"), Date("atom:updated", "x"))


def test_links_keep_all_that_is_said_of_them() -> None:
    entry = only(
        atom(
            "<link href='a' rel='http://www.iana.org/assignments/relation/alternate' hreflang='de' title='T'"
            " type='text/html'/>"
        )
    )
    rel = "http://www.iana.org/assignments/relation/alternate"
    assert entry.links == (Link("a", rel, "text/html", None, "T", "de"),)


def test_authors_are_read_in_all_their_forms() -> None:
    entry = only(
        rss(
            "<author>a@example.org (Ann)</author><dc:creator>Bob</dc:creator>"
            "<atom:author><atom:name>C</atom:name></atom:author>"
        )
    )
    assert entry.authors == (
        Author(raw="a@example.org (Ann)", element="author"),
        Author(raw="Bob", element="dc:creator"),
        Author(name="C", element="atom:author"),
    )


def test_authors_of_the_source_stand_in_for_missing_ones() -> None:
    source = "<source><author><name>S</name></author><title>Elsewhere</title></source>"
    assert only(atom(source)).authors == (Author(name="S", element="source"),)
    own = only(atom(source + "<author><name>A</name><email>a@example.org</email><uri>u</uri></author>")).authors
    assert own == (Author(name="A", email="a@example.org", uri="u", element="author"),)


def test_categories_keep_scheme_and_label() -> None:
    entry = only(atom("<category term='t' scheme='s' label='l'/><dc:subject>d</dc:subject>"))
    assert entry.categories == (Term("t", "s", "l"), Term("d"))
    entry = only(rss("<category domain='s'>a/b</category><itunes:keywords>x, y ,,</itunes:keywords>"))
    assert entry.categories == (Term("a/b", "s"), Term("x"), Term("y"))


def test_media_are_read_from_groups_and_enclosures_with_their_numbers_as_written() -> None:
    entry = only(
        rss(
            "<enclosure url=' a.mp3 ' length='12x' type='audio/mpeg'/><media:group><media:content url='v' width='640' "
            "duration='9.5' medium='video'><media:thumbnail url='t'/></media:content></media:group><enclosure url=''/>"
        )
    )
    assert [(medium.url, medium.element) for medium in entry.media] == [
        (" a.mp3 ", "enclosure"),
        ("v", "media:content"),
        ("t", "media:thumbnail"),
    ]
    assert (entry.media[0].length, entry.media[1].width, entry.media[1].duration) == ("12x", "640", "9.5")


def test_pictures_comments_and_publishers_ids_are_found() -> None:
    entry = only(
        rss(
            "<itunes:image href='i'/><image><url>j</url></image><comments>c</comments>"
            "<post-id xmlns='com-wordpress:feed-additions:1'>77</post-id><x:contentID>9</x:contentID>"
        )
    )
    assert entry.images == ("i", "j")
    assert entry.comments == "c"
    assert entry.publisher_ids == (("post-id", "77"), ("x:contentID", "9"))


def test_what_has_no_field_is_kept_in_extra() -> None:
    entry = only(rss("<x:a>1</x:a><x:a>2</x:a><x:b c='3'>4<x:d>5</x:d></x:b><source url='u'>S</source><x:e/>"))
    assert entry.extra == {
        "x:a": ["1", "2"],
        "x:b": {"@c": "3", "#text": "4", "x:d": "5"},
        "source": {"@url": "u", "#text": "S"},
    }


def test_base_and_language_are_inherited() -> None:
    feed = atom(
        "<title xml:lang='en'>t</title><summary xml:base='c/'>s</summary>",
        attributes='xml:base="http://example.org/a/" xml:lang="de"',
    )
    entry = only(feed)
    assert (feed.language, feed.base) == ("de", "http://example.org/a/")
    assert entry.title == Text("t", "text", "title", "http://example.org/a/", "en")
    assert entry.summaries[0].base == "http://example.org/a/c/"
    assert (entry.language, entry.base) == ("de", "http://example.org/a/")


# --- texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<content>a &lt;b&gt;</content>", ("a <b>", "text")),
        ("<content type='html'>a &lt;b&gt;</content>", ("a <b>", "html")),
        ("<content type='text/html'>a</content>", ("a", "html")),
        (
            "<content type='xhtml'><div xmlns='urn:x'>a <b title='&quot;'>&amp;</b><br/></div></content>",
            ('a <b title="&quot;">&amp;</b><br>', "xhtml"),
        ),
        ("<content type='text/plain' mode='base64'>R3LDvMOfZQ==</content>", ("Grüße", "text")),
        ("<content type='html'>a <em>b</em></content>", ("a <em>b</em>", "xhtml")),
        ("<content type='image/png'>aGk=</content>", ("aGk=", "image/png")),
    ],
)
def test_atom_content_is_read_by_its_type(content: str, expected: tuple[str, str]) -> None:
    (text,) = only(atom(content)).contents
    assert (text.value, text.type) == expected


def test_content_elsewhere_keeps_its_address() -> None:
    (text,) = only(atom("<content type='text/html' src='http://example.org/1'/>")).contents
    assert (text.value, text.src) == ("", "http://example.org/1")


def test_rss_texts_keep_markup_that_was_not_escaped() -> None:
    (text,) = only(rss("<description>a <b>c</b> &amp; d</description>")).summaries
    assert (text.value, text.type) == ("a <b>c</b> &amp; d", "xhtml")


def test_full_text_is_found_in_all_its_elements() -> None:
    entry = only(
        rss(
            "<content:encoded>a</content:encoded><body xmlns='http://www.w3.org/1999/xhtml'><p>b</p></body><description>c</description>"
        )
    )
    assert [(text.element, text.value) for text in entry.contents] == [
        ("content:encoded", "a"),
        ("xhtml:body", "<p>b</p>"),
    ]


def test_comments_and_cdata_leave_no_trace_in_texts() -> None:
    assert title_of(only(rss("<title>a<!-- no -->b<![CDATA[ <c> ]]></title>"))) == "ab <c> "


# --- the feed ---------------------------------------------------------------------------------------------------------


def test_the_feed_says_what_ingest_may_use() -> None:
    head = (
        "<title>F</title><link>http://example.org/</link><description>D</description><language>de-AT</language>"
        "<ttl>60</ttl><skipHours><hour>1</hour><hour>2</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
        "<atom:link rel='hub' href='h'/><atom:link rel='next' href='n'/><atom:link rel='prev-archive' href='p'/>"
        "<x:updatePeriod xmlns:x='http://purl.org/rss/1.0/modules/syndication/'>hourly</x:updatePeriod>"
        "<h:archive xmlns:h='http://purl.org/syndication/history/1.0'/><generator>G</generator>"
        "<image><title>no</title><link>no</link></image><textInput><title>no</title></textInput>"
        "<lastBuildDate>then</lastBuildDate><managingEditor>m@example.org</managingEditor>"
    )
    feed = rss("<title>t</title>", head)
    assert (feed.title and feed.title.value, feed.description and feed.description.value) == ("F", "D")
    assert feed.links[0] == Link("http://example.org/")
    assert feed.language == "de-AT"
    assert feed.dates == (Date("lastBuildDate", "then"),)
    assert feed.authors == (Author(raw="m@example.org", element="managingEditor"),)
    assert feed.hints == {
        "ttl": "60",
        "skipHours": ["1", "2"],
        "skipDays": ["Sunday"],
        "hub": ["h"],
        "next": ["n"],
        "prev-archive": ["p"],
        "sy:updatePeriod": "hourly",
        "fh:archive": True,
        "generator": "G",
    }


# --- limits -----------------------------------------------------------------------------------------------------------


def test_entries_beyond_the_limit_are_left_out_and_noted() -> None:
    feed = feed_of(f"<rss><channel>{'<item><title>t</title></item>' * (MAX_ENTRIES + 2)}</channel></rss>")
    assert len(feed.entries) == MAX_ENTRIES
    assert feed.note == f"more than {MAX_ENTRIES} entries: the rest was left out"


def test_empty_entries_are_left_out_and_noted() -> None:
    feed = feed_of("<rss><channel><item/><item> </item><item><guid>1</guid></item></channel></rss>")
    assert (len(feed.entries), feed.note) == (1, "2 empty entries left out")


@pytest.mark.parametrize(
    "entry",
    [
        "<category>c</category>" * 40_000,
        "<enclosure url='u'/>" * 20_000,
        "<x:a>1</x:a>" * 20_000,
        "<x:a><x:b>1</x:b></x:a>" * 20_000,
        "<media:group>" * 1000 + "</media:group>" * 1000,
        f"<itunes:keywords>{'a,' * 150_000}</itunes:keywords>",
    ],
)
def test_an_entry_of_too_many_parts_is_cut_and_noted(entry: str) -> None:
    feed = rss(entry)
    assert feed.note == "1 entries with too many elements: the rest of these was left out"
    assert len(str(asdict(only(feed)))) < 200_000


def test_very_many_attributes_take_no_time() -> None:
    attributes = " ".join(f"a{number}='1'" for number in range(80_000))
    assert title_of(only(rss(f"<x:a {attributes}/><title {attributes}>t</title>"))) == "t"


def test_bases_within_bases_do_not_grow_without_bound() -> None:
    text = "<x:a xml:base='b/'>" * 1500 + "</x:a>" * 1500
    assert only(rss(text + "<guid>1</guid>")).guid == "1"
    long = only(atom("<title>t</title>", attributes=f'xml:base="http://example.org/{"x" * 5000}/"'))
    assert long.base is None


# --- safety -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><title>&x;</title></rss>',
        '<!DOCTYPE rss [<!ENTITY x "yyyy">]><rss><title>&x;</title></rss>',
    ],
)
def test_the_parser_itself_resolves_no_entity(text: str) -> None:
    (title,) = tree(text)
    assert not title.text


def test_deep_nesting_is_refused_and_not_followed() -> None:
    with pytest.raises(NotWellFormed):
        tree("<rss>" + "<a>" * 1_000_000 + "</a>" * 1_000_000 + "</rss>")


# --- feedparser is the reference --------------------------------------------------------------------------------------

words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)
entries = st.fixed_dictionaries(
    {"title": words, "guid": words, "link": words, "author": words, "category": words, "description": words}
)


@given(st.lists(entries, min_size=1, max_size=4))
def test_both_parsers_always_agree_on_plain_documents(items: list[dict[str, str]]) -> None:
    written = "".join(
        f"<item>{''.join(f'<{key}>{value}</{key}>' for key, value in item.items())}</item>" for item in items
    )
    text = f"<rss version='2.0'><channel><title>F</title>{written}</channel></rss>"
    ours, theirs = feed_of(text), feedparser.read(text)
    assert ours.format == theirs.format
    assert [_gist(entry) for entry in ours.entries] == [_gist(entry) for entry in theirs.entries]


def _gist(entry: ParsedEntry) -> object:
    author = entry.authors[0].raw or entry.authors[0].name
    texts = [text.value for text in entry.summaries]
    return (title_of(entry), entry.guid, entry.links[0].href, author, entry.categories[0].term, texts)
