-- How close a recording's company is: m_i, the mean score of its near_neighbours, as the two factors of neighbours.
-- Where listeners are many or alike, everything is near everything; divided by it, a score tells what is near for this
-- recording (local scaling: Zelnik-Manor and Perona 2004; against hubs: Schnitzer et al. 2012).
WITH means AS (
  SELECT tid, SUM(score) / COUNT(*) / 1000000 AS closeness
  FROM near_neighbours
  GROUP BY tid
)
SELECT
  tid,
  POW(closeness, -1) AS out_factor,
  POW(closeness, -@crowding) AS in_factor
FROM means
