"""One parsed entry to the common schema. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeVar

from ingest.normalise.bodies import Bodies, bodies
from ingest.normalise.date_order import Order
from ingest.normalise.dating import Dating, dating
from ingest.normalise.extra import canonical_json
from ingest.normalise.identity import entry_digest, keys, wording_digest
from ingest.normalise.language import declared, detected
from ingest.normalise.media import enclosures, image_url, unread
from ingest.normalise.people import people
from ingest.normalise.text import decoded_once, one_line, plain_title, visible
from ingest.normalise.urls import absolute_url, canonical_url, resolved_base
from ingest.parse.parsed import Author, Link, Medium, ParsedEntry, Term
from storage.records import Category, Entry, Wording

MAX_TITLE = 10_000  # characters
MAX_GUID = 8_192  # characters
MAX_TERM = 1_000  # characters
MAX_CATEGORIES = 200
MAX_ENCLOSURES = 100
MAX_AUTHORS = 50
MAX_LINKS = 50  # that no field has

_T = TypeVar("_T")
_LINK_RELATIONS = "http://www.iana.org/assignments/relation/"
_PAGES = frozenset({None, "", "text/html", "application/xhtml+xml"})
_IN_FIELDS = frozenset({"canonical", "enclosure"})
_ACTIVE = ("javascript:", "data:", "vbscript:")


@dataclass(frozen=True, slots=True)
class Around:
    """What the document says for all its entries. `cuts` counts what had to be cut or dropped, in words."""

    format: str
    base: str | None
    timezone: str | None
    language: str | None
    authors: tuple[Author, ...] = ()  # of entries that name none
    order: Order | None = None  # of day and month in its dates, if these prove one
    cuts: Counter[str] = field(default_factory=Counter)


def entry_of(parsed: ParsedEntry, around: Around) -> Entry:
    """The entry in the common schema; what no field takes is in `extra`. Never raises."""
    base = resolved_base(parsed.base, around.base)
    guid = visible(parsed.guid).strip() if parsed.guid else ""
    url = entry_url(parsed, around.format, base)
    canonical = _canonical(parsed.links, url, base)
    comments = _comments(parsed, base)
    texts = bodies(parsed.summaries, parsed.contents, base)
    dated = dating(
        parsed.dates, timezone=around.timezone, language=parsed.language or around.language, order=around.order
    )
    wording = _wording(parsed, around, base, texts, dated)
    wording = replace(wording, digest=wording_digest(wording, canonical))
    entry = Entry(
        digest=b"",
        wording=wording,
        keys=keys(
            guid=guid,
            canonical=canonical,
            publisher_ids=_publisher_ids(parsed),
            wording=wording,
            is_exact=dated.is_exact,
        ),
        guid=_shortened(guid, MAX_GUID, "guids", around) or None,
        url=url,
        canonical_url=canonical,
        comments_url=comments,
        extra=canonical_json(
            _extra(parsed, around, texts, dated, _other_links(parsed.links, {url, comments}, base)), around.cuts
        ),
    )
    return replace(entry, digest=entry_digest(entry))


# --- addresses --------------------------------------------------------------------------------------------------------


def entry_url(parsed: ParsedEntry, format: str, base: str | None) -> str | None:  # noqa: A002 - the word of feeds.format
    """The page of the entry: an alternate link (RFC 4287 section 4.2.7.2), pages before other types; else a guid that
    is a permalink (RSS 2.0: it is one unless said otherwise), if it is a URL; else where the content is (`src`); else,
    in JSON Feed, `external_url`. Only http and https.
    """
    links = [link for link in parsed.links if relation(link) == "alternate"]
    links.sort(key=lambda link: link.type not in _PAGES)
    if url := first_url(links, base):
        return url
    guid = (parsed.guid or "").strip()
    is_json = format.startswith("json")
    if (parsed.guid_is_permalink is not False or is_json) and guid.lower().startswith(("http://", "https://")):
        return absolute_url(guid, None)
    sources = [Link(text.src, base=text.base) for text in parsed.contents if text.src]
    related = [link for link in parsed.links if is_json and relation(link) == "related"]
    return first_url([*sources, *related], base)


def relation(link: Link) -> str:
    """The name of a link's relation; a registered one may be written as a URI (RFC 4287 section 4.2.7.2)."""
    rel = (link.rel or "alternate").strip().lower()
    return rel.removeprefix(_LINK_RELATIONS) or "alternate"


def first_url(links: Iterable[Link], base: str | None) -> str | None:
    """The first of the links that is an http(s) URL."""
    found = (absolute_url(link.href, resolved_base(link.base, base)) for link in links)
    return next((url for url in found if url), None)


def _canonical(links: Sequence[Link], url: str | None, base: str | None) -> str | None:
    """What calls itself canonical goes before the link, which may lead through a counter (feedburner:origLink)."""
    own = first_url((link for link in links if relation(link) == "canonical"), base) if len(links) > 1 else None
    address = own or url
    return canonical_url(address) if address else None


def _comments(parsed: ParsedEntry, base: str | None) -> str | None:
    if parsed.comments:
        return absolute_url(parsed.comments, base)
    replies = (link for link in parsed.links if relation(link) == "replies" and link.type in _PAGES)
    return first_url(replies, base)


