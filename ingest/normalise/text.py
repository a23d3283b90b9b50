"""Markup to what a person reads: plain text. Pure, in time linear in its length."""

import html as entities
import re
from dataclasses import dataclass, field

from ingest.parse.parsed import Text

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BYTES = re.compile("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HAS_BYTES = re.compile("[\xc2-\xdf][\x80-\x9f]|[\xe0-\xf4](?:[\x80-\x9f][\x80-\xbf]|[\xa0-\xbf][\x80-\x9f])")
_MEANT = {chr(code): bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_MEANT |= dict.fromkeys(map(chr, range(0xD800, 0xE000)), "\ufffd")


def visible(text: str) -> str:
    """Without control characters (line breaks and tabs stay); halves of surrogate pairs become U+FFFD.

    U+0080 to U+009F are what publishers write who mean windows-1252 (HTML 13.2.5.80 reads references so), or the rest
    of a character whose bytes in UTF-8 were taken for characters (see `read_once`).

    >>> visible("a\\x00b\\x1bc"), visible("don\\x92t"), visible("Stra\\xc3\\x9fe f\\xc3\\xbcr")
    ('abc', 'don’t', 'Straße für')
    """
    text = read_once(text)
    if _CONTROLS.search(text) is None:
        return text
    if _HAS_BYTES.search(text):
        text = _BYTES.sub(_from_bytes, text)
    return _CONTROLS.sub(lambda match: _MEANT.get(match[0], ""), text)


def _from_bytes(match: re.Match[str]) -> str:
    try:
        return match[0].encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


_BYTE_OF = {ord(char): ord(code) for code, char in _MEANT.items() if char and code < "\xa0"}
_REST = f"[\x80-\xbf{''.join(map(chr, _BYTE_OF))}]"
_TWICE = re.compile(f"[\xc2-\xdf]{_REST}|[\xe0-\xef]{_REST}{{2}}|[\xf0-\xf4]{_REST}{{3}}")
# A letter within a word, or a quotation mark or dash. At the end of a word in capitals a mark is one: AMANHÃ…
_IN_WORD = re.compile(f"(?<=[A-Za-z])[ÃÅÄ]{_REST}|[ÃÅÄ]{_REST}(?=[A-Za-z])|â€")
_CAPITALS = re.compile("[A-Z]Ã[…’”“‘„–—»](?![A-Za-z])")


def read_once(text: str) -> str:
    """A text that was UTF-8, taken for windows-1252 and made UTF-8 again, as it was meant. Only where it must be so:
    all that is not ASCII in it is such a character, and one of them stands within a word or is a quotation mark.

    >>> read_once("StraÃŸe fÃ¼r MÃ¼ller: â€žJaâ€œ"), read_once("Wer Ã¼ liest statt ü")
    ('Straße für Müller: „Ja“', 'Wer Ã¼ liest statt ü')
    """
    if "Ã" not in text and "â€" not in text:
        return text
    if not _IN_WORD.search(text) or _CAPITALS.search(text) or not _TWICE.sub("", text).isascii():
        return text
    try:
        return text.translate(_BYTE_OF).encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return text


def one_line(text: str) -> str | None:
    """Published characters as one line: white space is single blanks; None if nothing is left."""
    text = read_once(text)
    if "\x85" in text:  # for str.split it is white space
        text = visible(text)
    line = " ".join(text.split())
    return (line if line.isprintable() else " ".join(visible(line).split())) or None


MAX_TITLE_MARKUP = 40_000  # characters


# --- titles and other short texts -------------------------------------------------------------------------------------

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
ELEMENTS = (
    "a|abbr|acronym|b|bdi|bdo|big|blink|blockquote|br|center|cite|code|del|dfn|div|em|figure|font|h[1-6]|hr|i|img|ins|"
    "kbd|li|mark|nobr|ol|p|q|s|samp|script|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|th|time|tr|tt|u|ul|var|wbr"
)
_TAG = re.compile(rf"<(/?)({ELEMENTS})(?=[\s/>])(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*>", re.IGNORECASE)
_VOID = frozenset(["br", "hr", "img", "wbr"])
_BREAKS = frozenset(["br", "hr", "p", "div", "li", "ul", "ol", "table", "tr", "td", "th", "blockquote", "center"])
_UNREAD = frozenset(["script", "style", "svg"])
_COMMENT = re.compile(r"<!--[^<>]*(?:>|\Z)")


def decoded_once(text: str) -> str:
    """Character references replaced, one layer of them; what is none stays.

    >>> decoded_once("AT&amp;T &amp;amp; R&D &copy 2024")
    'AT&T &amp; R&D &copy 2024'
    """
    return _ENTITY.sub(lambda match: entities.unescape(match[0]), text) if "&" in text else text


def unmarked(text: str) -> str:
    """Without the mark of a CDATA section that somebody escaped, so that XML took it for text.

    >>> unmarked(" <![CDATA[a]]> ")
    'a'
    """
    if "<![CDATA[" not in text or not text.lstrip().startswith("<![CDATA["):
        return text
    return text.strip().removeprefix("<![CDATA[").removesuffix("]]>")


_PLAIN = ("atom", "json", "sitemap")  # formats that know it


def plain_title(text: Text, format: str) -> str | None:  # noqa: A002 - the word of feeds.format
    """A title as one line of plain text; None if it says nothing.

    Tags go where the rules (RFC 4287 section 3.1.1) allow them or leave it open (RSS), not in what is plain text
    (Atom's `text`, JSON Feed, sitemaps); one layer of character references is decoded in every type, since publishers
    escape twice. A `<` that begins no tag of HTML stays, and so does a tag that nothing closes: an author writes
    "a < b", "<3" and "the <blink> tag".

    >>> plain_title(Text("Kurz &amp;amp; <b>gut</b>: a < b <3"), "rss20")
    'Kurz &amp; gut: a < b <3'
    """
    value = unmarked(text.value[:MAX_TITLE_MARKUP])
    if "<" in value and (text.type != "text" or not format.startswith(_PLAIN)):
        value = _without_tags(value, all_of_them=text.type in {"html", "xhtml"})
    return one_line(decoded_once(value))


def _without_tags(markup: str, *, all_of_them: bool) -> str:
    markup = _COMMENT.sub("", markup)
    tags = list(_TAG.finditer(markup))
    closed = {tag[2].lower() for tag in tags if tag[1]}
    kept: list[str] = []
    end, unread = 0, None
    for tag in tags:
        name = tag[2].lower()
        if all_of_them or name in closed or name in _VOID:
            if unread is None:
                kept += [markup[end : tag.start()], " " if name in _BREAKS else ""]
            end = tag.end()
            unread = _still_unread(unread, name, ends=bool(tag[1]), closed=closed)
    return "".join([*kept, "" if unread else markup[end:]])


def _still_unread(unread: str | None, name: str, *, ends: bool, closed: set[str]) -> str | None:
    """The element whose text nobody reads and that is open after this tag."""
    if unread:
        return None if ends and name == unread else unread
    return name if not ends and name in _UNREAD and name in closed else None


# --- bodies -----------------------------------------------------------------------------------------------------------

# Elements that shape a page; all others are part of a line.
_STRUCTURE = (
    "address|article|aside|audio|blockquote|br|caption|center|dd|details|dir|div|dl|dt|figcaption|figure|footer|h[1-6]|"
    "header|hgroup|hr|li|main|nav|ol|p|pre|q|section|summary|table|tbody|td|tfoot|th|thead|tr|ul|video"
)
_INLINE = re.compile(rf"<(?!/?(?:{_STRUCTURE})[\\s>])[^>]*>")
_EMBEDDED = re.compile(r'<a(?=[^>]* rel="embedded")[^>]*>[^<]*</a>')  # normalise.embedded made it
_TOKENS = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")


def text_of(html: str) -> str | None:
    """What a reader sees of HTML that `clean_html` gave, in reading order; None if that is nothing.

    One block is one line: paragraphs, headings, captions, lines of a poem. List items begin with "- ", quoted blocks
    with "> ", cells of a table row stand between " | ". White space is single blanks.

    >>> text_of("<h3>Wo</h3><table><tr><td>Ort</td><td><p>Wien</p></td></tr></table><ul><li>a<br>b</li></ul>")
    'Wo\\nOrt | Wien\\n- a\\nb'
    """
    html = _INLINE.sub("", _EMBEDDED.sub("", html) if 'rel="embedded"' in html else html)
    parts = _TOKENS.split(html)
    page = _Page()
    page.write(parts[0])
    for at in range(1, len(parts), 3):
        _ACTIONS.get(parts[at + 1], _Page.block)(page, parts[at + 1], bool(parts[at]))
        if parts[at + 2]:
            page.write(parts[at + 2])
    return "".join(page.out) or None


@dataclass(slots=True)
class _Page:
    """A page that is written from top to bottom. `gap` is what must stand before the next word."""

    out: list[str] = field(default_factory=list)
    gap: str = ""
    marker: str = ""  # of a list item whose text has not begun
    lists: int = 0  # one in another
    quotes: int = 0
    in_row: bool = False  # the row has a cell with text
    verbatim: int = 0

    def write(self, text: str) -> None:
        if self.verbatim and "\n" in text:
            self._lines(text)
            return
        words = " ".join((entities.unescape(text) if "&" in text else text).split())
        if not self.gap and (not words or text[0].isspace()):
            self.gap = " "
        if words:
            self._put(words)
            self.gap = " " if text[-1].isspace() else ""

    def _lines(self, text: str) -> None:
        for line in text.split("\n"):
            if line:
                self.write(line)
            self.gap = "\n"

    def _put(self, words: str) -> None:
        if self.gap != "\n" and self.out:
            self.out.append(self.gap)
        else:
            self.out.append(("\n" if self.out else "") + "> " * min(self.quotes, 8) + self.marker)
            self.marker = ""
        self.out.append(words)
        self.in_row = True

    def block(self, _name: str, _ends: bool) -> None:
        if self.gap != " | ":  # the first block of a cell begins no line
            self.gap = "\n"

    def row(self, _name: str, _ends: bool) -> None:
        self.gap = "\n"
        self.in_row = False

    def cell(self, _name: str, ends: bool) -> None:
        self.gap = "\n" if ends or not self.in_row else " | "

    def preformatted(self, name: str, ends: bool) -> None:
        self.block(name, ends)
        self.verbatim += -1 if ends else 1

    def quote(self, name: str, ends: bool) -> None:
        self.block(name, ends)
        self.quotes = max(0, self.quotes + (-1 if ends else 1))

    def quotation(self, _name: str, ends: bool) -> None:
        if ends:
            self.out.append('"')
        else:
            self._put('"')
            self.gap = ""

    def listing(self, name: str, ends: bool) -> None:
        self.block(name, ends)
        self.lists = max(0, self.lists + (-1 if ends else 1))

    def item(self, name: str, ends: bool) -> None:
        self.block(name, ends)
        self.marker = "" if ends else "  " * min(max(self.lists - 1, 0), 8) + "- "


_ACTIONS = {
    "tr": _Page.row,
    "table": _Page.row,
    "td": _Page.cell,
    "th": _Page.cell,
    "pre": _Page.preformatted,
    "blockquote": _Page.quote,
    "q": _Page.quotation,
    "ul": _Page.listing,
    "ol": _Page.listing,
    "dir": _Page.listing,
    "li": _Page.item,
}
