"""What belongs to an entry besides its text: sounds, films, pictures. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace

from ingest.normalise.text import one_line
from ingest.normalise.text import plain_title as plain
from ingest.normalise.urls import absolute_url, resolved_base
from ingest.parse.parsed import Medium, Text
from storage.records import Enclosure

_MAX_TEXT = 1_000  # characters of a title or type
_MAX_NUMBER = 2**53  # beyond it JSON readers lose digits
_WHOLE = re.compile(r"\s*(\d{1,16}|\d{1,3}(?:[,.' ]\d{3}){1,4})(?:\.0+)?\s*(?:px|bytes|b)?\s*", re.IGNORECASE)
_CLOCK = re.compile(r"\s*(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:\.\d{1,6})?)\s*")
_SECONDS = re.compile(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*s?\s*")
_PICTURE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|heic|bmp|tiff?)(?:[?#]|$)", re.IGNORECASE)
_IMAGE = re.compile(r'<img[^>]* src="([^"]*)"')
_THUMBNAIL = "media:thumbnail"


def enclosures(media: Iterable[Medium], base: str | None, *, running_time: object = None) -> tuple[Enclosure, ...]:
    """The media in document order, thumbnails last; one URL is one enclosure, what several elements say of it joined.

    Without http(s) URL there is no enclosure. A number that is none is not said. `running_time` is what the entry says
    of its sound or film (itunes:duration); it is that of the first that says none itself.

    >>> enclosures([Medium(" /a.mp3\\n", "enclosure", type="audio/mpeg", length="12,345")], "https://example.org/")[0]
    Enclosure(url='https://example.org/a.mp3', type='audio/mpeg', length=12345, medium=None, title=None, width=None,\
 height=None, duration=None)
    """
    found: dict[str, Enclosure] = {}
    for medium in sorted(media, key=lambda medium: medium.element == _THUMBNAIL):
        if enclosure := _enclosure(medium, base):
            known = found.get(enclosure.url)
            found[enclosure.url] = _joined(known, enclosure) if known else enclosure
    if isinstance(running_time, str) and (seconds := _duration(running_time)):
        _say_duration(found, seconds)
    return tuple(found.values())


def _say_duration(found: dict[str, Enclosure], seconds: float) -> None:
    for url, enclosure in found.items():
        if not _is_picture(enclosure):
            found[url] = replace(enclosure, duration=enclosure.duration or seconds)
            return


def _enclosure(medium: Medium, base: str | None) -> Enclosure | None:
    url = _url(medium, base)
    if url is None:
        return None
    return Enclosure(
        url=url,
        type=_type(medium.type),
        length=_whole(medium.length),
        medium=_word(medium.medium) or ("image" if medium.element == _THUMBNAIL else None),
        title=plain(Text(medium.title[:_MAX_TEXT]), "") if medium.title else None,
        width=_whole(medium.width),
        height=_whole(medium.height),
        duration=_duration(medium.duration),
    )


def unread(media: Iterable[Medium]) -> Iterator[tuple[str, dict[str, str]]]:
    """What stands where a number should, as written: ("enclosure", {"@url": …, "@length": "abc"})."""
    for medium in media:
        numbers = {"length": medium.length, "width": medium.width, "height": medium.height}
        lost = {f"@{name}": raw for name, raw in numbers.items() if raw and raw.strip(" 0") and _whole(raw) is None}
        if (raw := medium.duration) and raw.strip(" 0") and _duration(raw) is None:
            lost["@duration"] = raw
        if lost:
            yield medium.element, {"@url": medium.url, **lost}


def _url(medium: Medium, base: str | None) -> str | None:
    return absolute_url(medium.url, resolved_base(medium.base, base))


def _joined(known: Enclosure, more: Enclosure) -> Enclosure:
    missing = {f.name: getattr(more, f.name) for f in fields(Enclosure) if getattr(known, f.name) is None}
    return replace(known, **missing)


def _type(text: str | None) -> str | None:
    return _word(text.partition(";")[0]) if text else None


def _word(text: str | None) -> str | None:
    return one_line(text[:_MAX_TEXT].lower()) if text else None


def _whole(text: str | None) -> int | None:
    match = _WHOLE.fullmatch(text) if text and len(text) < 40 else None
    if match is None:
        return None
    number = int(re.sub(r"\D", "", match[1]))
    return number if 0 < number <= _MAX_NUMBER else None


def _duration(text: str | None) -> float | None:
    """Seconds (Media RSS, JSON Feed) or a clock (iTunes: HH:MM:SS, MM:SS)."""
    if not text or len(text) > 40:
        return None
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = match.groups(default="0")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    match = _SECONDS.fullmatch(text)
    return float(match[1]) if match else None


# --- the picture ------------------------------------------------------------------------------------------------------


def image_url(
    images: Sequence[str],
    found: Sequence[Enclosure],
    media: Sequence[Medium],
    html: Sequence[str | None],
    base: str | None,
) -> str | None:
    """The entry's picture: one that calls itself that (`itunes:image`, JSON Feed `image`), else the widest picture
    among the media, thumbnails only where there is no other, else the first picture in the body.
    """
    for image in images:
        if url := absolute_url(image, base):
            return url
    thumbnails = {_url(medium, base) for medium in media if medium.element == _THUMBNAIL}
    pictures = [enclosure for enclosure in found if _is_picture(enclosure)]
    if pictures:
        return max(pictures, key=lambda picture: (picture.url not in thumbnails, picture.width or 0)).url
    return next((_first_image(markup) for markup in html if markup and "<img" in markup), None)


def _is_picture(enclosure: Enclosure) -> bool:
    if enclosure.medium or enclosure.type:
        return enclosure.medium == "image" or (enclosure.type or "").startswith("image/")
    return bool(_PICTURE_NAME.search(enclosure.url))


def _first_image(html: str) -> str | None:
    match = _IMAGE.search(html)
    return match[1].replace("&amp;", "&") if match else None
