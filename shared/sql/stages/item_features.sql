-- What ranking needs of a candidate, inlined into every pool that holds it: one tab-separated text per recording.
--   item, recording (empty: the same), artist, tempo·10, key, mode, energy·1000, year, explicit, genre, popularity
SELECT
  t.tid,
  t.aid,
  t.kind,
  CONCAT(
    t.item_id, '\t', IF(t.recording_id = t.item_id, '', t.recording_id), '\t', COALESCE(t.artist_id, ''), '\t',
    COALESCE(CAST(t.tempo AS STRING), ''), '\t', COALESCE(CAST(t.key AS STRING), ''), '\t',
    COALESCE(CAST(t.mode AS STRING), ''), '\t', COALESCE(CAST(t.energy AS STRING), ''), '\t',
    COALESCE(CAST(t.year AS STRING), ''), '\t', IF(t.explicit, '1', ''), '\t',
    COALESCE(REPLACE(t.genre, '\t', ' '), ''), '\t', CAST(DIV(p.score, 1000) AS STRING)
  ) AS features
FROM recordings AS t
JOIN popularity AS p ON p.tid = t.tid
