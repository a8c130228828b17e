-- Algorithms: discovery. Some window with enough plays on enough days, or saved or liked; none since; not skipped
-- lately. What was private or excluded makes nothing a favourite, yet it is no longer forgotten.
-- Only recordings with enough plays in all and none lately are looked at play by play.
WITH saved AS (
  SELECT DISTINCT lid, tid FROM feedback WHERE type IN ('save', 'like') AND value > 0
),
silent AS (
  SELECT f.lid, f.tid
  FROM affinity_tracks AS f
  LEFT JOIN saved AS v ON v.lid = f.lid AND v.tid = f.tid
  WHERE (f.public_plays >= @favourite_plays OR v.tid IS NOT NULL) AND f.last_play_at <= @cutoff - @forgotten_ms
),
listens AS (
  SELECT
    l.lid, l.tid, l.heard_at, l.skip, l.plays,
    ROW_NUMBER() OVER (PARTITION BY l.lid, l.tid ORDER BY l.heard_at DESC, l.event_id DESC) AS from_last
  FROM listening AS l
  JOIN silent AS s ON s.lid = l.lid AND s.tid = l.tid
  WHERE NOT l.outside_taste AND l.heard_at < @cutoff
),
ends AS (
  SELECT DISTINCT lid, tid, heard_at FROM listens WHERE NOT skip
),
windows AS (
  SELECT a.lid, a.tid, a.heard_at
  FROM ends AS a
  JOIN listens AS b
    ON b.lid = a.lid AND b.tid = a.tid AND b.heard_at <= a.heard_at AND b.heard_at >= a.heard_at - @favourite_window_ms
  WHERE NOT b.skip
  GROUP BY a.lid, a.tid, a.heard_at
  HAVING SUM(b.plays) >= @favourite_plays AND COUNT(DISTINCT DIV(b.heard_at, 86400000)) >= @favourite_days
),
tired AS (
  SELECT lid, tid
  FROM listens
  WHERE from_last <= 3 AND skip
  GROUP BY lid, tid
  HAVING COUNT(*) >= 2
)
SELECT s.lid, s.tid
FROM silent AS s
WHERE (
    EXISTS (SELECT 1 FROM windows AS w WHERE w.lid = s.lid AND w.tid = s.tid)
    OR EXISTS (SELECT 1 FROM saved AS v WHERE v.lid = s.lid AND v.tid = s.tid)
  )
  AND NOT EXISTS (SELECT 1 FROM tired AS d WHERE d.lid = s.lid AND d.tid = s.tid)
