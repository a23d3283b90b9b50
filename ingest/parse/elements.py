"""An element tree to a parsed feed: where its entries are, what it says of itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from ingest.parse.constructs import Scope, atom_text, attributes, author, link, rss_text, text_content
from ingest.parse.entry import DATE_NAMES, date, read_entry
from ingest.parse.known import MOST, Known
from ingest.parse.names import (
    ATOM_03,
    ATOM_NAMESPACES,
    RDF,
    RSS_090,
    RSS_NAMESPACES,
    Element,
    Naming,
    plain_namespace,
    split_tag,
)
from ingest.parse.parsed import Author, Date, Link, ParsedEntry, ParsedFeed, Text
from ingest.parse.tree import tree
from storage.records import NO_SOURCE

MAX_ENTRIES = 10_000
_RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_ATOM_VERSIONS = {"0.1": "atom01", "0.2": "atom02", "0.3": "atom03"}
_T = TypeVar("_T")
_ENTRIES = frozenset({"item", "entry"})
_CONTAINERS = frozenset({"channel", "feed", "items"})
_PLAIN_HINTS = {
    name.lower(): name
    for name in (
        "ttl",
        "generator",
        "sy:updatePeriod",
        "sy:updateFrequency",
        "sy:updateBase",
        "openSearch:totalResults",
    )
}
_LINKED_HINTS = frozenset(
    {"hub", "self", "next", "prev", "previous", "first", "last", "prev-archive", "next-archive", "current"}
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a document is built: its kind of root, what holds its head, what names mean."""

    root: Element
    holder: Element  # what holds title, link, description of the feed
    naming: Naming
    is_atom: bool
    scope: Scope


def read(text: str, doctype: str = "") -> ParsedFeed | None:
    """A well-formed document as a feed; None if its root is none of a feed's. Raises NotWellFormed."""
    return read_tree(tree(text), doctype)


def read_tree(root: Element, doctype: str = "", known: Known | None = None) -> ParsedFeed | None:
    """The feed below a root element, without those entries that are `known`; None if the root is none of a feed's."""
    layout = layout_of(root)
    if layout is None:
        return None
    head = _head(layout, doctype)
    found = list(islice(entry_elements(layout.root, layout.scope), MOST + 1)) if known else []
    read = _Entries(layout)
    if known and len(found) <= MOST:
        known.begin(head, sorted(layout.naming.core), layout.is_atom)
        read.take_new(found, known)
    else:
        read.take(entry_elements(layout.root, layout.scope))
    return replace(
        head,
        entries=tuple(read.entries),
        note="; ".join(read.notes()) or None,
        sources=tuple(read.sources),
        left_out=frozenset(read.left_out),
    )


def layout_of(root: Element) -> Layout | None:
    """How the document is built; None if its root is none of a feed's."""
    local = split_tag(root.tag)[1].lower()
    if local not in {"rss", "feed", "rdf", "channel", "entry"}:
        return None
    is_atom = local in {"feed", "entry"}
    holder = root if is_atom or local == "channel" else _first_child(root, "channel", "feed")
    holder = root if holder is None else holder
    own = {plain_namespace(element) for element in (root, holder, _first_entry(root)) if element is not None}
    core = frozenset(own - {_RDF_PLAIN}) | (ATOM_NAMESPACES if is_atom else RSS_NAMESPACES)
    return Layout(root, holder, Naming(core), is_atom, Scope().inside(root))


_RDF_PLAIN = RDF.removeprefix("http://").rstrip("#")


def _first_child(parent: Element, *names: str) -> Element | None:
    return next((child for child in parent.iterchildren("*") if split_tag(child.tag)[1].lower() in names), None)


def _first_entry(root: Element) -> Element | None:
    return next((element for element, _ in entry_elements(root, Scope())), None)


# --- entries ----------------------------------------------------------------------------------------------------------


def entry_elements(root: Element, scope: Scope, depth: int = 0) -> Iterator[tuple[Element, Scope]]:
    """The entries in document order with what is in force around them; none within extensions or other entries."""
    if depth == 0 and split_tag(root.tag)[1].lower() == "entry":
        yield root, Scope()
        return
    for child in root.iterchildren("*"):
        local = split_tag(child.tag)[1].lower()
        if local in _ENTRIES:
            yield child, scope
        elif local in _CONTAINERS and depth < 4:
            yield from entry_elements(child, scope.inside(child), depth + 1)


@dataclass(slots=True)
class _Entries:
    """The entries of a document while they are read."""

    layout: Layout
    entries: list[ParsedEntry] = field(default_factory=list)
    sources: list[bytes] = field(default_factory=list)
    left_out: set[bytes] = field(default_factory=set)
    empty: int = 0
    cut: int = 0
    is_full: bool = False

    def take(self, found: Iterator[tuple[Element, Scope]]) -> None:
        """Read all of them, as many as may be."""
        for element, scope in found:
            if self._is_empty(element):
                continue
            if len(self.entries) >= MAX_ENTRIES:
                self.is_full = True
                break
            self._read(element, scope)

    def take_new(self, found: Iterable[tuple[Element, Scope]], known: Known) -> None:
        """Read those that are not known."""
        for element, scope in found:
            if self._is_empty(element):
                continue
            source = known.source(element, scope)
            if source in known:
                self.left_out.add(source)
            elif self._read(element, scope):
                source = NO_SOURCE  # read each time, so that it is told each time what was cut
            self.sources.append(source)

    def _read(self, element: Element, scope: Scope) -> bool:
        entry, was_cut = read_entry(element, self.layout.naming, self.layout.is_atom, scope)
        self.entries.append(entry)
        self.cut += was_cut
        return bool(was_cut)

    def _is_empty(self, element: Element) -> bool:
        is_empty = not len(element) and not element.attrib and not (element.text or "").strip()
        self.empty += is_empty
        return is_empty

    def notes(self) -> Iterator[str]:
        """What was left out."""
        if self.is_full:
            yield f"more than {MAX_ENTRIES} entries: the rest was left out"
        if self.empty:
            yield f"{self.empty} empty entries left out"
        if self.cut:
            yield f"{self.cut} entries with too many elements: the rest of these was left out"


