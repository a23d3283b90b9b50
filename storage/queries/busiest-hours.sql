-- At which hours (UTC) and on which days of the week is most published?
-- :outlet only this outlet (default: all)
-- :since first day, as 2026-01-31 (default: all)
select cast(substr(published_at, 12, 2) as integer) as hour_utc, count(*) as entries,
  sum(strftime('%w', published_at) = '1') as monday, sum(strftime('%w', published_at) = '2') as tuesday,
  sum(strftime('%w', published_at) = '3') as wednesday, sum(strftime('%w', published_at) = '4') as thursday,
  sum(strftime('%w', published_at) = '5') as friday, sum(strftime('%w', published_at) = '6') as saturday,
  sum(strftime('%w', published_at) = '0') as sunday
from entries
where published_at >= coalesce(:since, '') and (:outlet is null or outlet = :outlet)
group by hour_utc
order by hour_utc
