-- The catalogue as search and prompts read it: the most popular recordings, a thousand or so to a shard, one line each
-- (see catalogue-snapshot.ts), kinds taking turns by their places, so that a large kind does not crowd out a small one.
--   item, recording (empty: the same), kind, title, artist, artist id, album, genres by '|', tempo·10, key, mode,
--   energy·1000, valence·1000, year, x where explicit, duration in ms, popularity; tab-separated, empty: not known.
WITH placed AS (
  SELECT
    tid,
    ROW_NUMBER() OVER (ORDER BY place, kind) - 1 AS position,
    DIV(score * 1000, GREATEST(best, 1)) AS popularity
  FROM (SELECT tid, kind, place, score, MAX(score) OVER (PARTITION BY kind) AS best FROM popularity)
  WHERE place <= @indexed_items
),
lines AS (
  SELECT
    p.position,
    CONCAT(
      t.item_id, '\t', IF(t.recording_id = t.item_id, '', t.recording_id), '\t', t.kind, '\t',
      COALESCE(REGEXP_REPLACE(t.title, '[\t\r\n]', ' '), ''), '\t',
      COALESCE(REGEXP_REPLACE(t.artist, '[\t\r\n]', ' '), ''), '\t',
      COALESCE(t.artist_id, ''), '\t',
      COALESCE(REGEXP_REPLACE(t.album, '[\t\r\n]', ' '), ''), '\t',
      COALESCE(REGEXP_REPLACE(t.genres, '[\t\r\n]', ' '), ''), '\t',
      COALESCE(CAST(NULLIF(t.tempo, 0) AS STRING), ''), '\t',
      IF(t.key >= 0, CAST(t.key AS STRING), ''), '\t',
      IF(t.mode >= 0, CAST(t.mode AS STRING), ''), '\t',
      COALESCE(CAST(t.energy AS STRING), ''), '\t',
      COALESCE(CAST(t.valence AS STRING), ''), '\t',
      COALESCE(CAST(t.year AS STRING), ''), '\t',
      IF(t.explicit, 'x', ''), '\t',
      COALESCE(CAST(t.duration_ms AS STRING), ''), '\t',
      CAST(p.popularity AS STRING)
    ) AS line
  FROM placed AS p
  JOIN recordings AS t ON t.tid = p.tid
  WHERE p.position < @indexed_items
)
SELECT
  CONCAT('search#', LPAD(CAST(DIV(position, @shard_items) AS STRING), 4, '0')) AS shard_key,
  STRING_AGG(line, '\n' ORDER BY position) AS items
FROM lines
GROUP BY shard_key
