CREATE VIEW outlets
-- One row per outlet: a publisher, within which entries are deduplicated.
AS SELECT
  slug AS outlet,              -- its name for ever, as in feeds.yaml
  name,                        -- its name for people
  homepage,                    -- where feeds are looked for if none is listed
  language,                    -- BCP 47, as configured
  country,                     -- ISO 3166-1, as configured
  timezone                     -- IANA name: what its dates mean when they come without a zone
FROM outlet
