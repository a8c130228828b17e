-- Recordings that a listener disliked or ruled out for now: no candidate, from whichever generator. What is ruled
-- out by one release is ruled out in all.
WITH names AS (
  SELECT t.tid, c.item_id AS name FROM catalogue AS c JOIN recordings AS t ON t.recording_id = c.recording_id
  UNION DISTINCT
  SELECT tid, item_id FROM recordings
  UNION DISTINCT
  SELECT tid, recording_id FROM recordings
  UNION DISTINCT
  SELECT tid, artist_id FROM recordings
),
held AS (
  SELECT u.lid, c.kind, c.target
  FROM controls AS c
  JOIN listeners AS u ON u.listener_id = c.listener_id
  WHERE c.kind IN ('dislike', 'do-not-recommend', 'snooze-artist', 'snooze-track') AND UNIX_MILLIS(c.changed_at) > u.erased_at
  QUALIFY c.active
    AND COALESCE(c.until > TIMESTAMP_MILLIS(@cutoff), TRUE)
    AND ROW_NUMBER() OVER (PARTITION BY u.lid, c.kind, c.target ORDER BY c.changed_at DESC, c.active DESC, c.until) = 1
),
matched AS (
  SELECT h.lid, n.tid FROM held AS h JOIN names AS n ON n.name = h.target
  UNION ALL
  SELECT lid, tid FROM feedback WHERE type = 'dislike' AND holds
)
SELECT DISTINCT lid, tid
FROM matched
