-- How popular each recording is: listeners, damped, times the play rate smoothed towards the kind's own mean
-- (prior_plays pseudo-listens). Every recording has a row, so that an unheard catalogue still has an order.
WITH counted AS (
  SELECT
    tid,
    COUNTIF(evidence > 0 AND public_plays > 0) AS listeners,
    SUM(public_plays) AS plays,
    SUM(public_skips) AS skips
  FROM affinity_tracks
  GROUP BY tid
),
every_recording AS (
  SELECT
    t.tid, t.kind, t.genre,
    COALESCE(c.listeners, 0) AS listeners,
    COALESCE(c.plays, 0) AS plays,
    COALESCE(c.plays, 0) + COALESCE(c.skips, 0) AS listens
  FROM recordings AS t
  LEFT JOIN counted AS c ON c.tid = t.tid
),
kinds AS (
  SELECT kind, COALESCE(SAFE_DIVIDE(SUM(plays), SUM(listens)), 0) AS play_rate
  FROM every_recording
  GROUP BY kind
),
scored AS (
  SELECT
    e.tid, e.kind, e.genre, e.listeners, e.plays, e.listens,
    CAST(ROUND(
      LN(1 + e.listeners) * (e.plays + @prior_plays * k.play_rate) / (e.listens + @prior_plays) * 1000000
    ) AS INT64) AS score
  FROM every_recording AS e
  JOIN kinds AS k ON k.kind = e.kind
)
SELECT
  tid,
  kind,
  listeners,
  plays,
  listens,
  score,
  ROW_NUMBER() OVER (PARTITION BY kind ORDER BY score DESC, tid) AS place,
  ROW_NUMBER() OVER (PARTITION BY kind, genre ORDER BY score DESC, tid) AS place_in_genre
FROM scored
