-- Sessions as orders of distinct tracks: what was played in each, a track where it was played last. Skips, what is
-- outside taste and listens that stand for several are no part of one.
WITH numbered AS (
  SELECT
    lid, tid, heard_at, event_id, skip, outside_taste,
    SUM(IF(opens_session, 1, 0)) OVER (
      PARTITION BY lid ORDER BY heard_at, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS session_no
  FROM listening
  WHERE plays = 1
),
latest AS (
  SELECT
    lid, session_no, tid, heard_at, event_id,
    ROW_NUMBER() OVER (PARTITION BY lid, session_no, tid ORDER BY heard_at DESC, event_id DESC) AS before_last
  FROM numbered
  WHERE NOT skip AND NOT outside_taste
  QUALIFY before_last = 1
)
SELECT
  lid,
  session_no,
  ROW_NUMBER() OVER (PARTITION BY lid, session_no ORDER BY heard_at, event_id) AS step,
  COUNT(*) OVER (PARTITION BY lid, session_no) AS tracks,
  tid,
  heard_at
FROM latest
