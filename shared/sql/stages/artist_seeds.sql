-- As seeds, by artist: the artists a listener heard last, with weight and taste.
WITH ranked AS (
  SELECT
    lid, aid, affinity,
    ROW_NUMBER() OVER (PARTITION BY lid ORDER BY last_at DESC, aid) AS recency
  FROM affinity_artists
  WHERE evidence > 0
)
SELECT
  lid,
  aid,
  CAST(ROUND(POW(COUNT(*) OVER (PARTITION BY lid), -@gamma) * 1000000) AS INT64) AS weight,
  CAST(ROUND(LN(1 + GREATEST(affinity, 0) / 1000000) * 1000000) AS INT64) AS taste,
  ROW_NUMBER() OVER (PARTITION BY lid ORDER BY affinity DESC, aid) AS preference
FROM ranked
WHERE recency <= @artist_history_cap
