-- Which entries vanished from their feed while older ones stayed?
-- :since gone since, as 2026-01-31 (default: all)
-- :outlet only this outlet (default: all)
-- :limit how many, newest first (default: 100)
select s.gone_at, s.feed, round((julianday(s.gone_at) - julianday(s.first_seen_at)) * 24, 1) as hours_in_sight,
  e.title, e.url, e.entry_id
from sightings s join entries e on e.entry_id = s.entry_id
where s.withdrawn = 1 and s.gone_at >= coalesce(:since, '') and (:outlet is null or e.outlet = :outlet)
order by s.gone_at desc
limit :limit
