-- Every listen once, with dense ids: play or skip, its value (algorithms: affinity) undecayed and decayed to the
-- listener's last event (both in millionths), and whether it opens a session. A listen that stands for several has no
-- time of its own, and so no session.
WITH once AS (
  SELECT
    l.event_id, l.listener_id, l.item_id, l.recording_id, l.occurred_at, l.received_at, l.ms_played, l.duration_ms, l.skipped,
    l.plays, l.private, l.playlist_id
  FROM listens AS l
  LEFT JOIN repeated_events AS r ON r.event_id = l.event_id
  WHERE r.event_id IS NULL AND l.type = 'listen' AND l.received_at < TIMESTAMP_MILLIS(@cutoff)
  UNION ALL
  SELECT
    event_id, listener_id, item_id, recording_id, occurred_at, received_at, ms_played, duration_ms, skipped,
    plays, private, playlist_id
  FROM repeated_events
  WHERE type = 'listen'
),
excluded AS (
  SELECT lid, ARRAY_AGG(target ORDER BY target) AS targets
  FROM exclusions
  GROUP BY lid
),
dense AS (
  SELECT
    u.lid,
    t.tid,
    t.aid,
    o.event_id,
    UNIX_MILLIS(o.occurred_at) AS heard_at,
    u.last_at,
    o.ms_played,
    COALESCE(o.duration_ms, t.duration_ms) AS duration_ms,
    COALESCE(o.skipped, FALSE) AS flagged,
    COALESCE(o.plays, 1) AS plays,
    COALESCE(o.plays, 1) = 1 AS timed,
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
measured AS (
  SELECT
    d.*,
    flagged OR (
      COALESCE(ms_played < 30000, FALSE) AND NOT COALESCE(duration_ms > 0 AND ms_played * 100 >= duration_ms * 95, FALSE)
    ) AS skip
  FROM dense AS d
),
valued AS (
  SELECT
    m.*,
    CASE
      WHEN outside_taste THEN 0
      WHEN skip THEN -1000000 * plays
      WHEN ms_played IS NULL OR COALESCE(duration_ms, 0) <= 0 THEN 1000000 * plays
      ELSE LEAST(1000000, DIV(ms_played * 1000000, duration_ms)) * plays
    END AS value
  FROM measured AS m
),
spaced AS (
  SELECT
    v.*,
    LAG(heard_at) OVER (PARTITION BY lid, timed ORDER BY heard_at, event_id) AS previous_at
  FROM valued AS v
)
SELECT
  lid,
  tid,
  aid,
  event_id,
  heard_at,
  plays,
  skip,
  outside_taste,
  COALESCE(duration_ms > 0 AND ms_played IS NOT NULL, FALSE) AS measured,
  NOT skip AND COALESCE(duration_ms > 0 AND ms_played * 100 >= duration_ms * 95, FALSE) AS completed,
  value,
  CAST(ROUND(value * POW(0.5, (last_at - heard_at) / @half_life_ms)) AS INT64) AS decayed,
  timed AND COALESCE(heard_at - previous_at > @session_gap_ms, TRUE) AS opens_session,
  COALESCE(ms_played, duration_ms, 0) AS sounded_ms
FROM spaced
