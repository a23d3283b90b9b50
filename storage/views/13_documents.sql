CREATE VIEW documents
-- One row per distinct body, kept as received.
/* One table alone: joined from the left, what is made of two would be gathered whole first. */
AS SELECT
  d.document_id,                      -- grows, never reused
  @hex(d.sha256) AS sha256,     -- of the body
  d.content_type,                     -- as first served
  d.encoding,                         -- read as
  d.encoding_verdict,                 -- declared, bom, repaired, guessed
  d.bytes,                            -- length of the body
  d.stored_bytes,                     -- length as kept, compressed
  d.first_fetched_at,                 -- earliest time at which it was seen
  (SELECT o.store || '/' || substr(o.name, 1, 2) || '/' || substr(o.name, 3) FROM object o WHERE o.object_id = d.object_id) AS object -- where it lies outside; NULL: here
FROM document d
