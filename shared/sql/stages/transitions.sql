-- What was played next in the same session: how often the second was not skipped after the first.
WITH pairs AS (
  SELECT previous_tid, tid AS next_tid, COUNT(*) AS times
  FROM listening
  WHERE previous_tid IS NOT NULL AND previous_tid != tid AND NOT skip AND NOT outside_taste
  GROUP BY previous_tid, next_tid
)
SELECT
  previous_tid AS tid,
  next_tid,
  times,
  ROW_NUMBER() OVER (PARTITION BY previous_tid ORDER BY times DESC, next_tid) AS place
FROM pairs
QUALIFY place <= @transitions
