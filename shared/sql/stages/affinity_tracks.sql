-- What each listener did with each recording: affinity as of their last event and evidence without decay (both in
-- millionths, as they are), and counts. Those of taste leave out what was private or excluded; listens, plays and
-- skips are all there were, and a row with listens is what "heard" means.
-- activation tells what will be played again: base-level activation (Anderson and Schooler 1991) before its logarithm,
-- evidence that fades as a power of its age instead of by halves, in millionths as of the listener's last event. What
-- was skipped adds nothing and takes nothing: it says what was at hand as much as what was not wanted.
WITH facts AS (
  SELECT
    lid, tid, aid, value, decayed, plays AS listens,
    IF(skip, 0, plays) AS played,
    IF(skip, plays, 0) AS skipped,
    IF(measured AND NOT outside_taste, plays, 0) AS measured,
    IF(completed AND NOT outside_taste, plays, 0) AS completed,
    IF(skip OR outside_taste, 0, plays) AS open_played,
    IF(skip AND NOT outside_taste, plays, 0) AS open_skipped,
    IF(outside_taste, NULL, heard_at) AS happened_at,
    heard_at,
    IF(skip, NULL, heard_at) AS played_at
  FROM listening
  UNION ALL
  SELECT lid, tid, aid, value, decayed, 0, 0, 0, 0, 0, 0, 0, given_at, NULL, NULL
  FROM feedback
  WHERE value != 0
)
SELECT
  f.lid,
  tid,
  MIN(aid) AS aid,
  SUM(decayed) AS affinity,
  SUM(
    IF(value > 0, CAST(ROUND(
      value * POW((u.last_at - happened_at) / 86400000 + @activation_offset_days, -@activation_decay)
    ) AS INT64), 0)
  ) AS activation,
  SUM(value) AS evidence,
  SUM(listens) AS listens,
  SUM(played) AS plays,
  SUM(skipped) AS skips,
  SUM(measured) AS measured,
  SUM(completed) AS completions,
  SUM(open_played) AS public_plays,
  SUM(open_skipped) AS public_skips,
  MAX(happened_at) AS last_at,
  MAX(heard_at) AS last_heard_at,
  MAX(played_at) AS last_play_at
FROM facts AS f
JOIN listeners AS u ON u.lid = f.lid
GROUP BY f.lid, tid
