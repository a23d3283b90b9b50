CREATE VIEW authors
-- One row per author of an entry.
AS SELECT
  e.entry_id,                         -- which entry
  @field(a,name) AS name,             -- as published
  @field(a,email) AS email,           -- as published
  @field(a,uri) AS uri                -- as published
FROM entry e JOIN wording w ON w.wording_id = e.wording_id, @each(w.authors) a
