-- A dense id for every artist that the catalogue or the history names, with features and the newest name.
WITH named AS (
  SELECT artist_id, artist AS name, updated_at FROM catalogue WHERE artist_id IS NOT NULL
  UNION ALL
  SELECT artist_id, name, updated_at FROM artist_features
),
names AS (
  SELECT
    artist_id,
    ARRAY_AGG(name IGNORE NULLS ORDER BY updated_at DESC, name LIMIT 1)[SAFE_OFFSET(0)] AS name
  FROM named
  GROUP BY artist_id
),
features AS (
  SELECT
    artist_id,
    ARRAY_AGG(tempo IGNORE NULLS ORDER BY updated_at DESC, tempo LIMIT 1)[SAFE_OFFSET(0)] AS tempo,
    ARRAY_AGG(energy IGNORE NULLS ORDER BY updated_at DESC, energy LIMIT 1)[SAFE_OFFSET(0)] AS energy,
    ARRAY_AGG(valence IGNORE NULLS ORDER BY updated_at DESC, valence LIMIT 1)[SAFE_OFFSET(0)] AS valence
  FROM artist_features
  GROUP BY artist_id
),
heard AS (
  SELECT DISTINCT l.artist_id
  FROM listens AS l
  JOIN listeners AS u ON u.listener_id = l.listener_id
  WHERE l.artist_id IS NOT NULL
    AND l.received_at < TIMESTAMP_MILLIS(@cutoff) AND UNIX_MILLIS(l.received_at) > u.erased_at
),
everyone AS (
  SELECT artist_id FROM names
  UNION DISTINCT
  SELECT artist_id FROM heard
)
SELECT
  ROW_NUMBER() OVER (ORDER BY e.artist_id) AS aid,
  e.artist_id,
  n.name,
  f.tempo,
  f.energy,
  f.valence
FROM everyone AS e
LEFT JOIN names AS n ON n.artist_id = e.artist_id
LEFT JOIN features AS f ON f.artist_id = e.artist_id
