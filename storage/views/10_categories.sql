CREATE VIEW categories
-- One row per category of an entry.
AS SELECT
  e.entry_id,                         -- which entry
  @field(c,term) AS term,             -- as published
  @field(c,scheme) AS scheme,         -- the vocabulary that it is from
  @field(c,label) AS label            -- for people
FROM entry e JOIN wording w ON w.wording_id = e.wording_id, @each(w.categories) c
