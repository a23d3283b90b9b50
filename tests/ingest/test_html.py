"""Markup of strangers: what stays, what goes, and that nothing active ever stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vectors import VECTORS, faults

from ingest.normalise.html import MAX_DEPTH, MAX_MARKUP, clean_html
from ingest.normalise.text import text_of

BASE = "https://example.org/news/a.html"


@pytest.mark.parametrize("vector", VECTORS)
def test_no_known_trick_leaves_anything_active(vector: str) -> None:
    html = clean_html(vector, BASE)
    assert faults(html or "") == []


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize(
    "around", ["<p>{}</p>", '<a href="{}">x</a>', "<img alt='{}' src=/a.jpg>", "<table>{}", "<b>{}"]
)
def test_no_known_trick_works_within_other_markup(vector: str, around: str) -> None:
    assert faults(clean_html(around.format(vector), BASE) or "") == []


_PIECES = st.sampled_from(
    [*VECTORS, "<p>", "</p>", "<b>", "<table>", "<td>", "<svg>", "<math>", "<style>", "-->", '"', "'", ">"]
)


@given(st.lists(_PIECES | st.text(max_size=8), max_size=8).map("".join))
def test_tricks_cut_and_glued_leave_nothing_active_and_cleaning_again_changes_nothing_that_matters(markup: str) -> None:
    html = clean_html(markup, BASE) or ""
    assert faults(html) == []
    again = clean_html(html, BASE) or ""
    assert text_of(again) == text_of(html)


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_at_all_can_be_cleaned_and_stored(markup: str) -> None:
    html = clean_html(markup, None)
    if html is not None:
        html.encode("utf-8")
        assert "\0" not in html


def test_the_structure_of_an_article_stays() -> None:
    article = (
        "<h3>Wo</h3><p><strong>Wien</strong> – „Nein“<br><em>sagte</em> sie.</p><ul><li>a</li></ul>"
        '<table><tbody><tr><td colspan="2">Ort</td></tr></tbody></table><blockquote><p>x</p></blockquote>'
        '<figure><img src="https://example.org/a.jpg" alt="Bild" width="640"><figcaption>APA</figcaption></figure>'
    )
    assert clean_html(article, BASE) == article


def test_links_and_pictures_become_absolute() -> None:
    markup = '<a href="/welt">x</a><img src="b.jpg" srcset="/b.jpg 1x, c d,1.jpg, e.jpg 2x,//cdn.example/f.jpg 640w">'
    assert clean_html(markup, BASE) == (
        '<a href="https://example.org/welt">x</a><img src="https://example.org/news/b.jpg" '
        'srcset="https://example.org/b.jpg 1x, https://example.org/news/1.jpg, '
        'https://example.org/news/e.jpg 2x, https://cdn.example/f.jpg 640w">'
    )


def test_without_a_base_a_relative_link_leads_nowhere_but_its_text_stays() -> None:
    assert clean_html('<a href="/welt">Welt</a>', None) == "<a>Welt</a>"


@pytest.mark.parametrize(
    "pixel",
    [
        '<img src="https://stat.example/x.gif" width="1" height="1">',
        '<img height="0" src="https://stat.example/x.gif">',
        '<img src="https://stat.example/x.gif" width="1px">',
        '<img src="https://pixel.wp.com/b.gif?host=x">',
        '<img src="https://feeds.feedburner.com/~r/abendpost/~4/x">',
        '<img src="https://vg07.met.vgwort.de/na/0123">',
        '<img alt="no source">',
        '<img src="https://x.example/p.gif" style="border:0; width:1px;height:1px">',
        '<img src="https://x.example/p.gif" style="display: none">',
        '<img src="https://x.example/p.gif" style="VISIBILITY:hidden">',
        '<img src="https://x.example/p.gif" hidden>',
        '<img src="https://ssl-vg03.met.vgwort.de/na/abc">',
        '<img src="https://b.example/stat/matomo.php?idsite=1&amp;rec=1" alt="">',
        '<img src="https://b.example/piwik.php?idsite=1">',
        '<img src="https://www.facebook.com/tr?id=1&amp;ev=PageView">',
        '<img src="https://b.scorecardresearch.com/p?c1=2">',
        '<img src="https://track.adform.net/x">',
    ],
)
def test_tracking_pixels_go(pixel: str) -> None:
    assert clean_html(f"<p>x</p>{pixel}", BASE) == "<p>x</p>"
    assert clean_html(pixel, BASE) is None


def test_a_picture_of_a_hundred_pixels_is_no_tracking_pixel() -> None:
    picture = '<img src="https://example.org/a.jpg" width="100" height="1000">'
    assert clean_html(picture, BASE) == picture


@pytest.mark.parametrize(
    "style", ["width:100px", "max-width:100%;height:auto", "line-height:1px", "width:1.5em", "border-width:0"]
)
def test_a_picture_whose_style_is_to_be_seen_stays_without_it(style: str) -> None:
    picture = '<img src="https://example.org/a.jpg">'
    assert clean_html(f'<img src="/a.jpg" style="{style}" class="alignleft">', BASE) == picture


def test_what_another_attribute_says_makes_no_pixel() -> None:
    title = '\' style="hidden" class="smiley" hidden="\''
    assert "/a.jpg" in str(clean_html(f'<img src="/a.jpg" title={title}>', BASE))


def test_a_smiley_is_what_it_stands_for() -> None:
    smiley = '<img class="{}" src="https://s.w.org/x.png" alt="{}">'
    markup = smiley.format("wp-smiley", "&lt;3") + smiley.format("big emoji", "🙂") + smiley.format("smiley", "")
    assert clean_html(f"<p>Ja {markup}</p>", BASE) == "<p>Ja &lt;3🙂</p>"


@pytest.mark.parametrize("href", ["mailto:a@b.example", "mailto:a@b.example?subject=Hallo%20Welt", "tel:+43 1 234-5"])
def test_links_lead_to_people_too(href: str) -> None:
    assert clean_html(f'<a href=" {href}">x</a>', BASE) == f'<a href="{href}">x</a>'


@pytest.mark.parametrize("href", ["mailto:x", "tel:javascript:x()", "mailto:a@b c", "sms:1234", "javascript:a@b"])
def test_but_nowhere_else(href: str) -> None:
    assert clean_html(f'<a href="{href}">x</a>', BASE) == "<a>x</a>"


@pytest.mark.parametrize("nothing", ["", " \n", "<p> </p>", "<p>&nbsp;</p><br>", "<script>x</script>", "<!-- x -->"])
def test_what_shows_nothing_is_nothing(nothing: str) -> None:
    assert clean_html(nothing, BASE) is None


def test_what_is_not_for_reading_goes_with_all_that_it_holds() -> None:
    markup = "<style>p{}</style><script>x</script><iframe>x</iframe><noscript><p>x</noscript><svg><text>x</text></svg>"
    assert clean_html(f"{markup}ja", BASE) == "ja"


def test_control_characters_go_and_half_characters_are_marked() -> None:
    assert clean_html("a\x00b\x0bc&#1;d\x1b[31m\ud800e\ufffe", BASE) == "abcd[31m\ufffde"


def test_what_stands_beyond_the_bound_goes() -> None:
    html = clean_html("a" * MAX_MARKUP + "<p>too much</p>", BASE)
    assert html == "a" * MAX_MARKUP


def test_nesting_beyond_the_bound_goes_and_the_text_stays() -> None:
    html = clean_html("<div>" * 5_000 + "Text", BASE)
    assert html == "<div>" * MAX_DEPTH + "Text" + "</div>" * MAX_DEPTH


def test_many_paragraphs_that_nobody_closes_are_no_nesting() -> None:
    html = clean_html("<p>x" * 1_000, BASE)
    assert html == "<p>x</p>" * 1_000


def test_an_end_tag_without_its_start_tag_makes_no_room_for_more_nesting() -> None:
    html = clean_html("<div></span>" * 1_000 + "x", BASE) or ""
    assert html.count("<div>") == MAX_DEPTH


def test_one_tag_of_endless_attributes_is_a_tag_without_attributes() -> None:
    markup = "<p " + " ".join(f"a{number}" for number in range(50_000)) + ">x</p>"
    assert clean_html(markup, BASE) == "<p>x</p>"


def test_a_long_text_stays_whole_though_it_is_parted_on_the_way() -> None:
    text = "Donau\u00addampf &amp; Schiff\u00a0" * 5_000
    assert clean_html(f"<p>{text}</p>", BASE) == f"<p>{text.replace(chr(0xA0), '&nbsp;')}</p>"
