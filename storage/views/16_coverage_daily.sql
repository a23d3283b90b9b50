CREATE VIEW coverage_daily
-- One row per outlet and day (UTC): what came in, and how well we looked.
/* Counted by instant first, as the indexes are ordered, then by day: a tenth of the rows is left to be sorted. */
AS
WITH live AS (
  SELECT f.outlet_id, x.requested_at, x.outcome FROM feed f JOIN fetch x ON x.feed_id = f.feed_id WHERE x.route = 'live'
),
span AS (
  SELECT outlet_id, min(requested_at) AS from_at, max(requested_at) AS until_at FROM live GROUP BY outlet_id
),
hourly AS (
  SELECT outlet_id, @day(requested_at) AS day, @hour(requested_at) AS hour, count(*) AS polls,
    sum(CASE WHEN outcome = 'failed' THEN 1 ELSE 0 END) AS failures
  FROM live GROUP BY outlet_id, @day(requested_at), @hour(requested_at)
),
polled AS (
  SELECT outlet_id, day, sum(polls) AS polls, sum(failures) AS failures,
    sum(CASE WHEN failures < polls THEN 1 ELSE 0 END) AS observed
  FROM hourly GROUP BY outlet_id, day
),
came AS (
  SELECT f.outlet_id, @day(e.first_seen_at) AS day, sum(e.entries) AS entries
  FROM (SELECT feed_id, first_seen_at, count(*) AS entries FROM entry GROUP BY feed_id, first_seen_at) e
  JOIN feed f ON f.feed_id = e.feed_id GROUP BY f.outlet_id, @day(e.first_seen_at)
),
worded AS (
  SELECT f.outlet_id, @day(v.seen_at) AS day, sum(v.versions) AS versions
  FROM (SELECT feed_id, seen_at, count(*) AS versions FROM version GROUP BY feed_id, seen_at) v
  JOIN feed f ON f.feed_id = v.feed_id GROUP BY f.outlet_id, @day(v.seen_at)
),
holes AS (
  SELECT f.outlet_id, @day(b.first_at) AS day, count(*) AS gaps
  FROM gap g JOIN feed f ON f.feed_id = g.feed_id JOIN window b ON b.window_id = g.before_window_id
  GROUP BY f.outlet_id, @day(b.first_at)
),
began AS (
  SELECT feed_id, min(first_at) AS at FROM window GROUP BY feed_id
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
  CASE WHEN v.versions > 0 THEN (SELECT @middle(lags,n) FROM (SELECT @list(lag_s) AS lags, count(*) AS n FROM (
    SELECT y.lag_s FROM feed f JOIN began b ON b.feed_id = f.feed_id JOIN version y ON y.feed_id = f.feed_id
    JOIN fetch x ON x.fetch_id = y.fetch_id
    WHERE f.outlet_id = d.outlet_id AND y.seen_at >= @begin(d.day) AND y.seen_at < @end(d.day)
      AND y.seen_at > b.at AND y.lag_s IS NOT NULL AND x.route = 'live' ORDER BY y.lag_s) l) m) END AS median_lag_s, -- from publication to sight, entries first seen live (not those of a feed's first document)
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
LEFT JOIN holes h ON h.outlet_id = d.outlet_id AND h.day = d.day