def _other_links(links: Iterable[Link], told: set[str | None], base: str | None) -> list[object]:
    """Links that no field has: other pages, related ones, where the entry came from."""
    found: list[object] = []
    for link in links:
        href = link.href.strip()
        if relation(link) in _IN_FIELDS or href.lower().startswith(_ACTIVE):
            continue
        is_told = absolute_url(href, resolved_base(link.base, base)) in told - {None}
        if is_told and (relation(link) != "alternate" or not (link.title or link.hreflang or link.length)):
            continue  # the title of a link to comments counts them: another one at each poll
        names = ("rel", "type", "title", "hreflang", "length")
        said = {name: getattr(link, name) for name in names}
        given = {f"@{name}": value for name, value in said.items() if value}
        found.append({"@href": href, **given} if given else href)
    return found[:MAX_LINKS]


def _publisher_ids(parsed: ParsedEntry) -> tuple[tuple[str, str], ...]:
    found = ((name, one_line(value)) for name, value in parsed.publisher_ids)
    return tuple((visible(name), value) for name, value in found if value)


# --- what it says -----------------------------------------------------------------------------------------------------


def _wording(parsed: ParsedEntry, around: Around, base: str | None, texts: Bodies, dated: Dating) -> Wording:
    title = plain_title(parsed.title, around.format) if parsed.title else None
    media = _media(parsed)
    running_time = parsed.extra.get("itunes:duration")
    found = _first(enclosures(media, base, running_time=running_time), MAX_ENCLOSURES, "enclosures", around)
    language, title_language = _languages(parsed, around, title, texts)
    if texts.cut:
        around.cuts["texts cut"] += 1
    return Wording(
        digest=b"",
        title=_shortened(title, MAX_TITLE, "titles", around) if title else None,
        summary=texts.summary,
        content_text=texts.content_text,
        summary_html=texts.summary_html,
        content_html=texts.content_html,
        authors=_first(people(parsed.authors or around.authors, base), MAX_AUTHORS, "authors", around),
        categories=_first(_categories(parsed.categories), MAX_CATEGORIES, "categories", around),
        enclosures=found,
        language=language,
        title_language=title_language,
        image_url=image_url(parsed.images, found, media, (texts.content_html, texts.summary_html), base),
        published_at=dated.published_at,
        published_raw=dated.published_raw and one_line(dated.published_raw),
        published_source=dated.published_source,
        updated_at=dated.updated_at,
    )


def _media(parsed: ParsedEntry) -> tuple[Medium, ...]:
    """Enclosures that stand among the links only are media too."""
    links = [link for link in parsed.links if relation(link) == "enclosure"]
    return (*parsed.media, *(Medium(k.href, "link", k.type, k.length, title=k.title, base=k.base) for k in links))


def _categories(terms: Iterable[Term]) -> tuple[Category, ...]:
    found: dict[tuple[str, str | None], Category] = {}
    for term in terms:
        label = _word(term.label)
        if name := _word(term.term) or label:
            scheme = _word(term.scheme)
            scheme = None if scheme and scheme.lower().startswith(_ACTIVE) else scheme
            found.setdefault((name, scheme), Category(name, scheme, label if label != name else None))
    return tuple(found.values())


def _word(text: str | None) -> str | None:
    return one_line(decoded_once(text[:MAX_TERM])) if text else None


def _languages(parsed: ParsedEntry, around: Around, title: str | None, texts: Bodies) -> tuple[str | None, str | None]:
    """Of the text and of the title: as they read, else as the publisher says.

    Both are bare codes (`de`), since what is detected has no region; as declared the tag stands in `feeds.language`.
    """
    body = next((text.language for text in (*parsed.contents, *parsed.summaries) if text.language), None)
    said = _code(body) or _code(parsed.language) or _code(around.language)
    title_said = _code(parsed.title.language if parsed.title else None) or said
    of_text = detected(texts.content_text, hint=said) if texts.content_text else None
    of_title = _title_language(title, texts, title_said) if title else None
    return of_text or (said if texts.content_text else of_title), of_title


def _title_language(title: str, texts: Bodies, said: str | None) -> str | None:
    found = detected(title, hint=said)
    if found is None and texts.content_html and texts.summary:  # a teaser speaks for the title, a body does not
        found = detected(f"{title}. {texts.summary[:1000]}", hint=said)
    return found or said


@lru_cache(maxsize=256)
def _code(tag: str | None) -> str | None:
    normal = declared(tag)
    return normal.partition("-")[0] if normal else None


# --- the rest ---------------------------------------------------------------------------------------------------------


def _extra(
    parsed: ParsedEntry, around: Around, texts: Bodies, dated: Dating, links: Sequence[object]
) -> dict[str, object]:
    extra = dict(parsed.extra)
    for name, text in (*texts.unused, *dated.unused):
        _add(extra, name, text)
    for name, said in unread(parsed.media):
        _add(extra, name, said)
    if links:
        extra.setdefault("link", links[0] if len(links) == 1 else list(links))
    assumed = {
        name: words
        for name, words in (("published_assumed", dated.published_assumed), ("updated_assumed", dated.updated_assumed))
        if words
    }
    tag = declared(parsed.language)
    if tag and tag != declared(around.language):
        assumed["language_declared"] = tag
    return {**extra, "chronik": assumed} if assumed else extra


def _add(extra: dict[str, object], name: str, text: object) -> None:
    """A name that comes twice has a list."""
    known = extra.get(name)
    if name not in extra:
        extra[name] = text
    elif isinstance(known, list):
        extra[name] = [*known, text]
    elif known != text:
        extra[name] = [known, text]


def _shortened(text: str, limit: int, what: str, around: Around) -> str:
    if len(text) <= limit:
        return text
    around.cuts[f"{what} cut"] += 1
    return text[:limit]


def _first(values: tuple[_T, ...], limit: int, what: str, around: Around) -> tuple[_T, ...]:
    if len(values) <= limit:
        return values
    around.cuts[f"{what} left out"] += len(values) - limit
    return values[:limit]
