-- How much was published on a topic, over time and against everything else?
-- :term words in the syntax of FTS5: Erdbeben, "harte Wahl", ukraine*
-- :per day, month or year (default: month)
-- :outlet only this outlet (default: all)
with period(length) as (select case :per when 'day' then 10 when 'year' then 4 else 7 end),
told as (
  select substr(coalesce(e.published_at, e.first_seen_at), 1, length) as period, count(*) as entries,
    count(distinct e.outlet) as outlets
  from entries_fts f join entries e on e.entry_id = f.rowid, period
  where entries_fts match :term and (:outlet is null or e.outlet = :outlet)
  group by 1
),
all_told as (
  select substr(coalesce(published_at, first_seen_at), 1, length) as period, count(*) as entries
  from entries, period
  where :outlet is null or outlet = :outlet
  group by 1
)
select t.period, t.entries, t.outlets, round(1000.0 * t.entries / a.entries, 2) as per_thousand_entries
from told t join all_told a on a.period = t.period
order by t.period
