-- Recordings that sound alike, for catalogues nobody has co-listened: compared within cells of tempo (octaves
-- folded) and energy, each cut by valence into blocks of block_size, so that the cost stays linear.
-- Features are the recording's own or, where it has none, its artist's mean. Scores in thousandths, at most 1,200.
WITH audible AS (
  SELECT
    tid,
    aid,
    genre,
    year,
    audio_energy AS energy,
    COALESCE(audio_valence, 500) AS valence,
    IF(audio_tempo >= 1600, DIV(audio_tempo, 2), IF(audio_tempo < 800, audio_tempo * 2, audio_tempo)) AS tempo
  FROM recordings
  WHERE kind = 'track' AND audio_tempo > 0 AND audio_energy IS NOT NULL
),
celled AS (
  SELECT a.*, DIV(tempo, 100) AS tempo_cell, DIV(energy, 200) AS energy_cell
  FROM audible AS a
),
blocked AS (
  SELECT
    c.*,
    DIV(ROW_NUMBER() OVER (PARTITION BY tempo_cell, energy_cell ORDER BY valence, tid) - 1, @block_size) AS block
  FROM celled AS c
),
pairs AS (
  SELECT
    a.tid,
    b.tid AS neighbour,
    450 - DIV(LEAST(ABS(a.tempo - b.tempo), 200) * 450, 200)
      + 350 - DIV(ABS(a.energy - b.energy) * 350, 1000)
      + 200 - DIV(ABS(a.valence - b.valence) * 200, 1000)
      + IF(a.genre = b.genre, 150, 0)
      + IF(ABS(a.year - b.year) <= 5, 50, 0) AS score
  FROM blocked AS a
  JOIN blocked AS b
    ON b.tempo_cell = a.tempo_cell AND b.energy_cell = a.energy_cell AND b.block = a.block AND b.tid != a.tid
)
SELECT
  tid,
  neighbour,
  score,
  ROW_NUMBER() OVER (PARTITION BY tid ORDER BY score DESC, neighbour) AS place
FROM pairs
QUALIFY place <= @audio_neighbours
