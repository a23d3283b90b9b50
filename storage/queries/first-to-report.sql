-- Which outlet had a term first, and how long after it came the others?
-- :term words in the syntax of FTS5: Erdbeben, "harte Wahl", ukraine*
-- :since not before this day, as 2026-01-31 (default: all)
with told as materialized (
  select e.outlet, coalesce(e.published_at, e.first_seen_at) as at, e.entry_id
  from entries_fts f join entries e on e.entry_id = f.rowid
  where entries_fts match :term and coalesce(e.published_at, e.first_seen_at) >= coalesce(:since, '')
),
firsts as (
  select outlet, min(at || printf('%019d', entry_id)) as first, count(*) as entries from told group by outlet
),
dated as (
  select outlet, substr(first, 1, 20) as at, cast(substr(first, 21) as integer) as entry_id, entries from firsts
)
select d.at as first_at, d.outlet,
  round((julianday(d.at) - julianday(min(d.at) over ())) * 1440) as minutes_after_the_first, d.entries, e.title, e.url
from dated d join entries e on e.entry_id = d.entry_id
order by d.at
