-- As for artists; a recording of several genres counts for each.
SELECT
  f.lid,
  name AS genre,
  SUM(f.affinity) AS affinity,
  SUM(f.plays) AS plays
FROM affinity_tracks AS f
JOIN recordings AS t ON t.tid = f.tid
CROSS JOIN UNNEST(SPLIT(t.genres, '|')) AS name
GROUP BY f.lid, name
