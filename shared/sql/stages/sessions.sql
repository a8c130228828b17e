-- Sittings: listens of one listener with no gap above the session gap.
WITH numbered AS (
  SELECT
    lid, heard_at, skip, plays,
    SUM(IF(opens_session, 1, 0)) OVER (
      PARTITION BY lid ORDER BY heard_at, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS session_no
  FROM listening
)
SELECT
  lid,
  session_no,
  MIN(heard_at) AS started_at,
  MAX(heard_at) AS ended_at,
  COUNT(*) AS listens,
  COUNTIF(skip) AS skips
FROM numbered
GROUP BY lid, session_no
