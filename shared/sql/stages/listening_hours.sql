-- When and how each listener listens: per hour of the day (UTC) and key, plays with the sums of tempo (BPM·10) and
-- energy (thousandths) over those that have them. key_mode is key·2 + mode, -1 where either is unknown. A listen
-- that stands for several belongs to no hour.
SELECT
  l.lid,
  MOD(DIV(l.heard_at, 3600000), 24) AS hour,
  IF(t.key >= 0 AND t.key <= 11 AND t.mode IN (0, 1), t.key * 2 + t.mode, -1) AS key_mode,
  SUM(l.plays) AS plays,
  SUM(IF(t.tempo > 0, l.plays, 0)) AS tempo_plays,
  SUM(IF(t.tempo > 0, t.tempo * l.plays, 0)) AS tempo_sum,
  SUM(IF(t.energy IS NULL, 0, l.plays)) AS energy_plays,
  SUM(COALESCE(t.energy, 0) * l.plays) AS energy_sum
FROM listening AS l
JOIN recordings AS t ON t.tid = l.tid
WHERE NOT l.skip AND NOT l.outside_taste AND l.plays = 1
GROUP BY l.lid, hour, key_mode
