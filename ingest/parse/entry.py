"""The elements of one entry, read by name. No foreign element takes a core one's place, and none is dropped."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from ingest.parse.constructs import (
    Scope,
    atom_text,
    attribute,
    attributes,
    author,
    inner_markup,
    link,
    media_text,
    medium,
    rss_text,
    term,
    text_content,
)
from ingest.parse.draft import MAX_EACH, TITLES, Draft, Node
from ingest.parse.names import Element, Naming
from ingest.parse.parsed import PAGE_TYPES, READABLE_TYPES, Date, Link, ParsedEntry, Term, Text

DATE_NAMES = {
    name.lower(): name
    for name in (
        *("pubDate", "published", "updated", "modified", "issued", "created", "date", "lastBuildDate", "lastmod"),
        *("dc:date", "dc:modified", "dc:created", "dc:issued"),
        *("dcterms:created", "dcterms:issued", "dcterms:modified", "dcterms:date", "dcterms:available"),
        *("atom:published", "atom:updated", "atom:modified", "atom:issued", "atom:created"),
        *("prism:publicationDate", "prism:modificationDate", "itunes:pubDate", "app:edited", "pubdate:iso8601"),
        *("publicationDate", "publishDate", "datePublished", "dateModified", "lastModified", "dwsyn:contentModified"),
    )
}
_PUBLISHER_IDS = frozenset(
    {
        "post-id",
        "contentid",
        "content-id",
        "articleid",
        "article-id",
        "postid",
        "newsid",
        "storyid",
        "usid",
        "uuid",
        "assetid",
    }
)


_GUIDS = ("guid", "id", "atom:id")  # the first that there is; of several the first
_OF_MEDIA = frozenset(
    {"url", "href", "src", "resource", "type", "medium", "title", "width", "height", "duration", "length", "filesize"}
)
_MAX_GROUPS = 4  # media:group, media:content and the like within one another

_Reader: TypeAlias = Callable[[Draft, Node], None]


def read_entry(element: Element, naming: Naming, is_atom: bool, scope: Scope) -> tuple[ParsedEntry, bool]:
    """The entry, and whether something of it had to be cut."""
    scope = scope.inside(element)
    draft = Draft(naming, is_atom, guid=_attribute(element, "about"))
    for name in ("href", "lastmod"):  # CDF keeps them in attributes
        if value := _attribute(element, name):
            draft.add(draft.links, Link(value, base=scope.base) if name == "href" else None)
            draft.add(draft.dates, Date(name, value) if name == "lastmod" else None)
    for child in element.iterchildren("*"):
        read_element(draft, child, scope)
    return draft.finished(scope), draft.cut


def read_element(draft: Draft, element: Element, scope: Scope) -> None:
    """Put one element where it belongs."""
    node = Node(element, draft.naming(element), scope)
    key = node.key
    if reader := _READERS.get(key):
        reader(draft, node)
    elif key in DATE_NAMES:
        draft.add(draft.dates, date(element, DATE_NAMES[key]))
    elif key.rpartition(":")[2] in _PUBLISHER_IDS and not len(element):
        _publisher_id(draft, node)
    else:
        draft.keep_element(node)


def date(element: Element, name: str) -> Date | None:
    """A date as written, if anything is."""
    raw = text_content(element)
    return Date(name, raw) if raw and not raw.isspace() else None


# --- readers ----------------------------------------------------------------------------------------------------------


def _title(draft: Draft, node: Node) -> None:
    key = node.key
    if key == "media:title":
        found = media_text(node.element, node.name, node.scope)
    elif key == "atom:title" or (key == "title" and draft.is_atom):
        found = atom_text(node.element, node.name, node.scope)
    else:
        found = rss_text(node.element, node.name, node.scope)
    if found is None or (key in draft.titles and draft.titles[key].value == found.value):
        return
    is_first = draft.titles.setdefault(key, found) is found
    if not is_first or key not in {"title", "atom:title"}:
        draft.keep(node.name, found.value)


def _guid(draft: Draft, node: Node) -> None:
    text = text_content(node.element)
    if not text.strip():
        return
    known = draft.guid_name
    if known and _GUIDS.index(node.key) >= _GUIDS.index(known.lower()):
        if text != draft.guid:
            draft.keep(node.name, text)
        return
    if known and text != draft.guid:
        draft.keep(known, draft.guid)
    draft.guid, draft.guid_name = text, node.name
    said = (_attribute(node.element, "isPermaLink") or "").strip().lower()
    draft.guid_is_permalink = False if node.key == "atom:id" else {"true": True, "false": False}.get(said)


def _link(draft: Draft, node: Node) -> None:
    found = link(node.element, node.scope)
    if found is None:
        return
    draft.add(draft.links if node.key == "link" else draft.foreign_links, found)
    if (found.rel or "").strip().lower().rpartition("/")[2] == "enclosure":
        draft.add(draft.media, medium(node.element, "link", node.scope))


def _original_link(draft: Draft, node: Node) -> None:
    href = text_content(node.element)
    if href.strip():
        draft.add(draft.foreign_links, Link(href, rel="canonical", base=node.scope.base))


def _rss_summary(draft: Draft, node: Node) -> None:
    draft.add(draft.summaries, rss_text(node.element, node.name, node.scope, "html"))


def _open_summary(draft: Draft, node: Node) -> None:
    draft.add(draft.summaries, rss_text(node.element, node.name, node.scope))


def _media_summary(draft: Draft, node: Node) -> None:
    draft.add(draft.summaries, media_text(node.element, node.name, node.scope))


def _atom_summary(draft: Draft, node: Node) -> None:
    of_atom = draft.is_atom or node.key.startswith("atom:")
    draft.add(draft.summaries, (atom_text if of_atom else rss_text)(node.element, node.name, node.scope))


def _content(draft: Draft, node: Node) -> None:
    if node.element.get("url") and not draft.is_atom:
        draft.add(draft.media, medium(node.element, node.name, node.scope))
    elif draft.is_atom or node.key.startswith("atom:") or node.element.get("type"):
        found = atom_text(node.element, node.name, node.scope)
        draft.add(draft.contents, found)
        if found and found.src:
            draft.keep(node.name, {f"@{name}": value for name, value in attributes(node.element).items()})
        elif found and found.type not in READABLE_TYPES and found.type not in PAGE_TYPES:
            draft.keep_element(node)
    else:
        draft.add(draft.contents, rss_text(node.element, node.name, node.scope, "html"))


def _html_content(draft: Draft, node: Node) -> None:
    draft.add(draft.contents, rss_text(node.element, node.name, node.scope, "html"))


def _markup_content(draft: Draft, node: Node) -> None:
    scope = node.scope.inside(node.element)
    if (markup := inner_markup(node.element)).strip():
        draft.add(draft.contents, Text(markup, "xhtml", node.name, scope.base, scope.language))


def _author(draft: Draft, node: Node) -> None:
    draft.add(draft.authors, author(node.element, node.name))


def _category(draft: Draft, node: Node) -> None:
    draft.add(draft.categories, term(node.element))
    for inner in node.element.iterchildren("*"):
        if draft.naming(inner).lower() == node.key:  # iTunes nests them two deep
            draft.add(draft.categories, term(inner))


def _keywords(draft: Draft, node: Node) -> None:
    for word in text_content(node.element).split(",", 10 * MAX_EACH):
        if word.strip():
            draft.add(draft.categories, Term(word.strip()))


def _medium(draft: Draft, node: Node) -> None:
    found = medium(node.element, node.name, node.scope)
    own = (text_content(child) for child in node.element.iterchildren("*") if draft.naming(child) == "media:title")
    draft.add(draft.media, replace(found, title=found.title or next(own, None)) if found else None)
    more = {f"@{name}": value for name, value in attributes(node.element).items() if name.lower() not in _OF_MEDIA}
    if found and more:
        draft.keep(node.name, {"@url": found.url, **more})
    if len(node.element):
        _group(draft, node)


def _group(draft: Draft, node: Node) -> None:
    """What stands within `media:group` or `media:content` is the entry's (Media RSS 1.5.1, optional elements)."""
    if draft.depth >= _MAX_GROUPS:
        draft.cut = True
        return
    draft.depth += 1
    for child in node.element.iterchildren("*"):
        read_element(draft, child, node.scope.inside(node.element))
    draft.depth -= 1


