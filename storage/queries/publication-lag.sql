-- How long after publication do we see an entry?
-- :since first day, as 2026-01-31 (default: all)
with lag as materialized (
  select outlet, median_lag_s / 60.0 as minutes from coverage_daily where day >= coalesce(:since, '')
)
select outlet, count(*) as days, round(avg(minutes), 1) as mean_of_daily_medians_min,
  round(min(minutes), 1) as best_day_min, round(max(minutes), 1) as worst_day_min
from lag
where minutes is not null
group by outlet
order by mean_of_daily_medians_min
