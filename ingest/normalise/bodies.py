"""Which text of an entry is its summary and which its content, whatever element it came in. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape

from ingest.normalise.html import MAX_MARKUP, clean_html
from ingest.normalise.text import ELEMENTS, text_of, unmarked
from ingest.normalise.urls import resolved_base
from ingest.parse.parsed import READABLE_TYPES, Text

# What a format calls the summary goes before what others call so (media:description is of the medium).
_SUMMARIES = {
    name: rank
    for rank, names in enumerate(
        (
            ("description", "summary"),
            ("atom:summary",),
            ("dc:description", "dcterms:abstract", "excerpt:encoded", "teaser", "abstract"),
            ("itunes:summary",),
            ("media:description", "googleplay:description"),
            ("itunes:subtitle", "subtitle"),
        )
    )
    for name in names
}
_MARKUP_TYPES = READABLE_TYPES - {"text"}
_LINES_COUNT = frozenset({"media:description", "content_text"})  # a line break is one, not the wrapping of a source

# Elements that no title has: there they are words.
_OF_BODIES = (
    "address|applet|article|aside|audio|base|body|button|canvas|caption|col|colgroup|dd|details|dialog|dir|dl|dt|embed|"
    "fieldset|figcaption|footer|form|frame|frameset|head|header|hgroup|html|iframe|input|label|legend|link|main|map|math|menu|"
    "meta|meter|nav|noscript|object|optgroup|option|output|param|picture|pre|progress|rp|rt|ruby|section|select|"
    "source|summary|textarea|tfoot|thead|title|video"
)
_HAS_MARKUP = re.compile(
    rf"</?(?:{ELEMENTS}|{_OF_BODIES})(?=[\s/>])[^<>]*>|<!--|&(?:#\w{{1,8}}|[A-Za-z]\w{{1,31}});", re.IGNORECASE
)
_ESCAPED_TAG = re.compile(
    r"&lt;(/?)(p|a|b|i|em|strong|span|div|ul|ol|li|h[1-6]|table|blockquote|figure|(?:br|img|hr)(?=\s|/|&gt;))(?=\s|&gt;|/)",
    re.IGNORECASE,
)
# A sign between two quantities: "a<b und c>d". Tags have attributes with a value, and an end.
_COMPARED = re.compile(r"<(?=([abipqsu])\s[^<>=\"'/]+>)", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True)
class Bodies:
    """`summary` and `content_text` are plain text, the `_html` fields safe HTML with absolute links.

    `unused` are other texts that say something else, as plain text by the element that they came in. `cut`: a body was
    longer than is kept.
    """

    summary: str | None = None
    content_text: str | None = None
    summary_html: str | None = None
    content_html: str | None = None
    unused: tuple[tuple[str, str], ...] = ()
    cut: bool = False


def bodies(summaries: Iterable[Text], contents: Iterable[Text], base: str | None) -> Bodies:
    """Summary and content; `content_text` is the plain text of the content or, if that has none, of the summary.

    A content that equals the summary is not kept twice: it is the summary then.
    """
    ranked = sorted(_readable(summaries), key=lambda text: _SUMMARIES.get(text.element or "", 9))
    fullest = sorted(_readable(contents), key=lambda text: (text.type in _MARKUP_TYPES, len(text.value)), reverse=True)
    summary, summary_html = _first(ranked, base)
    content, content_html = _first(fullest, base)
    if content is not None and content_html == summary_html:
        content_html = None
    summary_text = text_of(summary_html) if summary_html else None
    content_text = text_of(content_html) if content_html else None
    return Bodies(
        summary_text,
        content_text or summary_text,
        summary_html,
        content_html,
        _unused([*ranked, *fullest], {id(summary), id(content)}, [summary_text, content_text], base),
        any(len(text.value) > MAX_MARKUP for text in (summary, content) if text),
    )


def _readable(texts: Iterable[Text]) -> list[Text]:
    return [text for text in texts if text.value and text.type in READABLE_TYPES]


def _first(texts: Iterable[Text], base: str | None) -> tuple[Text | None, str | None]:
    for text in texts:
        if html := rendered(text, base):
            return text, html
    return None, None


def _unused(
    texts: Iterable[Text], used: set[int], said: Iterable[str | None], base: str | None
) -> tuple[tuple[str, str], ...]:
    told = {_unspaced(text) for text in said if text}
    found: list[tuple[str, str]] = []
    for text in texts:
        plain = text_of(html) if id(text) not in used and (html := rendered(text, base)) else None
        if plain and _unspaced(plain) not in told:
            told.add(_unspaced(plain))
            found.append((text.element or "description", plain))
    return tuple(found)


def _unspaced(text: str) -> str:
    return "".join(text.split())


def rendered(text: Text, base: str | None) -> str | None:
    """A body as safe HTML; plain text, marked so or showing no markup, is escaped. None if nothing is to be seen.

    >>> rendered(Text("x <y and z", None), None), rendered(Text("<b>x</b> &amp; y", None), None)
    ('x &lt;y and z', '<b>x</b> &amp; y')
    """
    value = unmarked(text.value)
    if text.type != "xhtml" and "<" in value:
        value = _comparing(value)
    if text.type == "text" or (text.type != "xhtml" and not _HAS_MARKUP.search(value)):
        return clean_html(_as_lines(value, text.element), None)
    if "<" not in value and _is_escaped_twice(value):
        value = unescape(value)
    return clean_html(value, resolved_base(text.base, base))


def _comparing(value: str) -> str:
    """With signs for less-than that begin no tag as such, since nothing ends it."""
    ended = {name for name in "abipqsuABIPQSU" if f"</{name}" in value}
    return _COMPARED.sub(lambda sign: sign[0] if sign[1] in ended else "&lt;", value)


def _is_escaped_twice(value: str) -> bool:
    """It has an element with its end, or one that has none; a lone end tag is what an author writes of."""
    tags = {(bool(tag[1]), tag[2].lower()) for tag in _ESCAPED_TAG.finditer(value)}
    return any(name in _VOID or (not ends and (True, name) in tags) for ends, name in tags)


_VOID = frozenset({"br", "img", "hr"})


def _as_lines(plain: str, element: str | None) -> str:
    html = escape(plain.strip(), quote=False)
    if "\n" not in html:
        return html
    html = "\n".join(line.strip() for line in html.splitlines())
    return html.replace("\n", "<br>\n") if element in _LINES_COUNT else _BLANK_LINES.sub("<br>\n<br>\n", html)
