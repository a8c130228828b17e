-- Sittings: listens of one listener with no gap above the session gap, from the end of the first listen to the end
-- of the last. Listens that stand for several have no time and belong to none.
WITH numbered AS (
  SELECT
    lid, heard_at, skip, plays,
    SUM(IF(opens_session, 1, 0)) OVER (
      PARTITION BY lid ORDER BY heard_at, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS session_no
  FROM listening
  WHERE plays = 1
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
