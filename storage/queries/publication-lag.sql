-- How long after publication do we see an entry?
-- :since first day, as 2026-01-31 (default: all)
select outlet, count(*) as days, round(avg(median_lag_s) / 60.0, 1) as mean_of_daily_medians_min,
  round(min(median_lag_s) / 60.0, 1) as best_day_min, round(max(median_lag_s) / 60.0, 1) as worst_day_min
from coverage_daily
where median_lag_s is not null and day >= coalesce(:since, '')
group by outlet
order by mean_of_daily_medians_min
