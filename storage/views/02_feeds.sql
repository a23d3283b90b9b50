CREATE VIEW feeds
-- One row per feed, and how it stands.
AS SELECT
  f.name AS feed,                     -- outlet/feed: its name for ever
  o.slug AS outlet,                   -- whose feed it is
  f.url,                              -- where it is asked for now (placeholders for secrets); NULL: not found yet
  f.link,                             -- the page that the feed says it belongs to
  f.title,                            -- the feed's own title
  f.description,                      -- the feed's own description
  f.language,                         -- as the feed declares it
  f.format,                           -- rss20, atom10, json11, sitemap … (feedparser's words)
  f.state,                            -- new, ok, failing, gone, unlisted
  f.added_at,                         -- first known to this archive
  f.last_attempt_at,                  -- last live attempt
  f.last_success_at,                  -- last live document or 304
  f.last_new_at,                      -- last live document that brought a new entry
  f.failures,                         -- failed live attempts since the last success
  f.last_error,                       -- reason and detail of the last failure; NULL after a success
  f.next_due_at,                      -- when it is asked next; NULL: at once, or never if unlisted
  f.due_because,                      -- the rule that decided this, in words
  f.entries,                          -- entries that it has carried
  (SELECT round(count(*) / 14.0, 2) FROM entry e
    WHERE e.feed_id = f.feed_id AND e.first_seen_at > @ago(w.last_at,14)) AS entries_per_day, -- new entries a day in the two weeks before it was last seen
  w.size AS window_entries,           -- entries in its newest document
  (SELECT round(@span(e.published_at) * 24, 1)
     FROM run r JOIN item i ON i.item_id = r.item_id JOIN entry e ON e.entry_id = i.entry_id
    WHERE r.feed_id = f.feed_id AND r.last_window_id IS NULL) AS window_hours, -- hours from the oldest to the newest date in its newest document
  CASE WHEN f.unstable_guids > 1 THEN 1 ELSE 0 END AS unstable_guids -- 1: its guids change at every poll and identify nothing
FROM feed f
JOIN outlet o ON o.outlet_id = f.outlet_id
LEFT JOIN window w ON w.window_id = f.newest_window_id