def _image(draft: Draft, node: Node) -> None:
    names = ("href", "url", "src", "resource")
    url = next((value for name in names if (value := _attribute(node.element, name))), None)
    if url is None and len(node.element):
        url = next((text_content(child) for child in node.element.iter("*") if child.tag.endswith("url")), None)
    url = url or (node.element.text if not len(node.element) else None)
    if draft.images or any(not child.tag.endswith("url") for child in node.element.iterchildren("*")):
        draft.keep_element(node)
    if url and url.strip():
        draft.images.append(url)


def _comments(draft: Draft, node: Node) -> None:
    text = text_content(node.element).strip()
    if len(text.split()) > 1:  # some say how many there are
        draft.keep_element(node)
    elif text and draft.comments is None:
        draft.comments = text


def _language(draft: Draft, node: Node) -> None:
    draft.language = draft.language or text_content(node.element).strip() or None


def _source(draft: Draft, node: Node) -> None:
    """Where the entry was taken from (RFC 4287 section 4.2.11, RSS 2.0 source); its authors stand for missing ones."""
    draft.keep_element(node)
    for child in node.element.iterchildren("*"):
        if draft.naming(child).lower() == "author":
            draft.add(draft.source_authors, author(child, "source"))


def _publisher_id(draft: Draft, node: Node) -> None:
    """Evidence of identity, of which the archive keeps a digest; what it says is among the rest."""
    value = text_content(node.element).strip()
    if value and len(draft.publisher_ids) < MAX_EACH:
        draft.publisher_ids.append((node.name, value))
        draft.keep(node.name, value)


