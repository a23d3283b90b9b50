-- What was changed after publication, and how long after?
-- :change only this kind: title, text, meta, date, typo, noise (default: all)
-- :since changes seen since, as 2026-01-31 (default: all)
-- :limit how many, newest first (default: 100)
select v.seen_at, v.feed, v.change,
  round((julianday(v.seen_at) - julianday(v.published_at)) * 1440) as minutes_after,
  was.title as title_before, v.title, v.url, v.entry_id
from entry_versions v
left join entry_versions was on was.entry_id = v.entry_id and was.feed = v.feed and was.version = v.version - 1
where v.seen_at >= coalesce(:since, '') and v.change <> 'first' and (:change is null or v.change = :change)
order by v.seen_at desc
limit :limit
