-- What ranking needs of a candidate, inlined into every pool that holds it: one tab-separated text per recording.
--   item, recording (empty: the same), artist, genre, sound; the sound is tempo·10 . key·2+mode . energy·1000 and an
--   x where it is explicit, each number empty where it is not known.
SELECT
  t.tid,
  t.aid,
  t.kind,
  CONCAT(
    t.item_id, '\t', IF(t.recording_id = t.item_id, '', t.recording_id), '\t', COALESCE(t.artist_id, ''), '\t',
    COALESCE(REPLACE(t.genre, '\t', ' '), ''), '\t',
    COALESCE(CAST(NULLIF(t.tempo, 0) AS STRING), ''), '.',
    IF(t.key >= 0 AND t.mode >= 0, CAST(t.key * 2 + t.mode AS STRING), ''), '.',
    COALESCE(CAST(t.energy AS STRING), ''), IF(t.explicit, 'x', '')
  ) AS features
FROM recordings AS t
