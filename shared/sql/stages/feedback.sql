-- Saves, likes, dislikes and playlist adds that still hold: an unsave withdraws what came before it, and of a
-- like and a dislike the later holds. Values in millionths as in listening.
WITH once AS (
  SELECT l.event_id, l.type, l.listener_id, l.recording_id, l.occurred_at, l.received_at, l.private
  FROM listens AS l
  LEFT JOIN repeated_events AS r ON r.event_id = l.event_id
  WHERE r.event_id IS NULL AND l.type != 'listen' AND l.received_at < TIMESTAMP_MILLIS(@cutoff)
  UNION ALL
  SELECT event_id, type, listener_id, recording_id, occurred_at, received_at, private
  FROM repeated_events
  WHERE type != 'listen'
),
dense AS (
  SELECT
    u.lid, t.tid, t.aid, o.event_id, o.type, UNIX_MILLIS(o.occurred_at) AS given_at, u.last_at,
    COALESCE(o.private, FALSE) AS private
  FROM once AS o
  JOIN listeners AS u ON u.listener_id = o.listener_id
  JOIN recordings AS t ON t.recording_id = o.recording_id
  WHERE UNIX_MILLIS(o.received_at) > u.erased_at
),
followed AS (
  SELECT
    d.*,
    COALESCE(LOGICAL_OR(type = 'unsave') OVER later, FALSE) AS then_unsaved,
    COALESCE(LOGICAL_OR(type = 'like') OVER later, FALSE) AS then_liked,
    COALESCE(LOGICAL_OR(type = 'dislike') OVER later, FALSE) AS then_disliked
  FROM dense AS d
  WINDOW later AS (
    PARTITION BY lid, tid ORDER BY given_at, event_id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
  )
),
held AS (
  SELECT
    f.*,
    CASE type
      WHEN 'playlist_add' THEN TRUE
      WHEN 'save' THEN NOT then_unsaved
      WHEN 'like' THEN NOT then_unsaved AND NOT then_disliked
      WHEN 'dislike' THEN NOT then_unsaved AND NOT then_liked
      ELSE FALSE
    END AS holds
  FROM followed AS f
)
SELECT
  lid,
  tid,
  aid,
  event_id,
  type,
  given_at,
  holds,
  CASE WHEN private OR NOT holds THEN 0 WHEN type = 'dislike' THEN -1000000 ELSE 3000000 END AS value,
  CAST(ROUND(
    CASE WHEN private OR NOT holds THEN 0 WHEN type = 'dislike' THEN -1000000 ELSE 3000000 END
      * POW(0.5, (last_at - given_at) / @half_life_ms)
  ) AS INT64) AS decayed
FROM held
