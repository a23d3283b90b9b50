"""What the pages show, asked of an archive: each function a few quick queries, none of which looks at every entry."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from storage.differing import Part, parts
from storage.reading import Reader
from storage.web.story import widest
from storage.wordings import EntryTold, WordingTold, entry, wordings

Row = dict[str, Any]
RECENT = timedelta(days=30)
COMPARED = (("title", "headline"), ("summary", "teaser"), ("content_text", "text"), ("url", "address"))


@dataclass(frozen=True, slots=True)
class Overview:
    """What the start page shows."""

    outlets: list[Row]
    days: list[tuple[str, int]]
    newest: list[Row]
    stories: list[Row]
    changes: list[Row]
    failing: list[Row]
    gaps: list[Row]


def overview(reader: Reader, now: datetime) -> Overview:
    """The archive at a glance, as of `now` (aware, UTC)."""
    return Overview(
        outlets=reader.rows(_OUTLETS, {"since": _text(now - timedelta(days=7))}),
        days=per_day(reader, now),
        newest=reader.rows(_NEWEST),
        stories=widest(reader, now),
        changes=changes(reader, limit=12),
        failing=reader.rows(_FAILING),
        gaps=reader.rows(_GAPS),
    )


# The plus: by time, of which there is a week, not by outlet, of which there is all.
_OUTLETS = """
with fresh as materialized (
  select outlet_id, count(*) as week from entry where first_seen_at >= :since group by +outlet_id
)
select o.slug as outlet, coalesce(o.name, o.slug) as name, count(f.feed_id) as feeds,
  coalesce((select week from fresh where fresh.outlet_id = o.outlet_id), 0) as week,
  max(f.last_success_at) as last_success_at, max(f.last_new_at) as last_new_at,
  coalesce(sum(f.state in ('failing', 'gone')), 0) as failing
from outlet o left join feed f on f.outlet_id = o.outlet_id
group by o.outlet_id order by week desc, o.slug
"""
_NEWEST = """
select entry_id, outlet, title, summary, url, published_at, first_seen_at, versions from entries
order by first_seen_at desc limit 12
"""
_FAILING = """
select feed, state, last_error, failures, last_success_at from feeds
where state in ('failing', 'gone') order by failures desc, feed limit 20
"""
_GAPS = (
    "select feed, after_at, before_at, estimated_missed from gaps where state = 'open' order by before_at desc limit 20"
)


def changes(reader: Reader, outlet: str | None = None, limit: int = 50) -> list[Row]:
    """The newest changes of headlines and texts, each with the headline that was there before (`was`)."""
    return reader.rows(_CHANGES.format(where=_OF_OUTLET if outlet else ""), {"outlet": outlet, "limit": limit})


_OF_OUTLET = " and feed_id in (select feed_id from feed f join outlet o using (outlet_id) where o.slug = :outlet)"
_CHANGES = """
with newest as materialized (
  select version_id from version where change in ('title', 'text'){where} order by seen_at desc limit :limit
)
select v.version_id, v.entry_id, v.feed, v.title, v.change, v.seen_at, v.version,
  (select b.title from entry_versions b where b.entry_id = v.entry_id and b.feed = v.feed and b.version < v.version
    order by b.version desc limit 1) as was
from newest join entry_versions v on v.version_id = newest.version_id order by v.seen_at desc, v.version_id desc
"""


def newest_stories(reader: Reader, limit: int = 50) -> list[Row]:
    """The stories that went on last."""
    return reader.rows("select * from stories order by newest_at desc limit :limit", {"limit": limit})


def per_day(reader: Reader, now: datetime, outlet: str | None = None) -> list[tuple[str, int]]:
    """New entries of each of the last days, the oldest first."""
    since = now.date() - RECENT
    rows = reader.rows(_PER_DAY, {"since": since.isoformat(), "outlet": outlet})
    counts = {row["day"]: row["entries"] for row in rows}
    days = [(since + timedelta(days=n)).isoformat() for n in range(RECENT.days + 1)]
    return [(day, counts.get(day, 0)) for day in days]


_PER_DAY = """
select substr(first_seen_at, 1, 10) as day, count(*) as entries from entry
where first_seen_at >= :since
  and (:outlet is null or outlet_id = (select outlet_id from outlet where slug = :outlet))
group by 1
"""


# --- an entry ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that differs between two wordings."""

    name: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Step:
    """A wording, and what it changed of the one before it in its feed."""

    wording: WordingTold
    changed: list[Changed]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """All that is known of an entry."""

    entry: EntryTold
    authors: list[str]
    categories: list[str]
    steps: list[Step]
    sightings: list[Row]
    keys: list[Row]
    enclosures: list[Row]
    provenance: list[Row]
    story: Row | None
    gone_at: str | None  # when it was first missed in `gone_from`, where older entries stayed, and still is
    gone_from: str | None


