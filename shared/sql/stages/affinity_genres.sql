-- As for artists; a recording of several genres counts for each, once.
WITH named AS (
  SELECT DISTINCT t.tid, name
  FROM recordings AS t
  CROSS JOIN UNNEST(SPLIT(t.genres, '|')) AS name
)
SELECT
  f.lid,
  n.name AS genre,
  SUM(f.affinity) AS affinity,
  SUM(f.public_plays) AS plays
FROM affinity_tracks AS f
JOIN named AS n ON n.tid = f.tid
GROUP BY f.lid, n.name
