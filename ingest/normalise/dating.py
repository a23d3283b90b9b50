"""When an entry was published and updated: which of its dates says so. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.normalise.date_order import Order
from ingest.normalise.dates import Instant, instant
from ingest.parse.parsed import Date

# In order of trust, in lower case: the format's own element before Dublin Core before what others add.
_PUBLISHED = (
    *("pubdate", "published", "date_published", "news:publication_date", "atom:published", "issued", "atom:issued"),
    *("dc:date", "date", "dcterms:issued", "dc:issued", "prism:publicationdate", "pubdate:iso8601", "publicationdate"),
    *("publishdate", "datepublished", "dcterms:date", "dcterms:available", "itunes:pubdate"),
    *("created", "atom:created", "dcterms:created", "dc:created"),  # _BEGUN
)
_UPDATED = (
    *("updated", "date_modified", "atom:updated", "modified", "atom:modified", "dcterms:modified", "dc:modified"),
    *("prism:modificationdate", "datemodified", "lastmodified", "dwsyn:contentmodified", "app:edited", "lastmod"),
    "lastbuilddate",
)
_MIDNIGHT = re.compile(r"(?<![0-9:])0?0:00(?::00(?:\.0+)?)?(?![0-9:])")
_BEGUN = frozenset({"created", "atom:created", "dcterms:created", "dc:created"})
_FARTHEST_ZONE = timedelta(hours=14)
_PUBLISHED_RANK = {name: rank for rank, name in enumerate(_PUBLISHED)}
_UPDATED_RANK = {name: rank for rank, name in enumerate(_UPDATED)}


@dataclass(frozen=True, slots=True)
class Dating:
    """Instants in UTC. `published_source` is the element that gave `published_at` or, if no date can be read, `raw`.

    The `_assumed` fields say in words what the publisher left open (a zone, a time of day). `unused` are other dates,
    (element, as written), that do not name one of these instants.
    """

    published_at: datetime | None = None
    published_raw: str | None = None
    published_source: str | None = None
    updated_at: datetime | None = None
    published_assumed: str | None = None
    updated_assumed: str | None = None
    unused: tuple[tuple[str, str], ...] = ()

    @property
    def is_exact(self) -> bool:
        """The time of publication was given; midnight is what publishers write who mean a day."""
        if self.published_at is None or "midnight" in (self.published_assumed or ""):
            return False
        return not _MIDNIGHT.search(self.published_raw or "")


def dating(dates: Iterable[Date], *, timezone: str | None, language: str | None, order: Order | None = None) -> Dating:
    """The first date of each kind that can be read. One without a time of day gives way to one that leaves none open,
    and one whose zone nobody knows to one that may be the same moment. When something was begun (`created`) stands for
    its publication only where nothing else does. `order`: of day and month in the document's other dates.

    An update stands for the publication only where no date of publication can be read; then `published_source` names
    its element. A date that is missing is never guessed.
    """
    dates = tuple(dates)
    published = _ranked(dates, _PUBLISHED_RANK)
    updated = _ranked(dates, _UPDATED_RANK)

    def read(date: Date) -> Instant | None:
        return instant(date.raw, timezone=timezone, language=language, order=order)

    update, updated_at = _first(updated, read)
    chosen, published_at = _first(published, read)
    if published_at is None and updated_at is not None:
        chosen, published_at = update, updated_at
    chosen = chosen or next(iter((*published, *updated)), None)
    told = {found.at for found in (published_at, updated_at) if found}
    return Dating(
        published_at.at if published_at else None,
        chosen.raw.strip()[:200] if chosen else None,
        chosen.element if chosen else None,
        updated_at.at if updated_at else None,
        published_at.assumed if published_at else None,
        updated_at.assumed if updated_at else None,
        tuple(
            (date.element, date.raw.strip()[:200])
            for date in (*published, *updated)
            if date is not chosen and not ((found := read(date)) and found.at in told)
        ),
    )


def _ranked(dates: Iterable[Date], rank: dict[str, int]) -> list[Date]:
    found = [date for date in dates if date.element.lower() in rank and not date.raw.isspace() and date.raw]
    return found if len(found) < 2 else sorted(found, key=lambda date: rank[date.element.lower()])


def _first(dates: Iterable[Date], read: Callable[[Date], Instant | None]) -> tuple[Date | None, Instant | None]:
    best: tuple[Date | None, Instant | None] = (None, None)
    for date in dates:
        found = read(date)
        if found is None or (best[1] and date.element.lower() in _BEGUN):
            continue
        if best[1] is None or (found.assumed is None and _gives_way(best[1], found)):
            best = date, found
        if found.assumed is None:
            break
    return best


def _gives_way(known: Instant, exact: Instant) -> bool:
    assumed = known.assumed or ""
    return "midnight" in assumed or ("time zone UTC" in assumed and abs(known.at - exact.at) <= _FARTHEST_ZONE)
