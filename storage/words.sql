-- What SQLite has words for and PostgreSQL has not, so that our own queries, and the named ones, are written once.
-- Kept in the schema `chronik_words`, which our readers alone have in their search_path: whoever connects with another
-- client has PostgreSQL as it is. Instants compare with texts as they do where instants are texts.

DROP SCHEMA IF EXISTS chronik_words CASCADE;
CREATE SCHEMA chronik_words;

CREATE OR REPLACE FUNCTION chronik_words.told(t timestamptz) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE
  RETURN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');

-- '' comes before all times, '~' after them; a day, a month and a year begin with their first instant.
CREATE OR REPLACE FUNCTION chronik_words.instant(t text) RETURNS timestamptz LANGUAGE sql STABLE STRICT PARALLEL SAFE
  RETURN CASE WHEN t = '' THEN '-infinity'::timestamptz WHEN t >= 'A' THEN 'infinity'::timestamptz
    WHEN length(t) = 4 THEN (t || '-01-01T00:00:00Z')::timestamptz
    WHEN length(t) = 7 THEN (t || '-01T00:00:00Z')::timestamptz
    WHEN length(t) = 10 THEN (t || 'T00:00:00Z')::timestamptz
    WHEN length(t) IN (13, 16, 19) THEN (rpad(t, 19, ':00:00') || 'Z')::timestamptz
    ELSE t::timestamptz END;

CREATE OR REPLACE FUNCTION chronik_words.is_before(a timestamptz, b text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN a < chronik_words.instant(b);
CREATE OR REPLACE FUNCTION chronik_words.is_not_after(a timestamptz, b text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN a <= chronik_words.instant(b);
CREATE OR REPLACE FUNCTION chronik_words.is_after(a timestamptz, b text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN a > chronik_words.instant(b);
CREATE OR REPLACE FUNCTION chronik_words.is_not_before(a timestamptz, b text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN a >= chronik_words.instant(b);
CREATE OR REPLACE FUNCTION chronik_words.is_at(a timestamptz, b text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN a = chronik_words.instant(b);
CREATE OR REPLACE FUNCTION chronik_words.and_text(a timestamptz, b text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN chronik_words.told(a) || b;

CREATE OPERATOR chronik_words.< (LEFTARG = timestamptz, RIGHTARG = text, FUNCTION = chronik_words.is_before);
CREATE OPERATOR chronik_words.<= (LEFTARG = timestamptz, RIGHTARG = text, FUNCTION = chronik_words.is_not_after);
CREATE OPERATOR chronik_words.> (LEFTARG = timestamptz, RIGHTARG = text, FUNCTION = chronik_words.is_after);
CREATE OPERATOR chronik_words.>= (LEFTARG = timestamptz, RIGHTARG = text, FUNCTION = chronik_words.is_not_before);
CREATE OPERATOR chronik_words.= (LEFTARG = timestamptz, RIGHTARG = text, FUNCTION = chronik_words.is_at);
CREATE OPERATOR chronik_words.|| (LEFTARG = timestamptz, RIGHTARG = text, FUNCTION = chronik_words.and_text);

CREATE OR REPLACE FUNCTION chronik_words.substr(t timestamptz, at integer, length integer) RETURNS text
  LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN substr(chronik_words.told(t), at, length);
CREATE OR REPLACE FUNCTION chronik_words.julianday(t timestamptz) RETURNS double precision
  LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN (extract(epoch FROM t) / 86400)::double precision + 2440587.5;
CREATE OR REPLACE FUNCTION chronik_words.julianday(t text) RETURNS double precision
  LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN chronik_words.julianday(chronik_words.instant(t));
CREATE OR REPLACE FUNCTION chronik_words.strftime(form text, t timestamptz) RETURNS text
  LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN CASE form
    WHEN '%w' THEN extract(dow FROM t AT TIME ZONE 'UTC')::text
    WHEN '%H' THEN to_char(t AT TIME ZONE 'UTC', 'HH24')
    WHEN '%s' THEN floor(extract(epoch FROM t))::text
    WHEN '%Y-%m-%d' THEN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD')
    ELSE chronik_words.told(t) END;
CREATE OR REPLACE FUNCTION chronik_words.strftime(form text, t text) RETURNS text
  LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN chronik_words.strftime(form, chronik_words.instant(t));
CREATE OR REPLACE FUNCTION chronik_words.strftime(form text, t timestamptz, later text) RETURNS text
  LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN chronik_words.strftime(form, t + later::interval);
CREATE OR REPLACE FUNCTION chronik_words.instr(whole text, part text) RETURNS integer
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN strpos(whole, part);
CREATE OR REPLACE FUNCTION chronik_words.iif(condition boolean, yes anycompatible, no anycompatible) RETURNS anycompatible
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE WHEN condition THEN yes ELSE no END $$;
CREATE OR REPLACE FUNCTION chronik_words.printf(form text, n bigint) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN CASE form WHEN '%019d' THEN lpad(n::text, 19, '0') ELSE n::text END;
CREATE OR REPLACE FUNCTION chronik_words.round(n double precision, digits integer) RETURNS double precision
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN round(n::numeric, digits)::double precision;
CREATE OR REPLACE FUNCTION chronik_words.hex(bytes bytea) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN upper(encode(bytes, 'hex'));
CREATE OR REPLACE FUNCTION chronik_words.json_extract(said text, path text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN said::json #>> string_to_array(ltrim(path, '$.'), '.');

CREATE OR REPLACE FUNCTION chronik_words.json_each(said text) RETURNS TABLE (key text, value text)
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT e.key, e.value FROM json_each_text(CASE WHEN said ~ '^\s*\{' THEN said::json ELSE '{}' END) e
    UNION ALL
    SELECT (a.n - 1)::text, a.value #>> '{}'
    FROM json_array_elements(CASE WHEN said ~ '^\s*\[' THEN said::json ELSE '[]' END) WITH ORDINALITY a(value, n)
  $$;

-- HTML as a server keeps it, see storage/packing.py; in files it is compressed against its texts.
CREATE OR REPLACE FUNCTION chronik_words.chronik_text(html bytea, summary text, content_text text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN convert_from(html, 'UTF8');

-- What FTS5 calls by the name of its table, our translation compares with a tsquery.
CREATE VIEW chronik_words.entries_fts AS
  SELECT x.entry_id AS rowid, x.words AS entries_fts, w.title, w.summary, w.content_text
  FROM entries_words x JOIN search_line l ON l.entry_id = x.entry_id JOIN wording w ON w.wording_id = l.wording_id;

CREATE OR REPLACE FUNCTION chronik_words.one_more(n bigint, yes boolean) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE WHEN yes IS NULL THEN n ELSE coalesce(n, 0) + yes::integer END;
CREATE OR REPLACE AGGREGATE chronik_words.sum(boolean) (SFUNC = chronik_words.one_more, STYPE = bigint);
CREATE OR REPLACE FUNCTION chronik_words.and_one(list text, one text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE WHEN one IS NULL THEN list ELSE coalesce(list || ',', '') || one END;
CREATE OR REPLACE AGGREGATE chronik_words.group_concat(text) (SFUNC = chronik_words.and_one, STYPE = text);
