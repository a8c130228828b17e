-- What came out lately, newest first by artist and kind; freshness is what is left of the time for which it counts as new, in
-- thousandths. What is announced for later is not out. What one in early_listeners of its listeners had heard well before is
-- an old recording whose day is that of another release: one wrong clock tells nothing.
WITH released AS (
  SELECT t.aid, t.kind, t.tid, t.released_at, p.score
  FROM recordings AS t
  JOIN popularity AS p ON p.tid = t.tid
  WHERE t.aid > 0 AND t.kind != 'episode'
    AND t.released_at <= @cutoff AND t.released_at > @cutoff - @new_release_ms
),
heard AS (
  SELECT
    r.tid,
    COUNT(DISTINCT l.lid) AS listeners,
    COUNT(DISTINCT IF(l.heard_at < r.released_at - @early_ms, l.lid, NULL)) AS early
  FROM released AS r
  JOIN listening AS l ON l.tid = r.tid
  WHERE NOT l.outside_taste
  GROUP BY r.tid
)
SELECT
  r.aid,
  r.kind,
  r.tid,
  1000 - DIV((@cutoff - r.released_at) * 1000, GREATEST(@new_release_ms, 1)) AS freshness,
  ROW_NUMBER() OVER (PARTITION BY r.aid, r.kind ORDER BY r.released_at DESC, r.score DESC, r.tid) AS place
FROM released AS r
LEFT JOIN heard AS h ON h.tid = r.tid
WHERE COALESCE(h.early, 0) = 0 OR h.early * @early_listeners < h.listeners
QUALIFY place <= @tracks_per_artist
