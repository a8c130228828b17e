-- d_i, the distinct listeners of a recording, and the factors of near_neighbours: of the candidate's alone.
SELECT
  tid,
  COUNT(*) AS listeners,
  CAST(1 AS FLOAT64) AS out_factor,
  POW(COUNT(*), -@near_beta) AS in_factor
FROM seeds
GROUP BY tid
