"""An entry while its elements are read, and what becomes of those that no field takes."""

from dataclasses import dataclass, field
from typing import TypeVar

from ingest.parse.constructs import Scope, attributes
from ingest.parse.names import Element, Naming
from ingest.parse.parsed import Author, Date, Link, Medium, ParsedEntry, Term, Text

MAX_EACH = 1000  # categories, media, links, dates … of one entry
TITLES = (
    "title",
    "atom:title",
    "dc:title",
    "itunes:title",
    "media:title",
)  # the first is the title
_MAX_EXTRA = 500  # elements of one entry that no field takes
_MAX_EXTRA_DEPTH = 8

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Node:
    """An element of an entry with its name and what is in force around it."""

    element: Element
    name: str
    scope: Scope

    @property
    def key(self) -> str:
        """The name as publishers' habits with capitals do not change it."""
        return self.name.lower()


@dataclass(slots=True)
class Draft:
    """An entry while its elements are read."""

    naming: Naming
    is_atom: bool
    guid: str | None = None
    guid_is_permalink: bool | None = None
    guid_name: str = ""  # of the element that it is from
    titles: dict[str, Text] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    foreign_links: list[Link] = field(default_factory=list)
    summaries: list[Text] = field(default_factory=list)
    contents: list[Text] = field(default_factory=list)
    dates: list[Date] = field(default_factory=list)
    authors: list[Author] = field(default_factory=list)
    source_authors: list[Author] = field(default_factory=list)
    categories: list[Term] = field(default_factory=list)
    media: list[Medium] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    comments: str | None = None
    language: str | None = None
    publisher_ids: list[tuple[str, str]] = field(default_factory=list)
    extra: dict[str, object] = field(default_factory=dict)
    extras: int = 0
    depth: int = 0
    cut: bool = False

    def add(self, values: list[_T], value: _T | None) -> None:
        """Keep a value, unless there are too many of its kind."""
        if value is None:
            return
        if len(values) >= MAX_EACH:
            self.cut = True
        else:
            values.append(value)

    def finished(self, scope: Scope) -> ParsedEntry:
        """The entry, each kind of value in document order, the format's own before foreign ones."""
        return ParsedEntry(
            guid=self.guid,
            guid_is_permalink=self.guid_is_permalink,
            links=(*self.links, *self.foreign_links),
            title=next((self.titles[name] for name in TITLES if name in self.titles), None),
            summaries=tuple(self.summaries),
            contents=tuple(self.contents),
            dates=tuple(self.dates),
            authors=tuple(self.authors or self.source_authors),
            categories=tuple(self.categories),
            media=tuple(self.media),
            images=tuple(dict.fromkeys(self.images)),
            comments=self.comments,
            language=self.language or scope.language,
            base=scope.base,
            publisher_ids=tuple(self.publisher_ids),
            extra=self.extra,
        )

    def keep(self, name: str, value: object) -> None:
        """Keep in `extra` what no field takes."""
        if value in ("", None, {}):
            return
        if self.extras >= _MAX_EXTRA:
            self.cut = True
            return
        self.extras += 1
        _put(self.extra, name, value)

    def keep_element(self, node: Node) -> None:
        """Keep an element in `extra`, as JSON-able values."""
        self.keep(node.name, self._plain(node.element, 0))

    def _plain(self, element: Element, depth: int) -> object:
        """Text, or a mapping of attributes (`@name`), children and text (`#text`)."""
        if not len(element) and not element.attrib:
            return (element.text or "").strip()
        value: dict[str, object] = {f"@{name}": text for name, text in attributes(element).items()}
        if text := (element.text or "").strip():
            value["#text"] = text
        for child in element.iterchildren("*"):
            self.extras += 1
            if depth >= _MAX_EXTRA_DEPTH or self.extras > _MAX_EXTRA:
                self.cut = True
                break
            _put(value, self.naming(child), self._plain(child, depth + 1))
        return value


def _put(values: dict[str, object], name: str, value: object) -> None:
    """A name that comes twice has a list."""
    if name not in values:
        values[name] = value
    elif isinstance(known := values[name], list):
        known.append(value)
    else:
        values[name] = [known, value]
