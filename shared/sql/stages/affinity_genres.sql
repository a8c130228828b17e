-- As for artists; a recording of several genres counts for each, once. known_plays are the listener's plays of anything
-- whose genres are known, of which each genre has its share.
WITH named AS (
  SELECT DISTINCT t.tid, name
  FROM recordings AS t
  CROSS JOIN UNNEST(SPLIT(t.genres, '|')) AS name
),
totals AS (
  SELECT f.lid, SUM(f.public_plays) AS known_plays
  FROM affinity_tracks AS f
  JOIN recordings AS t ON t.tid = f.tid
  WHERE t.genres IS NOT NULL
  GROUP BY f.lid
)
SELECT
  f.lid,
  n.name AS genre,
  SUM(f.affinity) AS affinity,
  SUM(f.public_plays) AS plays,
  MIN(w.known_plays) AS known_plays
FROM affinity_tracks AS f
JOIN named AS n ON n.tid = f.tid
JOIN totals AS w ON w.lid = f.lid
GROUP BY f.lid, n.name
