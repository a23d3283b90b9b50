-- At which hours (UTC) and on which days of the week is most published?
-- :outlet only this outlet (default: all)
-- :since first day, as 2026-01-31 (default: all)
with hourly as (
  select substr(published_at, 1, 13) as hour, count(*) as entries
  from entries
  where published_at >= coalesce(:since, '') and (:outlet is null or outlet = :outlet)
  group by hour
),
daily as (
  select cast(substr(hour, 12) as integer) as hour_utc, strftime('%w', substr(hour, 1, 10)) as weekday, entries
  from hourly
)
select hour_utc, sum(entries) as entries,
  sum(iif(weekday = '1', entries, 0)) as monday, sum(iif(weekday = '2', entries, 0)) as tuesday,
  sum(iif(weekday = '3', entries, 0)) as wednesday, sum(iif(weekday = '4', entries, 0)) as thursday,
  sum(iif(weekday = '5', entries, 0)) as friday, sum(iif(weekday = '6', entries, 0)) as saturday,
  sum(iif(weekday = '0', entries, 0)) as sunday
from daily
group by hour_utc
order by hour_utc
