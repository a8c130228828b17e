-- A Bloom filter of everything a listener heard (algorithms: heard filter), as <m>.<k>.<base64>.
-- Bit b is bit b mod 8, lowest first, of byte b div 8. Who heard nothing has one clear bit.
WITH heard AS (
  SELECT lid, COUNTIF(listens > 0) AS recordings
  FROM affinity_tracks
  GROUP BY lid
),
bits_needed AS (
  SELECT
    lid, recordings,
    GREATEST(1, CAST(CEIL(-recordings * LN(@false_positive_rate) / POW(LN(2), 2)) AS INT64)) AS bits
  FROM heard
),
sizes AS (
  SELECT
    lid, bits,
    IF(recordings = 0, 1, GREATEST(1, CAST(ROUND(bits / GREATEST(recordings, 1) * LN(2)) AS INT64))) AS hashes
  FROM bits_needed
),
bits AS (
  SELECT DISTINCT s.lid, MOD(t.hash1 + i * t.hash2, s.bits) AS bit
  FROM sizes AS s
  JOIN affinity_tracks AS f ON f.lid = s.lid AND f.listens > 0
  JOIN recordings AS t ON t.tid = f.tid
  CROSS JOIN UNNEST(GENERATE_ARRAY(0, s.hashes - 1)) AS i
),
set_bytes AS (
  SELECT lid, DIV(bit, 8) AS place, SUM(1 << MOD(bit, 8)) AS byte
  FROM bits
  GROUP BY lid, place
),
all_bytes AS (
  SELECT s.lid, place
  FROM sizes AS s
  CROSS JOIN UNNEST(GENERATE_ARRAY(0, DIV(s.bits - 1, 8))) AS place
),
filled AS (
  SELECT
    a.lid,
    STRING_AGG(
      CONCAT(
        SUBSTR('0123456789abcdef', DIV(COALESCE(b.byte, 0), 16) + 1, 1),
        SUBSTR('0123456789abcdef', MOD(COALESCE(b.byte, 0), 16) + 1, 1)
      ), '' ORDER BY a.place
    ) AS hex
  FROM all_bytes AS a
  LEFT JOIN set_bytes AS b ON b.lid = a.lid AND b.place = a.place
  GROUP BY a.lid
)
SELECT
  u.listener_id,
  CONCAT(CAST(s.bits AS STRING), '.', CAST(s.hashes AS STRING), '.', TO_BASE64(FROM_HEX(f.hex))) AS heard
FROM sizes AS s
JOIN filled AS f ON f.lid = s.lid
JOIN listeners AS u ON u.lid = s.lid
