-- Which headlines were edited most often?
-- :since changes seen since, as 2026-01-31 (default: all)
-- :limit how many (default: 50)
with edits as (
  select entry_id, feed, count(*) as edits, min(seen_at) as first_edit_at, max(seen_at) as last_edit_at
  from entry_versions
  where change = 'title' and seen_at >= coalesce(:since, '')
  group by entry_id, feed
  order by edits desc, last_edit_at desc
  limit :limit
)
select x.edits, x.feed, x.first_edit_at, x.last_edit_at,
  (select v.title from entry_versions v where v.entry_id = x.entry_id and v.feed = x.feed order by v.version limit 1)
    as first_headline,
  e.title as headline_now, e.url, x.entry_id
from edits x join entries e on e.entry_id = x.entry_id
order by x.edits desc, x.last_edit_at desc
