-- Who is in the build: a dense id for every listener with history before the cutoff that no erasure took.
-- last_at is the instant their decayed affinities refer to, so that a history of years ago still has a taste.
WITH seen AS (
  SELECT
    listener_id,
    MIN(UNIX_MILLIS(occurred_at)) AS first_at,
    MAX(UNIX_MILLIS(occurred_at)) AS last_at,
    MAX(received_at) AS last_received_at
  FROM listens
  WHERE received_at < TIMESTAMP_MILLIS(@cutoff)
  GROUP BY listener_id
),
erased AS (
  SELECT listener_hash, MAX(erased_at) AS erased_at
  FROM erasures
  GROUP BY listener_hash
)
SELECT
  ROW_NUMBER() OVER (ORDER BY s.listener_id) AS lid,
  s.listener_id,
  s.first_at,
  s.last_at,
  COALESCE(UNIX_MILLIS(e.erased_at), 0) AS erased_at
FROM seen AS s
LEFT JOIN erased AS e ON e.listener_hash = TO_HEX(SHA256(s.listener_id))
WHERE e.erased_at IS NULL OR s.last_received_at > e.erased_at
