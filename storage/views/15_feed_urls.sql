CREATE VIEW feed_urls
-- One row per URL that a feed has had.
AS SELECT
  f.name AS feed,                     -- which feed
  u.url,                              -- placeholders for secrets
  u.from_at,                          -- from when
  u.until_at,                         -- until when; NULL: still
  u.because                           -- listed, loaded, discovered, moved …
FROM feed_url u JOIN feed f ON f.feed_id = u.feed_id