# --- the feed itself --------------------------------------------------------------------------------------------------


def _head(layout: Layout, doctype: str) -> ParsedFeed:
    scope = layout.scope.inside(layout.holder) if layout.holder is not layout.root else layout.scope
    head = _Head(layout, scope)
    if split_tag(layout.root.tag)[1].lower() != "entry":
        head.read(layout.holder)
    if layout.holder is not layout.root:
        head.read(layout.root)
    return ParsedFeed(
        format=_format(layout.root, doctype),
        entries=(),
        title=next((head.texts[name] for name in ("title", "dc:title", "atom:title") if name in head.texts), None),
        description=next((head.texts[name] for name in _DESCRIPTIONS if name in head.texts), None),
        links=(*head.links, *head.foreign_links),
        language=head.language or scope.language,
        base=scope.base,
        authors=tuple(head.authors),
        dates=tuple(head.dates),
        hints=head.hints,
    )


_DESCRIPTIONS: tuple[str, ...] = ("subtitle", "description", "tagline", "abstract", "atom:subtitle", "itunes:summary")
_DESCRIPTIONS += ("itunes:subtitle", "dc:description")
_TEXTS = frozenset({"title", "dc:title", "atom:title", *_DESCRIPTIONS})
_AUTHORS = frozenset({"author", "managingeditor", "dc:creator", "itunes:author", "atom:author", "googleplay:author"})
_MAX_HEAD = 200  # links, authors, dates of a feed


class _Head:
    """What a document says of its feed while it is read."""

    def __init__(self, layout: Layout, scope: Scope) -> None:
        self._layout = layout
        self._scope = scope
        self.texts: dict[str, Text] = {}
        self.links: list[Link] = []
        self.foreign_links: list[Link] = []
        self.authors: list[Author] = []
        self.dates: list[Date] = []
        self.hints: dict[str, object] = {}
        self.language: str | None = None

    def read(self, holder: Element) -> None:
        """All children of the element that holds the feed's own elements."""
        if holder.get("HREF") or holder.get("href"):  # CDF
            self._link(holder, self.links)
        for child in holder.iterchildren("*"):
            name = self._layout.naming(child)
            key = name.lower()
            if key.rpartition(":")[2] not in _ENTRIES and key not in _CONTAINERS:
                self._read(child, name, key)

    def _read(self, element: Element, name: str, key: str) -> None:
        if key in _TEXTS:
            self._text(element, name, key)
        elif key in {"link", "atom:link"}:
            self._link(element, self.links if key == "link" else self.foreign_links)
        elif key in DATE_NAMES:
            self._add(self.dates, date(element, DATE_NAMES[key]))
        elif key in _AUTHORS:
            self._add(self.authors, author(element, name))
        elif key in {"language", "dc:language"}:
            self.language = self.language or text_content(element).strip() or None
        else:
            self._hint(element, key)

    def _text(self, element: Element, name: str, key: str) -> None:
        of_atom = key.startswith("atom:") or (self._layout.is_atom and ":" not in key)
        kind = "html" if key == "description" else None
        found = atom_text(element, name, self._scope) if of_atom else rss_text(element, name, self._scope, kind)
        if found:
            self.texts.setdefault(key, found)

    def _link(self, element: Element, links: list[Link]) -> None:
        found = link(element, self._scope)
        if found is None:
            return
        self._add(links, found)
        rel = (found.rel or "").strip().lower().rpartition("/")[2]
        if rel in _LINKED_HINTS:
            known = self.hints.setdefault(rel, [])
            if isinstance(known, list) and len(known) < _MAX_HEAD:
                known.append(found.href)

    def _hint(self, element: Element, key: str) -> None:
        if key in _PLAIN_HINTS:
            if text := text_content(element).strip():
                self.hints.setdefault(_PLAIN_HINTS[key], text[:500])
        elif key in {"skiphours", "skipdays"}:
            words = [text_content(child).strip()[:20] for child in element.iterchildren("*")][:50]
            self.hints.setdefault("skipHours" if key == "skiphours" else "skipDays", words)
        elif key in {"fh:complete", "fh:archive"}:
            self.hints[key] = True
        elif key == "cloud":
            self.hints.setdefault(
                "cloud", {name: value[:500] for name, value in list(attributes(element).items())[:20]}
            )

    @staticmethod
    def _add(values: list[_T], value: _T | None) -> None:
        if value is not None and len(values) < _MAX_HEAD:
            values.append(value)


def _format(root: Element, doctype: str) -> str:
    """feedparser's word for the format."""
    namespace, local = split_tag(root.tag)
    version = (root.get("version") or "").strip()
    match local.lower():
        case "rss" if version == "0.91" and "netscape" in doctype.lower():
            return "rss091n"
        case "rss":
            return _RSS_VERSIONS.get(version) or ("rss20" if version.startswith("2") else "rss")
        case "rdf":
            used = {split_tag(child.tag)[0] for child in root.iterchildren("*")} or set(root.nsmap.values())
            return "rss090" if RSS_090 in used else "rss10"
        case "channel":
            return "cdf"
    return _ATOM_VERSIONS.get(version) or ("atom03" if namespace == ATOM_03 else "atom10" if namespace else "atom")
