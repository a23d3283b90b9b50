"""Rows as an Atom feed (RFC 4287), for whoever follows rather than looks. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
_TITLES = ("title", "headline", "feed", "outlet", "day")
CONTENT = 2_000  # characters of a value


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the feed: `name` tells it from all others, `updated` is RFC 3339."""

    name: str
    title: str
    updated: str
    link: str | None
    content: str
    source: str | None = None


def feed(title: str, now: str, entries: Iterable[Told]) -> str:
    """A feed; its title is its identity too. `now`: RFC 3339."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{_text(title)}</title>\n<id>{_id(f'feed {title}')}</id>\n<updated>{now}</updated>\n"
        f"<author><name>chronik</name></author>\n{''.join(map(_entry, entries))}</feed>\n"
    )


def _entry(told: Told) -> str:
    link = f'<link rel="alternate" href={quoteattr(_clean(told.link))}/>' if told.link else ""
    source = f"<source><title>{_text(told.source)}</title></source>" if told.source else ""
    return (
        f"<entry><id>{_id(told.name)}</id><title>{_text(told.title)}</title><updated>{told.updated}</updated>"
        f"{link}{source}<content>{_text(told.content)}</content></entry>\n"
    )


def of_row(where: str, row: Mapping[str, Any], now: str, base: str) -> Told:
    """Any row. What it is follows from its ids if it has some, else from all of it; `base`: where the page is."""
    ids = [f"{name} {value}" for name, value in row.items() if name.endswith("_id")]
    times = [str(value) for name, value in row.items() if name.endswith("_at") and _TIME.match(str(value))]
    title = next((str(row[name]) for name in _TITLES if row.get(name)), "")
    return Told(
        name=f"{where} {', '.join(ids) or '|'.join(map(str, row.values()))}",
        title=title or " · ".join(str(value) for value in row.values() if value is not None)[:200],
        updated=times[0] if times else now,
        link=_link(row, base),
        content=content(row),
        source=row.get("feed"),
    )


def content(row: Mapping[str, Any]) -> str:
    """A line for each value that there is."""
    return "\n".join(f"{name}: {str(value)[:CONTENT]}" for name, value in row.items() if value is not None)


def _link(row: Mapping[str, Any], base: str) -> str | None:
    for name, path in (("entry_id", "entry"), ("story_id", "story")):
        if isinstance(row.get(name), int):
            return f"{base}/{path}/{row[name]}"
    url = str(row.get("url") or "")
    return url if url.startswith(("http://", "https://")) else None


def _id(name: str) -> str:
    return uuid5(NAMESPACE_URL, f"chronik {_clean(name)}").urn


def _text(value: object) -> str:
    return escape(_clean(value))


def _clean(value: object) -> str:
    return _NOT_XML.sub("", str(value))
