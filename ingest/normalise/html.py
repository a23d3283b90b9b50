"""Markup of strangers to HTML that is safe on any page. Pure, bounded, in time linear in its length.

nh3 alone decides what stays. What comes before it only keeps it from running long (it is quadratic in nesting, in the
attributes of one tag and in some texts); what comes after it only takes whole tags away.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import escape, unescape

import nh3

from ingest.normalise.embedded import EMBEDDED, outside_shown
from ingest.normalise.text import read_once, visible
from ingest.normalise.urls import absolute_url

MAX_MARKUP = 2_000_000  # characters of one body
MAX_DEPTH = 200  # elements in one another
MAX_TAG = 8_192  # characters of one tag

_TAGS = frozenset(
    [
        *("a", "abbr", "address", "article", "aside", "audio", "b", "bdi", "bdo", "big", "blockquote", "br"),
        *("caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "dir", "div", "dl"),
        *("dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr"),
        *("i", "img", "ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "picture", "pre", "q", "rp", "rt", "ruby"),
        *("s", "samp", "section", "small", "source", "span", "strike", "strong", "sub", "summary", "sup", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "video", "wbr"),
    ]
)
# Not for reading, or read by a browser in a way of its own (svg, math, style, noscript: mutation XSS).
_DROPPED_WHOLE = frozenset(
    [
        *("applet", "embed", "frameset", "head", "iframe", "math", "noembed", "noframes", "noscript", "object"),
        *("script", "style", "svg", "template", "textarea", "title", "xmp"),
    ]
)
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "hreflang", "rel"},
    "audio": {"src", "controls"},
    "img": {"alt", "class", "height", "hidden", "sizes", "src", "srcset", "style", "width"},  # see _of_image
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "poster", "src", "width"},
}

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^>]*>?")
# Tags whose element ends by itself where the next begins (HTML 13.1.2.4), and those that hold nothing: no nesting.
_FLAT = frozenset(
    [
        *("area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p"),
        *("param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr"),
    ]
)
_LONG_TAG = re.compile(rf"<([A-Za-z][A-Za-z0-9]*)[^<>]{{{MAX_TAG},}}>?")
# nh3 is quadratic in the non-breaking spaces and their like (U+0080 to U+00BF) of one stretch of text.
_BRACKET = re.compile("[<>]")
_STRETCH = re.compile(rf"[^<>]{{1,{MAX_TAG}}}")
_IMAGE = re.compile(r"<img[^>]*>")
_UNSEEN_STYLE = re.compile(
    r"""(?:^|[;{]) \s* (?: display\s*:\s*none | visibility\s*:\s*hidden
        | (?:max-)?(?:width|height)\s*:\s*(?:0|1px|0px)\s*(?:!important\s*)?(?:;|$) )""",
    re.VERBOSE | re.IGNORECASE,
)
_SMILEY = re.compile(r"(?:^|\s)(?:wp-smiley|emoji|smiley)(?:\s|$)")
_ALT = re.compile(r' alt="([^"]*)"')
_PIXEL = re.compile(
    r"""\s(?:width|height)="\s*[01](?:px)?\s*"|\shidden="|\ssrc="https?://(?:
        pixel\.wp\.com/|stats\.wordpress\.com/b\.gif|feeds\.feedburner\.com/~r/|feedads\.g\.doubleclick\.net/
        |[^"/]*/~(?:r|ff|a)/|[^"/]*doubleclick\.net/|[^"/]*\.met\.vgwort\.de/|[^"/]*\.ivwbox\.de/|[^"/]*\.ioam\.de/
        |[^"?]*/(?:matomo|piwik)\.php\?|(?:www\.)?facebook\.com/tr[/?]|[^"/]*\.scorecardresearch\.com/
        |[^"/]*\.adform\.net/|[^"/]*\.quantserve\.com/|[^"/]*\.imrworldwide\.com/|[^"/]*\.statcounter\.com/
        |(?:www\.)?google-analytics\.com/|pi\.feedsportal\.com/|rss\.buysellads\.com/|da\.feedsportal\.com/)""",
    re.VERBOSE | re.IGNORECASE,
)


def clean_html(markup: str, base: str | None) -> str | None:
    """The markup as safe HTML with absolute http(s) links, resolved against `base`; None if nothing is left to see.

    Scripts, styles, forms, event handlers and tracking pixels are gone, and so is what stands beyond MAX_MARKUP
    characters; of what a frame would show a link is left, of a smiley what it stands for. Links may also lead to
    addresses and numbers of people (mailto, tel). Never raises.

    >>> clean_html('<p onclick="x()">Hallo <a href="/welt">Welt</a><script>x()</script>', "https://example.org/a")
    '<p>Hallo <a href="https://example.org/welt">Welt</a></p>'
    """
    cleaner = _cleaner(absolute_url(base, None) if base else None)
    html = visible(_cleaned(cleaner, _tamed(outside_shown(read_once(markup[:MAX_MARKUP]), base)))).strip()
    if "<img" in html:
        html = _IMAGE.sub(_kept_image, html)
    return html if _shows_something(html) else None


def _cleaned(cleaner: nh3.Cleaner, markup: str) -> str:
    try:
        return cleaner.clean(markup)
    except UnicodeEncodeError:  # half a character
        return cleaner.clean(visible(markup))


@lru_cache(maxsize=64)
def _cleaner(base: str | None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=lambda _tag, name, value: _attribute(name, value, base),
        url_schemes={"http", "https", "mailto", "tel"},
        url_relative="pass_through",
        link_rel=None,
    )


_URL_ATTRIBUTES = frozenset(["href", "src", "poster"])


def _attribute(name: str, value: str, base: str | None) -> str | None:
    if name in _URL_ATTRIBUTES:
        if name == "href" and _PERSON.match(value):
            return value.strip()
        return absolute_url(value, base)
    if name == "rel":
        return value if value == EMBEDDED else None
    if name in _OF_IMAGE:
        return _OF_IMAGE[name](value)
    return _srcset(value, base) if name == "srcset" else value


_PERSON = re.compile(r"\s*(?:mailto:[^\s<>\"]+@[^\s<>\"]+|tel:\+?[0-9().\-/ ]{3,40})\s*$", re.IGNORECASE)
# What tells an image that nobody is to see, and a smiley: kept as a mark until `_kept_image` has seen it.
_OF_IMAGE: dict[str, Callable[[str], str | None]] = {
    "hidden": lambda _: "",
    "style": lambda value: "hidden" if _UNSEEN_STYLE.search(value) else None,
    "class": lambda value: "smiley" if _SMILEY.search(value) else None,
}


def _srcset(value: str, base: str | None) -> str | None:
    found = [(absolute_url(href, base), size) for href, size in _candidates(value[:MAX_TAG])]
    return ", ".join(f"{url} {size}" if size else url for url, size in found if url) or None


_SIZE = re.compile(r"[0-9.]{1,12}[wxh]")


def _candidates(value: str) -> Iterator[tuple[str, str]]:
    """HTML 4.8.4.2.1: URLs, each with a width or density, between commas; a URL may hold commas, not end with one."""
    href = ""
    for word in value.split():
        if href:
            size, _, word = word.partition(",")
            if _SIZE.fullmatch(size):
                yield href, size
            href = ""
        if word.endswith(","):
            yield word.rstrip(","), ""
        else:
            href = word
    if href:
        yield href, ""


def _kept_image(match: re.Match[str]) -> str:
    tag = match[0]
    if (" src=" not in tag and " srcset=" not in tag) or ' style="hidden"' in tag or _PIXEL.search(tag):
        return ""
    if ' class="smiley"' in tag:
        said = _ALT.search(tag)
        return escape(unescape(said[1])) if said else ""
    return tag


def _shows_something(html: str) -> bool:
    return bool(html) and ("<img" in html or "<audio" in html or "<video" in html or bool(_stripped(html)))


_UNSEEN = re.compile(r"<[^>]*>|&nbsp;")


def _stripped(html: str) -> str:
    return _UNSEEN.sub("", html).strip()


# --- what keeps nh3 fast ----------------------------------------------------------------------------------------------


def _tamed(markup: str) -> str:
    """The markup without tags nested deeper than MAX_DEPTH or attributes of endless tags, and long texts parted."""
    if len(markup) > MAX_TAG:
        markup = _LONG_TAG.sub(r"<\1>", markup)
        if max(map(len, _BRACKET.split(markup))) > MAX_TAG:
            markup = _STRETCH.sub(_parted, markup)
    if markup.count("<") <= MAX_DEPTH:
        return markup
    return _TAG.sub(_Depth().kept, markup)


def _parted(match: re.Match[str]) -> str:
    """A stretch as long as can be and a comment, which nh3 drops; never within a character reference."""
    text = match[0]
    if len(text) < MAX_TAG:
        return text
    at = text.rfind("&", len(text) - 40)
    return f"{text}<!---->" if at < 0 else f"{text[:at]}<!---->{text[at:]}"


class _Depth:
    """Counts what is open, by name: an end tag without its start tag closes nothing."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.depth = 0

    def kept(self, match: re.Match[str]) -> str:
        name = match[2].lower()
        if name in _FLAT:
            return match[0]
        if match[1]:
            return self._end(name, match[0])
        if self.depth >= MAX_DEPTH:
            return ""
        self.open[name] += 1
        self.depth += 1
        return match[0]

    def _end(self, name: str, tag: str) -> str:
        if not self.open[name]:
            return ""
        self.open[name] -= 1
        self.depth -= 1
        return tag
