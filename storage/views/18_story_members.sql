CREATE VIEW story_members
-- One row per entry of a story, the first one too. An entry is in one story at most.
AS SELECT
  m.story_id,                         -- which story
  m.entry_id,                         -- which entry
  CASE WHEN m.entry_id = m.story_id THEN 1 ELSE 0 END AS is_first, -- 1: it had it first
  o.slug AS outlet,                   -- who published it
  (SELECT w.title FROM wording w WHERE w.wording_id = e.wording_id) AS title, -- plain text
  (SELECT i.url FROM item i WHERE i.item_id = e.item_id) AS url, -- as published, made absolute
  e.published_at,                     -- as the publisher says
  e.first_seen_at,                    -- first seen in any feed of the outlet
  (m.second - b.second) / 60 AS minutes_after, -- how long after the first entry it came out, by its date, or when it was seen if that was earlier
  coalesce(m.shared, 1000) / 1000.0 AS shared, -- of the shorter text (of it and the first one), the part that is in the other one too: 1 is all
  coalesce(m.similarity, 1000) / 1000.0 AS similarity, -- of the first text and this one together, the part that both have: 1 is word for word
  (SELECT w.words FROM wording w WHERE w.wording_id = e.wording_id) AS words -- words in content_text
FROM story_text m
JOIN story_text b ON b.entry_id = m.story_id
JOIN entry e ON e.entry_id = m.entry_id
JOIN outlet o ON o.outlet_id = e.outlet_id
