-- What the ranking model learns from: music new to a listener that was served out of their pool and then heard, counted by
-- what it had been proposed on, and how much of it stayed (see play_notions) so far. What was heard less than its days to
-- stay ago had less time for it: weeks tells of how many of them are over, so that what is served of late is only compared
-- with its like. Of every recording the last serving before it was heard counts. Features are rounded to tenths, so that
-- millions of servings are some thousands of rows; a fixed fifth of listeners, by their ids, is held out to judge by.
WITH first_heard AS (
  SELECT l.lid, l.tid, MIN(l.heard_at) AS heard_at
  FROM listening AS l
  WHERE NOT l.outside_taste
  GROUP BY l.lid, l.tid
),
heard AS (
  SELECT
    f.lid,
    f.tid,
    f.heard_at,
    i.evidence,
    i.artist_plays,
    SUBSTR(TO_HEX(MD5(u.listener_id)), 1, 1) < '3' AS held_out
  FROM impressions AS i
  JOIN listeners AS u ON u.listener_id = i.listener_id
  JOIN recordings AS t ON t.recording_id = COALESCE(i.recording_id, i.item_id)
  JOIN first_heard AS f ON f.lid = u.lid AND f.tid = t.tid
  WHERE i.served_at >= TIMESTAMP_MILLIS(@cutoff - @ranking_span_ms)
    AND i.served_at < TIMESTAMP_MILLIS(@cutoff - @ranking_settled_ms)
    AND UNIX_MILLIS(i.served_at) > u.erased_at
    AND i.artist_plays IS NOT NULL
    AND f.heard_at >= UNIX_MILLIS(i.served_at)
    AND f.heard_at < UNIX_MILLIS(i.served_at) + @ranking_heard_within_ms
    AND f.heard_at < @cutoff - @ranking_settled_ms
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY u.lid, t.tid ORDER BY i.served_at DESC, i.impression_id, i.position
  ) = 1
),
stayed AS (
  SELECT n.lid, n.tid
  FROM play_notions AS n
  WHERE n.retained
  GROUP BY n.lid, n.tid
),
told AS (
  SELECT
    h.held_out,
    DIV(LEAST(@cutoff - h.heard_at, @retained_ms), 604800000) AS weeks,
    COALESCE(CAST(REGEXP_EXTRACT(h.evidence, 'c([0-9]+)') AS INT64), 0) AS c,
    COALESCE(CAST(REGEXP_EXTRACT(h.evidence, 'a([0-9]+)') AS INT64), 0) AS a,
    COALESCE(CAST(REGEXP_EXTRACT(h.evidence, 's([0-9]+)') AS INT64), 0) AS s,
    COALESCE(CAST(REGEXP_EXTRACT(h.evidence, 'g([0-9]+)') AS INT64), 0) AS g,
    COALESCE(CAST(REGEXP_EXTRACT(h.evidence, 'p([0-9]+)') AS INT64), 0) AS p,
    h.artist_plays AS plays,
    s.tid IS NOT NULL AS is_retained
  FROM heard AS h
  LEFT JOIN stayed AS s ON s.lid = h.lid AND s.tid = h.tid
),
judged AS (
  SELECT
    held_out,
    weeks,
    is_retained,
    DIV(c + 50, 100) AS co_listening,
    DIV(a + 50, 100) AS artist,
    DIV(s + 50, 100) AS audio,
    DIV(g + 50, 100) AS tags,
    DIV(p + 50, 100) AS popularity,
    DIV(plays * 20 + plays + @half_known_plays, 2 * (plays + @half_known_plays)) AS known_artist,
    IF(plays = 0, 10, 0) AS new_artist
  FROM told
)
SELECT
  held_out,
  weeks,
  co_listening,
  artist,
  audio,
  tags,
  popularity,
  known_artist,
  new_artist,
  COUNT(*) AS heard,
  COUNTIF(is_retained) AS retained
FROM judged
GROUP BY held_out, weeks, co_listening, artist, audio, tags, popularity, known_artist, new_artist
