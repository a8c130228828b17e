-- As seeds, by artist: the artists a listener likes best, with weight and taste. Not those heard last: who listens to many
-- artists would lose their favourites within days.
SELECT
  lid,
  aid,
  CAST(ROUND(
    POW(LEAST(COUNT(*) OVER (PARTITION BY lid), @artist_history_cap), -@gamma) * 1000000
  ) AS INT64) AS weight,
  CAST(ROUND(LN(1 + GREATEST(affinity, 0) / 1000000) * 1000000) AS INT64) AS taste,
  ROW_NUMBER() OVER (PARTITION BY lid ORDER BY affinity DESC, aid) AS preference
FROM affinity_artists
WHERE evidence > 0
QUALIFY preference <= @artist_history_cap
