CREATE VIEW sightings
-- One row per stretch of time for which a feed carried an entry.
AS
WITH carried AS (
  SELECT i.entry_id, r.feed_id, r.run_id, i.guid, r.first_position, r.withdrawn, fw.first_at,
    fd.sha256, coalesce(lw.last_at, nw.last_at) AS last_at, xw.first_at AS gone_at
  FROM run r
  JOIN item i ON i.item_id = r.item_id
  JOIN feed f ON f.feed_id = r.feed_id
  JOIN window fw ON fw.window_id = r.first_window_id
  JOIN document fd ON fd.document_id = fw.document_id -- its digest orders what came in the same second
  LEFT JOIN window lw ON lw.window_id = r.last_window_id
  LEFT JOIN window xw ON xw.window_id = r.next_window_id
  LEFT JOIN window nw ON nw.window_id = f.newest_window_id
),
begun AS (
  SELECT carried.*, CASE WHEN first_at <= max(coalesce(gone_at, @never)) OVER (
      PARTITION BY entry_id, feed_id ORDER BY first_at, sha256, first_position
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS begins
  FROM carried
),
stretched AS (
  SELECT begun.*, sum(begins) OVER (
      PARTITION BY entry_id, feed_id ORDER BY first_at, sha256, first_position) AS stretch
  FROM begun
),
told AS (
  SELECT stretched.*,
    row_number() OVER (PARTITION BY entry_id, feed_id, stretch ORDER BY first_at, sha256, first_position) AS nth,
    row_number() OVER (PARTITION BY entry_id, feed_id, stretch
      ORDER BY coalesce(gone_at, @never) DESC, first_at DESC, sha256 DESC, first_position DESC) AS nth_last
  FROM stretched
)
SELECT
  t.entry_id AS entry_id,             -- which entry
  min(f.name) AS feed,                -- in which feed
  max(CASE WHEN nth = 1 THEN guid END) AS guid, -- under which guid it came into sight
  min(first_at) AS first_seen_at,     -- first document that has it
  max(last_at) AS last_seen_at,       -- last document or 304 that confirmed it
  CASE WHEN count(gone_at) = count(*) THEN max(gone_at) END AS gone_at, -- first window without it; NULL: none yet
  max(CASE WHEN nth = 1 THEN t.first_position END) AS first_position, -- its place when it came into sight, from 1
  CASE WHEN count(gone_at) = count(*) THEN max(CASE WHEN nth_last = 1 THEN withdrawn END) ELSE 0 END AS withdrawn -- 1: it vanished while older ones stayed
FROM told t JOIN feed f ON f.feed_id = t.feed_id
GROUP BY t.entry_id, t.feed_id, t.stretch
