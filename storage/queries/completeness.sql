-- How much of what outlets list in their news sitemaps did the archive hold before it saw the list?
select outlet, feed, requested_at, entries_seen as listed, entries_new as lacking,
  round(100.0 * (entries_seen - entries_new) / entries_seen, 1) as held_percent
from fetches join feeds using (feed)
where route = 'sitemap' and entries_seen > 0
order by requested_at desc, feed
