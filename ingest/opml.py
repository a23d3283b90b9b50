"""OPML 2.0 in and out. Reads within bounds, without entities and recursion; writes placeholders, never secrets.

An outlet is written as a folder that says its slug in an attribute of ours, so that what is exported can be taken in
again under the same names. In files of others a folder is only a hint.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from ingest.config.additions import Offer
from ingest.config.values import Feed, Outlet

MOST_BYTES = 16 * 1024**2
MOST_OUTLINES = 20_000
DEEPEST = 64
NAMESPACE = "tag:chronik,2026:opml"
_OUTLET, _FEED = "chronik:outlet", "chronik:feed"


class OpmlError(Exception):
    """The file is not taken at all. `line` counts from 1, 0 is the file as a whole."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Useless:
    """An outline that is neither a feed nor a folder with something in it."""

    line: int
    title: str | None
    because: str


def outlines(data: bytes) -> tuple[Offer | Useless, ...]:
    """The feeds of an OPML document in its order. Raises OpmlError."""
    if len(data) > MOST_BYTES:
        raise OpmlError(f"is larger than {MOST_BYTES // 1024**2} MiB; split it")
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise OpmlError(
            f"is not well-formed XML: {expat.ErrorString(error.code)}; mend it there", error.lineno
        ) from None
    except (LookupError, ValueError) as error:  # an encoding that Python does not know, or of several bytes
        raise OpmlError(f"cannot be read: {error}; save it as UTF-8") from None
    return tuple(reader.found)


@dataclass(slots=True)
class _Open:
    """An outline whose end is not yet there. `filled` turns true by an outline in it."""

    line: int
    attributes: dict[str, str]
    filled: bool = False

    @property
    def title(self) -> str | None:
        return self.attributes.get("title") or self.attributes.get("text")


class _Reader:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.open: list[_Open | None] = []  # None: an element that is no outline
        self.found: list[Offer | Useless] = []
        self.outlines = 0

    def _doctype(self, *_: object) -> None:
        raise OpmlError("has a document type declaration, which could define entities; take it out", self._line)

    @property
    def _line(self) -> int:
        return self.parser.CurrentLineNumber

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self.open and name.lower() != "opml":
            raise OpmlError(f"is not OPML: it begins with <{name[:40]}>", self._line)
        if len(self.open) >= DEEPEST:
            raise OpmlError(f"is nested deeper than {DEEPEST} levels; flatten it", self._line)
        self.open.append(self._outline(attributes) if name.lower() == "outline" else None)

    def _outline(self, attributes: dict[str, str]) -> _Open:
        self.outlines += 1
        if self.outlines > MOST_OUTLINES:
            raise OpmlError(f"has more than {MOST_OUTLINES} outlines; split it", self._line)
        if parent := self._parent():
            parent.filled = True
        outline = _Open(self._line, {name.lower(): value.strip() for name, value in attributes.items()})
        if outline.attributes.get("xmlurl"):
            self.found.append(self._offer(outline))
        return outline

    def _parent(self) -> _Open | None:
        return next((outline for outline in reversed(self.open) if outline), None)

    def _offer(self, outline: _Open) -> Offer:
        given = outline.attributes.get
        folders = [folder for folder in reversed(self.open) if folder]
        ours = next((folder for folder in folders if _OUTLET in folder.attributes), None)
        return Offer(
            url=outline.attributes["xmlurl"],
            title=outline.title,
            homepage=given("htmlurl"),
            language=given("language"),
            folder=next((folder.title for folder in folders if folder.title), None),
            outlet=ours.attributes[_OUTLET] if ours else None,
            outlet_name=ours.title if ours else None,
            slug=given(_FEED),
            line=outline.line,
        )

    def _end(self, _: str) -> None:
        outline = self.open.pop()
        if outline and not outline.filled and not outline.attributes.get("xmlurl"):
            self.found.append(Useless(outline.line, outline.title, "it has no xmlUrl and nothing in it"))


def document(outlets: Iterable[Outlet]) -> str:
    """The outlets that have feeds, and these, as OPML 2.0. URLs are as feeds.yaml writes them, with placeholders."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:chronik="{NAMESPACE}">',
        "  <head>\n    <title>chronik</title>\n  </head>",
        "  <body>",
        *(line for outlet in outlets if outlet.feeds for line in _folder(outlet)),
        "  </body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def _folder(outlet: Outlet) -> Iterator[str]:
    yield f"    <outline {_written(text=outlet.name or outlet.slug, **_about(outlet))}>"
    for feed in outlet.feeds:
        yield f"      <outline {_written(type='rss', **_feed(outlet, feed))}/>"
    yield "    </outline>"


def _about(outlet: Outlet) -> dict[str, str | None]:
    return {"htmlUrl": outlet.homepage, "language": outlet.language, _OUTLET: outlet.slug}


def _feed(outlet: Outlet, feed: Feed) -> dict[str, str | None]:
    title = f"{outlet.name or outlet.slug}: {feed.slug}"
    about = {"htmlUrl": outlet.homepage, "language": outlet.language, _FEED: feed.slug}
    return {"text": title, "title": title, "xmlUrl": feed.url_template, **about}


def _written(**attributes: str | None) -> str:
    return " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items() if value is not None)
