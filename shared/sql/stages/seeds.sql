-- The recordings a listener's recommendations start from: the most recent distinct ones they did not reject, of the
-- kind they mostly listen to (a history of artists yields artists). weight is w_u of the co-listening formula,
-- d_u^-gamma, taste the log-damped decayed affinity, at most most_taste; both in millionths.
WITH liked AS (
  SELECT f.lid, f.tid, t.kind, f.affinity, f.last_at
  FROM affinity_tracks AS f
  JOIN recordings AS t ON t.tid = f.tid
  WHERE f.evidence > 0 AND t.kind != 'episode'
),
kinds AS (
  SELECT lid, IF(COUNTIF(kind = 'track') * 2 >= COUNT(*), 'track', 'artist') AS kind
  FROM liked
  GROUP BY lid
),
ranked AS (
  SELECT
    l.lid, l.tid, l.kind, l.affinity,
    ROW_NUMBER() OVER (PARTITION BY l.lid ORDER BY l.last_at DESC, l.tid) AS recency
  FROM liked AS l
  JOIN kinds AS k ON k.lid = l.lid AND k.kind = l.kind
)
SELECT
  lid,
  tid,
  kind,
  recency - 1 AS seed_no,
  CAST(ROUND(POW(COUNT(*) OVER (PARTITION BY lid), -@gamma) * 1000000) AS INT64) AS weight,
  CAST(LEAST(ROUND(LN(1 + GREATEST(affinity, 0) / 1000000) * 1000000), @most_taste) AS INT64) AS taste,
  ROW_NUMBER() OVER (PARTITION BY lid ORDER BY affinity DESC, tid) AS preference
FROM ranked
WHERE recency <= @history_cap
