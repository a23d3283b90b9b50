"""What a parser hands on: what the document says, element by element, nothing interpreted yet.

The three parsers (feedparser.py, jsonfeed.py, sitemap.py) give these values; `ingest.normalise` turns them into the
common schema. Strings are as published (entities of the XML layer decoded, nothing trimmed, nothing resolved).
"""

from dataclasses import dataclass, field

READABLE_TYPES = frozenset({None, "text", "html", "xhtml"})
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class Text:
    """A text construct: `type` is `text`, `html` or `xhtml` as the format's rules say; None: they leave it open.

    Content of another kind (RFC 4287 section 4.1.3.1) has its media type.
    """

    value: str
    type: str | None = None
    element: str | None = None  # the element it came in: "content:encoded", "description", "summary" …
    base: str | None = None  # xml:base in force, if any (absolute or relative)
    language: str | None = None  # xml:lang in force, if any
    src: str | None = None  # Atom content/@src


@dataclass(frozen=True, slots=True)
class Link:
    """A link; `rel` as published."""

    href: str
    rel: str | None = None
    type: str | None = None
    length: str | None = None
    title: str | None = None
    hreflang: str | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Date:
    """A date as written. `element` is the name that `published_source` will show: "pubDate", "dc:date" …"""

    element: str
    raw: str


@dataclass(frozen=True, slots=True)
class Author:
    """An author: structured parts where the format has them, else only `raw` ("a@b.org (Ann)")."""

    raw: str | None = None
    name: str | None = None
    email: str | None = None
    uri: str | None = None
    element: str | None = None  # "author", "dc:creator", "itunes:author", "source" (RFC 4287 section 4.2.1) …


@dataclass(frozen=True, slots=True)
class Term:
    """A category."""

    term: str | None
    scheme: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Medium:
    """An enclosure, media:content, media:thumbnail or JSON Feed attachment. Numbers still as written."""

    url: str
    element: str
    type: str | None = None
    length: str | None = None
    medium: str | None = None
    title: str | None = None
    width: str | None = None
    height: str | None = None
    duration: str | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedEntry:
    """One entry as its document has it."""

    guid: str | None = None
    guid_is_permalink: bool | None = None  # None: not said
    links: tuple[Link, ...] = ()
    title: Text | None = None
    summaries: tuple[Text, ...] = ()  # description, summary, media:description … in document order
    contents: tuple[Text, ...] = ()  # content, content:encoded, xhtml body …
    dates: tuple[Date, ...] = ()
    authors: tuple[Author, ...] = ()
    categories: tuple[Term, ...] = ()
    media: tuple[Medium, ...] = ()
    images: tuple[str, ...] = ()  # what names itself the entry's picture (itunes:image, JSON Feed image …)
    comments: str | None = None
    language: str | None = None
    base: str | None = None
    publisher_ids: tuple[tuple[str, str], ...] = ()  # (element, value): "dwsyn:contentID", "post-id" …
    extra: dict[str, object] = field(default_factory=dict)  # everything else, JSON-able


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """One document."""

    format: str  # feedparser's version word, or json1, json11, sitemap
    entries: tuple[ParsedEntry, ...]
    title: Text | None = None
    description: Text | None = None
    links: tuple[Link, ...] = ()
    language: str | None = None
    base: str | None = None
    authors: tuple[Author, ...] = ()
    dates: tuple[Date, ...] = ()
    hints: dict[str, object] = field(default_factory=dict)  # ttl, sy:*, skipHours, skipDays, hub, self, next, fh:* …
    salvaged: bool = False
    note: str | None = None
    sources: tuple[bytes, ...] = ()  # of all entries, also those left out of `entries`, see known.py
    left_out: frozenset[bytes] = frozenset()
