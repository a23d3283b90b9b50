"""What belongs to an entry besides its text."""

import pytest

from ingest.normalise.media import enclosures, image_url, unread
from ingest.parse.parsed import Medium
from storage.records import Enclosure

BASE = "https://example.org/feed.xml"


def test_an_address_is_trimmed_and_absolute() -> None:
    (found,) = enclosures([Medium("\n /a.mp3 ", "enclosure")], BASE)
    assert found == Enclosure("https://example.org/a.mp3")


def test_xml_base_counts_for_an_address() -> None:
    (found,) = enclosures([Medium("a.mp3", "link", base="/sound/")], BASE)
    assert found.url == "https://example.org/sound/a.mp3"


@pytest.mark.parametrize("url", ["", " ", "javascript:alert(1)", "data:image/png;base64,x", "urn:x"])
def test_what_has_no_web_address_is_no_enclosure(url: str) -> None:
    assert enclosures([Medium(url, "enclosure")], BASE) == ()


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12345", 12345),
        (" 12,345 ", 12345),
        ("1.234.567", 1234567),
        ("640px", 640),
        ("640.0", 640),
        ("0", None),
        ("-1", None),
        ("", None),
        ("viel", None),
        ("1e9", None),
        ("9" * 30, None),
        ("12.5", None),
        ("100%", None),
    ],
)
def test_a_number_is_a_whole_one_or_not_said(written: str, number: int | None) -> None:
    (found,) = enclosures([Medium("/a", "enclosure", length=written, width=written, height=written)], BASE)
    assert (found.length, found.width, found.height) == (number, number, number)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90", 90),
        ("90.5", 90.5),
        ("1:30", 90),
        ("01:01:30", 3690),
        ("1:2:3.5", 3723.5),
        ("120:00", 7200),
        ("x", None),
        ("1:2:3:4", None),
    ],
)
def test_a_duration_is_seconds_or_a_clock(written: str, seconds: float | None) -> None:
    (found,) = enclosures([Medium("/a", "enclosure", duration=written)], BASE)
    assert found.duration == seconds


def test_what_stands_where_a_number_should_is_kept_as_written() -> None:
    media = [
        Medium("a.mp3", "enclosure", length="abc", duration="soon"),
        Medium("b.mp3", "enclosure", length="0", duration="1:02", width="640px"),
    ]
    assert list(unread(media)) == [("enclosure", {"@url": "a.mp3", "@length": "abc", "@duration": "soon"})]


def test_the_entrys_running_time_is_that_of_its_sound() -> None:
    media = [Medium("/a.jpg", "media:content", medium="image"), Medium("/a.mp3", "enclosure", type="audio/mpeg")]
    assert [each.duration for each in enclosures(media, BASE, running_time="1:02:03")] == [None, 3723]
    assert [each.duration for each in enclosures(media, BASE, running_time=["1:02:03"])] == [None, None]


def test_a_medium_knows_its_own_running_time_best() -> None:
    (found,) = enclosures([Medium("/a.mp3", "enclosure", duration="60")], BASE, running_time="90")
    assert found.duration == 60


def test_one_address_is_one_enclosure_and_what_is_said_of_it_is_joined() -> None:
    media = [
        Medium("/a.mp4", "enclosure", type="video/mp4", length="9"),
        Medium("https://example.org/a.mp4", "media:content", medium="video", length="8", duration="60"),
    ]
    assert enclosures(media, BASE) == (Enclosure("https://example.org/a.mp4", "video/mp4", 9, "video", duration=60.0),)


def test_order_is_that_of_the_document_and_thumbnails_come_last() -> None:
    media = [Medium("/t.jpg", "media:thumbnail"), Medium("/b", "media:content"), Medium("/a", "enclosure")]
    found = enclosures(media, BASE)
    assert [each.url for each in found] == [
        "https://example.org/b",
        "https://example.org/a",
        "https://example.org/t.jpg",
    ]
    assert [each.medium for each in found] == [None, None, "image"]


def test_a_media_type_has_no_parameters_and_no_capitals() -> None:
    (found,) = enclosures([Medium("/a", "enclosure", type="Audio/MPEG; x=y")], BASE)
    assert found.type == "audio/mpeg"


# --- the picture ------------------------------------------------------------------------------------------------------

SMALL = Medium("/small.jpg", "media:content", medium="image", width="100")
WIDE = Medium("/wide.jpg", "media:content", type="image/jpeg", width="900")
THUMB = Medium("/thumb.jpg", "media:thumbnail", width="1200")
SOUND = Medium("/a.mp3", "enclosure", type="audio/mpeg")
BODY = '<p>x</p><img alt="" src="https://example.org/body.jpg?a=1&amp;b=2">'


def picture(images: list[str], media: list[Medium], body: str | None = None) -> str | None:
    url = image_url(images, enclosures(media, BASE), media, (None, body), BASE)
    return url and url.removeprefix("https://example.org/")


def test_what_calls_itself_the_picture_is_it() -> None:
    assert picture(["javascript:x", "/own.jpg"], [WIDE], BODY) == "own.jpg"


def test_else_the_widest_picture_among_the_media() -> None:
    assert picture([], [SOUND, THUMB, SMALL, WIDE], BODY) == "wide.jpg"


def test_else_a_thumbnail() -> None:
    assert picture([], [SOUND, THUMB], BODY) == "thumb.jpg"


def test_else_the_first_picture_in_the_body() -> None:
    assert picture([], [SOUND], BODY) == "body.jpg?a=1&b=2"


def test_else_none() -> None:
    assert picture([], [SOUND], "<p>x</p>") is None


def test_an_enclosure_without_type_is_a_picture_if_it_is_named_like_one() -> None:
    assert picture([], [Medium("/a.mp3", "enclosure"), Medium("/b.JPG?w=1", "enclosure")]) == "b.JPG?w=1"
