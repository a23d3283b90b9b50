CREATE VIEW stories
-- One row per article that several outlets have in much the same words, as the outlet worded it that had it first. May lag a minute. Empty without the extra chronik[stories].
AS SELECT
  s.story_id,                         -- number of the entry that was first; never that of another story
  o.slug AS outlet,                   -- who had it first
  (SELECT w.title FROM wording w WHERE w.wording_id = e.wording_id) AS title, -- of the first entry
  (SELECT i.url FROM item i WHERE i.item_id = e.item_id) AS url, -- of the first entry
  (SELECT w.language FROM wording w WHERE w.wording_id = e.wording_id) AS language, -- of the first entry's text
  s.first_at,                         -- when the first entry came out: its date, but not later than it was seen
  e.first_seen_at,                    -- when the first entry was first seen
  s.newest_at,                        -- when the newest entry came out
  s.outlets,                          -- how many outlets have it
  s.entries                           -- how many entries it has
FROM story s
JOIN entry e ON e.entry_id = s.story_id
JOIN outlet o ON o.outlet_id = e.outlet_id
