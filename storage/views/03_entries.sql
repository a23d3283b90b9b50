CREATE VIEW entries
-- One row per entry, in the newest wording of the feed that has the fullest text. Start here.
/* Item and wording are asked column by column, and outlet and feed are joined left: what a query needs not is not read. */
AS SELECT
  e.entry_id,                         -- grows, never reused
  o.slug AS outlet,                   -- who published it
  f.name AS feed,                     -- the feed with the fullest text (ties: the one that had it first)
  (SELECT CASE i.guid WHEN '' THEN i.url ELSE i.guid END FROM item i WHERE i.item_id = e.item_id) AS guid, -- as that feed gives it
  (SELECT i.url FROM item i WHERE i.item_id = e.item_id) AS url, -- as published, made absolute
  (SELECT CASE i.canonical_url WHEN '' THEN i.url ELSE i.canonical_url END FROM item i WHERE i.item_id = e.item_id) AS canonical_url, -- without tracking parameters and the like: equal for equal pages
  (SELECT w.title FROM wording w WHERE w.wording_id = e.wording_id) AS title, -- plain text
  (SELECT w.summary FROM wording w WHERE w.wording_id = e.wording_id) AS summary, -- plain text
  (SELECT coalesce(w.content_text, w.summary) FROM wording w WHERE w.wording_id = e.wording_id) AS content_text, -- plain text of the fullest body: content, else summary
  (SELECT @names(w.authors,name) FROM wording w WHERE w.wording_id = e.wording_id) AS authors, -- JSON array of names
  (SELECT @names(w.categories,term) FROM wording w WHERE w.wording_id = e.wording_id) AS categories, -- JSON array of terms
  (SELECT w.language FROM wording w WHERE w.wording_id = e.wording_id) AS language, -- of the text
  (SELECT w.title_language FROM wording w WHERE w.wording_id = e.wording_id) AS title_language, -- of the title
  (SELECT w.image_url FROM wording w WHERE w.wording_id = e.wording_id) AS image_url, -- its picture
  (SELECT i.comments_url FROM item i WHERE i.item_id = e.item_id) AS comments_url, -- where readers comment
  e.published_at,                     -- as the publisher says; NULL: no date, or none that can be read
  (SELECT w.published_raw FROM wording w WHERE w.wording_id = e.wording_id) AS published_raw, -- the date as written
  (SELECT w.published_source FROM wording w WHERE w.wording_id = e.wording_id) AS published_source, -- the element or rule that gave it: pubDate, published, dc:date, updated …
  CASE WHEN e.published_at IS NULL THEN NULL
    WHEN @days(e.first_seen_at,e.published_at) > 1 THEN 'future'
    WHEN e.published_at < '1995-01-01T00:00:00Z' THEN 'far'
    WHEN EXISTS (SELECT 1 FROM entry s WHERE s.feed_id = e.feed_id AND s.first_seen_at = e.first_seen_at
        AND s.entry_id <> e.entry_id AND s.published_at IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM entry s WHERE s.feed_id = e.feed_id AND s.first_seen_at = e.first_seen_at
        AND s.entry_id <> e.entry_id AND abs(@days(s.published_at,e.published_at)) < 366) THEN 'far'
    END AS published_doubt,           -- future: more than a day after it was seen; far: a year and more from all that came with it, or before 1995; NULL: none
  (SELECT w.updated_at FROM wording w WHERE w.wording_id = e.wording_id) AS updated_at, -- as the publisher says
  e.first_seen_at,                    -- first seen in any feed of the outlet
  coalesce(
    (SELECT max(coalesce(z.last_at, n.last_at))
       FROM sighting s JOIN feed c ON c.feed_id = s.feed_id
       LEFT JOIN window z ON z.window_id = s.last_window_id
       LEFT JOIN window n ON n.window_id = c.newest_window_id
      WHERE s.entry_id = e.entry_id),
    (SELECT max(g.at) FROM item x JOIN glimpse g ON g.item_id = x.item_id WHERE x.entry_id = e.entry_id)
  ) AS last_seen_at,                  -- last document or 304 that confirmed it
  e.version,                          -- rank of this wording in its feed
  e.versions,                         -- wordings in all
  (SELECT w.words FROM wording w WHERE w.wording_id = e.wording_id) AS words, -- words in content_text
  (SELECT i.extra FROM item i WHERE i.item_id = e.item_id) AS extra, -- JSON object of what there is no column for
  e.seq                               -- grows with every change to the entry
FROM entry e
LEFT JOIN outlet o ON o.outlet_id = e.outlet_id
LEFT JOIN feed f ON f.feed_id = e.feed_id
