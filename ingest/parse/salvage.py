"""What can be saved of XML that is not well-formed: entry by entry, so that one mistake costs one entry at most.

The document is cut at its entries. Each that is well-formed in itself is read as it would be in a sound document; only
the others go to feedparser, and what that cannot read to a parser that goes on behind mistakes. An entry that the
document's end cuts off is left out: half of its text would pass for a new wording.
"""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.errors import ReadError
from ingest.parse import elements, feedparser, repair, sitemap
from ingest.parse.known import Known
from ingest.parse.names import Element
from ingest.parse.parsed import ParsedEntry, ParsedFeed
from ingest.parse.precheck import Checked
from ingest.parse.repair import without_illegal_references
from ingest.parse.tree import NotWellFormed, tree
from storage.records import Reason

_MARK = r"<!\[CDATA\[|<!--|<(/?)((?:[A-Za-z_][\w.-]{0,40}:)?(?:%s))(?=[\s/>])"
_ENTRY_MARK = re.compile(_MARK % "item|entry", re.IGNORECASE)
_URL_MARK = re.compile(_MARK % "url")
_MAX_BROKEN = 100  # entries that are given to feedparser one by one; beyond, the document goes to it whole


@dataclass(frozen=True, slots=True)
class Pieces:
    """A document cut at its entries: what is around them, and each of them."""

    frame: str
    entries: tuple[str, ...]
    end: int  # how far the text is whole
    is_cut_off: bool  # the last entry has no end and is left out


def salvaged(checked: Checked, text: str, fault: str, *, careful: bool = False) -> ParsedFeed:
    """What can be saved of `text`, which `fault` keeps from being well-formed; always marked.

    `careful`: without feedparser, which may hang. Raises ReadError(malformed) if there is no entry to be had, and
    ReadError(not_a_feed) if it is none.
    """
    pieces = cut(text, _URL_MARK if checked.local_root == "urlset" else _ENTRY_MARK)
    feed = _head(checked, text) if _has_none(checked, pieces, text) else None
    if feed is None and (pieces.entries or not pieces.is_cut_off):
        feed = _by_piece(checked, pieces, text, careful) or _whole(checked, text[: pieces.end], careful)
    if feed is None or not (feed.entries or _has_none(checked, pieces, text)):
        raise ReadError(Reason.MALFORMED, f"no entry can be read: {fault}")
    return replace(feed, salvaged=True, note="; ".join(filter(None, [f"not well-formed: {fault}", feed.note])))


def _has_none(checked: Checked, pieces: Pieces, text: str) -> bool:
    """The document is whole, and a feed without entries: what breaks off before the first one is not."""
    return not pieces.entries and text.rstrip().endswith(f"</{checked.root}>")


# --- entry by entry ---------------------------------------------------------------------------------------------------


def _by_piece(checked: Checked, pieces: Pieces, text: str, careful: bool) -> ParsedFeed | None:
    head = _head(checked, pieces.frame) if pieces.entries else None
    if head is None:
        return None
    reader = _PieceReader(_start_tag(checked, text), f"</{checked.root}>", careful)
    entries = tuple(reader.read(pieces.entries[: elements.MAX_ENTRIES]))
    if reader.broken > _MAX_BROKEN and not careful:
        return None
    return replace(head, entries=entries, note="; ".join(_notes(pieces, reader)) or None)


def _start_tag(checked: Checked, text: str) -> str:
    """The root's start tag as written, or one that declares the usual prefixes if it is not well-formed itself."""
    end = text.find(">") + 1
    start = text[:end].rstrip("/>") + ">"
    try:
        tree(f"{start}</{checked.root}>")
    except NotWellFormed:
        bare = repair.with_prefixes(checked, f"<{checked.root}>{text[end:]}")
        return bare[: bare.index(">") + 1]
    return start


def _notes(pieces: Pieces, reader: "_PieceReader") -> Iterator[str]:
    if pieces.is_cut_off:
        yield "the last entry is cut off and left out"
    if reader.broken:
        yield f"{reader.broken} entries not well-formed"
    if reader.lost:
        yield f"{reader.lost} entries lost"
    if len(pieces.entries) > elements.MAX_ENTRIES:
        yield f"more than {elements.MAX_ENTRIES} entries: the rest was left out"


