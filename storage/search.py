"""Find entries by their words: the newest first, or the best. Former wordings too, where asked for."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from storage.reading import Reader
from storage.search_marks import BEGIN, END, SNIPPET_TOKENS, marked, marks, snippet
from storage.search_syntax import Wish, expression, roots_of, wish
from storage.search_words import written
from storage.stems import roots


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. `language` is that of the text, as in the view entries.

    `since` (inclusive) and `until` (exclusive) are UTC texts `YYYY-MM-DD…`; they go by publication, else first sight.
    """

    words: str
    outlets: Sequence[str] = ()
    language: str | None = None
    since: str | None = None
    until: str | None = None
    sort: Literal["newest", "best"] = "newest"
    limit: int = 20
    former: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry, or one of its former wordings (`replaced_at` given), whose words match. Times are UTC text."""

    entry_id: int
    outlet: str
    feed: str
    title: str | None
    snippet: str | None
    url: str | None
    published_at: str | None
    first_seen_at: str | None
    version: int
    replaced_at: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """How many of the newest entries are looked through first, how many then, before all are.

    Where `wide` of the newest entries have `many` hits, the best of them are the best: a newer one counts for more.
    """

    near: int = 2_000
    far: int = 40_000
    wide: int = 50_000
    many: int = 2_000


def search(reader: Reader, asked: Search, looks: Looks | None = None) -> list[Hit]:
    """The hits. Raises SearchError for what is no search."""
    wanted = wish(asked.words)
    stems = roots_of(wanted, roots)
    if reader.dialect == "sqlite":
        values = _values(asked, expression(wanted, roots))
        hits = [_hit(row, stems) for row in _current(reader, asked, values, wanted, looks or Looks())]
        hits += _former(reader, asked, values, stems) if asked.former else []
    else:
        hits = _on_server(reader, asked, wanted, stems)
    if asked.former and asked.sort == "newest":
        hits.sort(key=lambda hit: hit.published_at or hit.first_seen_at or "", reverse=True)
    return hits[: asked.limit]


def _on_server(reader: Reader, asked: Search, wanted: Wish, stems: Collection[str]) -> list[Hit]:
    from storage import search_server  # only where it is needed

    return [
        _hit(row, stems)
        for former in (False, True)[: 1 + asked.former]
        for row in search_server.found(
            reader, wanted, _values(asked), filters=_filters(asked), sort=asked.sort, former=former
        )
    ]


def waiting(reader: Reader) -> int:
    """Entries that are not yet in the index."""
    return int(reader.rows("select count(*) as n from search_pending")[0]["n"])


def _values(asked: Search, match: str = "") -> dict[str, Any]:
    named = {f"outlet_{n}": outlet for n, outlet in enumerate(asked.outlets)}
    marks = {"begin": BEGIN, "end": END, "tokens": SNIPPET_TOKENS}
    asked_for = {name: getattr(asked, name) for name in ("language", "since", "until", "limit")}
    return {"match": match, **asked_for, **marks, **named}


def _filters(asked: Search) -> str:
    parts = [f" and e.outlet_id in ({_outlets(asked)})"] if asked.outlets else []
    parts += [_LANGUAGE] if asked.language else []
    parts += [" and coalesce(e.published_at, e.first_seen_at) >= :since"] if asked.since else []
    parts += [" and coalesce(e.published_at, e.first_seen_at) < :until"] if asked.until else []
    return "".join(parts)


_LANGUAGE = " and exists (select 1 from search_line s where s.entry_id = e.entry_id and s.language = :language)"


def _outlets(asked: Search) -> str:
    names = ", ".join(f":outlet_{n}" for n in range(len(asked.outlets)))
    return f"select outlet_id from outlet where slug in ({names})"  # noqa: S608 - names of parameters


# The hits are ranked by what the small table `entry` has; only those that are shown are read whole, and marked.
_RANKED = """
select f.rowid as entry_id from entries_fts f cross join entry e on e.entry_id = f.rowid
where f.entries_fts match :match{filters}
order by {rank} desc, f.rowid desc limit :limit
"""
_SHOWN = """
with hits as materialized (select value as entry_id, key as place from json_each(:hits))
select e.entry_id, e.outlet, e.feed, e.url, e.published_at, e.first_seen_at, e.version, null as replaced_at, e.language,
  e.title, e.summary, e.content_text{marks}
