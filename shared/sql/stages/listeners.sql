-- Who is in the build: a dense id for every listener with history before the cutoff that no erasure took.
-- last_at is the instant their decayed affinities refer to, so that a history of years ago still has a taste.
-- Of a listener who came back after an erasure only what was received since is told.
WITH seen AS (
  SELECT
    listener_id,
    MIN(UNIX_MILLIS(occurred_at)) AS first_at,
    MAX(UNIX_MILLIS(occurred_at)) AS last_at
  FROM listens
  WHERE received_at < TIMESTAMP_MILLIS(@cutoff)
  GROUP BY listener_id
),
erased AS (
  SELECT s.listener_id, MAX(e.erased_at) AS erased_at
  FROM seen AS s
  JOIN erasures AS e ON e.listener_hash = TO_HEX(SHA256(s.listener_id))
  GROUP BY s.listener_id
),
returned AS (
  SELECT
    l.listener_id,
    MIN(UNIX_MILLIS(l.occurred_at)) AS first_at,
    MAX(UNIX_MILLIS(l.occurred_at)) AS last_at
  FROM listens AS l
  JOIN erased AS e ON e.listener_id = l.listener_id
  WHERE l.received_at < TIMESTAMP_MILLIS(@cutoff) AND l.received_at > e.erased_at
  GROUP BY l.listener_id
)
SELECT
  ROW_NUMBER() OVER (ORDER BY s.listener_id) AS lid,
  s.listener_id,
  COALESCE(r.first_at, s.first_at) AS first_at,
  COALESCE(r.last_at, s.last_at) AS last_at,
  COALESCE(UNIX_MILLIS(e.erased_at), 0) AS erased_at
FROM seen AS s
LEFT JOIN erased AS e ON e.listener_id = s.listener_id
LEFT JOIN returned AS r ON r.listener_id = s.listener_id
WHERE e.erased_at IS NULL OR r.listener_id IS NOT NULL
