-- What was changed after publication, and how long after?
-- :change only this kind: title, text, meta, date, typo, noise (default: all)
-- :since changes seen since, as 2026-01-31 (default: all)
-- :limit how many, newest first (default: 100)
with changed as (
  select version_id, entry_id, feed, version, seen_at, change
  from entry_versions
  where seen_at >= coalesce(:since, '') and change <> 'first' and (:change is null or change = :change)
  order by seen_at desc
  limit :limit
)
select c.seen_at, c.feed, c.change,
  round((julianday(c.seen_at) - julianday(v.published_at)) * 1440) as minutes_after,
  (select was.title from entry_versions was
    where was.entry_id = c.entry_id and was.feed = c.feed and was.version < c.version order by was.version desc limit 1)
    as title_before,
  v.title, v.url, c.entry_id
from changed c join entry_versions v on v.version_id = c.version_id
order by c.seen_at desc
