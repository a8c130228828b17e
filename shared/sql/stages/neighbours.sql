-- Co-listening scaled by how close the company of both is (algorithms: candidate generation), the K best j for each i,
-- scores in millionths, at most most_near:
--   s(i→j) = Σ_u d_u^-gamma over the listeners u of both / (m_i · m_j^crowding), m as in closeness
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
    CAST(LEAST(ROUND(s.total * i.out_factor * j.in_factor), @most_near) AS INT64) AS score
  FROM shared_listeners AS s
  JOIN closeness AS i ON i.tid = s.tid
  JOIN closeness AS j ON j.tid = s.neighbour
)
SELECT
  tid,
  neighbour,
  score,
  ROW_NUMBER() OVER (PARTITION BY tid ORDER BY score DESC, neighbour) AS place
FROM scored
WHERE score > 0
QUALIFY place <= @neighbours
