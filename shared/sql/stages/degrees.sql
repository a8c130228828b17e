-- d_i of the co-listening formula (distinct listeners), with its two powers: the one kernel and SQL share.
SELECT
  tid,
  COUNT(*) AS listeners,
  POW(COUNT(*), -@alpha) AS out_factor,
  POW(COUNT(*), -@beta) AS in_factor
FROM seeds
GROUP BY tid
