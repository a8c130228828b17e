-- Recordings that a listener disliked or ruled out for now: no candidate, from whichever generator.
WITH held AS (
  SELECT u.lid, c.kind, c.target
  FROM controls AS c
  JOIN listeners AS u ON u.listener_id = c.listener_id
  WHERE c.kind IN ('dislike', 'do-not-recommend', 'snooze-artist')
  QUALIFY c.active
    AND COALESCE(c.until > TIMESTAMP_MILLIS(@cutoff), TRUE)
    AND ROW_NUMBER() OVER (PARTITION BY u.lid, c.kind, c.target ORDER BY c.changed_at DESC) = 1
),
matched AS (
  SELECT h.lid, t.tid FROM held AS h JOIN recordings AS t ON t.item_id = h.target
  UNION ALL
  SELECT h.lid, t.tid FROM held AS h JOIN recordings AS t ON t.recording_id = h.target
  UNION ALL
  SELECT h.lid, t.tid FROM held AS h JOIN recordings AS t ON t.artist_id = h.target
  UNION ALL
  SELECT lid, tid FROM feedback WHERE type = 'dislike' AND holds
)
SELECT DISTINCT lid, tid
FROM matched
