"""What kind of document a text is, and a start that no parser can be hurt by. Linear; before any parser.

Everything before the root element is taken off: white space, declarations, comments, the DOCTYPE with its internal
subset (of which only short plain entities are kept), and up to 4 kB of what does not belong there.
"""

import html
import html.entities
import re
from dataclasses import dataclass, field

from ingest.errors import ReadError
from storage.records import Reason

MAX_JUNK = 4096  # characters before the root element that are neither white space nor XML
_MAX_ENTITIES = 300  # of the document's own, each for at most 200 characters

FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel", "entry", "urlset"})
_NO_FEEDS = {
    "html": "an HTML page",
    "head": "an HTML page",
    "body": "an HTML page",
    "opml": "an OPML outline, a list of feeds",
    "sitemapindex": "a sitemap index",
    "svg": "an SVG picture",
    "error": "an XML error message",
}
_MAGIC = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\x1f\x8b", "gzip data within the body"),
    (b"ID3", "an MP3 file"),
)

_SPACE = re.compile(r"\s*")
_INSTRUCTION = re.compile(r"<\?[^<]*?\?>")
_ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*))(?=[\s/>])")
_LATER_START = re.compile(r"<\?xml\s|<(?:[A-Za-z_][\w.-]{0,30}:)?(?:rss|feed|RDF|urlset)(?=[\s>])")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|title|script)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_VALUE = r"[^%s&%%<]{0,200}|&#\w{1,8};"
_ENTITY = re.compile(rf"""<!ENTITY\s+([A-Za-z][\w.-]{{0,40}})\s+(?:"({_VALUE % '"'})"|'({_VALUE % "'"})')\s*>""")


@dataclass(frozen=True, slots=True)
class Checked:
    """A text that begins with its root element (or is JSON), and what was taken off before it."""

    text: str
    root: str  # as written, with its prefix; "" for JSON
    doctype: str = ""
    entities: dict[str, str] = field(default_factory=dict)  # of the internal subset: short, plain ones
    notes: tuple[str, ...] = ()  # what should not have been there

    @property
    def local_root(self) -> str:
        """The root's name without prefix, in small letters."""
        return self.root.rpartition(":")[2].lower()

    def defines(self, entity: str) -> bool:
        """True for the document's own entities, and HTML's where the DOCTYPE is that of RSS 0.91, which has them."""
        return entity in self.entities or ("netscape" in self.doctype.lower() and f"{entity};" in html.entities.html5)


def check(text: str) -> Checked:
    """A document that may be a feed. Raises ReadError(not_a_feed) that says what it is instead."""
    start = _SPACE.match(text).end()  # type: ignore[union-attr]
    if start == len(text):
        raise not_a_feed("an empty document" if not text else "a document of white space only")
    if text[start] in "{[":
        return Checked(text[start:], "")
    checked = _without_prolog(text)
    if checked.local_root in _NO_FEEDS or not checked.root:
        raise not_a_feed(_description(checked))
    return checked


def refuse_binary(body: bytes) -> None:
    """Raise ReadError(not_a_feed) for files that are known by their first bytes."""
    for magic, kind in _MAGIC:
        if body.startswith(magic):
            raise not_a_feed(kind)


def not_a_feed(what: str) -> ReadError:
    """The error that says what the document is."""
    return ReadError(Reason.NOT_A_FEED, f"this is {what}")


def _without_prolog(text: str) -> Checked:
    position, doctype = _prolog(text, 0)
    root = _ROOT.match(text, position)
    notes: tuple[str, ...] = ()
    if not _is_sure(root, doctype) and (later := _LATER_START.search(text, position + 1, position + MAX_JUNK)):
        notes = (f"{later.start() - position} characters before the document dropped",)
        position, doctype = _prolog(text, later.start())
        root = _ROOT.match(text, position)
    entities = {name: one or other for name, one, other in _ENTITY.findall(doctype)[:_MAX_ENTITIES]}
    return Checked(text[position:], root[1] if root else "", doctype[:500], entities, notes)


def _is_sure(root: re.Match[str] | None, doctype: str) -> bool:
    """True where nothing but the root itself can be the document: an HTML page may quote a feed."""
    if root is None:
        return False
    return root[2].lower() in FEED_ROOTS | set(_NO_FEEDS) or "html" in doctype[:40].lower()


def _prolog(text: str, position: int) -> tuple[int, str]:
    """Where the prolog (XML 1.0 section 2.8) that begins at `position` ends, and its DOCTYPE."""
    doctype = ""
    while True:
        position = _SPACE.match(text, position).end()  # type: ignore[union-attr]
        if text.startswith("<?", position):
            instruction = _INSTRUCTION.match(text, position)
            end = instruction.end() if instruction else position
        elif text.startswith("<!--", position):
            end = text.find("-->", position) + 3
        elif text[position : position + 9].upper() == "<!DOCTYPE":
            end = _doctype_end(text, position)
            doctype = text[position:end]
        else:
            return position, doctype
        if end < position + 4:  # it has no end
            return position, doctype
        position = end


def _doctype_end(text: str, start: int) -> int:
    """Behind the DOCTYPE, or `start` if it has no end. The internal subset may hold `>` and quotes."""
    close = text.find(">", start)
    subset = text.find("[", start, close)
    if subset == -1:
        return close + 1
    end = re.compile(r"\]\s*>").search(text, subset)
    return end.end() if end else start


def _description(checked: Checked) -> str:
    what = _NO_FEEDS.get(checked.local_root) or ("an HTML page" if _HTML.search(checked.text, 0, MAX_JUNK) else "")
    if "HTML" not in what:
        return what or _plain(checked.text)
    title = _TITLE.search(checked.text, 0, 65_536)
    name = " ".join(html.unescape(title[1]).split()) if title else ""
    return f"{what} titled {name[:100]!r}" if name else what


def _plain(text: str) -> str:
    sample = text[:4096]
    strange = sum(1 for char in sample if char == "\ufffd" or "\x7f" <= char <= "\x9f")
    if strange > len(sample) // 20:
        return "binary data"
    return f"plain text that begins {' '.join(sample[:200].split())[:60]!r}"
