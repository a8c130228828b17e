-- The most popular recordings of each artist, by kind.
WITH scored AS (
  SELECT t.aid, t.kind, t.tid, p.score
  FROM recordings AS t
  JOIN popularity AS p ON p.tid = t.tid
  WHERE t.aid > 0 AND t.kind != 'episode'
)
SELECT
  aid,
  kind,
  tid,
  ROW_NUMBER() OVER (PARTITION BY aid, kind ORDER BY score DESC, tid) AS place
FROM scored
QUALIFY place <= @tracks_per_artist
