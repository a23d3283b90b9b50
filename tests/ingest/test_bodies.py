"""Which text is the summary and which the content."""

import pytest

from ingest.normalise.bodies import Bodies, bodies, rendered
from ingest.normalise.html import MAX_MARKUP
from ingest.parse.parsed import Text

BASE = "https://example.org/"
TEASER = Text("<p>Kurz &amp; gut</p>", "html", "description")
FULL = Text("<p>Lang und breit</p><p>erzählt</p>", "html", "content:encoded")


def of(summaries: list[Text], contents: list[Text]) -> Bodies:
    return bodies(summaries, contents, BASE)


def test_teaser_and_full_text_each_have_their_place() -> None:
    assert of([TEASER], [FULL]) == Bodies(
        summary="Kurz & gut",
        content_text="Lang und breit\nerzählt",
        summary_html="<p>Kurz &amp; gut</p>",
        content_html="<p>Lang und breit</p><p>erzählt</p>",
    )


def test_a_lone_summary_is_the_text_too() -> None:
    found = of([TEASER], [])
    assert (found.summary, found.content_text, found.content_html) == ("Kurz & gut", "Kurz & gut", None)


def test_a_lone_content_is_no_summary() -> None:
    found = of([], [FULL])
    assert (found.summary, found.summary_html, found.content_text) == (None, None, "Lang und breit\nerzählt")


def test_what_equals_the_summary_is_not_kept_twice() -> None:
    found = of([TEASER], [Text(TEASER.value, "html", "content:encoded")])
    assert (found.summary_html, found.content_html, found.content_text) == ("<p>Kurz &amp; gut</p>", None, "Kurz & gut")


def test_the_plain_text_is_that_of_the_content_however_short() -> None:
    found = of([Text("Ein langer Text", None, "description")], [Text("Kurz", "html", "content:encoded")])
    assert (found.summary, found.content_text) == ("Ein langer Text", "Kurz")


def test_where_the_content_is_but_a_picture_the_plain_text_is_that_of_the_summary() -> None:
    found = of([Text("Ein langer Text", None, "description")], [Text('<img src="/a.jpg">', "html", "content:encoded")])
    assert found.content_text == "Ein langer Text"
    assert found.content_html == '<img src="https://example.org/a.jpg">'


@pytest.mark.parametrize("foreign", ["media:description", "itunes:summary", "itunes:subtitle", "dc:description"])
def test_a_foreign_element_never_takes_the_place_of_the_formats_own(foreign: str) -> None:
    found = of([Text("vom Bild", None, foreign), TEASER], [])
    assert found.summary == "Kurz & gut"
    assert found.unused == ((foreign, "vom Bild"),)


def test_a_foreign_element_stands_in_where_there_is_no_other() -> None:
    assert of([Text("vom Bild", None, "media:description")], []).summary == "vom Bild"


def test_an_empty_element_is_no_text() -> None:
    found = of([Text(" ", None, "description"), Text("<p> </p>", "html", "summary"), TEASER], [Text("", "html")])
    assert (found.summary, found.content_html) == ("Kurz & gut", None)


def test_html_goes_before_the_same_as_plain_text() -> None:
    found = of([], [Text("Lang und breit und noch breiter erzählt", "text", "content_text"), FULL])
    assert found.content_html == "<p>Lang und breit</p><p>erzählt</p>"


def test_a_body_that_is_no_text_is_none() -> None:
    assert of([], [Text("iVBORw0KGgo=", "image/png", "content")]) == Bodies()


def test_a_body_beyond_the_bound_is_cut_and_that_is_told() -> None:
    assert of([Text("a" * (MAX_MARKUP + 1), "html", "description")], []).cut


# --- rendered ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind", "html"),
    [
        ("AT&T", None, "AT&amp;T"),
        ("a < b", None, "a &lt; b"),
        ("a <b und c", None, "a &lt;b und c"),
        ("<Name einsetzen>", None, "&lt;Name einsetzen&gt;"),
        ("<b>a</b> &amp; c", None, "<b>a</b> &amp; c"),
        ("Gr&uuml;&szlig;e", None, "Grüße"),
        ("<b>a</b> &amp; c", "text", "&lt;b&gt;a&lt;/b&gt; &amp;amp; c"),
        ("&lt;p&gt;a &amp;amp; b&lt;/p&gt;", None, "<p>a &amp; b</p>"),
        ("Das Element &lt;p&gt; ist ein Absatz", "html", "Das Element &lt;p&gt; ist ein Absatz"),
        ("<![CDATA[<p>a</p>]]>", "html", "<p>a</p>"),
        ("<p>a</p>", "xhtml", "<p>a</p>"),
    ],
)
def test_markup_is_markup_and_plain_text_is_plain_text(value: str, kind: str | None, html: str) -> None:
    assert rendered(Text(value, kind, "description"), BASE) == html


def test_a_blank_line_in_plain_text_is_one_and_the_wrapping_of_a_source_is_none() -> None:
    assert rendered(Text("a\n  b\n \n\n c", None, "description"), BASE) == "a\nb<br>\n<br>\nc"


def test_every_line_break_counts_where_the_format_has_no_markup_for_one() -> None:
    assert rendered(Text("a\nb", "text", "content_text"), BASE) == "a<br>\nb"


def test_links_follow_xml_base() -> None:
    text = Text('<a href="c">x</a>', "html", "content", base="/blog/")
    assert rendered(text, BASE) == '<a href="https://example.org/blog/c">x</a>'


@pytest.mark.parametrize(
    ("value", "html"),
    [
        ("Wenn a<b und c>d dann", "Wenn a&lt;b und c&gt;d dann"),
        ("a <p und q> x <i>y</i>", "a &lt;p und q&gt; x <i>y</i>"),
        ('<a href="x" download>y', "<a>y</a>"),
        ("<p>x<p>y", "<p>x</p><p>y</p>"),
        ("<b >x</b>", "<b>x</b>"),
    ],
)
def test_a_sign_between_quantities_is_no_tag(value: str, html: str) -> None:
    assert rendered(Text(value, "html"), None) == html


@pytest.mark.parametrize(
    ("value", "html"),
    [
        ("Im Text: &lt;/p&gt; ist ein Tag", "Im Text: &lt;/p&gt; ist ein Tag"),
        ("&lt;p&gt;x&lt;/p&gt;", "<p>x</p>"),
        ("x&lt;br /&gt;y", "x<br>y"),
    ],
)
def test_a_lone_end_tag_is_not_escaped_twice(value: str, html: str) -> None:
    assert rendered(Text(value, "html"), None) == html
