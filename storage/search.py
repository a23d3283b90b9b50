"""Find entries by their words: the newest first, or the best. Former wordings too, where asked for."""

import contextlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Literal

from storage.errors import ArchiveError
from storage.reading import Reader, memory
from storage.search_syntax import TEXT_COLUMNS, Stems, Wish, expression, needles, wish

BEGIN, END = "\x02", "\x03"  # around a hit in `Hit.title` and `Hit.snippet`: no text in the archive holds them
SNIPPET_TOKENS = 24


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for.

    `since` (inclusive) and `until` (exclusive) are UTC texts `YYYY-MM-DD…`; they go by publication, else first sight.
    """

    words: str
    outlets: Sequence[str] = ()
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


@dataclass(frozen=True, slots=True)
class Looks:
    """How many of the newest entries are looked through first, how many then; `few` hits are soon ranked all."""

    near: int = 2_000
    far: int = 40_000
    few: int = 5_000


def search(reader: Reader, asked: Search, stems: Stems | None = None, looks: Looks | None = None) -> list[Hit]:
    """The hits. Raises SearchError for what is no search, ArchiveError where there is no full-text index."""
    if reader.dialect != "sqlite":
        raise ArchiveError("full-text search is there in SQLite archives only; ask this one with SQL")
    wanted = wish(asked.words)
    hits = _current(reader, asked, expression(wanted, stems), looks or Looks())
    if asked.former:
        hits += _former(reader, asked, wanted)
        if asked.sort == "newest":
            hits.sort(key=lambda hit: hit.published_at or hit.first_seen_at or "", reverse=True)
    return hits[: asked.limit]


def waiting(reader: Reader) -> int:
    """Entries that are not yet in the index."""
    return int(reader.rows("select count(*) as n from search_pending")[0]["n"])


def _values(asked: Search, match: str) -> dict[str, Any]:
    named = {f"outlet_{n}": outlet for n, outlet in enumerate(asked.outlets)}
    marks = {"begin": BEGIN, "end": END, "tokens": SNIPPET_TOKENS}
    return {"match": match, "since": asked.since, "until": asked.until, "limit": asked.limit, **marks, **named}


def _filters(asked: Search) -> str:
    outlets = ", ".join(f":outlet_{n}" for n in range(len(asked.outlets)))
    among = f" and e.outlet_id in (select outlet_id from outlet where slug in ({outlets}))"  # noqa: S608 - names of parameters
    parts = [among] if asked.outlets else []
    parts += [" and coalesce(e.published_at, e.first_seen_at) >= :since"] if asked.since else []
    parts += [" and coalesce(e.published_at, e.first_seen_at) < :until"] if asked.until else []
    return "".join(parts)


# The hits are ranked by what the small table `entry` has; only those that are shown are read whole, and marked.
_RANKED = """
select f.rowid as entry_id from entries_fts f cross join entry e on e.entry_id = f.rowid
where f.entries_fts match :match{filters}
order by {rank} desc, f.rowid desc limit :limit
"""
_SHOWN = """
with hits as materialized (select value as entry_id, key as place from json_each(:hits))
select e.entry_id, e.outlet, e.feed, e.url, e.published_at, e.first_seen_at, e.version,
  coalesce(highlight(entries_fts, 0, :begin, :end), e.title) as title,
  snippet(entries_fts, -1, :begin, :end, '…', :tokens) as snippet
