CREATE VIEW coverage_daily
-- One row per outlet and day (UTC): what came in, and how well we looked.
AS
WITH live AS (
  SELECT f.outlet_id, x.requested_at, x.outcome FROM fetch x JOIN feed f ON f.feed_id = x.feed_id WHERE x.route = 'live'
),
span AS (
  SELECT outlet_id, min(requested_at) AS from_at, max(requested_at) AS until_at FROM live GROUP BY outlet_id
),
polled AS (
  SELECT outlet_id, @day(requested_at) AS day, count(*) AS polls,
    sum(CASE WHEN outcome = 'failed' THEN 1 ELSE 0 END) AS failures,
    count(DISTINCT CASE WHEN outcome <> 'failed' THEN @hour(requested_at) END) AS observed
  FROM live GROUP BY outlet_id, @day(requested_at)
),
came AS (
  SELECT outlet_id, @day(first_seen_at) AS day, count(*) AS entries FROM entry GROUP BY outlet_id, @day(first_seen_at)
),
worded AS (
  SELECT f.outlet_id, @day(v.seen_at) AS day, count(*) AS versions
  FROM version v JOIN feed f ON f.feed_id = v.feed_id GROUP BY f.outlet_id, @day(v.seen_at)
),
lag AS (
  SELECT f.outlet_id, @day(v.seen_at) AS day, @seconds(w.published_at,v.seen_at) AS seconds
  FROM version v
  JOIN feed f ON f.feed_id = v.feed_id
  JOIN wording w ON w.wording_id = v.wording_id
  JOIN fetch x ON x.fetch_id = v.fetch_id AND x.route = 'live'
  WHERE v.change = 'first' AND w.published_at <= v.seen_at
    AND v.seen_at > (SELECT min(fw.first_at) FROM window fw WHERE fw.feed_id = v.feed_id)
),
ranked AS (
  SELECT outlet_id, day, seconds, row_number() OVER (PARTITION BY outlet_id, day ORDER BY seconds) AS nth,
    count(*) OVER (PARTITION BY outlet_id, day) AS n FROM lag
),
median AS (
  SELECT outlet_id, day, avg(seconds) AS seconds FROM ranked WHERE nth IN ((n + 1) / 2, (n + 2) / 2) GROUP BY outlet_id, day
),
holes AS (
  SELECT f.outlet_id, @day(b.first_at) AS day, count(*) AS gaps
  FROM gap g JOIN feed f ON f.feed_id = g.feed_id JOIN window b ON b.window_id = g.before_window_id
  GROUP BY f.outlet_id, @day(b.first_at)
),
days AS (
  SELECT outlet_id, day FROM polled UNION SELECT outlet_id, day FROM came UNION SELECT outlet_id, day FROM worded
)
SELECT
  o.slug AS outlet,                   -- which outlet
  d.day AS day,                       -- YYYY-MM-DD, UTC
  coalesce(c.entries, 0) AS entries,  -- entries first seen that day
  coalesce(v.versions, 0) AS versions, -- wordings first seen that day
  coalesce(p.polls, 0) AS polls,      -- live attempts
  coalesce(p.failures, 0) AS failures, -- live attempts that failed
  CAST(m.seconds AS INTEGER) AS median_lag_s, -- from publication to sight, entries first seen live (not those of a feed's first document)
  CASE WHEN p.day IS NULL THEN NULL ELSE
    CASE WHEN d.day = @day(s.until_at) THEN @hour(s.until_at) + 1 ELSE 24 END
    - CASE WHEN d.day = @day(s.from_at) THEN @hour(s.from_at) ELSE 0 END - p.observed END AS unobserved_hours, -- hours of the day without a successful live poll
  coalesce(h.gaps, 0) AS gaps         -- gaps that end that day
FROM days d
JOIN outlet o ON o.outlet_id = d.outlet_id
LEFT JOIN span s ON s.outlet_id = d.outlet_id
LEFT JOIN polled p ON p.outlet_id = d.outlet_id AND p.day = d.day
LEFT JOIN came c ON c.outlet_id = d.outlet_id AND c.day = d.day
LEFT JOIN worded v ON v.outlet_id = d.outlet_id AND v.day = d.day
LEFT JOIN median m ON m.outlet_id = d.outlet_id AND m.day = d.day
LEFT JOIN holes h ON h.outlet_id = d.outlet_id AND h.day = d.day
