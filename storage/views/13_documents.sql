CREATE VIEW documents
-- One row per distinct body, kept as received.
AS SELECT
  document_id,                        -- grows, never reused
  @hex(sha256) AS sha256,       -- of the body
  content_type,                       -- as first served
  encoding,                           -- read as
  encoding_verdict,                   -- declared, bom, repaired, guessed
  bytes,                              -- length of the body
  stored_bytes,                       -- length as kept, compressed
  first_fetched_at                    -- earliest time at which it was seen
FROM document
