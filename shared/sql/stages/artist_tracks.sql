-- The most popular recordings of each artist, by kind.
SELECT
  t.aid,
  t.kind,
  t.tid,
  ROW_NUMBER() OVER (PARTITION BY t.aid, t.kind ORDER BY p.score DESC, t.tid) AS place
FROM recordings AS t
JOIN popularity AS p ON p.tid = t.tid
WHERE t.aid > 0 AND t.kind != 'episode'
QUALIFY place <= @tracks_per_artist
