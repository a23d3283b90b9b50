CREATE VIEW entry_keys
-- One row per key that identifies an entry: why the archive takes two things for one.
AS SELECT
  i.entry_id,                         -- which entry
  f.name AS feed,                     -- in which feed the key was seen
  k.kind,                             -- guid, guid_path, guid_global, publisher_id, url, title_time, title_date, content
  min(coalesce(k.text, CASE k.kind WHEN 'guid' THEN i.guid WHEN 'guid_path' THEN i.guid WHEN 'guid_global' THEN i.guid
    WHEN 'url' THEN i.canonical_url WHEN 'title_time' THEN w.title || ' ' || w.published_raw
    WHEN 'title_date' THEN coalesce(w.title, '') || ' ' || coalesce(w.published_raw, '')
    ELSE @hex(w.digest) END)) AS key, -- the key
  min(coalesce((SELECT min(fw.first_at) FROM run r JOIN window fw ON fw.window_id = r.first_window_id WHERE r.item_id = i.item_id),
    (SELECT min(g.at) FROM glimpse g WHERE g.item_id = i.item_id))) AS from_at, -- first seen
  CASE k.kind WHEN 'guid' THEN 'the guid, within this feed' WHEN 'guid_path' THEN 'the guid without scheme and host, within this feed'
    WHEN 'guid_global' THEN 'a guid unique in the world, in all feeds of the outlet'
    WHEN 'publisher_id' THEN 'the publisher''s own id, in all feeds of the outlet'
    WHEN 'url' THEN 'the canonical URL, in all feeds of the outlet'
    WHEN 'title_time' THEN 'a headline and the very second of its publication, within this feed'
    WHEN 'title_date' THEN 'title and date, where nothing stronger counts' ELSE 'the wording, where nothing stronger counts' END AS because, -- the rule
  max(CASE WHEN v.key IS NULL THEN 0 ELSE 1 END) AS void -- 1: one document had it twice, so in this feed it identifies nothing
FROM item_key k
JOIN item i ON i.item_id = k.item_id
JOIN wording w ON w.wording_id = i.wording_id
JOIN feed f ON f.feed_id = i.feed_id
LEFT JOIN void_key v ON v.feed_id = i.feed_id AND v.key = k.key
WHERE v.key IS NOT NULL
  OR i.tier = CASE k.kind WHEN 'title_date' THEN 1 WHEN 'content' THEN 2 ELSE 0 END -- weak keys only where they count
GROUP BY i.entry_id, i.feed_id, f.name, k.kind, k.key
