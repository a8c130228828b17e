-- What goes with each item of the catalogue, for "similar" and "next" and for listeners whose first play is minutes
-- old: the same candidate lines as a listener's pool (see listener_pools) with c (co-listening), n (played
-- next) and s (sound) as generators, without seeds, below two empty lines.
WITH proposed AS (
  SELECT tid, neighbour AS other, 'co' AS generator, score FROM neighbours WHERE place <= @related_neighbours
  UNION ALL
  SELECT tid, next_tid, 'next', weight FROM transitions WHERE place <= @related_next
  UNION ALL
  SELECT tid, neighbour, 'audio', score FROM audio_neighbours WHERE place <= @related_audio
),
scaled AS (
  SELECT
    tid, other, generator,
    DIV(score * 1000, GREATEST(MAX(score) OVER (PARTITION BY tid, generator), 1)) AS score
  FROM proposed
),
merged AS (
  SELECT
    tid,
    other,
    MAX(IF(generator = 'co', score, NULL)) AS co,
    MAX(IF(generator = 'next', score, NULL)) AS next,
    MAX(IF(generator = 'audio', score, NULL)) AS audio
  FROM scaled
  GROUP BY tid, other
),
weighed AS (
  SELECT
    m.*,
    COALESCE(co, 0) * @weight_co_listening + COALESCE(next, 0) * @weight_next
      + COALESCE(audio, 0) * @weight_audio AS score
  FROM merged AS m
),
placed AS (
  SELECT w.*, ROW_NUMBER() OVER (PARTITION BY tid ORDER BY score DESC, other) AS place
  FROM weighed AS w
),
bodies AS (
  SELECT
    w.tid,
    STRING_AGG(
      CONCAT(
        f.features, '\t', CAST(w.score AS STRING), '\t\t',
        IF(w.co IS NULL, '', CONCAT('c', CAST(w.co AS STRING))),
        IF(w.next IS NULL, '', CONCAT('n', CAST(w.next AS STRING))),
        IF(w.audio IS NULL, '', CONCAT('s', CAST(w.audio AS STRING)))
      ), '\n' ORDER BY w.place
    ) AS body
  FROM placed AS w
  JOIN item_features AS f ON f.tid = w.other
  GROUP BY w.tid
),
names AS (
  SELECT DISTINCT item_id, recording_id FROM catalogue
  UNION DISTINCT
  SELECT item_id, recording_id FROM recordings
)
SELECT
  n.item_id,
  MIN(CONCAT('\n', IF(b.body IS NULL, '', CONCAT('\n', b.body)))) AS related
FROM names AS n
JOIN recordings AS t ON t.recording_id = n.recording_id
LEFT JOIN bodies AS b ON b.tid = t.tid
GROUP BY n.item_id