def _ignored(draft: Draft, node: Node) -> None:
    """Says nothing of the entry."""


def _attribute(element: Element, name: str) -> str | None:
    """An attribute that says something."""
    value = attribute(element, name)
    return value if value and value.strip() else None


_READERS: dict[str, _Reader] = {
    **dict.fromkeys(TITLES, _title),
    **dict.fromkeys(("guid", "id", "atom:id"), _guid),
    **dict.fromkeys(("link", "atom:link"), _link),
    **dict.fromkeys(("feedburner:origlink", "pheedo:origlink"), _original_link),
    **dict.fromkeys(("description", "dc:description", "dcterms:abstract"), _rss_summary),
    **dict.fromkeys(("abstract", "subtitle", "itunes:summary", "itunes:subtitle"), _open_summary),
    **dict.fromkeys(("googleplay:description", "excerpt:encoded", "teaser"), _open_summary),
    "media:description": _media_summary,
    **dict.fromkeys(("summary", "atom:summary"), _atom_summary),
    **dict.fromkeys(("content", "atom:content"), _content),
    **dict.fromkeys(("content:encoded", "fullitem", "fulltext"), _html_content),
    **dict.fromkeys(("body", "xhtml:body", "xhtml:div"), _markup_content),
    **dict.fromkeys(
        ("author", "dc:creator", "dc:author", "itunes:author", "atom:author", "googleplay:author"), _author
    ),
    **dict.fromkeys(("category", "atom:category", "dc:subject", "dcterms:subject", "media:category"), _category),
    **dict.fromkeys(("itunes:category", "tag"), _category),
    **dict.fromkeys(("keywords", "itunes:keywords", "media:keywords", "tags"), _keywords),
    **dict.fromkeys(("enclosure", "enc:enclosure", "media:content", "media:thumbnail", "atom:enclosure"), _medium),
    **dict.fromkeys(("media:group", "media:peerlink"), _group),
    **dict.fromkeys(("image", "itunes:image", "googleplay:image", "thumbnail", "webfeeds:featuredimage"), _image),
    "comments": _comments,
    **dict.fromkeys(("language", "dc:language"), _language),
    **dict.fromkeys(("source", "atom:source"), _source),
    **dict.fromkeys(("post-id", "dc:identifier", "dcterms:identifier"), _publisher_id),
    "item": _ignored,
    "entry": _ignored,
}
