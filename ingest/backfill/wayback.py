"""Captures of the feed in a web archive: Wayback CDX Server API; Memento (RFC 7089) with `id_` for raw bodies.

A capture counts as the feed at the time of the capture. Which ones to get is found by halving: between two captures
that show that nothing was lost between them, none is asked for. That is shown by an entry which was among the newest in
the older one and is still in the younger one; an old entry that is pinned to the top shows nothing.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit

from ingest.backfill.asking import may_pass
from ingest.backfill.road import About, Ask, Listed, Page, Road, Walk, breaks_off, ended, failed
from ingest.document import Document
from storage.records import Entry, Reading, Reason, Route

SEARCH_SPACING = timedelta(seconds=4)  # 15 a minute; 30 are the limit, and who passes it often is locked out
CAPTURE_SPACING = timedelta(seconds=1)  # 60 a minute; 600 are the limit
PER_LIST = 10_000  # captures
MOST = 100_000
TOP = 3  # newest entries of a capture, one of which must still be in the next one
Capture: TypeAlias = tuple[str, int]  # 14 digits of time, index of the address
_MEMENTO = re.compile(r"/web/(\d{14})(?:id_)?/(.+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaybackWalk(Walk):
    """First the captures of all `urls` are listed (`listing` is the index of the one in hand, `resume` where its list
    goes on), then some of them are got: `asking` is the next. `todo` are pairs between which something may be lost,
    `seen` the names of entries in the captures of these pairs ([all, newest]), `bad` captures that are no use,
    `lost` those of them that could not be had just then: the next walk asks for them again.
    """

    urls: tuple[str, ...]
    listing: int = 0
    resume: str | None = None
    captures: tuple[Capture, ...] = ()
    asking: int | None = None
    todo: tuple[tuple[int, int], ...] = ()
    seen: Mapping[str, Any] = field(default_factory=dict)
    bad: tuple[int, ...] = ()
    lost: tuple[Capture, ...] = ()
    since: str | None = None


class Wayback(Road[WaybackWalk]):
    """Halves from the newest pair to the oldest."""

    route = Route.WAYBACK
    walk_type = WaybackWalk
    newest_first = False

    async def begin(self, about: About) -> WaybackWalk | None:
        urls = tuple(url for url in dict.fromkeys((about.feed.url, *about.signs.urls)) if url and "${" not in url)
        if about.wayback is None or not urls:
            return None
        return WaybackWalk(urls=urls, since=_stamp(about.scope.since))

    def lacking(self, about: About) -> str:
        return "feeds.yaml wants none of it" if about.wayback is None else super().lacking(about)

    def asks(self, walk: WaybackWalk, about: About) -> Ask | None:
        base = (about.wayback or "").rstrip("/")
        if walk.listing < len(walk.urls):
            return Ask(_search(base, walk, about), obeys_robots=False, spacing=SEARCH_SPACING)
        if walk.asking is None:
            return None
        stamp, which = walk.captures[walk.asking]
        return Ask(f"{base}/web/{stamp}id_/{walk.urls[which]}", obeys_robots=False, spacing=CAPTURE_SPACING)

    # --- what comes -----------------------------------------------------------------------------------------------

    def is_feed(self, ask: Ask, document: Document) -> bool:
        return _MEMENTO.search(ask.url) is not None

    def taken(self, ask: Ask, document: Document, about: About) -> Document:
        """The capture as the document that it was, at the time when it was taken: redirects lead to other captures.

        A list of captures as it is, if it is whole.
        """
        if not self.is_feed(ask, document):
            if _rows(document.body) is None:
                raise failed(document, Reason.PROTOCOL, "the list of captures is none, or breaks off")
            return document
        found = _MEMENTO.search(document.url)
        wanted = {_page_key(url) for url in (about.feed.url, *about.signs.urls) if url}
        if found is None or _page_key(found[2]) not in wanted:
            where = (found[2] if found else "?")[:200]
            raise failed(document, Reason.NOT_A_FEED, f"a capture of another page: {where}")
        at = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return replace(document, url=found[2], fetch=replace(document.fetch, requested_at=at))

    def listed(self, ask: Ask, document: Document, about: About) -> Listed:
        """Captures as (time, digest), then ("", key) if the list goes on."""
        return tuple(_lines(_rows(document.body) or []))

    # --- where it leads -------------------------------------------------------------------------------------------

    def after(self, walk: WaybackWalk, page: Page, about: About) -> WaybackWalk:
        if walk.listing < len(walk.urls):
            return self._after_list(walk, page)
        asked = -1 if walk.asking is None else walk.asking
        if page.reading is None or breaks_off(page):
            walk = replace(walk, bad=(*walk.bad, asked))
            if may_pass(page):
                walk = replace(walk, lost=(*walk.lost, walk.captures[asked]), whole=False)
        else:
            walk = replace(walk, seen={**walk.seen, str(asked): _seen(page.reading)})
            walk = replace(walk, todo=_halved(walk, asked))
        return chosen(walk)

    def _after_list(self, walk: WaybackWalk, page: Page) -> WaybackWalk:
        if page.document is None and not walk.offered:
            return ended(walk, f"the captures are not listed: {page.detail}")
        more = next((line[1] for line in page.listed if not line[0]), None)
        found = [(line[0], walk.listing) for line in page.listed if line[0]]
        captures = tuple(sorted({*walk.captures, *found}))[-MOST:]
        following = walk.listing if more else walk.listing + 1
        walk = replace(walk, offered=walk.offered or bool(captures), captures=captures, resume=more, listing=following)
        if walk.listing < len(walk.urls):
            return walk
        walk = replace(walk, pages=len(captures) + walk.asked)
        return chosen(walk)

    def survives(self, walk: WaybackWalk) -> bool:
        return walk.listing >= len(walk.urls)

    def again(self, walk: WaybackWalk, about: About) -> WaybackWalk:
        newest = walk.captures[-1][0] if walk.captures else walk.since
        urls = tuple(url for url in dict.fromkeys((about.feed.url, *about.signs.urls)) if url and "${" not in url)
        lost = ((stamp, urls.index(walk.urls[which])) for stamp, which in walk.lost if walk.urls[which] in urls)
        return WaybackWalk(
            urls=urls,
            since=newest,
            captures=tuple(lost),
            asked=walk.asked,
            offered=True,
            reached=walk.reached,
            top=walk.top,
        )


def chosen(walk: WaybackWalk) -> WaybackWalk:
    """The walk with the capture to get next: the ends first, then the middle of the youngest pair with a loss in it."""
    usable = [n for n in range(len(walk.captures)) if n not in set(walk.bad)]
    if not usable:
        return ended(walk, "there are no captures" if not walk.captures else f"no capture can be read{_useless(walk)}")
    for end in (usable[-1], usable[0]):
        if not walk.todo and str(end) not in walk.seen:
            return replace(walk, asking=end)
    todo = list(walk.todo) if walk.todo else ([(usable[0], usable[-1])] if len(usable) > 1 else [])
    while todo:
        low, high = todo[-1]
        between = [n for n in usable if low < n < high]
        if between and not _nothing_lost(walk.seen[str(low)], walk.seen[str(high)]):
            ends = {str(n) for pair in todo for n in pair}
            seen = {name: value for name, value in walk.seen.items() if name in ends}
            return replace(walk, asking=between[len(between) // 2], todo=tuple(todo), seen=seen)
        todo.pop()
    because = f"no more can be had from the captures{_useless(walk)}"
    return ended(replace(walk, todo=(), seen={}, asking=None), because)


def _useless(walk: WaybackWalk) -> str:
    useless, lost = len(walk.bad) - len(walk.lost), len(walk.lost)
    told = [f"; {useless} of them broken or of other pages"] if useless else []
    return "".join(told + ([f"; {lost} of them could not be had"] if lost else []))


def _halved(walk: WaybackWalk, middle: int) -> tuple[tuple[int, int], ...]:
    """The pair in hand as two, the younger one on top."""
    if not walk.todo:
        return ()
    low, high = walk.todo[-1]
    return (*walk.todo[:-1], (low, middle), (middle, high))


def _nothing_lost(older: Any, younger: Any) -> bool:
    return not set(older[1]).isdisjoint(younger[0])


def _seen(reading: Reading) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of all entries, and of the newest: by date, else by place."""
    newest = sorted(reading.entries, key=_age, reverse=True)[:TOP]
    return tuple(name for each in reading.entries for name in _names(each)), tuple(
        name for each in newest for name in _names(each)
    )


