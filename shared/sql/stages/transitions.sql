-- Sequential rules: what was played within ten steps after a track in one session. An occurrence at distance d weighs
-- 1/d, in units of 1/2520, so that every d from 1 to 10 gives a whole number.
WITH pairs AS (
  SELECT a.tid, b.tid AS next_tid, SUM(DIV(2520, d)) AS weight
  FROM session_plays AS a
  CROSS JOIN UNNEST(GENERATE_ARRAY(1, 10)) AS d
  JOIN session_plays AS b ON b.lid = a.lid AND b.session_no = a.session_no AND b.step = a.step + d
  WHERE a.step + d <= a.tracks
  GROUP BY a.tid, b.tid
)
SELECT
  tid,
  next_tid,
  weight,
  ROW_NUMBER() OVER (PARTITION BY tid ORDER BY weight DESC, next_tid) AS place
FROM pairs
QUALIFY place <= @transitions
