-- The dedupe, by listener and event id (an id is its producer's, and no listener can hide another's event with it):
-- events that arrived more than once, the first arrival of each, and whether a later body differed.
-- Few rows, so that the history itself is scanned and never sorted for them.
WITH repeated AS (
  SELECT event_id
  FROM listens
  WHERE received_at < TIMESTAMP_MILLIS(@cutoff)
  GROUP BY event_id
  HAVING COUNT(*) > 1
),
arrivals AS (
  SELECT
    l.*,
    TO_JSON_STRING(STRUCT(
      l.type AS type, l.listener_id AS listener_id, l.item_id AS item_id, UNIX_MILLIS(l.occurred_at) AS occurred_at,
      l.ms_played AS ms_played, l.skipped AS skipped, l.plays AS plays
    )) AS body
  FROM listens AS l
  JOIN repeated AS r ON r.event_id = l.event_id
  WHERE l.received_at < TIMESTAMP_MILLIS(@cutoff)
),
numbered AS (
  SELECT
    a.*,
    ROW_NUMBER() OVER (
      PARTITION BY listener_id, event_id
      ORDER BY received_at, body, recording_id, artist_id, duration_ms, private, playlist_id
    ) AS arrival,
    COUNT(*) OVER (PARTITION BY listener_id, event_id) AS arrivals,
    MIN(body) OVER (PARTITION BY listener_id, event_id) != MAX(body) OVER (PARTITION BY listener_id, event_id) AS conflict
  FROM arrivals AS a
)
SELECT
  event_id, type, listener_id, item_id, recording_id, artist_id, occurred_at, received_at, ms_played, duration_ms,
  skipped, plays, private, playlist_id, arrivals, conflict
FROM numbered
WHERE arrival = 1
