-- Candidates for a listener nobody knows yet: the most popular by kind, by genre and by artist, as candidate lines
-- (see listener_pools) below two empty lines.
WITH placed AS (
  SELECT CONCAT('popular#', kind) AS pool_key, tid, score, place FROM popularity
  UNION ALL
  SELECT CONCAT('genre#', t.genre), p.tid, p.score, p.place_in_genre
  FROM popularity AS p
  JOIN recordings AS t ON t.tid = p.tid
  WHERE t.genre IS NOT NULL AND t.kind = 'track'
  UNION ALL
  SELECT CONCAT('artist#', a.artist_id), t.tid, p.score, t.place
  FROM artist_tracks AS t
  JOIN artists AS a ON a.aid = t.aid
  JOIN popularity AS p ON p.tid = t.tid
  WHERE t.kind = 'track'
),
scaled AS (
  SELECT
    pool_key, tid, place,
    DIV(score * 1000, GREATEST(MAX(score) OVER (PARTITION BY pool_key), 1)) AS score
  FROM placed
  WHERE place <= @pool_size
)
SELECT
  s.pool_key,
  COUNT(*) AS candidates,
  CONCAT('\n\n', STRING_AGG(
    CONCAT(f.features, '\t', CAST(s.score * @popular_score AS STRING), '\t\tp', CAST(s.score AS STRING)),
    '\n' ORDER BY s.place
  )) AS pool
FROM scaled AS s
JOIN item_features AS f ON f.tid = s.tid
WHERE LENGTH(s.pool_key) <= 128
GROUP BY s.pool_key
