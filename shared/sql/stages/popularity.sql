-- How popular each recording is: listeners, damped, times the play rate smoothed towards the kind's own mean
-- (prior_plays pseudo-listens). Every recording has a row, so that an unheard catalogue still has an order: each begins
-- with up to prior_listeners pseudo-listeners by what its source says of its popularity; a few listeners outweigh them.
-- The share is squared, so that a middling popularity counts little.
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
    COALESCE(t.popularity, 0) AS catalogue_popularity,
    COALESCE(c.listeners, 0) AS listeners,
    COALESCE(c.plays, 0) AS plays,
    COALESCE(c.plays, 0) + COALESCE(c.skips, 0) AS listens
  FROM recordings AS t
  LEFT JOIN counted AS c ON c.tid = t.tid
),
-- A kind of which nothing was ever played has the rate 1: one of 0 would undo the order that pseudo-listeners give.
-- Where nobody listens and nothing is known, a score is ln(1) all the same.
kinds AS (
  SELECT kind, IF(SUM(plays) = 0, 1, SAFE_DIVIDE(SUM(plays), SUM(listens))) AS play_rate
  FROM every_recording
  GROUP BY kind
),
scored AS (
  SELECT
    e.tid, e.kind, e.genre, e.listeners, e.plays, e.listens,
    CAST(ROUND(
      LN(1 + e.listeners + @prior_listeners * e.catalogue_popularity * e.catalogue_popularity / 10000)
        * (e.plays + @prior_plays * k.play_rate) / (e.listens + @prior_plays) * 1000000
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
