-- Each listener's candidates: five generators, each scaled to its best candidate of that listener (a million), then
-- their weighted mean; nothing heard, nothing rejected. One text cell per listener:
--   line 1 seeds' item ids by seed_no, line 2 artist ids by preference, both tab-separated; where there is a ranking model
--   (see ranking_model) a line of its weights, by which readers order the pool; then per candidate
--   features (see item_features), score, the listener's plays of the artist (and after a point those that were open,
--   where some were private or excluded), and the evidence: a letter per generator
--   (c co-listening, a artist, r new release, s sound, g genres and tags, p popularity), its score in thousandths, and .seed,
--   which counts from 0 in line 1 (c, s, g) or line 2 (a, r); at its end b1 where it would broaden their taste (see
--   play_notions): all of its genres are foreign to them, as its artist is.
-- Of the listener's own artists the places are those among what they have not heard, or their favourites' other
-- recordings would never be reached; what came out lately is first of them, and has no weight but that. The strongest seed
-- is packed with its number into one INT64, which holds for up to 65,536 seeds.
WITH members AS (
  SELECT lid, MIN(kind) AS kind, COUNT(*) AS seeds
  FROM seeds
  GROUP BY lid
),
by_co_listening AS (
  SELECT
    s.lid, n.neighbour AS tid, SUM(s.taste * n.score) AS score,
    65535 - MOD(MAX(s.taste * n.score * 65536 + 65535 - s.seed_no), 65536) AS seed
  FROM seeds AS s
  JOIN neighbours AS n ON n.tid = s.tid
  WHERE s.taste > 0
  GROUP BY s.lid, n.neighbour
),
artists_alike AS (
  SELECT s.lid, s.preference - 1 AS seed, n.neighbour AS aid, DIV(s.taste * n.score, 1000) AS score, 0 AS own
  FROM artist_seeds AS s
  JOIN artist_neighbours AS n ON n.aid = s.aid
  WHERE s.preference <= @pool_artists AND n.place <= @pool_artist_neighbours
  UNION ALL
  SELECT s.lid, s.preference - 1, s.aid, DIV(s.taste * @own_artist_score, 1000), 1
  FROM artist_seeds AS s
  WHERE s.preference <= @pool_own_artists
),
artists_wanted AS (
  SELECT
    a.lid, a.aid, SUM(a.score) AS score, MAX(a.own) AS own,
    65535 - MOD(MAX(a.score * 65536 + 65535 - a.seed), 65536) AS seed
  FROM artists_alike AS a
  GROUP BY a.lid, a.aid
  HAVING SUM(a.score) > 0
),
offered AS (
  SELECT aid, kind, tid, 0 AS own, 1 AS older, place, CAST(NULL AS INT64) AS freshness
  FROM artist_tracks
  WHERE place <= @pool_tracks_per_artist
  UNION ALL
  SELECT aid, kind, tid, 1, 0, place, freshness
  FROM new_releases
  UNION ALL
  SELECT t.aid, t.kind, t.tid, 1, 1, t.place, NULL
  FROM artist_tracks AS t
  LEFT JOIN new_releases AS n ON n.tid = t.tid
  WHERE n.tid IS NULL
),
artist_places AS (
  SELECT
    w.lid, w.score, w.seed, w.own, t.tid, t.freshness,
    IF(w.own = 1, ROW_NUMBER() OVER (PARTITION BY w.lid, w.aid ORDER BY t.older, t.place), t.place) AS place
  FROM artists_wanted AS w
  JOIN members AS m ON m.lid = w.lid
  JOIN offered AS t ON t.aid = w.aid AND t.kind = m.kind AND t.own = w.own
  LEFT JOIN affinity_tracks AS f ON f.lid = w.lid AND f.tid = t.tid
  LEFT JOIN rejected AS r ON r.lid = w.lid AND r.tid = t.tid
  WHERE f.tid IS NULL AND r.tid IS NULL
),
by_artist AS (
  SELECT p.lid, p.tid, DIV(p.score * 10, 9 + p.place) AS score, p.seed, p.freshness
  FROM artist_places AS p
  WHERE p.place <= IF(p.own = 1, @pool_tracks_per_own_artist, @pool_tracks_per_artist)
),
by_audio AS (
  SELECT
    s.lid, n.neighbour AS tid, SUM(s.taste * n.score) AS score,
    65535 - MOD(MAX(s.taste * n.score * 65536 + 65535 - s.seed_no), 65536) AS seed
  FROM seeds AS s
  JOIN audio_neighbours AS n ON n.tid = s.tid
  WHERE s.preference <= @pool_audio_seeds AND s.taste > 0
  GROUP BY s.lid, n.neighbour
),
by_tags AS (
  SELECT
    s.lid, n.neighbour AS tid, SUM(s.taste * n.score) AS score,
    65535 - MOD(MAX(s.taste * n.score * 65536 + 65535 - s.seed_no), 65536) AS seed
  FROM seeds AS s
  JOIN tag_neighbours AS n ON n.tid = s.tid
  WHERE s.preference <= @pool_tag_seeds AND s.taste > 0
  GROUP BY s.lid, n.neighbour
),
popular AS (
  SELECT tid, kind, score
  FROM popularity
  WHERE kind != 'episode' AND place <= @pool_popular
),
proposed AS (
  SELECT lid, tid, 'co' AS generator, score, seed, CAST(NULL AS INT64) AS freshness FROM by_co_listening
  UNION ALL
  SELECT lid, tid, 'artist', score, seed, freshness FROM by_artist
  UNION ALL
  SELECT lid, tid, 'audio', score, seed, NULL FROM by_audio
  UNION ALL
  SELECT lid, tid, 'tags', score, seed, NULL FROM by_tags
  UNION ALL
  SELECT m.lid, p.tid, 'popular', p.score, 0, NULL
  FROM members AS m
  JOIN popular AS p ON p.kind = m.kind
),
unheard AS (
  SELECT p.lid, p.tid, p.generator, p.score, p.seed, p.freshness
  FROM proposed AS p
  LEFT JOIN affinity_tracks AS f ON f.lid = p.lid AND f.tid = p.tid
  LEFT JOIN rejected AS r ON r.lid = p.lid AND r.tid = p.tid
  WHERE f.tid IS NULL AND r.tid IS NULL
),
scaled AS (
  SELECT
    u.lid, u.tid, u.generator, u.seed,
    CAST(ROUND(
      CAST(u.score AS FLOAT64) * 1000000
        / CAST(GREATEST(MAX(u.score) OVER (PARTITION BY u.lid, u.generator), 1) AS FLOAT64)
    ) AS INT64) AS score,
    CAST(ROUND(
      CAST(u.freshness AS FLOAT64) * 1000000
        / CAST(GREATEST(MAX(u.freshness) OVER (PARTITION BY u.lid, u.generator), 1) AS FLOAT64)
    ) AS INT64) AS freshness
  FROM unheard AS u
),
merged AS (
  SELECT
    lid,
    tid,
    MAX(IF(generator = 'co', score, NULL)) AS co,
    MAX(IF(generator = 'artist', score, NULL)) AS artist,
    MAX(freshness) AS freshness,
    MAX(IF(generator = 'audio', score, NULL)) AS audio,
    MAX(IF(generator = 'tags', score, NULL)) AS tags,
    MAX(IF(generator = 'popular', score, NULL)) AS popular,
    MAX(IF(generator = 'co', seed, NULL)) AS co_seed,
    MAX(IF(generator = 'artist', seed, NULL)) AS artist_seed,
    MAX(IF(generator = 'audio', seed, NULL)) AS audio_seed,
    MAX(IF(generator = 'tags', seed, NULL)) AS tags_seed
  FROM scaled
  GROUP BY lid, tid
),
weighed AS (
  SELECT
    m.*,
    COALESCE(co, 0) * @weight_co_listening + COALESCE(artist, 0) * @weight_artist
      + COALESCE(audio, 0) * @weight_audio + COALESCE(tags, 0) * @weight_tags
      + COALESCE(popular, 0) * @weight_popularity AS score
  FROM merged AS m
),
ranked AS (
  SELECT w.*, ROW_NUMBER() OVER (PARTITION BY lid ORDER BY score DESC, tid) AS place
  FROM weighed AS w
),
weights AS (
  SELECT GREATEST(
    @weight_co_listening + @weight_artist + @weight_audio + @weight_tags + @weight_popularity, 1
  ) AS total
),
written AS (
  SELECT
    r.lid,
    r.place,
    r.tid,
    i.aid > 0 AND COALESCE(k.plays, 0) = 0 AS new_artist,
    CONCAT(
      i.features, '\t', CAST(DIV(r.score, w.total) AS STRING), '\t', CAST(COALESCE(k.plays, 0) AS STRING),
      IF(k.public_plays < k.plays, CONCAT('.', CAST(k.public_plays AS STRING)), ''), '\t',
      IF(r.co IS NULL, '', CONCAT('c', CAST(DIV(r.co, 1000) AS STRING), '.', CAST(r.co_seed AS STRING))),
      IF(r.artist IS NULL, '', CONCAT('a', CAST(DIV(r.artist, 1000) AS STRING), '.', CAST(r.artist_seed AS STRING))),
      IF(r.freshness IS NULL, '', CONCAT('r', CAST(DIV(r.freshness, 1000) AS STRING), '.', CAST(r.artist_seed AS STRING))),
      IF(r.audio IS NULL, '', CONCAT('s', CAST(DIV(r.audio, 1000) AS STRING), '.', CAST(r.audio_seed AS STRING))),
      IF(r.tags IS NULL, '', CONCAT('g', CAST(DIV(r.tags, 1000) AS STRING), '.', CAST(r.tags_seed AS STRING))),
      IF(r.popular IS NULL, '', CONCAT('p', CAST(DIV(r.popular, 1000) AS STRING)))
    ) AS line
  FROM ranked AS r
  CROSS JOIN weights AS w
  JOIN item_features AS i ON i.tid = r.tid
  LEFT JOIN affinity_artists AS k ON k.lid = r.lid AND k.aid = i.aid
  WHERE r.place <= @pool_size
),
genres AS (
  SELECT DISTINCT t.tid, name
  FROM recordings AS t
  CROSS JOIN UNNEST(SPLIT(t.genres, '|')) AS name
),
at_home AS (
  SELECT lid, genre
  FROM affinity_genres
  WHERE CAST(plays AS FLOAT64) / CAST(GREATEST(known_plays, 1) AS FLOAT64) >= @broadening_genre_share
),
at_home_somewhere AS (
  SELECT DISTINCT lid
  FROM affinity_genres
  WHERE known_plays > 0
),
lines AS (
  SELECT
    w.lid,
    w.place,
    CONCAT(
      MIN(w.line),
      IF(COUNTIF(s.lid IS NOT NULL AND g.name IS NOT NULL) > 0 AND COUNTIF(h.genre IS NOT NULL) = 0, 'b1', '')
    ) AS line
  FROM written AS w
  LEFT JOIN at_home_somewhere AS s ON s.lid = w.lid
  LEFT JOIN genres AS g ON g.tid = w.tid AND w.new_artist
  LEFT JOIN at_home AS h ON h.lid = w.lid AND h.genre = g.name
  GROUP BY w.lid, w.place
),
bodies AS (
  SELECT lid, COUNT(*) AS candidates, STRING_AGG(line, '\n' ORDER BY place) AS body
  FROM lines
  GROUP BY lid
),
artist_headers AS (
  SELECT s.lid, STRING_AGG(a.artist_id, '\t' ORDER BY s.preference) AS header
  FROM artist_seeds AS s
  JOIN artists AS a ON a.aid = s.aid
  WHERE s.preference <= GREATEST(@pool_artists, @pool_own_artists)
  GROUP BY s.lid
),
headers AS (
  SELECT s.lid, STRING_AGG(t.item_id, '\t' ORDER BY s.seed_no) AS header
  FROM seeds AS s
  JOIN recordings AS t ON t.tid = s.tid
  GROUP BY s.lid
)
SELECT
  u.listener_id,
  COALESCE(b.candidates, 0) AS candidates,
  CONCAT(h.header, '\n', COALESCE(ah.header, ''), q.line, IF(b.body IS NULL, '', CONCAT('\n', b.body))) AS pool
FROM headers AS h
CROSS JOIN ranking_model AS q
JOIN listeners AS u ON u.lid = h.lid
LEFT JOIN artist_headers AS ah ON ah.lid = h.lid
LEFT JOIN bodies AS b ON b.lid = h.lid
