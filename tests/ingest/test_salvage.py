"""XML that is not well-formed: mended, saved entry by entry, marked; never a silent success."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import ReadError
from ingest.parse import feedparser
from ingest.parse.parsed import ParsedEntry, ParsedFeed
from ingest.parse.precheck import check
from ingest.parse.repair import mended
from ingest.parse.salvage import cut, recovered
from ingest.read import parse
from storage.records import Reason

GOOD = "<item><guid>{0}</guid><title>Grüße {0}</title><media:description>no</media:description></item>"


def document(*entries: str, root: str = "<rss version='2.0'>", end: str = "</channel></rss>") -> str:
    return f"{root}<channel><title>F</title>{''.join(entries)}{end}"


def feed_of(text: str, *, careful: bool = False) -> ParsedFeed:
    return parse(text.encode(), careful=careful)[1]


def titles(feed: ParsedFeed) -> list[str]:
    return [entry.title.value if entry.title else "" for entry in feed.entries]


def good(number: int) -> str:
    return f"<item><guid>{number}</guid><title>t{number}</title></item>"


# --- mended -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("R & D", "R & D"),
        ("a&b=1&amp;c=2", "a&b=1&c=2"),
        ("Gr&uuml;&szlig;e&nbsp;!", "Grüße\xa0!"),
        ("&bogus; &copy", "&bogus; &copy"),
        ("a&#0;b&#x1F;c&#55296;d&#1114112;", "a\ufffdbc\ufffdd\ufffd"),
        (f"a&#{'9' * 5000};", "a\ufffd"),
        ("1 < 2", "1 < 2"),
        ("a]]>b", "a]]>b"),
        ("a<!-- -- -->b", "ab"),
        ("<![CDATA[R & D &nbsp;]]>", "R & D &nbsp;"),
        ("<x:b>a</x:b>", "<b>a</b>"),
        ("a &lt;b&gt; &", "a <b> &"),
    ],
)
def test_the_usual_mistakes_are_mended_exactly_and_marked(written: str, title: str) -> None:
    feed = feed_of(document(f"<item><title>{written}</title></item>", good(2)))
    assert titles(feed) == [title, "t2"]
    is_sound = written.startswith("<![CDATA[")
    assert feed.salvaged != is_sound
    assert (feed.note or "").startswith("mended: ") != is_sound


def test_undeclared_prefixes_mean_what_everybody_means_by_them() -> None:
    feed = feed_of(
        document(GOOD.format(1) + "<item><title>t</title><dc:creator>A</dc:creator><nope:x>1</nope:x></item>")
    )
    assert titles(feed) == ["Grüße 1", "t"]
    assert feed.entries[1].authors[0].raw == "A"
    assert feed.entries[1].extra == {"nope:x": "1"}
    assert feed.salvaged


def test_what_follows_the_end_is_dropped_and_marked() -> None:
    feed = feed_of(document(good(1)) + "<script>advertisement</script> &")
    assert (titles(feed), feed.salvaged) == (["t1"], True)


def test_entities_that_the_document_defines_itself_are_no_mistake() -> None:
    subset = "<!DOCTYPE rss [<!ENTITY sz '&#223;'>]>"
    feed = feed_of(subset + document("<item><title>Gr&sz;e</title></item>"))
    assert (titles(feed), feed.salvaged) == (["Grße"], False)
    netscape = "<!DOCTYPE rss SYSTEM 'http://my.netscape.com/publish/formats/rss-0.91.dtd'>"
    feed = feed_of(netscape + document("<item><title>Gr&uuml;n</title></item>"))
    assert (titles(feed), feed.salvaged) == (["Grün"], False)


def test_an_entity_bomb_stays_what_it_is_written_as() -> None:
    bomb = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    feed = feed_of(f"<!DOCTYPE rss [<!ENTITY l0 'lol'>{bomb}]>{document('<item><title>&l9;</title></item>')}")
    assert titles(feed) == ["&l9;"]


@given(st.text(max_size=60))
def test_mending_never_touches_what_is_well_formed(text: str) -> None:
    from xml.sax.saxutils import escape

    sound = document(f"<item><title>{escape(text)}</title></item>")
    assert mended(check(sound)) == sound


@pytest.mark.parametrize(
    "unit", ["&", "<", "<![CDATA[", "<!--", "]]>", "&#", "<x:", " x:", "<?xml ", "<!DOCTYPE ", "<item", "<item>"]
)
def test_mending_and_cutting_take_linear_time(unit: str) -> None:
    text = document(unit * 100_000)
    mended(check(text))
    cut(text)


def test_the_roots_end_tag_quoted_in_an_entry_cuts_nothing_off() -> None:
    quoting = "<item><guid>1</guid><description><![CDATA[ends with </rss> & more]]></description></item>"
    feed = feed_of("<rss><channel>" + quoting + good(2) + "<item><b></item>")
    assert [entry.guid for entry in feed.entries][:2] == ["1", "2"]


# --- saved entry by entry ---------------------------------------------------------------------------------------------


def test_a_broken_entry_does_no_harm_to_its_neighbours() -> None:
    broken = "<item><guid>2</guid><title>b<b>roken</title></item>"
    feed = feed_of(document(good(1), broken, good(3)))
    assert [entry.guid for entry in feed.entries] == ["1", "2", "3"]
    assert feed.title is not None
    assert feed.salvaged
    assert feed.note == "not well-formed: tags that do not match; 1 entries not well-formed"


def test_whole_entries_read_the_same_in_a_sound_and_in_a_broken_document() -> None:
    root = (
        "<rss version='2.0' xml:base='http://example.org/' xml:lang='de' xmlns:media='http://search.yahoo.com/mrss/'>"
    )
    entries = [GOOD.format(number) for number in range(5)]
    sound = feed_of(document(*entries, root=root))
    broken = feed_of(document(*entries[:3], "<item><a></b></item>", *entries[3:], root=root))
    assert [entry for entry in broken.entries if entry.guid] == list(sound.entries)


@pytest.mark.parametrize(
    "root", ["<rss version=2.0 xmlns:media='urn:m'>", "<rss a='1' a='2'>", "<rss a='<'>", "<rss a='1'b='2'>"]
)
def test_a_mistake_in_the_root_leaves_the_entries_whole(root: str) -> None:
    feed = feed_of(document(GOOD.format(1), good(2), root=root))
    assert titles(feed) == ["Grüße 1", "t2"]
    assert feed.entries[0].summaries[0].element == "media:description"
    assert feed.note is not None
    assert "entries not well-formed" not in feed.note


def test_an_entry_without_end_ends_where_the_next_begins() -> None:
    feed = feed_of(document("<item><guid>1</guid><title>t1</title>", good(2), good(3)))
    assert [entry.guid for entry in feed.entries] == ["1", "2", "3"]


def test_a_mistake_in_the_head_leaves_the_entries_whole() -> None:
    feed = feed_of("<rss><channel><title>F<b></title><link>l</link>" + good(1) + good(2) + "</channel></rss>")
    assert titles(feed) == ["t1", "t2"]


TRUNCATED = document(*(GOOD.format(number) for number in range(4)), root="<rss xmlns:media='urn:m'>")


@given(st.integers(0, len(TRUNCATED) - 1))
def test_a_truncated_document_gives_whole_entries_and_a_mark_or_an_error(length: int) -> None:
    if "</item>" not in TRUNCATED[:length]:
        with pytest.raises(ReadError):
            feed_of(TRUNCATED[:length])
        return
    feed = feed_of(TRUNCATED[:length])
    assert feed.salvaged
    assert feed.note
    whole = feed_of(TRUNCATED).entries
    assert feed.entries == whole[: len(feed.entries)]
    assert len(feed.entries) == TRUNCATED[:length].count("</item>")


def test_a_document_that_breaks_off_before_its_first_entry_is_an_error() -> None:
    with pytest.raises(ReadError, match="no entry can be read") as caught:
        feed_of("<rss version='2.0'><channel><title>F</title>")
    assert caught.value.reason == Reason.MALFORMED


def test_very_many_broken_entries_are_still_read() -> None:
    feed = feed_of(document(*(f"<item><guid>{number}</guid><b></item>" for number in range(300))))
    assert len({entry.guid for entry in feed.entries}) == 300


def test_with_care_feedparser_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedparser, "read", lambda _: pytest.fail("asked"))
    feed = feed_of(document(good(1), "<item><guid>2</guid><b></item>"), careful=True)
    assert [entry.guid for entry in feed.entries] == ["1", "2"]


# --- feedparser -------------------------------------------------------------------------------------------------------


def test_feedparser_is_only_ever_given_a_stream_of_utf8_and_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    real = feedparser.feedparser.parse

    def spy(*arguments: Any, **options: Any) -> Any:
        given.append((arguments, options))
        return real(*arguments, **options)

    monkeypatch.setattr(feedparser.feedparser, "parse", spy)
    feed_of(document("<item><title>Grüße<b></title></item>"))
    assert given
    for (stream,), options in given:
        assert isinstance(stream, io.BytesIO)
        assert stream.getvalue().startswith(b'<?xml version="1.0" encoding="utf-8"?>')
        assert options == {"sanitize_html": False, "resolve_relative_uris": False}


def test_what_feedparser_reads_has_the_raw_values() -> None:
    broken = (
        "<item><guid isPermaLink='false'>g</guid><title>T &lt;b&gt;<b></title><link>http://example.org/1</link>"
        "<pubDate>gestern</pubDate><category domain='s'>c</category><author>Ann</author><comments>k</comments>"
        "<enclosure url='http://example.org/a.mp3' length='1' type='audio/mpeg'/><description>D</description></item>"
    )
    (entry,) = feed_of(document(broken)).entries
    assert (entry.guid, entry.guid_is_permalink, entry.comments) == ("g", False, "k")
    assert [link.href for link in entry.links][:1] == ["http://example.org/1"]
    assert [(date.element, date.raw) for date in entry.dates] == [("pubDate", "gestern")]
    assert [(term.term, term.scheme) for term in entry.categories] == [("c", "s")]
    assert [author.name for author in entry.authors] == ["Ann"]
    assert [(medium.url, medium.length) for medium in entry.media] == [("http://example.org/a.mp3", "1")]
    assert [text.value for text in entry.summaries] == ["D"]


@pytest.mark.parametrize(
    "entry",
    [
        "<author>" + "a" * 100_000 + "</author>",
        "<itunes:keywords>" + "a," * 100_000 + "</itunes:keywords>",
        "<category>c</category>" * 20_000,
        "<x " + " ".join(f"a{number}='1'" for number in range(20_000)) + "/>",
        "<x xml:base='y'>" * 1000 + "</x>" * 1000,
        "<x>" * 200_000,
    ],
)
def test_what_would_hold_feedparser_for_minutes_is_kept_from_it(entry: str) -> None:
    text = document(f"<item><guid>1</guid>{entry}<b></item>")
    with pytest.raises(feedparser.Unreadable, match="kept from feedparser"):
        feedparser.read(text)
    assert feed_of(text).entries[0].guid == "1"


@pytest.mark.parametrize(
    "crash", ["&#55296;", "&#1114112;", "&#99999999999;", "<pubDate>Fri, 2006/99/15 08:19:53 EDT</pubDate>"]
)
def test_what_makes_feedparser_crash_does_not_escape(crash: str) -> None:
    with pytest.raises(feedparser.Unreadable):
        feedparser.read(document(f"<item><title><b></title>{crash}</item>") + "&bogus")
    feed = feed_of(document(good(1), f"<item><guid>2</guid><title><b></title>{crash}</item>"))
    assert [entry.guid for entry in feed.entries] == ["1", "2"]


def test_feeds_with_roots_of_their_own_making_are_left_to_feedparser() -> None:
    feed = feed_of("<data><item><title>t</title><link>http://example.org/</link></item></data>")
    assert titles(feed) == ["t"]


def test_a_broken_page_is_no_feed() -> None:
    with pytest.raises(ReadError) as caught:
        feed_of("<plist><a></plist>")
    assert caught.value.reason == Reason.NOT_A_FEED


def test_an_entry_of_feedparser_is_a_plain_value() -> None:
    (entry,) = feed_of(document("<item><title>t<b></title></item>")).entries
    assert type(entry) is ParsedEntry
    assert type(entry.title and entry.title.value) is str


def test_a_reference_to_half_a_character_breaks_no_recovering_parser() -> None:
    item = '<item><link>http://o.example/&#55296;</link><title a="<">T</item>'
    feed = recovered(f'<rss version="2.0"><channel>{item}</channel></rss>')
    assert feed is not None
    assert feed.entries[0].links[0].href == "http://o.example/\ufffd"


@pytest.mark.parametrize("opened", [[1], [1, 3], [0, 1, 2, 3, 4]])
def test_cdata_that_nothing_ends_costs_no_entry(opened: list[int]) -> None:
    texts = [f"{'<![CDATA[' if n in opened else ''}Text <b>{n}</b>" for n in range(5)]
    texts = [text if n in opened else text.replace("<", "&lt;") for n, text in enumerate(texts)]
    items = [f"<item><title>T{n}</title><description>{text}</description></item>" for n, text in enumerate(texts)]
    feed = feed_of(document(*items))
    assert [entry.summaries[0].value for entry in feed.entries] == [f"Text <b>{n}</b>" for n in range(5)]
    assert feed.salvaged


def test_cdata_that_the_end_of_the_document_cuts_off_is_left_out_with_its_entry() -> None:
    text = document(GOOD.format(1), "<item><title>T2</title><description><![CDATA[Text 2", end="")
    assert titles(feed_of(text)) == ["Grüße 1"]
