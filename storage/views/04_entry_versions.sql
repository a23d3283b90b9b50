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
  w.title,                            -- plain text
  i.url,                              -- as published, made absolute
  w.summary,                          -- plain text
  w.content_text,                     -- plain text of the fullest body
  @names(w.authors,name) AS authors,  -- JSON array of names
  @names(w.categories,term) AS categories, -- JSON array of terms
  w.published_at,                     -- as the publisher says
  w.updated_at,                       -- as the publisher says
  lower(hex(w.digest)) AS digest,     -- of all that makes the wording: equal exactly for equal wordings
  v.fetch_id                          -- the attempt that saw it first
FROM version v
JOIN feed f ON f.feed_id = v.feed_id
JOIN item i ON i.item_id = v.item_id
JOIN wording w ON w.wording_id = v.wording_id
