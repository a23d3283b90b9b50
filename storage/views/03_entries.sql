CREATE VIEW entries
-- One row per entry, in the newest wording of the feed that has the fullest text. Start here.
AS SELECT
  e.entry_id,                         -- grows, never reused
  o.slug AS outlet,                   -- who published it
  f.name AS feed,                     -- the feed with the fullest text (ties: the one that had it first)
  i.guid,                             -- as that feed gives it
  i.url,                              -- as published, made absolute
  i.canonical_url,                    -- without tracking parameters and the like: equal for equal pages
  w.title,                            -- plain text
  w.summary,                          -- plain text
  w.content_text,                     -- plain text of the fullest body: content, else summary
  @names(w.authors,name) AS authors,  -- JSON array of names
  @names(w.categories,term) AS categories, -- JSON array of terms
  w.language,                         -- of the text
  w.title_language,                   -- of the title
  w.image_url,                        -- its picture
  i.comments_url,                     -- where readers comment
  e.published_at,                     -- as the publisher says; NULL: no date, or none that can be read
  w.published_raw,                    -- the date as written
  w.published_source,                 -- the element or rule that gave it: pubDate, published, dc:date, updated …
  w.updated_at,                       -- as the publisher says
  e.first_seen_at,                    -- first seen in any feed of the outlet
  coalesce(
    (SELECT max(coalesce(lw.last_at, nw.last_at))
       FROM item x JOIN run r ON r.item_id = x.item_id
       JOIN feed rf ON rf.feed_id = r.feed_id
       LEFT JOIN window lw ON lw.window_id = r.last_window_id
       LEFT JOIN window nw ON nw.window_id = rf.newest_window_id
      WHERE x.entry_id = e.entry_id),
    (SELECT max(g.at) FROM item x JOIN glimpse g ON g.item_id = x.item_id WHERE x.entry_id = e.entry_id)
  ) AS last_seen_at,                  -- last document or 304 that confirmed it
  e.version,                          -- rank of this wording in its feed
  e.versions,                         -- wordings in all
  w.words,                            -- words in content_text
  i.extra,                            -- JSON object of what there is no column for
  e.seq                               -- grows with every change to the entry
FROM entry e
JOIN outlet o ON o.outlet_id = e.outlet_id
JOIN feed f ON f.feed_id = e.feed_id
JOIN item i ON i.item_id = e.item_id
JOIN wording w ON w.wording_id = e.wording_id
