"""Ask the search index on a server; what it is made of is in `storage.search_words`."""

from collections.abc import Iterator, Mapping
from typing import Any

from storage.reading import Reader
from storage.search_marks import marks
from storage.search_syntax import Wish
from storage.search_words import query, written
from storage.stems import roots

_AT = "coalesce(e.published_at, e.first_seen_at)"
_RANKS = {"newest": _AT, "best": "ts_rank('{0.05, 0.3, 0.2, 1.0}', x.words, q.wanted)"}
_CURRENT = """
with q as materialized (select cast(:match as tsquery) as wanted),
hits as materialized (
  select e.entry_id, {rank} as place from q join entries_words x on x.words @@ q.wanted
  join entry e on e.entry_id = x.entry_id where true{filters}
  order by place desc, e.entry_id desc limit :limit
)
select e.entry_id, e.outlet, e.feed, e.url, e.published_at, e.first_seen_at, e.version, null as replaced_at,
  e.language, e.title, e.summary, e.content_text
from hits join entries e on e.entry_id = hits.entry_id order by hits.place desc, e.entry_id desc
"""
_FORMER = """
with q as materialized (select cast(:match as tsquery) as wanted),
hits as materialized (
  select x.version_id, {rank} as place from q join former_words x on x.words @@ q.wanted
  join search_former l on l.version_id = x.version_id join entry e on e.entry_id = l.entry_id where true{filters}
  order by place desc, x.version_id desc limit :limit
)
select v.entry_id, o.slug as outlet, v.feed, v.url, v.published_at, e.first_seen_at, v.version, v.replaced_at,
  l.language, v.title, v.summary, v.content_text
from hits join entry_versions v on v.version_id = hits.version_id
join search_former l on l.version_id = hits.version_id
join entry e on e.entry_id = v.entry_id join outlet o on o.outlet_id = e.outlet_id
order by hits.place desc, v.version_id desc
"""


def found(
    reader: Reader, wanted: Wish, values: Mapping[str, Any], *, filters: str, sort: str, former: bool
) -> Iterator[dict[str, Any]]:
    """What the index finds, marked, as storage.search has it from a file."""
    asked = (_FORMER if former else _CURRENT).format(rank=_RANKS[sort], filters=filters)
    looked_for = written(wanted)
    for row in reader.rows(asked, {**values, "match": query(wanted, roots)}):
        yield row | marks(row, looked_for)
