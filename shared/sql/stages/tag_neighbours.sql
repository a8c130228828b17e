-- Recordings that are described alike: the cosine of their genres and tags in millionths, the best of the same kind
-- for each recording that listeners start from. A tag weighs place^-tag_fade (a catalogue names the fittest first)
-- times LN(recordings of the kind / those that carry it). Of a tag only its most popular recordings are candidates, so
-- that the cost is linear; of equal ones the more popular come first.
WITH tagged AS (
  SELECT t.tid, t.kind, name, MIN(position) AS position
  FROM recordings AS t
  CROSS JOIN UNNEST(SPLIT(t.genres, '|')) AS name WITH OFFSET AS position
  WHERE t.kind != 'episode' AND position < @tags_per_recording
  GROUP BY t.tid, t.kind, name
),
kinds AS (
  SELECT kind, COUNT(DISTINCT tid) AS recordings
  FROM tagged
  GROUP BY kind
),
tags AS (
  SELECT
    t.kind, t.name,
    ROW_NUMBER() OVER (ORDER BY t.kind, t.name) AS gid,
    LN(MIN(k.recordings) / COUNT(*)) AS rarity
  FROM tagged AS t
  JOIN kinds AS k ON k.kind = t.kind
  GROUP BY t.kind, t.name
),
weighed AS (
  SELECT t.tid, g.gid, CAST(ROUND(POW(1 + t.position, -@tag_fade) * g.rarity * 100000) AS INT64) AS weight
  FROM tagged AS t
  JOIN tags AS g ON g.kind = t.kind AND g.name = t.name
),
lengths AS (
  SELECT tid, SQRT(CAST(SUM(weight * weight) AS FLOAT64)) AS length
  FROM weighed
  GROUP BY tid
  HAVING SUM(weight * weight) > 0
),
described AS (
  SELECT w.tid, w.gid, CAST(ROUND(w.weight * 1000 / l.length) AS INT64) AS share
  FROM weighed AS w
  JOIN lengths AS l ON l.tid = w.tid
),
candidates AS (
  SELECT
    d.tid, d.gid, d.share, p.place AS popular,
    ROW_NUMBER() OVER (PARTITION BY d.gid ORDER BY p.place) AS standing
  FROM described AS d
  JOIN popularity AS p ON p.tid = d.tid
  QUALIFY standing <= @recordings_per_tag
),
pairs AS (
  SELECT a.tid, b.tid AS neighbour, MIN(b.popular) AS popular, SUM(a.share * b.share) AS score
  FROM described AS a
  JOIN degrees AS s ON s.tid = a.tid
  JOIN candidates AS b ON b.gid = a.gid AND b.tid != a.tid
  GROUP BY a.tid, b.tid
)
SELECT
  tid,
  neighbour,
  score,
  ROW_NUMBER() OVER (PARTITION BY tid ORDER BY score DESC, popular, neighbour) AS place
FROM pairs
WHERE score > 0
QUALIFY place <= @tag_neighbours
