-- Which outlet had a term first, and how long after it came the others?
-- :term words in the syntax of FTS5: Erdbeben, "harte Wahl", ukraine*
-- :since not before this day, as 2026-01-31 (default: all)
with told as (
  select e.outlet, e.title, e.url, coalesce(e.published_at, e.first_seen_at) as at,
    row_number() over (partition by e.outlet order by coalesce(e.published_at, e.first_seen_at), e.entry_id) as nth,
    count(*) over (partition by e.outlet) as entries
  from entries_fts f join entries e on e.entry_id = f.rowid
  where entries_fts match :term and coalesce(e.published_at, e.first_seen_at) >= coalesce(:since, '')
)
select at as first_at, outlet,
  round((julianday(at) - julianday(min(at) over ())) * 1440) as minutes_after_the_first, entries, title, url
from told
where nth = 1
order by at
