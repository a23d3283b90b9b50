CREATE VIEW enclosures
-- One row per picture, sound or film of an entry.
AS SELECT
  e.entry_id,                         -- which entry
  @field(m,url) AS url,               -- absolute
  @field(m,type) AS type,             -- media type
  @number(m,length) AS length,        -- bytes, as published
  @field(m,medium) AS medium,         -- image, video, audio …
  @field(m,title) AS title,           -- as published
  @number(m,width) AS width,          -- pixels
  @number(m,height) AS height,        -- pixels
  @number(m,duration) AS duration     -- seconds
FROM entry e JOIN wording w ON w.wording_id = e.wording_id, @each(w.enclosures) m
