-- Algorithms: discovery, defined. Of every play what it was to the listener at that instant, from what came strictly
-- before it, and whether it stayed with them (NULL while the days it has for that are not over). Centroids are not known
-- here: broadening goes by genre alone. What was private or excluded counts against newness, never as taste.
-- Only sorts and joins by equality: most of it is about few plays (long silences, feedback, artists of several tracks).
WITH dated AS (
  SELECT
    p.lid, p.tid, p.aid, p.event_id, p.heard_at, p.plays, p.outside_taste,
    MAX(p.heard_at) OVER (
      PARTITION BY p.lid, p.tid ORDER BY p.heard_at RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS previous_at,
    COALESCE(
      SUM(p.plays) OVER (
        PARTITION BY p.lid, p.aid ORDER BY p.heard_at RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ),
      0
    ) AS artist_plays
  FROM listening AS p
  WHERE NOT p.skip
),
-- Genres of a recording, and how many it has; how much of the listening each had before the first play of an artist.
named AS (
  SELECT DISTINCT t.tid, name
  FROM recordings AS t
  CROSS JOIN UNNEST(SPLIT(t.genres, '|')) AS name
),
numbered AS (
  SELECT n.tid, DENSE_RANK() OVER (ORDER BY n.name) AS gid, COUNT(*) OVER (PARTITION BY n.tid) AS genres
  FROM named AS n
),
open_plays AS (
  SELECT
    p.lid, p.tid, p.aid, p.heard_at, IF(p.outside_taste, 0, p.plays) AS plays,
    SUM(IF(p.outside_taste, 0, p.plays)) OVER (
      PARTITION BY p.lid ORDER BY p.heard_at RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS total
  FROM listening AS p
  JOIN (SELECT DISTINCT tid FROM numbered) AS g ON g.tid = p.tid
  WHERE NOT p.skip
),
by_genre AS (
  SELECT
    p.lid, p.tid, p.aid, p.heard_at, g.gid, g.genres, p.total,
    COALESCE(
      SUM(p.plays) OVER (
        PARTITION BY p.lid, g.gid ORDER BY p.heard_at RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ),
      0
    ) AS plays
  FROM open_plays AS p
  JOIN numbered AS g ON g.tid = p.tid
),
-- All its genres are below the share. Of these the plays by artists who are new are asked for, at the end.
foreign_plays AS (
  SELECT lid, tid, heard_at
  FROM by_genre
  WHERE aid > 0 AND total > 0
    AND CAST(plays AS FLOAT64) / CAST(GREATEST(total, 1) AS FLOAT64) < @broadening_genre_share
  GROUP BY lid, tid, heard_at
  HAVING COUNT(DISTINCT gid) = MIN(genres)
),
-- What was said openly, and until when it held.
said AS (
  SELECT
    f.lid, f.tid, f.type, f.given_at,
    MIN(IF(f.type = 'unsave', f.given_at, NULL)) OVER later AS unsaved_at,
    MIN(IF(f.type = 'dislike', f.given_at, NULL)) OVER later AS disliked_at
  FROM feedback AS f
  WHERE NOT f.outside_taste
  WINDOW later AS (
    PARTITION BY f.lid, f.tid ORDER BY f.given_at, f.event_id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
  )
),
approvals AS (
  SELECT
    lid, tid, type, given_at,
    CASE type
      WHEN 'save' THEN COALESCE(unsaved_at, 9000000000000000)
      WHEN 'like' THEN LEAST(COALESCE(unsaved_at, 9000000000000000), COALESCE(disliked_at, 9000000000000000))
      ELSE 9000000000000000
    END AS withdrawn_at
  FROM said
  WHERE type IN ('save', 'like', 'playlist_add')
),
approved AS (
  SELECT DISTINCT lid, tid FROM approvals
),
-- Forgotten favourites: plays after a long silence, of what had been played a lot or saved by then.
revived AS (
  SELECT DISTINCT d.lid, d.tid, d.heard_at
  FROM dated AS d
  JOIN affinity_tracks AS f ON f.lid = d.lid AND f.tid = d.tid
  LEFT JOIN approved AS v ON v.lid = d.lid AND v.tid = d.tid
  WHERE d.heard_at - d.previous_at >= @forgotten_ms AND (f.public_plays >= @favourite_plays OR v.tid IS NOT NULL)
),
past AS (
  SELECT l.lid, l.tid, l.heard_at, l.event_id, l.skip, l.plays, DIV(l.heard_at, 86400000) AS day
  FROM listening AS l
  JOIN (SELECT DISTINCT lid, tid FROM revived) AS r ON r.lid = l.lid AND r.tid = l.tid
  WHERE NOT l.outside_taste
),
recent AS (
  SELECT
    r.lid, r.tid, r.heard_at, p.skip,
    ROW_NUMBER() OVER (PARTITION BY r.lid, r.tid, r.heard_at ORDER BY p.heard_at DESC, p.event_id DESC) AS from_last
  FROM revived AS r
  JOIN past AS p ON p.lid = r.lid AND p.tid = r.tid
  WHERE p.heard_at < r.heard_at
),
tired AS (
  SELECT lid, tid, heard_at
  FROM recent
  WHERE from_last <= @tired_listens AND skip
  GROUP BY lid, tid, heard_at
  HAVING COUNT(*) >= @tired_skips
),
past_days AS (
  SELECT lid, tid, day, MAX(heard_at) AS last_at, ROW_NUMBER() OVER (PARTITION BY lid, tid ORDER BY day) AS day_no
  FROM past
  WHERE NOT skip
  GROUP BY lid, tid, day
),
past_windows AS (
  SELECT
    p.lid, p.tid, p.heard_at, p.day,
    SUM(p.plays) OVER (
      PARTITION BY p.lid, p.tid ORDER BY p.heard_at RANGE BETWEEN @favourite_window_ms PRECEDING AND CURRENT ROW
    ) AS plays
  FROM past AS p
  WHERE NOT p.skip
),
-- The window that ends here holds enough days when the earliest day needed ended within it.
favoured AS (
  SELECT w.lid, w.tid, MIN(w.heard_at) AS since
  FROM past_windows AS w
  JOIN past_days AS d ON d.lid = w.lid AND d.tid = w.tid AND d.day = w.day
  JOIN past_days AS e ON e.lid = d.lid AND e.tid = d.tid AND e.day_no = d.day_no - @favourite_days + 1
  WHERE w.plays >= @favourite_plays AND e.last_at >= w.heard_at - @favourite_window_ms
  GROUP BY w.lid, w.tid
),
saved AS (
  SELECT DISTINCT r.lid, r.tid, r.heard_at
  FROM revived AS r
  JOIN approvals AS v ON v.lid = r.lid AND v.tid = r.tid
  WHERE v.type IN ('save', 'like') AND v.given_at < r.heard_at AND v.withdrawn_at >= r.heard_at
),
forgotten AS (
  SELECT r.lid, r.tid, r.heard_at
  FROM revived AS r
  LEFT JOIN favoured AS w ON w.lid = r.lid AND w.tid = r.tid
  LEFT JOIN saved AS v ON v.lid = r.lid AND v.tid = r.tid AND v.heard_at = r.heard_at
  LEFT JOIN tired AS x ON x.lid = r.lid AND x.tid = r.tid AND x.heard_at = r.heard_at
  WHERE x.tid IS NULL AND (w.since < r.heard_at OR v.tid IS NOT NULL)
),
-- Retained: played again on so many later days,
days AS (
  SELECT p.lid, p.tid, DIV(p.heard_at, 86400000) AS day, MIN(p.heard_at) AS first_at
  FROM listening AS p
  JOIN affinity_tracks AS f ON f.lid = p.lid AND f.tid = p.tid
  WHERE f.public_plays > @retained_days AND NOT p.skip AND NOT p.outside_taste
  GROUP BY p.lid, p.tid, day
),
returns AS (
  SELECT d.lid, d.tid, d.day, LEAD(d.first_at, @retained_days) OVER (PARTITION BY d.lid, d.tid ORDER BY d.day) AS returned_at
  FROM days AS d
),
returned AS (
  SELECT p.lid, p.tid, p.heard_at
  FROM listening AS p
  JOIN returns AS r ON r.lid = p.lid AND r.tid = p.tid AND r.day = DIV(p.heard_at, 86400000)
  WHERE NOT p.skip AND NOT p.outside_taste AND r.returned_at <= p.heard_at + @retained_ms
),
-- or approved of, also while it still sounded; of plays at one instant the first by id is the one in question,
sounding AS (
  SELECT
    p.lid, p.tid, p.heard_at,
    ARRAY_AGG(p.sounded_ms ORDER BY p.event_id LIMIT 1)[SAFE_OFFSET(0)] AS sounded_ms
  FROM listening AS p
  JOIN approved AS v ON v.lid = p.lid AND v.tid = p.tid
  WHERE NOT p.skip AND NOT p.outside_taste
  GROUP BY p.lid, p.tid, p.heard_at
),
kept AS (
  SELECT s.lid, s.tid, s.heard_at
  FROM sounding AS s
  JOIN approvals AS v ON v.lid = s.lid AND v.tid = s.tid
  WHERE v.given_at >= s.heard_at - s.sounded_ms AND v.given_at <= s.heard_at + @retained_ms
    AND v.withdrawn_at > s.heard_at + @retained_ms
),
-- or followed by so many other recordings of the artist. A recording is within reach from so many days before a play of
-- it until that play: how many are is a running sum of where those stretches begin and end.
rich AS (
  SELECT p.lid, p.tid, p.aid, p.heard_at
  FROM listening AS p
  JOIN affinity_artists AS a ON a.lid = p.lid AND a.aid = p.aid
  WHERE a.recordings > @retained_tracks AND NOT p.skip AND NOT p.outside_taste
),
spaced AS (
  SELECT
    r.lid, r.tid, r.aid, r.heard_at,
    LAG(r.heard_at) OVER (PARTITION BY r.lid, r.tid ORDER BY r.heard_at) AS before,
    LEAD(r.heard_at) OVER (PARTITION BY r.lid, r.tid ORDER BY r.heard_at) AS after
  FROM rich AS r
),
stretches AS (
  SELECT lid, aid, 0 AS tid, heard_at - @retained_ms AS edge_at, 1 AS opened
  FROM spaced
  WHERE COALESCE(heard_at - before > @retained_ms, TRUE)
  UNION ALL
  SELECT lid, aid, 0, heard_at + 1, -1
  FROM spaced
  WHERE COALESCE(after - heard_at > @retained_ms, TRUE)
  UNION ALL
  SELECT lid, aid, tid, heard_at, 0
  FROM spaced
),
reached AS (
  SELECT
    s.lid, s.tid, s.edge_at,
    SUM(s.opened) OVER (
      PARTITION BY s.lid, s.aid ORDER BY s.edge_at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS recordings
  FROM stretches AS s
),
retained AS (
  SELECT lid, tid, heard_at FROM returned
  UNION ALL
  SELECT lid, tid, heard_at FROM kept
  UNION ALL
  SELECT lid, tid, edge_at FROM reached WHERE tid > 0 AND recordings > @retained_tracks
),
-- A private play is judged by the next open one.
hidden AS (
  SELECT DISTINCT lid, tid FROM listening WHERE outside_taste AND NOT skip
),
next_open AS (
  SELECT
    p.lid, p.tid, p.heard_at,
    MIN(IF(p.outside_taste, NULL, p.heard_at)) OVER (
      PARTITION BY p.lid, p.tid ORDER BY p.heard_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS open_at
  FROM listening AS p
  JOIN hidden AS h ON h.lid = p.lid AND h.tid = p.tid
  WHERE NOT p.skip
),
judged AS (
  SELECT DISTINCT n.lid, n.tid, n.heard_at, n.open_at
  FROM next_open AS n
  WHERE COALESCE(n.open_at > n.heard_at, TRUE)
),
-- One join instead of one a notion.
facts AS (
  SELECT lid, tid, heard_at, 1 AS foreign_genres, 0 AS forgotten, 0 AS retained, NULL AS open_at FROM foreign_plays
  UNION ALL
  SELECT lid, tid, heard_at, 0, 1, 0, NULL FROM forgotten
  UNION ALL
  SELECT lid, tid, heard_at, 0, 0, 1, NULL FROM retained
  UNION ALL
  SELECT j.lid, j.tid, j.heard_at, 0, 0, 1, NULL
  FROM judged AS j
  JOIN retained AS r ON r.lid = j.lid AND r.tid = j.tid AND r.heard_at = j.open_at
  UNION ALL
  SELECT lid, tid, heard_at, 0, 0, 0, open_at FROM judged WHERE open_at IS NOT NULL
),
told AS (
  SELECT
    lid, tid, heard_at, MAX(foreign_genres) AS foreign_genres, MAX(forgotten) AS forgotten, MAX(retained) AS retained,
    MAX(open_at) AS open_at
  FROM facts
  GROUP BY lid, tid, heard_at
)
SELECT
  d.lid,
  d.heard_at,
  d.event_id,
  d.tid,
  d.plays,
  d.outside_taste,
  d.previous_at IS NULL AS new_track,
  d.aid > 0 AND d.artist_plays = 0 AS new_artist,
  d.aid > 0 AND d.artist_plays >= 1 AND d.artist_plays <= @emerging_plays AS emerging,
  COALESCE(
    d.heard_at - d.previous_at >= @locally_novel_from_ms AND d.heard_at - d.previous_at < @locally_novel_to_ms, FALSE
  ) AS locally_novel,
  COALESCE(t.forgotten, 0) = 1 AS forgotten_favourite,
  d.aid > 0 AND d.artist_plays = 0 AND COALESCE(t.foreign_genres, 0) = 1 AS taste_broadening,
  IF(
    COALESCE(t.retained, 0) = 1, TRUE,
    IF(COALESCE(t.open_at, d.heard_at) + @retained_ms < @cutoff, FALSE, NULL)
  ) AS retained
FROM dated AS d
LEFT JOIN told AS t ON t.lid = d.lid AND t.tid = d.tid AND t.heard_at = d.heard_at
