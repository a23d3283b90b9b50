-- How well did we look, and what may we have missed?
-- :since first day, as 2026-01-31 (default: all)
with looked as (
  select outlet, min(day) as first_day, max(day) as last_day, sum(entries) as entries, sum(polls) as polls,
    sum(failures) as failures, sum(unobserved_hours) as unobserved_hours
  from coverage_daily where day >= coalesce(:since, '') group by outlet
),
missed as (
  select f.outlet, count(*) as gaps, sum(g.state <> 'closed') as not_closed,
    sum(case when g.state <> 'closed' then g.estimated_missed end) as estimated_missed, sum(g.recovered) as recovered
  from gaps g join feeds f on f.feed = g.feed
  where g.before_at >= coalesce(:since, '') group by f.outlet
)
select l.outlet, l.first_day, l.last_day, l.entries, l.polls, l.failures, l.unobserved_hours,
  coalesce(m.gaps, 0) as gaps, coalesce(m.not_closed, 0) as gaps_not_closed, m.estimated_missed, m.recovered
from looked l left join missed m on m.outlet = l.outlet
order by l.outlet
