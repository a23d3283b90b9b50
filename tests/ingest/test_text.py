"""What a person reads of markup: bodies line by line, titles on one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vectors import VECTORS

from ingest.normalise.html import clean_html
from ingest.normalise.text import MAX_TITLE_MARKUP, decoded_once, one_line, plain_title, read_once, text_of, visible
from ingest.parse.parsed import Text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a <b>b</b>c<i> d </i>e", "a bc d e"),
        ("<p>a</p><p>b</p>c", "a\nb\nc"),
        ("<p>a\n  b\t\u00a0c</p>", "a b c"),
        ("a<br>b<br><br>c", "a\nb\nc"),
        ("<h3>Titel</h3><p>a</p><h4>Noch einer</h4>b", "Titel\na\nNoch einer\nb"),
        ("<ul><li>a</li><li><p>b</p><p>c</p></li></ul>d", "- a\n- b\nc\nd"),
        ("<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>", "- a\n- b\n  - c"),
        ("<ul><li></li><li> </li><li>a</li></ul>", "- a"),
        ("<p>Sie sagte:</p><blockquote><p>a</p><p>b</p></blockquote><p>c</p>", "Sie sagte:\n> a\n> b\nc"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n> > b\nc"),
        ("Er sagte <q>Nein</q>.", 'Er sagte "Nein".'),
        (
            "<table><tbody><tr><th>Ort</th><td>Wien</td></tr><tr><th>Tag</th><td>1. Mai</td></tr></tbody></table>x",
            "Ort | Wien\nTag | 1. Mai\nx",
        ),
        ("<table><tr><td></td><td>a</td><td></td><td>b</td></tr></table>", "a | b"),
        ("<table><tr><td><p>a</p></td><td><p>b</p><p>c</p></td></tr></table>", "a | b\nc"),
        ("<pre>a\n  b\n\nc</pre>d", "a\nb\nc\nd"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a\nb"),
        ('<figure><img src="x" alt="y"><figcaption>a</figcaption></figure>b', "a\nb"),
        ("&lt;b&gt; &amp;amp; 5 &lt; 6", "<b> &amp; 5 < 6"),
        ('<a title="x">a</a>', "a"),
    ],
)
def test_one_block_is_one_line_in_reading_order(html: str, text: str) -> None:
    assert text_of(clean_html(html, None) or "") == text


@pytest.mark.parametrize("html", ["", "<p> </p>", '<img src="https://example.org/a.jpg">', "&nbsp;"])
def test_what_has_no_words_has_no_text(html: str) -> None:
    assert text_of(html) is None


@given(st.text(alphabet="ab \n<>/pbrlitduq&;\"'="))
def test_text_never_has_blank_edges_or_empty_lines_always(markup: str) -> None:
    text = text_of(clean_html(markup, None) or "")
    if text is not None:
        assert all(line.strip() for line in text.split("\n"))
        assert text == text.strip() or text.startswith("  - ")


# --- titles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("Grüße &amp; Küsse", "Grüße & Küsse"),
        ("Gr&uuml;&szlig;e &#8211; &#x201E;ja&#x201c;", "Grüße – „ja“"),
        ("AT&T &c. R&D; &copy 2024 &unknown;", "AT&T &c. R&D; &copy 2024 &unknown;"),
        ("AT&amp;amp;T", "AT&amp;T"),
        ("<b>Kurz</b> und <em class='x'>gut</em>", "Kurz und gut"),
        ("oben<br/>unten<p>mitte</p>", "oben unten mitte"),
        ("x<sup>2</sup>", "x2"),
        ("a < b und b > a", "a < b und b > a"),
        ("I <3 Wien", "I <3 Wien"),
        ("if a<b then c>d", "if a<b then c>d"),
        ("Vector<String> und <T>", "Vector<String> und <T>"),
        ("Der <blink> ist tot", "Der <blink> ist tot"),
        ("Was &lt;b&gt; bedeutet", "Was <b> bedeutet"),
        ("<!-- x -->a", "a"),
        (" <![CDATA[a & b]]> ", "a & b"),
        ("<script>alert(1)</script>a<style>p{}</style>", "a"),
        ("\n  a\tb\r\n c\u00a0d\u2028", "a b c d"),
        ("a\x00b\x1b[31mc\x07\x9bd\x7f", "ab[31mc›d"),
        ("a\u200b\u200d\u202e", "a\u200b\u200d\u202e"),
        ("\ud800a", "\ufffda"),
        ("5 &gt; 4", "5 > 4"),
    ],
)
def test_a_title_is_plain_text_decoded_once(value: str, title: str) -> None:
    assert plain_title(Text(value), "rss20") == title


def test_all_tags_go_where_the_type_says_html() -> None:
    assert plain_title(Text("Der <blink> ist &lt;tot&gt;, a < b", "html"), "atom10") == "Der ist <tot>, a < b"
    assert plain_title(Text("<div>Der &lt;blink> ist tot</div>", "xhtml"), "atom10") == "Der <blink> ist tot"


def test_no_tag_goes_where_atom_says_text() -> None:
    assert plain_title(Text("Der <b>b</b>-Tag", "text"), "atom10") == "Der <b>b</b>-Tag"


@pytest.mark.parametrize("empty", ["", " \n", "\x00", "<b></b>", "<img src=x>"])
def test_a_title_that_says_nothing_is_none(empty: str) -> None:
    assert plain_title(Text(empty), "rss20") is None


@pytest.mark.parametrize("vector", VECTORS)
def test_a_title_is_one_line_whatever_is_in_it(vector: str) -> None:
    title = plain_title(Text(vector), "rss20")
    assert title is None or one_line(title) == title


@given(st.text(alphabet=st.characters(codec=None)), st.sampled_from([None, "text", "html", "xhtml"]))
def test_a_title_can_always_be_stored_and_shown(value: str, kind: str | None) -> None:
    title = plain_title(Text(value, kind), "rss20")
    if title is not None:
        title.encode("utf-8")
        assert title == title.strip() != ""
        assert not any(ord(char) < 32 for char in title)


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="&<", exclude_categories=["Cc", "Zs", "Zl", "Zp"]))
)
def test_a_title_without_markup_stays_as_it_is(value: str) -> None:
    assert (plain_title(Text(value), "rss20") or "") == "".join(char for char in value if char not in "\ufffe\uffff")


def test_a_title_is_read_as_far_as_the_bound() -> None:
    assert len(plain_title(Text("a" * 2 * MAX_TITLE_MARKUP), "rss20") or "") == MAX_TITLE_MARKUP


def test_a_number_that_is_no_character_stays_as_written() -> None:
    assert decoded_once("&#99999999999; &#xD800; &#0;") == "&#99999999999; \ufffd \ufffd"


# --- what was turned into UTF-8 twice ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("twice", "once"),
    [
        ("StraÃŸe fÃ¼r MÃ¼ller: â€žJaâ€œ", "Straße für Müller: „Ja“"),
        ("SCHÃ–N", "SCHÖN"),
        ("Ã–sterreich", "Österreich"),
        ("Emoji ðŸ˜€ fÃ¼r alle", "Emoji 😀 für alle"),
    ],
)
def test_what_was_turned_into_utf8_twice_is_read_once(twice: str, once: str) -> None:
    assert one_line(twice) == visible(twice) == once


@pytest.mark.parametrize("meant", ["Wer Ã¼ liest statt ü", "Zeichen wie Ã¼ und", "AMANHÃ…", "NÃO", "It’s fÃ¼r"])
def test_what_may_be_meant_stays(meant: str) -> None:
    assert one_line(meant) == meant


@given(st.text(alphabet=st.characters(min_codepoint=0xA1, max_codepoint=0x17F) | st.sampled_from("abc „“–")))
def test_a_text_that_is_right_is_never_read_otherwise_than_as_utf8(text: str) -> None:
    found = read_once(text)
    assert found == text or found.encode("utf-8") == b"".join(_bytes_of(char) for char in text)


def _bytes_of(char: str) -> bytes:
    return char.encode("latin-1") if char.isascii() or "\xa0" <= char <= "\xff" else char.encode("cp1252")


@pytest.mark.parametrize("kind", ["json11", "sitemap", "atom10"])
def test_a_title_that_is_plain_text_by_its_format_keeps_its_tags(kind: str) -> None:
    assert plain_title(Text("So geht <b>fett</b>", "text"), kind) == "So geht <b>fett</b>"
