"""Which entries are wanted, and all that is known of each: batch by batch, in the order in which they last changed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from storage.reading import Reader
from storage.selector import selects

BATCH = 500  # entries in memory at a time
Row: TypeAlias = dict[str, Any]

_JSON = ("authors", "categories", "extra")


@dataclass(frozen=True, slots=True)
class Slice:
    """Entries that one of these feeds has carried (none: all), changed after `after_seq`.

    `since` (inclusive) and `until` (exclusive) are UTC texts `YYYY-MM-DD…`; they go by publication, else first sight.
    """

    selectors: Sequence[str] = ()
    since: str | None = None
    until: str | None = None
    after_seq: int = 0

    def after(self, seq: int) -> "Slice":
        """What is left of it once all up to `seq` is done."""
        return Slice(self.selectors, self.since, self.until, seq)


class NoFeedError(Exception):
    """A selector names no feed of the archive."""


def feeds(reader: Reader, selectors: Sequence[str]) -> list[Row]:
    """feed_id and name of the selected feeds. Raises NoFeedError."""
    rows = reader.rows("select feed_id, name from feed order by name")
    for selector in selectors:
        if not any(selects(row["name"], [selector]) for row in rows):
            raise NoFeedError(f"{selector!r} names no feed of the archive: `chronik status` lists them")
    return [row for row in rows if selects(row["name"], list(selectors))]


def count(reader: Reader, wanted: Slice) -> int:
    """How many entries there are."""
    where, values = _where(reader, wanted)
    return int(reader.rows(f"select count(*) as n from entry e where {where}", values)[0]["n"])  # noqa: S608 - ours


def newest_seq(reader: Reader) -> int:
    """Up to which `seq` the archive goes now."""
    return int(reader.rows("select coalesce(max(seq), 0) as n from entry")[0]["n"])


def places(reader: Reader, wanted: Slice) -> list[Row]:
    """entry_id, seq, outlet and month of the entries, by month, outlet and seq."""
    where, values = _where(reader, wanted)
    month = "substr(coalesce(e.published_at, e.first_seen_at), 1, 7)"
    query = f"""select e.entry_id, e.seq, o.slug as outlet, {month} as month
        from entry e join outlet o on o.outlet_id = e.outlet_id where {where} order by 4, 3, 2"""  # noqa: S608 - ours
    return reader.rows(query, values)


def entries_of(reader: Reader, ids: Sequence[int]) -> list[Row]:
    """These entries, by seq. `extra` stays JSON text."""
    numbers = ",".join(map(str, map(int, ids)))
    rows = reader.rows(f"select * from entries where entry_id in ({numbers}) order by seq")  # noqa: S608 - numbers
    for row in rows:
        row |= {name: json.loads(row[name] or "[]") for name in ("authors", "categories")}
    return rows


def entries(reader: Reader, wanted: Slice) -> Iterator[list[Row]]:
    """Batches of rows of the view `entries`, JSON columns as values; the greatest `seq` comes last."""
    where, values = _where(reader, wanted)
    while True:
        batch = reader.rows(f"select * from entries e where {where} order by seq limit {BATCH}", values)  # noqa: S608
        if not batch:
            return
        for row in batch:
            row |= {name: json.loads(row[name]) if row[name] else _nothing(name) for name in _JSON}
        yield batch
        values["after"] = batch[-1]["seq"]


def _nothing(name: str) -> list[str] | None:
    return None if name == "extra" else []


def _where(reader: Reader, wanted: Slice) -> tuple[str, Row]:
    values: Row = {"after": wanted.after_seq}
    parts = ["e.seq > :after"]
    for name, sign in (("since", ">="), ("until", "<")):
        if bound := getattr(wanted, name):
            values[name] = bound
            parts.append(f"coalesce(e.published_at, e.first_seen_at) {sign} :{name}")
    if wanted.selectors:
        chosen = ",".join(str(row["feed_id"]) for row in feeds(reader, wanted.selectors))
        parts.append(f"exists (select 1 from item i where i.entry_id = e.entry_id and i.feed_id in ({chosen}))")  # noqa: S608
    return " and ".join(parts), values


_WORDINGS = """
select v.entry_id, v.version_id, f.name as feed, v.rank as version,
  case i.guid when '' then i.url else i.guid end as guid, i.url, v.seen_at, v.replaced_at, v.change,
  w.title, w.summary, coalesce(w.content_text, w.summary) as content_text,
  chronik_text(w.html, w.summary, w.content_text) as html, w.authors, w.categories, w.enclosures,
  w.language, w.image_url, w.published_at, w.published_raw, w.published_source, w.updated_at
from version v
join feed f on f.feed_id = v.feed_id
join item i on i.item_id = v.item_id
join wording w on w.wording_id = v.wording_id
where v.entry_id in ({ids})
order by v.entry_id, v.seen_at, v.version_id
"""


def wordings(reader: Reader, batch: Sequence[Row]) -> dict[int, list[Row]]:
    """All wordings of these entries, oldest first, with their sanitised HTML; authors and the like as JSON objects."""
    found: dict[int, list[Row]] = {}
    for row in reader.rows(_WORDINGS.format(ids=_ids(batch))):
        summary_html, content_html = json.loads(row.pop("html") or "[null, null]")
        row |= {name: json.loads(row[name] or "[]") for name in ("authors", "categories", "enclosures")}
        row |= {"summary_html": summary_html, "content_html": content_html}
        found.setdefault(row.pop("entry_id"), []).append(row)
    return found


def sightings(reader: Reader, batch: Sequence[Row]) -> dict[int, list[Row]]:
    """All stretches of time for which feeds carried these entries."""
    found: dict[int, list[Row]] = {}
    query = f"select * from sightings where entry_id in ({_ids(batch)}) order by first_seen_at, feed"  # noqa: S608
    for row in reader.rows(query):
        found.setdefault(row.pop("entry_id"), []).append(row)
    return found


def _ids(batch: Sequence[Row]) -> str:
    return ",".join(str(int(row["entry_id"])) for row in batch)
