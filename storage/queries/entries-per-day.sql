-- How many entries did each outlet publish on each day?
-- :since first day, as 2026-01-31 (default: all)
-- :outlet only this outlet (default: all)
select substr(coalesce(published_at, first_seen_at), 1, 10) as day, outlet, count(*) as entries
from entries
where (:since is null or coalesce(published_at, first_seen_at) >= :since) and (:outlet is null or outlet = :outlet)
group by day, outlet
order by day desc, entries desc
