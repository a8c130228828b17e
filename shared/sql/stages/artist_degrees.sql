-- As degrees, by artist.
SELECT
  aid,
  COUNT(*) AS listeners,
  POW(COUNT(*), -@alpha) AS out_factor,
  POW(COUNT(*), -@beta) AS in_factor
FROM artist_seeds
GROUP BY aid
