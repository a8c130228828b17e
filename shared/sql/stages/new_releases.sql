-- What came out lately, newest first by artist and kind; freshness is what is left of the time for which it counts as new, in
-- thousandths. What is announced for later is not out.
WITH released AS (
  SELECT t.aid, t.kind, t.tid, t.released_at, p.score
  FROM recordings AS t
  JOIN popularity AS p ON p.tid = t.tid
  WHERE t.aid > 0 AND t.kind != 'episode'
    AND t.released_at <= @cutoff AND t.released_at > @cutoff - @new_release_ms
)
SELECT
  aid,
  kind,
  tid,
  1000 - DIV((@cutoff - released_at) * 1000, GREATEST(@new_release_ms, 1)) AS freshness,
  ROW_NUMBER() OVER (PARTITION BY aid, kind ORDER BY released_at DESC, score DESC, tid) AS place
FROM released
QUALIFY place <= @tracks_per_artist
