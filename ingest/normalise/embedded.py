"""What a page would get from elsewhere once it is open, in plain markup: frames as links, late pictures as pictures.

Runs before the sanitiser and promises nothing about safety. Pure, linear.
"""

import re
from functools import partial
from html import escape, unescape
from urllib.parse import urlsplit

from ingest.normalise.urls import absolute_url

EMBEDDED = "embedded"  # relation of a link that stands for a frame; no text of the entry

_MAX = 4096  # characters of a tag's attributes that are looked at
_TAG = re.compile(rf"<(iframe|embed|object|amp-iframe|amp-img|img|source)(?=[\s/])([^<>]{{0,{_MAX}}})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""(?<![a-z0-9_-])([a-z][a-z0-9_-]{0,40})\s{0,9}=\s{0,9}("[^"]*"|'[^']*'|[^\s"'<>]+)""", re.IGNORECASE
)
_FRAMES = frozenset({"iframe", "embed", "object", "amp-iframe"})
_ENCLOSING = frozenset({"iframe", "object"})
_UNSEEN = frozenset({"0", "1", "0px", "1px"})
_LATE = ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-img-src", "data-orig-file")
_LATE_SETS = ("data-srcset", "data-lazy-srcset")
# What stands there until the picture is needed.
_PLACEHOLDER = re.compile(
    r"\s*(?:data:|about:|#|$)|[^?#]*(?:blank|placeholder|spacer|lazy|transparent|pixel|loading|1x1|grey|gray)[^/?#]{0,20}"
    r"\.(?:gif|png|svg|jpe?g|webp)",
    re.IGNORECASE,
)


def outside_shown(markup: str, base: str | None) -> str:
    """Markup with a link before each frame, and pictures that a script would load later as pictures.

    A frame that nothing ends, or that ends as in XML, ends at once: HTML would take the rest of the text for its own.

    >>> outside_shown('<iframe src="https://video.example/7"></iframe>', None)
    '<a rel="embedded" href="https://video.example/7">video.example</a><iframe src="https://video.example/7"></iframe>'
    >>> outside_shown('<img src="data:image/gif;base64,R0" data-src="a.jpg">', None)
    '<img src="a.jpg" src="data:image/gif;base64,R0" data-src="a.jpg">'
    """
    return _TAG.sub(partial(_told, base, _Ends(markup)), markup)


class _Ends:
    """Where the last end tags stand."""

    def __init__(self, markup: str) -> None:
        self._markup = markup
        self._last: dict[str, int] = {}

    def missing(self, tag: re.Match[str]) -> str:
        """The end tag of an element that has content of its own, if it has none."""
        name = tag[1].lower()
        if name not in _ENCLOSING:
            return ""
        if name not in self._last:
            self._last[name] = self._markup.lower().rfind(f"</{name}")
        return f"</{name}>" if self._last[name] < tag.end() or tag[2].endswith("/") else ""


def _told(base: str | None, ends: _Ends, match: re.Match[str]) -> str:
    name = match[1].lower()
    given = {key.lower(): _value(value) for key, value in reversed(_ATTRIBUTE.findall(match[2]))}
    if name in _FRAMES:
        return _link(given, base) + match[0] + ends.missing(match)
    tag = "img" if name == "amp-img" else match[1]
    return f"<{tag}{_loaded(given)}{match[2]}>"


def _value(written: str) -> str:
    return unescape(written[1:-1] if written[0] in "\"'" else written)


def _link(given: dict[str, str], base: str | None) -> str:
    """For a frame that shows a page of the web, and is there to be seen."""
    if _UNSEEN.issuperset(given.get(name, "100%") for name in ("width", "height")):
        return ""
    places = (given.get(name, "") for name in ("src", "data", *_LATE))
    url = next((url for place in places if not _PLACEHOLDER.match(place) and (url := absolute_url(place, base))), None)
    return f'<a rel="{EMBEDDED}" href="{escape(url)}">{escape(urlsplit(url).netloc)}</a>' if url else ""


def _loaded(given: dict[str, str]) -> str:
    """Attributes as a script would set them; of two with one name the first counts (HTML 13.2.5.33)."""
    late = next((given[name] for name in _LATE if given.get(name)), None)
    sets = next((given[name] for name in _LATE_SETS if given.get(name)), None)
    src = f' src="{escape(late)}"' if late and _PLACEHOLDER.match(given.get("src", "")) else ""
    srcset = f' srcset="{escape(sets)}"' if sets and _PLACEHOLDER.match(given.get("srcset", "")) else ""
    return src + srcset
