"""Parsed feed to the common schema, field by field. Pure: no network, no clock, no state."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from ingest.decode import Decoded
from ingest.hints import Hints
from ingest.normalise.bodies import rendered
from ingest.normalise.date_order import common_order, is_numeric
from ingest.normalise.entry import Around, entry_of, first_url, relation
from ingest.normalise.extra import canonical_json
from ingest.normalise.text import one_line, plain_title, text_of
from ingest.normalise.urls import absolute_url, resolved_base
from ingest.parse.parsed import Date, Link, ParsedEntry, ParsedFeed
from storage.records import NO_SOURCE, Entry, FeedHead, Reading

# RFC 4287 section 4.2.1 and JSON Feed 1.1: the feed's authors are those of entries without. RSS's are editors.
_HANDS_ON_AUTHORS = ("atom", "json")
_MAX_TITLE = 10_000  # characters
_MAX_DESCRIPTION = 100_000  # characters


def reading(parsed: ParsedFeed, hints: Hints, decoded: Decoded) -> Reading:
    """What a document says, in the common schema, entries in document order. Times are in UTC. Never raises.

    Relative links: RFC 3986 section 5.1, that is xml:base, then where the document was got (`hints.base_url`), then
    where it says that it is. `note` says in words what was repaired, cut or left out.
    """
    said = replace(around(parsed, hints), order=common_order(date.raw for date in _dates(parsed)))
    read = [_entry(entry, said) for entry in parsed.entries]
    return Reading(
        head=_head(parsed, said.base, said.cuts),
        entries=tuple(entry for entry, _ in read),
        encoding=decoded.encoding,
        encoding_verdict=decoded.verdict,
        salvaged=parsed.salvaged,
        note=_note(parsed, decoded, said.cuts),
        sources=b"".join(_sources(parsed, [is_read_anew for _, is_read_anew in read])),
        against=hints.known if parsed.left_out else b"",
    )


def around(parsed: ParsedFeed, hints: Hints) -> Around:
    """What a document says for all its entries."""
    return Around(
        format=parsed.format,
        base=_base(parsed, hints),
        timezone=hints.timezone,
        language=parsed.language or hints.language,
        authors=parsed.authors if parsed.format.startswith(_HANDS_ON_AUTHORS) else (),
    )


def _dates(parsed: ParsedFeed) -> Iterator[Date]:
    yield from parsed.dates
    for entry in parsed.entries:
        yield from entry.dates


def _entry(parsed: ParsedEntry, around: Around) -> tuple[Entry, bool]:
    """The entry, and whether it is to be read each time: of what was cut each reading tells, and the dates of its
    neighbours say what a date in numbers means.
    """
    before = around.cuts.total()
    return entry_of(parsed, around), around.cuts.total() > before or any(is_numeric(date.raw) for date in parsed.dates)


def _sources(parsed: ParsedFeed, is_read_anew: Sequence[bool]) -> Iterator[bytes]:
    anew = iter(is_read_anew)
    for source in parsed.sources:
        yield source if source in parsed.left_out or not next(anew) else NO_SOURCE


def _base(parsed: ParsedFeed, hints: Hints) -> str | None:
    """RSS knows no base: where a feed is served from another host than its site (FeedBurner), the site is meant."""
    got = absolute_url(hints.base_url, None) if hints.base_url else None
    site = _link(parsed, "alternate", got)
    if parsed.base:
        return resolved_base(parsed.base, got or site)
    if parsed.format.startswith(("rss", "cdf")) and site and got and urlsplit(site).netloc != urlsplit(got).netloc:
        return site
    return got or _link(parsed, "self", None) or site


def _link(parsed: ParsedFeed, rel: str, base: str | None) -> str | None:
    return first_url((link for link in parsed.links if relation(link) == rel), base)


def _head(parsed: ParsedFeed, base: str | None, cuts: Counter[str]) -> FeedHead:
    title = plain_title(parsed.title, parsed.format) if parsed.title else None
    description = rendered(parsed.description, base) if parsed.description else None
    text = text_of(description) if description else None
    return FeedHead(
        format=parsed.format,
        title=title and title[:_MAX_TITLE],
        link=_site(parsed, base),
        description=text and text[:_MAX_DESCRIPTION],
        language=one_line(parsed.language[:100]) if parsed.language else None,
        hints=canonical_json(parsed.hints, cuts),
    )


def _site(parsed: ParsedFeed, base: str | None) -> str | None:
    """The feed's page: the format's own link, pages before other types."""
    links = [link for link in parsed.links if relation(link) == "alternate"]
    return first_url(sorted(links, key=_is_no_page), base)


def _is_no_page(link: Link) -> bool:
    return (link.type or "text/html") not in {"text/html", "application/xhtml+xml"}


def _note(parsed: ParsedFeed, decoded: Decoded, cuts: Counter[str]) -> str | None:
    said = [parsed.note] if parsed.note else []
    if decoded.repaired:
        said.append(f"{decoded.repaired} characters repaired")
    said += [f"{number} {what}" for what, number in sorted(cuts.items())]
    return "; ".join(said) or None
