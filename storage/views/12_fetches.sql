CREATE VIEW fetches
-- One row per attempt to get a document, by whatever route.
AS SELECT
  x.fetch_id,                         -- grows, never reused
  f.name AS feed,                     -- for which feed
  x.route,                            -- live, discovery, push, rfc5005, jsonfeed, pages, wordpress, sitemap, wayback, load
  x.url,                              -- as asked (placeholders for secrets)
  coalesce(x.final_url, x.url) AS final_url, -- after redirects
  x.requested_at,                     -- when the document was seen; a claim for all routes but ours
  x.recorded_at,                      -- our clock
  x.request_headers,                  -- JSON, secrets out
  x.response_headers,                 -- JSON, secrets out
  x.elapsed_ms,                       -- how long it took
  x.outcome,                          -- new, unchanged (a body, nothing new), not_modified (304), failed
  x.reason,                           -- why it failed, from a closed list; docs/operations.md has the remedies
  x.detail,                           -- what was seen, in a line
  x.http_status,                      -- of the last answer
  x.wire_bytes,                       -- as sent, compressed
  x.body_bytes,                       -- decoded
  x.document_id,                      -- what was got, or confirmed
  x.salvaged,                         -- 1: the document was broken and read as far as it went
  x.entries_seen,                     -- entries in the document
  x.entries_new,                      -- entries that the archive had not had
  x.entries_changed                   -- entries that got a new version
FROM fetch x JOIN feed f ON f.feed_id = x.feed_id