from hits{marked} join entries e on e.entry_id = hits.entry_id
order by hits.place
"""
_MARKED = " cross join entries_fts on entries_fts.rowid = hits.entry_id and entries_fts match :match"
# Of each text by itself: the column of stems, which is no text, would be taken for the best one.
_MARKS = """highlight({0}, 1, :begin, :end) as marked_title,
  snippet({0}, 2, :begin, :end, '…', :tokens) as in_summary,
  snippet({0}, 0, :begin, :end, '…', :tokens) as in_content"""
_RANKS = {"newest": "coalesce(e.published_at, e.first_seen_at)", "best": "-bm25(entries_fts, 1.0, 4.0, 2.0, 0.5)"}


def _current(
    reader: Reader, asked: Search, values: Mapping[str, Any], wanted: Wish, looks: Looks
) -> Iterable[Mapping[str, Any]]:
    shown = {**values, "hits": json.dumps(_found(reader, asked, values, looks))}
    if _has_prefix(values["match"]):
        # What begins with letters is gathered from the whole index at every look into it: none only to mark it.
        looked_for = written(wanted)
        return [row | marks(row, looked_for) for row in reader.rows(_SHOWN.format(marks="", marked=""), shown)]
    return reader.rows(_SHOWN.format(marks=", " + _MARKS.format("entries_fts"), marked=_MARKED), shown)


def _found(reader: Reader, asked: Search, values: Mapping[str, Any], looks: Looks) -> list[int]:
    if asked.outlets:
        return _of_outlets(reader, asked, values, looks)
    if asked.sort == "best":
        return _best(reader, asked, values, looks)
    if _has_prefix(values["match"]):
        found = _among_newest(reader, asked, values, looks.far)
        return found if len(found) == asked.limit else _ranked(reader, asked, values)
    return _newest(reader, asked, values, looks)


def _hit(row: Mapping[str, Any], stems: Collection[str]) -> Hit:
    names = "entry_id outlet feed url published_at first_seen_at version replaced_at language".split()  # noqa: SIM905
    title = row["marked_title"] or row["title"]
    if title and BEGIN not in title:
        title = marked(title, row["language"], stems)
    return Hit(title=title, snippet=_snippet(row, stems), **{name: row[name] for name in names})


def _snippet(row: Mapping[str, Any], stems: Collection[str]) -> str | None:
    """The part of a text that was found, else how the text begins."""
    parts = [row["in_content"], row["in_summary"]]
    as_written = (part for part in parts if part and BEGIN in part)
    texts = (text for text in (row["content_text"], row["summary"]) if text)
    by_stem = (snippet(text, row["language"], stems, SNIPPET_TOKENS) for text in texts)
    return next(as_written, None) or next(filter(None, by_stem), None) or next(filter(None, parts), None)


def _ranked(reader: Reader, asked: Search, values: Mapping[str, Any], within: str = "") -> list[int]:
    rank = _RANKED.format(rank=_RANKS[asked.sort], filters=_filters(asked) + within)
    return [row["entry_id"] for row in reader.rows(rank, values)]


def _has_prefix(match: str) -> bool:
    return "*" in match


# --- the newest -------------------------------------------------------------------------------------------------------


# All entries that are as new as the one at that depth; their ids lie from `least` to `most`: there the index is read.
_HORIZON = """
with farthest as materialized (
  select coalesce(e.published_at, e.first_seen_at) as at from entry e
  where coalesce(e.published_at, e.first_seen_at) < coalesce(:until, '~') order by 1 desc limit 1 offset :depth
)
select farthest.at as horizon, min(e.entry_id) as least, max(e.entry_id) as most
from farthest cross join entry e on coalesce(e.published_at, e.first_seen_at) >= farthest.at
where coalesce(e.published_at, e.first_seen_at) < coalesce(:until, '~')
group by 1
"""


def _newest(reader: Reader, asked: Search, values: Mapping[str, Any], looks: Looks) -> list[int]:
    """Of a word that is in every second entry not all hits are ranked: those among the newest entries will do."""
    found = _among_newest(reader, asked, values, looks.near)
    if len(found) == asked.limit:
        return found
    found = _among_newest(reader, asked, values, looks.far)
    return found if len(found) == asked.limit else _ranked(reader, asked, values)


def _among_newest(reader: Reader, asked: Search, values: Mapping[str, Any], depth: int) -> list[int]:
    """Hits down to that depth: if they are as many as asked for, none is newer. No hits where nothing is so deep."""
    horizon = reader.rows(_HORIZON, {"until": asked.until, "depth": depth})
    return _ranked(reader, asked, {**values, **horizon[0]}, _WITHIN) if horizon else []


_WITHIN = " and f.rowid between :least and :most and coalesce(e.published_at, e.first_seen_at) >= :horizon"


def _of_outlets(reader: Reader, asked: Search, values: Mapping[str, Any], looks: Looks) -> list[int]:
    """An outlet's entries are few among all: which they are is known before any other hit is looked at further."""
    if asked.sort == "newest" and not _has_prefix(values["match"]):
        found = _among_newest(reader, asked, values, looks.near)
        if len(found) == asked.limit:
            return found
    # The plus: each hit is looked up among them, not each of them in the index.
    theirs = f" and +f.rowid in (select entry_id from entry where outlet_id in ({_outlets(asked)}))"  # noqa: S608
    return _ranked(reader, asked, values, theirs)


