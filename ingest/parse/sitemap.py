"""A Google News sitemap as a feed (news sitemap schema 0.9, image sitemap schema 1.1)."""

from collections.abc import Iterator

from ingest.parse.constructs import Scope, text_content
from ingest.parse.draft import Draft, Node
from ingest.parse.elements import MAX_ENTRIES
from ingest.parse.names import Element, Naming, plain_namespace, split_tag
from ingest.parse.parsed import Date, Link, ParsedEntry, ParsedFeed, Term, Text

_MAX_EACH = 200  # keywords, images of one entry


def is_root(root: Element) -> bool:
    """True for the root of a sitemap."""
    return split_tag(root.tag)[1].lower() == "urlset"


def read(root: Element) -> ParsedFeed:
    """The articles of a sitemap; a plain sitemap has none."""
    naming = Naming(frozenset({plain_namespace(root)}))
    entries: list[ParsedEntry] = []
    for url in root.iterchildren("*"):
        entry = _entry(url, naming)
        if entry is not None and len(entries) < MAX_ENTRIES:
            entries.append(entry)
    note = f"more than {MAX_ENTRIES} entries: the rest was left out" if len(entries) == MAX_ENTRIES else None
    return ParsedFeed("sitemap", tuple(entries), language=_common_language(entries), note=note)


def _entry(url: Element, naming: Naming) -> ParsedEntry | None:
    fields = dict(_fields(url, naming))
    if "news:title" not in fields and "news:publication_date" not in fields:
        return None
    location = fields.get("loc", "")
    title = fields.get("news:title")
    names = ("news:publication_date", "lastmod")
    return ParsedEntry(
        links=(Link(location),) if location.strip() else (),
        title=Text(title, "text", "news:title") if title else None,
        dates=tuple(Date(name, fields[name]) for name in names if name in fields),
        categories=tuple(Term(word) for word in _words(fields)),
        images=tuple(_images(url, naming)),
        language=fields.get("news:language"),
        extra={**{key: value for key, value in fields.items() if key not in _TAKEN}, **_rest(url, naming)},
    )


_TAKEN = frozenset({"loc", "lastmod", "news:title", "news:publication_date", "news:keywords", "news:language"})


def _rest(url: Element, naming: Naming) -> dict[str, object]:
    """Links to the page in other languages, pictures but the first, and what is said of pictures."""
    draft = Draft(naming, is_atom=False)
    has_picture = False
    for element in url.iterchildren("*"):
        name = naming(element)
        if name == "image:image":
            if has_picture or len(element) > 1:
                draft.keep_element(Node(element, name, Scope()))
            has_picture = True
        elif not len(element) and element.attrib and not text_content(element).strip():
            draft.keep_element(Node(element, name, Scope()))
    return draft.extra


def _fields(url: Element, naming: Naming) -> Iterator[tuple[str, str]]:
    """Name and text of all that says something, images left out."""
    for element in url.iterdescendants("*"):
        name = naming(element)
        if not len(element) and not name.startswith("image:") and (text := text_content(element).strip()):
            yield name, text


def _words(fields: dict[str, str]) -> list[str]:
    words = (word.strip() for word in fields.get("news:keywords", "").split(",", _MAX_EACH))
    return [word for word in words if word][:_MAX_EACH]


def _images(url: Element, naming: Naming) -> Iterator[str]:
    found = (text_content(element) for element in url.iterdescendants("*") if naming(element) == "image:loc")
    yield from [text for text in found if text.strip()][:_MAX_EACH]


def _common_language(entries: list[ParsedEntry]) -> str | None:
    languages = {entry.language for entry in entries}
    return languages.pop() if len(languages) == 1 else None
