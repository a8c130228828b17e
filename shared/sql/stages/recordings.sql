-- The catalogue by recording: re-releases merged attribute by attribute (newest description first), a dense id,
-- attributes as scaled integers, when it first came out (not known where a year tells of an earlier release), and the two
-- MD5 slices that place the recording in a heard filter.
-- Most recordings are described once and most heard ones are described, so that little is sorted or compared.
WITH repeated AS (
  SELECT recording_id
  FROM catalogue
  GROUP BY recording_id
  HAVING COUNT(*) > 1
),
merged AS (
  SELECT
    recording_id,
    ARRAY_AGG(item_id ORDER BY updated_at DESC, item_id LIMIT 1)[SAFE_OFFSET(0)] AS item_id,
    ARRAY_AGG(kind ORDER BY updated_at DESC, kind LIMIT 1)[SAFE_OFFSET(0)] AS kind,
    ARRAY_AGG(title IGNORE NULLS ORDER BY updated_at DESC, title LIMIT 1)[SAFE_OFFSET(0)] AS title,
    ARRAY_AGG(artist IGNORE NULLS ORDER BY updated_at DESC, artist LIMIT 1)[SAFE_OFFSET(0)] AS artist,
    ARRAY_AGG(artist_id IGNORE NULLS ORDER BY updated_at DESC, artist_id LIMIT 1)[SAFE_OFFSET(0)] AS artist_id,
    ARRAY_AGG(album IGNORE NULLS ORDER BY updated_at DESC, album LIMIT 1)[SAFE_OFFSET(0)] AS album,
    ARRAY_AGG(NULLIF(genres, '') IGNORE NULLS ORDER BY updated_at DESC, genres LIMIT 1)[SAFE_OFFSET(0)] AS genres,
    ARRAY_AGG(tempo IGNORE NULLS ORDER BY updated_at DESC, tempo LIMIT 1)[SAFE_OFFSET(0)] AS tempo,
    ARRAY_AGG(key IGNORE NULLS ORDER BY updated_at DESC, key LIMIT 1)[SAFE_OFFSET(0)] AS key,
    ARRAY_AGG(mode IGNORE NULLS ORDER BY updated_at DESC, mode LIMIT 1)[SAFE_OFFSET(0)] AS mode,
    ARRAY_AGG(energy IGNORE NULLS ORDER BY updated_at DESC, energy LIMIT 1)[SAFE_OFFSET(0)] AS energy,
    ARRAY_AGG(valence IGNORE NULLS ORDER BY updated_at DESC, valence LIMIT 1)[SAFE_OFFSET(0)] AS valence,
    ARRAY_AGG(year IGNORE NULLS ORDER BY updated_at DESC, year LIMIT 1)[SAFE_OFFSET(0)] AS year,
    ARRAY_AGG(explicit IGNORE NULLS ORDER BY updated_at DESC, explicit LIMIT 1)[SAFE_OFFSET(0)] AS explicit,
    ARRAY_AGG(duration_ms IGNORE NULLS ORDER BY updated_at DESC, duration_ms LIMIT 1)[SAFE_OFFSET(0)] AS duration_ms,
    ARRAY_AGG(popularity IGNORE NULLS ORDER BY updated_at DESC, popularity LIMIT 1)[SAFE_OFFSET(0)] AS popularity
  FROM (SELECT c.* FROM catalogue AS c JOIN repeated AS r ON r.recording_id = c.recording_id)
  GROUP BY recording_id
),
-- Each release as it is described last, and of them the first.
releases AS (
  SELECT
    c.recording_id,
    ARRAY_AGG(c.released_at IGNORE NULLS ORDER BY c.updated_at DESC, c.released_at LIMIT 1)[SAFE_OFFSET(0)] AS released_at,
    ARRAY_AGG(c.year IGNORE NULLS ORDER BY c.updated_at DESC, c.year LIMIT 1)[SAFE_OFFSET(0)] AS year
  FROM catalogue AS c
  JOIN repeated AS r ON r.recording_id = c.recording_id
  GROUP BY c.recording_id, c.item_id
),
first_releases AS (
  SELECT recording_id, MIN(released_at) AS released_at, MIN(year) AS first_year
  FROM releases
  GROUP BY recording_id
),
described AS (
  SELECT
    c.recording_id, c.item_id, c.kind, c.title, c.artist, c.artist_id, c.album, NULLIF(c.genres, '') AS genres,
    c.tempo, c.key, c.mode, c.energy, c.valence, c.year, c.explicit, c.duration_ms,
    c.popularity, c.released_at, c.year AS first_year
  FROM catalogue AS c
  LEFT JOIN repeated AS r ON r.recording_id = c.recording_id
  WHERE r.recording_id IS NULL
  UNION ALL
  SELECT
    m.recording_id, m.item_id, m.kind, m.title, m.artist, m.artist_id, m.album, m.genres, m.tempo, m.key,
    m.mode, m.energy, m.valence, m.year, m.explicit, m.duration_ms, m.popularity, f.released_at, f.first_year
  FROM merged AS m
  JOIN first_releases AS f ON f.recording_id = m.recording_id
),
heard AS (
  SELECT DISTINCT l.recording_id
  FROM listens AS l
  JOIN listeners AS u ON u.listener_id = l.listener_id
  WHERE l.received_at < TIMESTAMP_MILLIS(@cutoff) AND UNIX_MILLIS(l.received_at) > u.erased_at
),
undescribed AS (
  SELECT h.recording_id
  FROM heard AS h
  LEFT JOIN described AS d ON d.recording_id = h.recording_id
  WHERE d.artist_id IS NULL
),
told AS (
  SELECT l.recording_id, MIN(l.item_id) AS item_id, MIN(l.artist_id) AS artist_id
  FROM listens AS l
  JOIN undescribed AS x ON x.recording_id = l.recording_id
  JOIN listeners AS u ON u.listener_id = l.listener_id
  WHERE l.received_at < TIMESTAMP_MILLIS(@cutoff) AND UNIX_MILLIS(l.received_at) > u.erased_at
  GROUP BY l.recording_id
),
everything AS (
  SELECT recording_id FROM described
  UNION DISTINCT
  SELECT recording_id FROM heard
)
SELECT
  ROW_NUMBER() OVER (ORDER BY e.recording_id) AS tid,
  e.recording_id,
  COALESCE(d.item_id, h.item_id) AS item_id,
  COALESCE(d.kind, 'track') AS kind,
  d.title,
  d.artist,
  COALESCE(d.artist_id, h.artist_id) AS artist_id,
  COALESCE(a.aid, 0) AS aid,
  d.album,
  d.genres,
  SPLIT(d.genres, '|')[SAFE_OFFSET(0)] AS genre,
  CAST(ROUND(d.tempo * 10) AS INT64) AS tempo,
  d.key,
  d.mode,
  CAST(ROUND(d.energy * 1000) AS INT64) AS energy,
  CAST(ROUND(d.valence * 1000) AS INT64) AS valence,
  CAST(ROUND(COALESCE(d.tempo, a.tempo) * 10) AS INT64) AS audio_tempo,
  CAST(ROUND(COALESCE(d.energy, a.energy) * 1000) AS INT64) AS audio_energy,
  CAST(ROUND(COALESCE(d.valence, a.valence) * 1000) AS INT64) AS audio_valence,
  d.year,
  COALESCE(d.explicit, FALSE) AS explicit,
  d.duration_ms,
  d.popularity,
  IF(d.first_year < EXTRACT(YEAR FROM d.released_at), NULL, UNIX_MILLIS(d.released_at)) AS released_at,
  CAST(CONCAT('0x', SUBSTR(TO_HEX(MD5(e.recording_id)), 1, 8)) AS INT64) AS hash1,
  CAST(CONCAT('0x', SUBSTR(TO_HEX(MD5(e.recording_id)), 9, 8)) AS INT64) AS hash2
FROM everything AS e
LEFT JOIN described AS d ON d.recording_id = e.recording_id
LEFT JOIN told AS h ON h.recording_id = e.recording_id
LEFT JOIN artists AS a ON a.artist_id = COALESCE(d.artist_id, h.artist_id)
