CREATE VIEW entry_merges
-- One row per entry that evidence joined with another.
AS SELECT
  entry_id,                           -- the one that is no more
  into_entry_id,                      -- the one that stays
  at,                                 -- when the archive found out
  because                             -- the evidence
FROM entry_merge
