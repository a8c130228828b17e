-- The recordings a recording is most played with, for closeness alone, scores in millionths:
--   s(i→j) = d_j^-near_beta · Σ_u d_u^-gamma over the listeners u of both
WITH shared_listeners AS (
  SELECT a.tid, b.tid AS neighbour, SUM(a.weight) AS total
  FROM seeds AS a
  JOIN seeds AS b ON b.lid = a.lid AND b.tid != a.tid
  GROUP BY a.tid, b.tid
),
scored AS (
  SELECT
    s.tid,
    s.neighbour,
    CAST(ROUND(s.total * j.in_factor) AS INT64) AS score
  FROM shared_listeners AS s
  JOIN degrees AS j ON j.tid = s.neighbour
)
SELECT
  tid,
  neighbour,
  score,
  ROW_NUMBER() OVER (PARTITION BY tid ORDER BY score DESC, neighbour) AS place
FROM scored
WHERE score > 0
QUALIFY place <= @near_neighbours