# --- the best ---------------------------------------------------------------------------------------------------------


_BEST_AND_HITS = """
with ranked as materialized (
  select f.rowid as entry_id, {rank} as place from entries_fts f cross join entry e on e.entry_id = f.rowid
  where f.entries_fts match :match{filters}
)
select entry_id, (select count(*) from ranked) as hits from ranked order by place desc, entry_id desc limit :limit
"""


def _best(reader: Reader, asked: Search, values: Mapping[str, Any], looks: Looks) -> list[int]:
    """To rank a hit takes 2 us: of a word that is in half a million entries not all hits are ranked."""
    horizon = reader.rows(_HORIZON, {"until": asked.until, "depth": looks.wide})
    if horizon:
        best_near = _BEST_AND_HITS.format(rank=_RANKS["best"], filters=_filters(asked) + _WITHIN)
        near = reader.rows(best_near, {**values, **horizon[0]})
        if near and near[0]["hits"] >= looks.many:
            return [row["entry_id"] for row in near]
    return _ranked(reader, asked, values)


# --- former wordings --------------------------------------------------------------------------------------------------

_REPLACED = """
with hits as materialized (
  select f.rowid as version_id, {rank} as place
  from former_fts f cross join search_former l on l.version_id = f.rowid cross join entry e on e.entry_id = l.entry_id
  where f.former_fts match :match{filters}
  order by place desc, f.rowid desc limit :limit
)
select v.entry_id, o.slug as outlet, v.feed, v.url, v.published_at, e.first_seen_at, v.version, v.replaced_at,
  l.language, v.title, v.summary, v.content_text, {marks}
from {hits_in_index} on former_fts.rowid = hits.version_id
join entry_versions v on v.version_id = hits.version_id join search_former l on l.version_id = hits.version_id
join entry e on e.entry_id = v.entry_id join outlet o on o.outlet_id = e.outlet_id
where former_fts match :match
order by hits.place desc, hits.version_id desc
"""


def _former(reader: Reader, asked: Search, values: Mapping[str, Any], stems: Collection[str]) -> list[Hit]:
    query = _REPLACED.format(
        rank=_RANKS[asked.sort].replace("entries_fts", "former_fts"),
        filters=_filters(asked),
        marks=_MARKS.format("former_fts"),
        hits_in_index="former_fts cross join hits" if _has_prefix(values["match"]) else "hits cross join former_fts",
    )
    return [_hit(row, stems) for row in reader.rows(query, values)]
