CREATE VIEW gaps
-- One row per stretch in which entries of a feed may have been missed: two successive windows share nothing.
AS SELECT
  g.gap_id,                           -- grows, never reused
  f.name AS feed,                     -- which feed
  a.last_at AS after_at,              -- last seen before
  b.first_at AS before_at,            -- first seen after
  g.detected_at,                      -- when the archive found out
  g.estimated_missed,                 -- how many entries, estimated
  g.state,                            -- open, closed (backfill has them), unclosable (nothing has them)
  g.closed_at,                        -- when that was settled
  g.recovered                         -- entries that backfill found in it
FROM gap g
JOIN feed f ON f.feed_id = g.feed_id
JOIN window a ON a.window_id = g.after_window_id
JOIN window b ON b.window_id = g.before_window_id
