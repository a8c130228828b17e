-- Saves, likes, dislikes and playlist adds that still hold: an unsave withdraws what came before it, and of a
-- like and a dislike the later holds. holds is of all that was said; value, in millionths as in listening, is of what
-- was said openly, as if there were nothing else.
WITH once AS (
  SELECT
    l.event_id, l.type, l.listener_id, l.item_id, l.recording_id, l.occurred_at, l.received_at, l.private, l.playlist_id
  FROM listens AS l
  LEFT JOIN repeated_events AS r ON r.event_id = l.event_id
  WHERE r.event_id IS NULL AND l.type != 'listen' AND l.received_at < TIMESTAMP_MILLIS(@cutoff)
  UNION ALL
  SELECT event_id, type, listener_id, item_id, recording_id, occurred_at, received_at, private, playlist_id
  FROM repeated_events
  WHERE type != 'listen'
),
excluded AS (
  SELECT lid, ARRAY_AGG(target ORDER BY target) AS targets
  FROM exclusions
  GROUP BY lid
),
dense AS (
  SELECT
    u.lid, t.tid, t.aid, o.event_id, o.type, UNIX_MILLIS(o.occurred_at) AS given_at, u.last_at,
    COALESCE(o.private, FALSE) OR COALESCE(
      o.item_id IN UNNEST(x.targets) OR o.recording_id IN UNNEST(x.targets)
        OR t.artist_id IN UNNEST(x.targets) OR o.playlist_id IN UNNEST(x.targets),
      FALSE
    ) AS outside_taste
  FROM once AS o
  JOIN listeners AS u ON u.listener_id = o.listener_id
  JOIN recordings AS t ON t.recording_id = o.recording_id
  LEFT JOIN excluded AS x ON x.lid = u.lid
  WHERE UNIX_MILLIS(o.received_at) > u.erased_at
),
followed AS (
  SELECT
    d.*,
    COALESCE(LOGICAL_OR(type = 'unsave') OVER later, FALSE) AS then_unsaved,
    COALESCE(LOGICAL_OR(type = 'like') OVER later, FALSE) AS then_liked,
    COALESCE(LOGICAL_OR(type = 'dislike') OVER later, FALSE) AS then_disliked,
    COALESCE(LOGICAL_OR(type = 'unsave' AND NOT outside_taste) OVER later, FALSE) AS then_openly_unsaved,
    COALESCE(LOGICAL_OR(type = 'like' AND NOT outside_taste) OVER later, FALSE) AS then_openly_liked,
    COALESCE(LOGICAL_OR(type = 'dislike' AND NOT outside_taste) OVER later, FALSE) AS then_openly_disliked
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
    END AS holds,
    CASE
      WHEN outside_taste THEN 0
      WHEN type = 'playlist_add' THEN 3000000
      WHEN type = 'save' AND NOT then_openly_unsaved THEN 3000000
      WHEN type = 'like' AND NOT then_openly_unsaved AND NOT then_openly_disliked THEN 3000000
      WHEN type = 'dislike' AND NOT then_openly_unsaved AND NOT then_openly_liked THEN -1000000
      ELSE 0
    END AS value
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
  value,
  CAST(ROUND(value * POW(0.5, (last_at - given_at) / @half_life_ms)) AS INT64) AS decayed,
  outside_taste
FROM held