from {hits_in_index} on entries_fts.rowid = hits.entry_id join entries e on e.entry_id = hits.entry_id
where entries_fts match :match
order by hits.place
"""
_RANKS = {"newest": "coalesce(e.published_at, e.first_seen_at)", "best": "-bm25(entries_fts, 4.0, 2.0, 1.0, 0.5)"}


def _current(reader: Reader, asked: Search, match: str, looks: Looks) -> list[Hit]:
    values = _values(asked, match)
    found = _newest(reader, asked, values, looks) if asked.sort == "newest" else _ranked(reader, asked, values)
    # What begins with letters is gathered from the whole index at every look into it: one look then, not one a hit.
    hits = "entries_fts cross join hits" if _has_prefix(match) else "hits cross join entries_fts"
    shown = reader.rows(_SHOWN.format(hits_in_index=hits), values | {"hits": json.dumps(found)})
    return [Hit(**row) for row in shown]


def _ranked(reader: Reader, asked: Search, values: Mapping[str, Any], within: str = "") -> list[int]:
    rank = _RANKED.format(rank=_RANKS[asked.sort], filters=_filters(asked) + within)
    return [row["entry_id"] for row in reader.rows(rank, values)]


def _has_prefix(match: str) -> bool:
    return "*" in match


# --- the newest -------------------------------------------------------------------------------------------------------


# All entries that are as new as the one at that depth, and the least id among them: from it on the index is read.
_HORIZON = """
with farthest as materialized (
  select coalesce(e.published_at, e.first_seen_at) as at from entry e
  where coalesce(e.published_at, e.first_seen_at) < coalesce(:until, '~') order by 1 desc limit 1 offset :depth
)
select farthest.at as horizon, min(e.entry_id) as least
from farthest cross join entry e on coalesce(e.published_at, e.first_seen_at) >= farthest.at
where coalesce(e.published_at, e.first_seen_at) < coalesce(:until, '~')
group by 1
"""
_FEW = """
with few as materialized (select rowid as entry_id from entries_fts where entries_fts match :match limit :few)
select null as entry_id where (select count(*) from few) = :few
union all
select * from (
  select e.entry_id from few cross join entry e on e.entry_id = few.entry_id where true{filters}
  order by coalesce(e.published_at, e.first_seen_at) desc, e.entry_id desc limit :limit
)
"""


def _newest(reader: Reader, asked: Search, values: Mapping[str, Any], looks: Looks) -> list[int]:
    """Of a word that is in every second entry not all hits are ranked: those among the newest entries will do."""
    if _has_prefix(values["match"]):
        return _ranked(reader, asked, values)
    found = _among_newest(reader, asked, values, looks.near)
    if len(found) == asked.limit:
        return found
    few = reader.rows(_FEW.format(filters=_filters(asked)), {**values, "few": looks.few})
    if all(row["entry_id"] for row in few):
        return [row["entry_id"] for row in few]
    found = _among_newest(reader, asked, values, looks.far)
    return found if len(found) == asked.limit else _ranked(reader, asked, values)


def _among_newest(reader: Reader, asked: Search, values: Mapping[str, Any], depth: int) -> list[int]:
    """Hits down to that depth: if they are as many as asked for, none is newer. No hits where nothing is so deep."""
    within = " and f.rowid >= :least and coalesce(e.published_at, e.first_seen_at) >= :horizon"
    horizon = reader.rows(_HORIZON, {"until": asked.until, "depth": depth})
    return _ranked(reader, asked, {**values, **horizon[0]}, within) if horizon else []


# --- former wordings --------------------------------------------------------------------------------------------------

# They are few and not indexed: whatever has the rarest word's letters goes into an index in memory, which decides.
_REPLACED = """
select v.version_id, v.entry_id, o.slug as outlet, v.feed, v.url, v.published_at, e.first_seen_at, v.version,
  v.replaced_at, v.title, v.summary, v.content_text
from entry_versions v join entry e on e.entry_id = v.entry_id join outlet o on o.outlet_id = e.outlet_id
where v.replaced_at is not null{filters}
"""


def _former(reader: Reader, asked: Search, wanted: Wish) -> list[Hit]:
    values = {
        name: value for name, value in _values(asked, "").items() if name.startswith(("since", "until", "outlet"))
    }
    rows = reader.stream(_REPLACED.format(filters=_filters(asked)), values)
    candidates = {row["version_id"]: row for row in _holding(rows, needles(wanted))}
    return [_former_hit(candidates[found[0]], *found[1:]) for found in _matching(candidates.values(), wanted)]


def _holding(rows: Iterable[dict[str, Any]], wanted: set[str]) -> Iterator[dict[str, Any]]:
    letters = re.compile("|".join(loosely(word) for word in wanted), re.IGNORECASE)
    return (row for row in rows if any(row[name] and letters.search(row[name]) for name in TEXT_COLUMNS))


def _matching(rows: Iterable[dict[str, Any]], wanted: Wish) -> list[tuple[int, str | None, str | None]]:
    with contextlib.closing(memory()) as index:
        index.execute(
            "create virtual table former using fts5(title, summary, content_text, stems,"
            ' tokenize="unicode61 remove_diacritics 2")'
        )
        lines = ([row["version_id"], *(row[name] for name in TEXT_COLUMNS)] for row in rows)
        index.executemany("insert into former(rowid, title, summary, content_text) values (?, ?, ?, ?)", lines)
        found: list[tuple[int, str | None, str | None]] = index.execute(
            "select rowid, highlight(former, 0, ?, ?), snippet(former, -1, ?, ?, '…', ?)"
            " from former where former match ?",
            (BEGIN, END, BEGIN, END, SNIPPET_TOKENS, expression(wanted)),
        ).fetchall()
        return found


def _former_hit(row: dict[str, Any], title: str | None, snippet: str | None) -> Hit:
    told = {field.name: row[field.name] for field in fields(Hit) if field.name in row}
    return Hit(**told | {"title": title, "snippet": snippet})


def loosely(word: str) -> str:
    """A pattern for a word with any diacritics or none, about as the index takes letters for the same.

    >>> bool(re.search(loosely("hauser"), "HÄUSER", re.IGNORECASE)), bool(re.search(loosely("häuser"), "Haus"))
    (True, False)
    """
    letters = (unicodedata.normalize("NFD", letter)[0] for letter in word)
    return "[\u0300-\u036f]*".join(f"[{re.escape(letter + _dressed().get(letter, ''))}]" for letter in letters)


@cache
def _dressed() -> dict[str, str]:
    """Each letter with all that are the same letter with diacritics."""
    dressed: dict[str, str] = {}
    for code in range(0xC0, 0x1F00):
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if base != chr(code):
            dressed[base] = dressed.get(base, "") + chr(code)
    return dressed