def entry_page(reader: Reader, entry_id: int) -> EntryPage | None:
    """The entry, or the one that it was merged into; None if there is none."""
    told = entry(reader, entry_id)
    if told is None:
        return None
    asked = {"entry_id": told.entry_id}
    sightings = reader.rows(_SIGHTINGS, asked)
    gone = _withdrawn(sightings)
    return EntryPage(
        entry=told,
        authors=json.loads(told.authors or "[]"),
        categories=json.loads(told.categories or "[]"),
        steps=steps(wordings(reader, told.entry_id)),
        sightings=sightings,
        keys=reader.rows("select feed, kind, key, because, void from entry_keys where entry_id = :entry_id", asked),
        enclosures=reader.rows("select url, type, medium, title from enclosures where entry_id = :entry_id", asked),
        provenance=reader.rows(_PROVENANCE, asked),
        story=_story_of(reader, told.entry_id),
        gone_at=gone["gone_at"] if gone else None,
        gone_from=gone["feed"] if gone else None,
    )


def _withdrawn(sightings: Sequence[Row]) -> Row | None:
    """The last sighting, if no feed has the entry any more and it went while older ones stayed."""
    if not sightings or any(each["gone_at"] is None for each in sightings):
        return None
    last: Row = max(sightings, key=lambda each: each["gone_at"])
    return last if last["withdrawn"] else None


def _story_of(reader: Reader, entry_id: int) -> Row | None:
    query = "select s.* from story_members m join stories s on s.story_id = m.story_id where m.entry_id = :entry_id"
    return next(iter(reader.rows(query, {"entry_id": entry_id})), None)


_SIGHTINGS = """
select feed, first_seen_at, last_seen_at, gone_at, first_position, withdrawn from sightings
where entry_id = :entry_id order by first_seen_at
"""
# Documents one by one: joined from the left, SQLite would first gather the whole view.
_PROVENANCE = """
select v.version, v.feed, v.seen_at, f.route, f.url, f.requested_at, f.http_status, f.document_id,
  (select sha256 from documents d where d.document_id = f.document_id) as sha256,
  (select bytes from documents d where d.document_id = f.document_id) as bytes
from entry_versions v join fetches f on f.fetch_id = v.fetch_id
where v.entry_id = :entry_id order by v.feed, v.version
"""


def steps(told: Sequence[WordingTold]) -> list[Step]:
    """Wordings, feed by feed, each against the one before it."""
    found = []
    for place, wording in enumerate(told):
        before = told[place - 1] if place and told[place - 1].feed == wording.feed else None
        found.append(Step(wording, _changed(before, wording) if before else []))
    return found


def _changed(before: WordingTold, after: WordingTold) -> list[Changed]:
    names: dict[tuple[str, str], list[str]] = {}  # what changed likewise is told once: where the teaser is the text
    for field, name in COMPARED:
        old, new = getattr(before, field) or "", getattr(after, field) or ""
        if old != new:
            names.setdefault((old, new), []).append(name)
    return [Changed(" and ".join(each).capitalize(), parts(*texts)) for texts, each in names.items()]


# --- charts -----------------------------------------------------------------------------------------------------------


def outlets(reader: Reader) -> list[str]:
    """All of them, by name."""
    return [row["slug"] for row in reader.rows("select slug from outlet order by slug")]


def hours_of_week(reader: Reader, now: datetime, outlet: str | None) -> dict[tuple[int, int], int]:
    """Entries that were published in the last days, by (day of the week, 0 is Monday; hour in UTC)."""
    rows = reader.rows(_HOURS, {"since": _text(now - RECENT), "outlet": outlet})
    return {(int(row["day"]), int(row["hour"])): row["entries"] for row in rows}


_HOURS = """
select (strftime('%w', published_at) + 6) % 7 as day, strftime('%H', published_at) as hour, count(*) as entries
from entry where published_at >= :since
  and (:outlet is null or outlet_id = (select outlet_id from outlet where slug = :outlet))
group by 1, 2
"""


def lags(reader: Reader, now: datetime, outlet: str | None) -> list[tuple[str, int]]:
    """How many entries of the last days were seen how long after they were published."""
    rows = reader.rows(_LAGS, {"since": _text(now - RECENT), "outlet": outlet})
    counts = {row["step"]: row["entries"] for row in rows}
    return [(name, counts.get(step, 0)) for step, name in enumerate(LAGS)]


LAGS = ("under 5 min", "15 min", "30 min", "1 h", "3 h", "12 h", "1 day", "longer")
_LAGS = """
select case when lag_s < 300 then 0 when lag_s < 900 then 1 when lag_s < 1800 then 2 when lag_s < 3600 then 3
    when lag_s < 10800 then 4 when lag_s < 43200 then 5 when lag_s < 86400 then 6 else 7 end as step,
  count(*) as entries
from version join feed using (feed_id)
where seen_at >= :since and lag_s is not null
  and (:outlet is null or outlet_id = (select outlet_id from outlet where slug = :outlet))
group by 1
"""


def days_seen(reader: Reader, last: date, outlet: str) -> dict[str, int]:
    """Requests that were made of an outlet on each day of the last year on which there were any."""
    since = last - timedelta(days=371)
    rows = reader.rows(_DAYS_SEEN, {"outlet": outlet, "since": since.isoformat()})
    return {row["day"]: row["polls"] for row in rows}


_DAYS_SEEN = """
select substr(x.requested_at, 1, 10) as day, count(*) as polls
from outlet o join feed f on f.outlet_id = o.outlet_id join fetch x on x.feed_id = f.feed_id
where o.slug = :outlet and x.requested_at >= :since and x.route = 'live' group by 1
"""


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
