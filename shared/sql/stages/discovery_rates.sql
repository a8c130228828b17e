-- For dashboards: by week (from Monday, UTC) and notion, over everybody, how many plays were a discovery, and how many of
-- those whose days to stay are over, or that stayed already, stayed. Rates in millionths. What was private or excluded is
-- left out, and so is what stands for several plays: it has no instant of its own.
WITH timed AS (
  SELECT
    DIV(n.heard_at + 259200000, 604800000) * 604800000 - 259200000 AS week_at,
    n.new_track, n.new_artist, n.emerging, n.locally_novel, n.forgotten_favourite, n.taste_broadening, n.retained
  FROM play_notions AS n
  WHERE n.plays = 1 AND NOT n.outside_taste
),
alike AS (
  SELECT
    week_at, new_track, new_artist, emerging, locally_novel, forgotten_favourite, taste_broadening,
    COUNT(*) AS plays,
    COUNTIF(retained) AS retained,
    COUNTIF(retained IS NOT NULL) AS settled
  FROM timed
  GROUP BY week_at, new_track, new_artist, emerging, locally_novel, forgotten_favourite, taste_broadening
),
weeks AS (
  SELECT week_at, SUM(plays) AS plays FROM alike GROUP BY week_at
),
notions AS (
  SELECT
    week_at, 'new_track' AS notion, IF(new_track, plays, 0) AS plays, IF(new_track, retained, 0) AS retained,
    IF(new_track, settled, 0) AS settled
  FROM alike
  UNION ALL
  SELECT week_at, 'new_artist', IF(new_artist, plays, 0), IF(new_artist, retained, 0), IF(new_artist, settled, 0)
  FROM alike
  UNION ALL
  SELECT week_at, 'emerging', IF(emerging, plays, 0), IF(emerging, retained, 0), IF(emerging, settled, 0)
  FROM alike
  UNION ALL
  SELECT week_at, 'locally_novel', IF(locally_novel, plays, 0), IF(locally_novel, retained, 0), IF(locally_novel, settled, 0)
  FROM alike
  UNION ALL
  SELECT
    week_at, 'forgotten_favourite', IF(forgotten_favourite, plays, 0), IF(forgotten_favourite, retained, 0),
    IF(forgotten_favourite, settled, 0)
  FROM alike
  UNION ALL
  SELECT
    week_at, 'taste_broadening', IF(taste_broadening, plays, 0), IF(taste_broadening, retained, 0),
    IF(taste_broadening, settled, 0)
  FROM alike
),
counted AS (
  SELECT week_at, notion, SUM(plays) AS discoveries, SUM(retained) AS retained, SUM(settled) AS settled
  FROM notions
  GROUP BY week_at, notion
)
SELECT
  c.week_at,
  c.notion,
  w.plays,
  c.discoveries,
  DIV(c.discoveries * 1000000, w.plays) AS discovery_rate,
  c.settled,
  c.retained,
  IF(c.settled = 0, NULL, DIV(c.retained * 1000000, GREATEST(c.settled, 1))) AS retained_rate
FROM counted AS c
JOIN weeks AS w ON w.week_at = c.week_at
