CREATE VIEW entry_versions
-- One row per wording of an entry. Equal wordings of two feeds are one row, that of the feed that had it first.
AS SELECT
  v.version_id,                       -- stable, never reused
  v.entry_id,                         -- which entry
  v.rank AS version,                  -- 1 for the first wording in this feed; shifts when the past comes in
  f.name AS feed,                     -- in which feed
  v.seen_at,                          -- first seen in this wording
  v.replaced_at,                      -- first seen in the next one, in this feed; NULL: it stands
  v.change,                           -- against the wording before in this feed: first, title, text, meta, date, typo, noise
  (SELECT w.title FROM wording w WHERE w.wording_id = v.wording_id) AS title, -- plain text
  (SELECT i.url FROM item i WHERE i.item_id = v.item_id) AS url, -- as published, made absolute
  (SELECT w.summary FROM wording w WHERE w.wording_id = v.wording_id) AS summary, -- plain text
  (SELECT coalesce(w.content_text, w.summary) FROM wording w WHERE w.wording_id = v.wording_id) AS content_text, -- plain text of the fullest body
  (SELECT @names(w.authors,name) FROM wording w WHERE w.wording_id = v.wording_id) AS authors, -- JSON array of names
  (SELECT @names(w.categories,term) FROM wording w WHERE w.wording_id = v.wording_id) AS categories, -- JSON array of terms
  (SELECT w.published_at FROM wording w WHERE w.wording_id = v.wording_id) AS published_at, -- as the publisher says
  (SELECT w.updated_at FROM wording w WHERE w.wording_id = v.wording_id) AS updated_at, -- as the publisher says
  (SELECT @hex(w.digest) FROM wording w WHERE w.wording_id = v.wording_id) AS digest, -- of all that makes the wording: equal exactly for equal wordings
  v.fetch_id,                         -- the attempt that saw it first
  v.lag_s                             -- of an entry's first wording in a feed: seconds from publication to sight; NULL: no date, or one after it
FROM version v
LEFT JOIN feed f ON f.feed_id = v.feed_id
