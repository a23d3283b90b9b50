CREATE VIEW sightings
-- One row per stretch of time for which a feed carried an entry.
AS SELECT
  s.entry_id,                         -- which entry
  f.name AS feed,                     -- in which feed
  (SELECT CASE i.guid WHEN '' THEN i.url ELSE i.guid END FROM item i WHERE i.item_id = s.item_id) AS guid, -- under which guid it came into sight
  a.first_at AS first_seen_at,        -- first document that has it
  coalesce(z.last_at, n.last_at) AS last_seen_at, -- last document or 304 that confirmed it
  x.first_at AS gone_at,              -- first window without it; NULL: none yet
  s.first_position,                   -- its place when it came into sight, from 1
  s.withdrawn                         -- 1: it vanished while older ones stayed
FROM sighting s
JOIN feed f ON f.feed_id = s.feed_id
JOIN window a ON a.window_id = s.first_window_id
LEFT JOIN window z ON z.window_id = s.last_window_id
LEFT JOIN window x ON x.window_id = s.next_window_id
LEFT JOIN window n ON n.window_id = f.newest_window_id
