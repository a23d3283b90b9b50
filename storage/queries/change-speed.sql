-- How often and how fast does each outlet change what it has published?
-- :since changes seen since, as 2026-01-31 (default: all)
with changed as (
  select substr(v.feed, 1, instr(v.feed, '/') - 1) as outlet, v.entry_id, v.change,
    (julianday(v.seen_at) - julianday(v.published_at)) * 1440 as minutes
  from entry_versions v
  where v.change in ('title', 'text') and v.seen_at >= coalesce(:since, '')
),
ranked as (
  select *, row_number() over (partition by outlet order by minutes) as nth, count(*) over (partition by outlet) as n
  from changed where minutes >= 0
)
select outlet, n as changes, count(distinct entry_id) as entries_changed, sum(change = 'title') as headlines,
  round(avg(case when nth in ((n + 1) / 2, (n + 2) / 2) then minutes end)) as median_minutes_after,
  round(100.0 * sum(minutes <= 60) / n, 1) as percent_within_an_hour
from ranked
group by outlet, n
order by changes desc
