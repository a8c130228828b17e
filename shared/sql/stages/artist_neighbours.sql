-- As neighbours, by artist.
WITH shared_listeners AS (
  SELECT a.aid, b.aid AS neighbour, SUM(a.weight) AS total
  FROM artist_seeds AS a
  JOIN artist_seeds AS b ON b.lid = a.lid AND b.aid != a.aid
  GROUP BY a.aid, b.aid
),
scored AS (
  SELECT
    s.aid,
    s.neighbour,
    CAST(ROUND(s.total * i.out_factor * j.in_factor) AS INT64) AS score
  FROM shared_listeners AS s
  JOIN artist_degrees AS i ON i.aid = s.aid
  JOIN artist_degrees AS j ON j.aid = s.neighbour
)
SELECT
  aid,
  neighbour,
  score,
  ROW_NUMBER() OVER (PARTITION BY aid ORDER BY score DESC, neighbour) AS place
FROM scored
WHERE score > 0
QUALIFY place <= @artist_neighbours
