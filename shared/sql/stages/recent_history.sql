-- The recordings heard last, newest first, one line each: recording, last day (days since 1970), plays, f where it
-- is a forgotten favourite.
WITH ranked AS (
  SELECT
    f.lid, t.recording_id, f.plays, f.last_heard_at, o.tid IS NOT NULL AS forgotten,
    ROW_NUMBER() OVER (PARTITION BY f.lid ORDER BY f.last_heard_at DESC, f.tid) AS place
  FROM affinity_tracks AS f
  JOIN recordings AS t ON t.tid = f.tid
  LEFT JOIN forgotten_favourites AS o ON o.lid = f.lid AND o.tid = f.tid
  WHERE f.listens > 0
),
histories AS (
  SELECT
    lid,
    STRING_AGG(
      CONCAT(
        recording_id, '\t', CAST(DIV(last_heard_at, 86400000) AS STRING), '\t', CAST(plays AS STRING),
        IF(forgotten, '\tf', '')
      ), '\n' ORDER BY place
    ) AS recent
  FROM ranked
  WHERE place <= @recent_cap
  GROUP BY lid
)
SELECT u.listener_id, h.recent
FROM histories AS h
JOIN listeners AS u ON u.lid = h.lid