def cut(text: str, mark: re.Pattern[str] = _ENTRY_MARK) -> Pieces:
    """Cut a document at its entries. Linear; CDATA and comments are stepped over."""
    frame, entries = [], []
    opened = -1  # where the entry in hand begins
    done = 0
    for closing, start, end in _marks(text, mark):
        if not closing and opened == -1:
            frame.append(text[done:start])
            opened = start
        elif not closing:  # the entry before was never closed
            entries.append(text[opened:start])
            opened = start
        elif opened != -1:
            entries.append(text[opened:end])
            opened, done = -1, end
        if len(entries) > elements.MAX_ENTRIES:
            return Pieces("".join(frame), tuple(entries), end, is_cut_off=False)
    if opened == -1:
        frame.append(text[done:])
    return Pieces("".join(frame), tuple(entries), len(text) if opened == -1 else opened, opened != -1)


def _marks(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[bool, int, int]]:
    """(is it an end tag, begin, end) of the tags of entries."""
    position = 0
    while mark := pattern.search(text, position):
        if mark[2] is None:
            end = text.find("]]>" if mark[0] != "<!--" else "-->", mark.end())
            if end == -1:
                return
            position = end + 3
            continue
        end = text.find(">", mark.end()) + 1
        if not end:
            return
        yield bool(mark[1]), mark.start(), end
        if text[end - 2] == "/":
            yield True, mark.start(), end
        position = end


def _head(checked: Checked, frame: str) -> ParsedFeed | None:
    for recover in (False, True):
        try:
            root = tree(frame, recover=recover)
        except NotWellFormed:
            continue
        if root is not None:
            return read_tree(root, checked.doctype)
    return None


class _PieceReader:
    """Reads entries within the document's own root, so that prefixes, base and language hold."""

    def __init__(self, start: str, end: str, careful: bool) -> None:
        self._start, self._end, self._careful = start, end, careful
        self.broken = 0
        self.lost = 0

    def read(self, pieces: Sequence[str]) -> Iterator[ParsedEntry]:
        """All that are well-formed together at once, else half by half until the broken ones stand alone."""
        document = f"{self._start}{''.join(pieces)}{self._end}"
        try:
            feed = read_tree(tree(document))
        except NotWellFormed:
            middle = len(pieces) // 2
            if middle:
                yield from self.read(pieces[:middle])
                yield from self.read(pieces[middle:])
            else:
                yield from self._broken(document)
        else:
            yield from feed.entries if feed else ()

    def _broken(self, document: str) -> Iterator[ParsedEntry]:
        self.broken += 1
        feed = self._read_broken(document) if self.broken <= _MAX_BROKEN or self._careful else None
        self.lost += feed is None or not feed.entries
        yield from feed.entries if feed else ()

    def _read_broken(self, document: str) -> ParsedFeed | None:
        if not self._careful:
            with contextlib.suppress(feedparser.Unreadable):
                return feedparser.read(document)
        return recovered(document)


# --- the document whole -----------------------------------------------------------------------------------------------


def _whole(checked: Checked, text: str, careful: bool) -> ParsedFeed:
    if not careful:
        with contextlib.suppress(feedparser.Unreadable):
            return feedparser.read(text)
    feed = recovered(text, checked.doctype)
    if feed is None:
        raise ReadError(Reason.NOT_A_FEED, f"this is XML with the root <{checked.root[:50]}>, no feed")
    return feed


def recovered(text: str, doctype: str = "") -> ParsedFeed | None:
    """What a parser that goes on behind mistakes makes of a document."""
    try:
        root = tree(without_illegal_references(text), recover=True)
    except NotWellFormed:
        return None
    return read_tree(root, doctype) if root is not None else None


def read_tree(root: Element, doctype: str = "", known: Known | None = None) -> ParsedFeed | None:
    """The feed or sitemap below a root element; None if it is the root of neither."""
    return sitemap.read(root) if sitemap.is_root(root) else elements.read_tree(root, doctype, known)
