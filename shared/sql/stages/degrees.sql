-- d_i, the distinct listeners of a recording, and the factors of near_neighbours: of the candidate alone.
SELECT
  tid,
  COUNT(*) AS listeners,
  POW(COUNT(*), 0) AS out_factor,
  POW(COUNT(*), -@near_beta) AS in_factor
FROM seeds
GROUP BY tid
