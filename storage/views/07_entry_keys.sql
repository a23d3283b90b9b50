CREATE VIEW entry_keys
-- One row per key that identifies an entry: why the archive takes two things for one.
AS
WITH told(number, kind, because) AS (
  VALUES (0, 'guid', 'the guid, within this feed'),
    (1, 'guid_path', 'the guid without scheme and host, within this feed'),
    (2, 'guid_global', 'a guid unique in the world, in all feeds of the outlet'),
    (3, 'publisher_id', 'the publisher''s own id, in all feeds of the outlet'),
    (4, 'url', 'the canonical URL, in all feeds of the outlet'),
    (5, 'title_time', 'a headline and the very second of its publication, within this feed'),
    (6, 'title_date', 'title and date, where nothing stronger counts'),
    (7, 'content', 'the wording, where nothing stronger counts'),
    (8, 'text_time', 'a text and the very second of its publication, within this feed'),
    (9, 'title_text', 'a headline, its text and its day (without a date: its address), within this feed'),
    (10, 'path_title', 'an address without its parameters, a headline and its date, within this feed'),
    (11, 'moved', 'most of the document had other names from one poll to the next, within this feed')
)
SELECT
  i.entry_id,                         -- which entry
  f.name AS feed,                     -- in which feed the key was seen
  t.kind,                             -- guid, guid_path, guid_global, publisher_id, url, title_time, title_date, content,
                                      -- text_time, title_text, path_title, moved
  min(coalesce(k.text, CASE
    WHEN k.kind < 3 THEN CASE i.guid WHEN '' THEN i.url ELSE i.guid END
    WHEN k.kind = 4 THEN CASE i.canonical_url WHEN '' THEN i.url ELSE i.canonical_url END
    WHEN k.kind = 5 THEN w.title || ' ' || w.published_raw
    WHEN k.kind = 6 THEN coalesce(w.title, '') || ' ' || coalesce(w.published_raw, '')
    WHEN k.kind = 7 THEN @hex(w.digest)
    WHEN k.kind = 8 THEN substr(coalesce(w.summary, w.content_text), 1, 80) || ' ' || w.published_raw
    WHEN k.kind = 9 THEN w.title || ' ' || coalesce(w.published_raw, i.url, '') || ' ' || substr(coalesce(w.summary, w.content_text), 1, 80)
    WHEN k.kind = 11 THEN coalesce(i.url, i.guid, w.title, '')
    ELSE i.url || ' ' || w.title || ' ' || coalesce(w.published_raw, '') END)) AS key, -- the key
  min(coalesce((SELECT min(fw.first_at) FROM run r JOIN window fw ON fw.window_id = r.first_window_id WHERE r.item_id = i.item_id),
    (SELECT min(g.at) FROM glimpse g WHERE g.item_id = i.item_id))) AS from_at, -- first seen
  t.because,                          -- the rule
  max(CASE WHEN v.key IS NULL THEN 0 ELSE 1 END) AS void -- 1: one document had it twice, so in this feed it identifies nothing
FROM item_key k
JOIN told t ON t.number = k.kind
JOIN item i ON i.item_id = k.item_id
JOIN wording w ON w.wording_id = i.wording_id
JOIN feed f ON f.feed_id = i.feed_id
LEFT JOIN void_key v ON v.feed_id = i.feed_id AND v.key = k.key
WHERE v.key IS NOT NULL
  OR k.kind > 7
  OR i.tier = CASE t.kind WHEN 'title_date' THEN 1 WHEN 'content' THEN 2 ELSE 0 END -- weak keys only where they count
GROUP BY i.entry_id, i.feed_id, f.name, t.kind, t.because, k.key