def _age(entry: Entry) -> datetime:
    return entry.wording.published_at or datetime.min.replace(tzinfo=UTC)


def _names(entry: Entry) -> Iterator[str]:
    for text in (entry.guid, entry.canonical_url):
        if text:
            yield sha256(text.encode(errors="replace")).hexdigest()[:10]


# --- addresses --------------------------------------------------------------------------------------------------------


def _search(base: str, walk: WaybackWalk, about: About) -> str:
    query = {
        "url": walk.urls[walk.listing],
        "matchType": "exact",
        "output": "json",
        "fl": "timestamp,digest",
        "filter": "statuscode:200",
        "collapse": "digest",
        "limit": str(PER_LIST),
        "showResumeKey": "true",
    }
    bounds = {"from": walk.since, "to": _stamp(about.scope.until), "resumeKey": walk.resume}
    said = query | {name: value for name, value in bounds.items() if value}
    return f"{base}/cdx/search/cdx?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in said.items())


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def _rows(body: bytes) -> list[Any] | None:
    """What a list of captures says; nothing at all is an empty list. None: it is none, or not the whole of one."""
    try:
        rows = json.loads(body.strip() or b"[]")
    except (ValueError, RecursionError):
        return None
    return rows if isinstance(rows, list) else None


def _lines(rows: list[Any]) -> Iterator[tuple[str, str]]:
    """The first row names the columns; after an empty one comes the key with which the list goes on."""
    for number, row in enumerate(rows[1:], 1):
        texts = [str(cell) for cell in row] if isinstance(row, list) else []
        if len(texts) == 1 and rows[number - 1] == []:
            yield "", texts[0]
        elif len(texts) >= 2 and re.fullmatch(r"\d{14}", texts[0]):
            yield texts[0], texts[1]


def _page_key(url: str) -> str:
    """An address as capture archives compare them: without scheme, www, port, capitals and last slash."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}?{parts.query}".lower()
