-- What each listener did with each recording: affinity as of their last event and evidence without decay (both in
-- millionths, as they are), and counts. A row is also what "heard" means.
WITH excluded AS (
  SELECT u.lid, c.target
  FROM controls AS c
  JOIN listeners AS u ON u.listener_id = c.listener_id
  WHERE c.kind = 'exclude-from-taste'
  QUALIFY c.active AND ROW_NUMBER() OVER (PARTITION BY u.lid, c.target ORDER BY c.changed_at DESC) = 1
),
excluded_recordings AS (
  SELECT DISTINCT x.lid, t.tid
  FROM excluded AS x
  JOIN recordings AS t ON t.item_id = x.target OR t.recording_id = x.target OR t.artist_id = x.target
),
facts AS (
  SELECT
    lid, tid, aid, value, decayed, heard_at AS happened_at, 1 AS listens, plays,
    IF(skip, 0, plays) AS played, IF(skip, plays, 0) AS skipped, IF(measured, plays, 0) AS measured,
    IF(completed, plays, 0) AS completed,
    IF(skip, NULL, heard_at) AS played_at, IF(skip OR outside_taste, 0, plays) AS public_plays
  FROM listening
  UNION ALL
  SELECT lid, tid, aid, value, decayed, given_at, 0, 0, 0, 0, 0, 0, NULL, 0
  FROM feedback
  WHERE value != 0
),
summed AS (
  SELECT
    lid,
    tid,
    MIN(aid) AS aid,
    SUM(decayed) AS affinity,
    SUM(value) AS evidence,
    SUM(listens) AS listens,
    SUM(played) AS plays,
    SUM(skipped) AS skips,
    SUM(measured) AS measured,
    SUM(completed) AS completions,
    SUM(public_plays) AS public_plays,
    MAX(happened_at) AS last_at,
    MAX(played_at) AS last_play_at
  FROM facts
  GROUP BY lid, tid
)
SELECT
  s.lid,
  s.tid,
  s.aid,
  IF(x.tid IS NULL, s.affinity, 0) AS affinity,
  IF(x.tid IS NULL, s.evidence, 0) AS evidence,
  s.listens,
  s.plays,
  s.skips,
  s.measured,
  s.completions,
  IF(x.tid IS NULL, s.public_plays, 0) AS public_plays,
  s.last_at,
  s.last_play_at
FROM summed AS s
LEFT JOIN excluded_recordings AS x ON x.lid = s.lid AND x.tid = s.tid
