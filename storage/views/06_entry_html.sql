CREATE VIEW entry_html
-- One row per wording of an entry: its HTML, sanitised, links absolute. Needs chronik's own SQL function.
AS SELECT
  v.entry_id,                         -- which entry
  v.rank AS version,                  -- which wording in its feed
  f.name AS feed,                     -- in which feed
  v.version_id,                       -- which wording
  @html(w,0) AS summary_html,    -- sanitised HTML
  @html(w,1) AS content_html     -- sanitised HTML
FROM version v
JOIN feed f ON f.feed_id = v.feed_id
JOIN wording w ON w.wording_id = v.wording_id
