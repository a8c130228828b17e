-- What the sessions of each item's recording say, for "next" in a running session: its rules and its most recent
-- sessions. One text cell per item of a recording that was played in a session of two or more, a pool (see
-- listener_pools) whose first lines, tab-separated, are
--   1. rules by place: index.share, the transition's weight per session of the recording in millionths
--   2. sessions, most recent first: eight hex digits, the same wherever the session is found, then by step
--      distance.index for each track around the recording's, space-separated
-- and whose candidates, which the indices count from 0, have neither score nor evidence. Candidates that the cell has
-- no room for are left out, the least recently met first, and so is what names them.
WITH held AS (
  SELECT tid, COUNT(*) AS sessions FROM session_plays GROUP BY tid
),
ruled AS (
  SELECT t.tid, t.next_tid AS other, t.place, DIV(t.weight * 1000000, 2520 * h.sessions) AS share
  FROM transitions AS t
  JOIN held AS h ON h.tid = t.tid
),
recent AS (
  SELECT
    tid, lid, session_no, step, tracks,
    ROW_NUMBER() OVER (PARTITION BY tid ORDER BY heard_at DESC, lid, session_no) AS place
  FROM session_plays
  WHERE tracks > 1
  QUALIFY place <= @item_sessions
),
around AS (
  SELECT r.tid, r.lid, r.session_no, r.place, d AS distance, b.tid AS other
  FROM recent AS r
  CROSS JOIN UNNEST(GENERATE_ARRAY(-@session_reach, @session_reach)) AS d
  JOIN session_plays AS b ON b.lid = r.lid AND b.session_no = r.session_no AND b.step = r.step + d
  WHERE d != 0 AND r.step + d BETWEEN 1 AND r.tracks
),
met AS (
  SELECT tid, other, MIN(place) AS first_place
  FROM (
    SELECT tid, other, place FROM ruled
    UNION ALL
    SELECT tid, other, place FROM around
  )
  GROUP BY tid, other
),
sized AS (
  SELECT
    m.tid, m.other, f.features,
    ROW_NUMBER() OVER (PARTITION BY m.tid ORDER BY m.first_place, m.other) - 1 AS index,
    SUM(BYTE_LENGTH(f.features) + 5) OVER (
      PARTITION BY m.tid ORDER BY m.first_place, m.other ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS bytes
  FROM met AS m
  JOIN item_features AS f ON f.tid = m.other
),
named AS (
  SELECT tid, other, index, features FROM sized WHERE bytes <= @session_cell_bytes
),
candidates AS (
  SELECT tid, STRING_AGG(CONCAT(features, '\t0\t\t'), '\n' ORDER BY index) AS body
  FROM named
  GROUP BY tid
),
rules AS (
  SELECT
    r.tid,
    STRING_AGG(CONCAT(CAST(n.index AS STRING), '.', CAST(r.share AS STRING)), '\t' ORDER BY r.place) AS line
  FROM ruled AS r
  JOIN named AS n ON n.tid = r.tid AND n.other = r.other
  GROUP BY r.tid
),
sessions AS (
  SELECT
    a.tid,
    a.place,
    CONCAT(
      SUBSTR(TO_HEX(MD5(CONCAT(CAST(a.lid AS STRING), '.', CAST(a.session_no AS STRING)))), 1, 8), ' ',
      STRING_AGG(CONCAT(CAST(a.distance AS STRING), '.', CAST(n.index AS STRING)), ' ' ORDER BY a.distance)
    ) AS session
  FROM around AS a
  JOIN named AS n ON n.tid = a.tid AND n.other = a.other
  GROUP BY a.tid, a.place, a.lid, a.session_no
),
lines AS (
  SELECT tid, STRING_AGG(session, '\t' ORDER BY place) AS line
  FROM sessions
  GROUP BY tid
),
names AS (
  SELECT DISTINCT item_id, recording_id FROM catalogue
  UNION DISTINCT
  SELECT item_id, recording_id FROM recordings
)
SELECT
  n.item_id,
  MIN(CONCAT(COALESCE(r.line, ''), '\n', COALESCE(l.line, ''), '\n', c.body)) AS session
FROM names AS n
JOIN recordings AS t ON t.recording_id = n.recording_id
JOIN candidates AS c ON c.tid = t.tid
LEFT JOIN rules AS r ON r.tid = t.tid
LEFT JOIN lines AS l ON l.tid = t.tid
GROUP BY n.item_id
