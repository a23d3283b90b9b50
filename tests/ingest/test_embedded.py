"""What a page gets from elsewhere once it is open stays findable: frames as links, late pictures as pictures."""

import pytest
from vectors import VECTORS, faults

from ingest.normalise.html import clean_html
from ingest.normalise.text import text_of

BASE = "https://example.org/news/a.html"
SITE = "https://example.org"
VIDEO = '<a rel="embedded" href="https://video.example/embed/7?a=1&amp;b=2">video.example</a>'


@pytest.mark.parametrize(
    "frame",
    [
        '<iframe width="560" height="315" src="https://video.example/embed/7?a=1&amp;b=2" allowfullscreen></iframe>',
        "<IFRAME SRC='https://video.example/embed/7?a=1&b=2'></IFRAME>",
        "<iframe src='about:blank' data-src=https://video.example/embed/7?a=1&amp;b=2></iframe>",
        '<embed type="video/mp4" src="//video.example/embed/7?a=1&b=2">',
        '<object data="https://video.example/embed/7?a=1&b=2"><p>no plugin</p></object>',
        '<amp-iframe src="https://video.example/embed/7?a=1&b=2"></amp-iframe>',
    ],
)
def test_a_frame_leaves_a_link_that_is_no_text_of_the_entry(frame: str) -> None:
    html = clean_html(f"<p>Im Video:</p>{frame}<p>Danach.</p>", BASE)
    assert html == f"<p>Im Video:</p>{VIDEO}<p>Danach.</p>"
    assert text_of(html) == "Im Video:\nDanach."


def test_an_entry_that_is_but_a_frame_has_html_and_no_text() -> None:
    html = clean_html('<iframe src="/v/7"></iframe>', BASE)
    assert html == '<a rel="embedded" href="https://example.org/v/7">example.org</a>'
    assert text_of(html) is None


@pytest.mark.parametrize(
    "frame",
    [
        "<iframe></iframe>",
        '<iframe src="javascript:alert(1)"></iframe>',
        '<iframe src="data:text/html,x"></iframe>',
        '<iframe srcdoc="x"></iframe>',
        '<iframe src="https://stat.example/c" width="1" height="1"></iframe>',
        '<iframe src="https://stat.example/c" height=0 width=0 style="display:none"></iframe>',
    ],
)
def test_a_frame_that_shows_no_page_leaves_nothing(frame: str) -> None:
    assert clean_html(f"<p>x</p>{frame}", BASE) == "<p>x</p>"


@pytest.mark.parametrize(
    ("late", "shown"),
    [
        ('<img src="data:image/gif;base64,R0" data-src="/b.jpg" alt="B">', f'src="{SITE}/b.jpg" alt="B"'),
        ('<img data-original="b.jpg">', 'src="https://example.org/news/b.jpg"'),
        ('<img src="/i/blank.gif" data-lazy-src="/b.jpg">', 'src="https://example.org/b.jpg"'),
        ('<img src="/a.jpg" data-src="/b.jpg">', 'src="https://example.org/a.jpg"'),
        ('<img data-srcset="/b.jpg 1x, /c.jpg 2x">', f'srcset="{SITE}/b.jpg 1x, {SITE}/c.jpg 2x"'),
        ('<amp-img src="/b.jpg" width="640"></amp-img>', 'src="https://example.org/b.jpg" width="640"'),
    ],
)  # fmt: skip
def test_a_picture_that_a_script_would_load_is_a_picture(late: str, shown: str) -> None:
    assert clean_html(late, BASE) == f"<img {shown}>"


def test_no_publisher_hides_text_in_a_link_of_another_relation() -> None:
    assert clean_html('<a rel="nofollow" href="/a">x</a>', BASE) == '<a href="https://example.org/a">x</a>'


@pytest.mark.parametrize("vector", VECTORS)
def test_no_trick_in_a_frame_or_a_late_picture_leaves_anything_active(vector: str) -> None:
    for markup in ('<iframe src="{}"></iframe>', "<iframe src='{}'>", "<img data-src='{}'>", '<img data-srcset="{}">'):
        assert faults(clean_html(markup.format(vector), BASE) or "") == []


def test_a_long_document_of_broken_tags_takes_time_in_proportion() -> None:
    for piece in ('<iframe a="', "<img a='b=\"", "<iframe " + "a" * 4000, "<img data-src=" + "a" * 4000 + ">"):
        assert "<iframe" not in (clean_html(piece * (400_000 // len(piece)), BASE) or "")
