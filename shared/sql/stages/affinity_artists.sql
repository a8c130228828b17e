-- Affinity is a sum over events, so an artist's is the sum over their recordings. plays are all there were (what
-- makes an artist known), public_plays those of taste.
SELECT
  lid,
  aid,
  SUM(affinity) AS affinity,
  SUM(evidence) AS evidence,
  SUM(plays) AS plays,
  SUM(public_plays) AS public_plays,
  SUM(skips) AS skips,
  COUNTIF(plays > 0) AS recordings,
  MAX(last_at) AS last_at
FROM affinity_tracks
WHERE aid > 0
GROUP BY lid, aid
