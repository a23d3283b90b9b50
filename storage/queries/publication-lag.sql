-- How long after publication do we see an entry?
-- :since first day, as 2026-01-31 (default: all)
with began as materialized (
  select f.feed, f.outlet, (select min(v.seen_at) from entry_versions v where v.feed = f.feed) as at from feeds f
),
seen as (  -- live, and without what a feed had when it was first asked; above two hours in whole hours
  select b.outlet, case when v.lag_s < 7200 then v.lag_s / 60 else v.lag_s / 3600 * 60 end as minutes,
    count(*) as entries
  from began b cross join entry_versions v join fetches x on x.fetch_id = v.fetch_id
  where v.feed = b.feed and v.lag_s is not null and v.seen_at > b.at and v.seen_at >= coalesce(:since, '')
    and x.route = 'live'
  group by b.outlet, minutes
),
summed as (
  select *, sum(entries) over (partition by outlet order by minutes) as so_far,
    sum(entries) over (partition by outlet) as in_all
  from seen
)
select outlet, in_all as entries, min(case when so_far * 2 >= in_all then minutes end) as median_minutes,
  min(case when so_far * 10 >= in_all * 9 then minutes end) as nine_in_ten_within_minutes,
  round(100.0 * sum(case when minutes < 60 then entries else 0 end) / in_all, 1) as percent_within_an_hour
from summed
group by outlet, in_all
order by median_minutes desc, outlet
