-- A listener's taste as one JSON text (the keys of an hour within it as key_mode:plays, space-separated): counts, favourite artists, genres and recordings with their affinities
-- (millionths, as of asOf), recordings in the order in which they are expected to be played again, the profile by hour, and the appetite for discovery (new recordings per thousand plays).
WITH counts AS (
  SELECT
    lid,
    SUM(public_plays + public_skips) AS listens,
    SUM(public_plays) AS plays,
    SUM(public_skips) AS skips,
    SUM(measured) AS measured,
    SUM(completions) AS completions,
    COUNTIF(public_plays > 0) AS recordings
  FROM affinity_tracks
  GROUP BY lid
),
sittings AS (
  SELECT lid, COUNT(*) AS sessions FROM sessions GROUP BY lid
),
-- Ranked by ids first: names are joined to the few that remain, not to the millions that are ranked.
top_artists AS (
  SELECT
    lid, aid, affinity, public_plays,
    ROW_NUMBER() OVER (PARTITION BY lid ORDER BY affinity DESC, aid) AS place
  FROM affinity_artists
  WHERE affinity > 0
  QUALIFY place <= @profile_size
),
artist_lists AS (
  SELECT
    f.lid,
    ARRAY_AGG(
      STRUCT(a.artist_id AS id, a.name AS name, f.affinity AS affinity, f.public_plays AS plays) ORDER BY f.place
    ) AS entries
  FROM top_artists AS f
  JOIN artists AS a ON a.aid = f.aid
  GROUP BY f.lid
),
top_genres AS (
  SELECT
    lid, genre, affinity, plays,
    ROW_NUMBER() OVER (PARTITION BY lid ORDER BY affinity DESC, genre) AS place
  FROM affinity_genres
  WHERE affinity > 0
  QUALIFY place <= @profile_size
),
genre_lists AS (
  SELECT lid, ARRAY_AGG(STRUCT(genre AS name, affinity AS affinity, plays AS plays) ORDER BY place) AS entries
  FROM top_genres
  GROUP BY lid
),
top_recordings AS (
  SELECT
    f.lid, f.tid, f.affinity, f.public_plays,
    ROW_NUMBER() OVER (PARTITION BY f.lid ORDER BY f.activation DESC, f.tid) AS place
  FROM affinity_tracks AS f
  JOIN (SELECT tid FROM recordings WHERE kind != 'episode') AS t ON t.tid = f.tid
  WHERE f.affinity > 0
  QUALIFY place <= @profile_size
),
recording_lists AS (
  SELECT
    f.lid,
    ARRAY_AGG(
      STRUCT(t.item_id AS id, t.recording_id AS recording, f.affinity AS affinity, f.public_plays AS plays)
      ORDER BY f.place
    ) AS entries
  FROM top_recordings AS f
  JOIN recordings AS t ON t.tid = f.tid
  GROUP BY f.lid
),
hour_entries AS (
  SELECT
    lid,
    hour,
    STRUCT(
      hour AS hour,
      SUM(plays) AS plays,
      SUM(tempo_plays) AS tempoPlays,
      SUM(tempo_sum) AS tempoSum,
      SUM(energy_plays) AS energyPlays,
      SUM(energy_sum) AS energySum,
      STRING_AGG(CONCAT(CAST(key_mode AS STRING), ':', CAST(plays AS STRING)), ' ' ORDER BY key_mode) AS keys
    ) AS entry
  FROM listening_hours
  GROUP BY lid, hour
),
hour_lists AS (
  SELECT lid, ARRAY_AGG(entry ORDER BY hour) AS entries FROM hour_entries GROUP BY lid
)
SELECT
  u.listener_id,
  TO_JSON_STRING(STRUCT(
    u.last_at AS asOf,
    u.first_at AS since,
    c.listens AS listens,
    c.plays AS plays,
    c.skips AS skips,
    c.measured AS measured,
    c.completions AS completions,
    c.recordings AS recordings,
    COALESCE(s.sessions, 0) AS sessions,
    COALESCE(DIV(c.recordings * 1000, NULLIF(c.plays, 0)), 0) AS appetite,
    a.entries AS artists,
    g.entries AS genres,
    r.entries AS tracks,
    h.entries AS hours
  )) AS taste
FROM listeners AS u
JOIN counts AS c ON c.lid = u.lid
LEFT JOIN sittings AS s ON s.lid = u.lid
LEFT JOIN artist_lists AS a ON a.lid = u.lid
LEFT JOIN genre_lists AS g ON g.lid = u.lid
LEFT JOIN recording_lists AS r ON r.lid = u.lid
LEFT JOIN hour_lists AS h ON h.lid = u.lid
