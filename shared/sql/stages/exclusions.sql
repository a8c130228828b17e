-- What each listener keeps out of their taste for now: items, recordings, artists and playlists.
WITH standing AS (
  SELECT u.lid, c.target
  FROM controls AS c
  JOIN listeners AS u ON u.listener_id = c.listener_id
  WHERE c.kind = 'exclude-from-taste' AND UNIX_MILLIS(c.changed_at) > u.erased_at
  QUALIFY c.active
    AND COALESCE(c.until > TIMESTAMP_MILLIS(@cutoff), TRUE)
    AND ROW_NUMBER() OVER (PARTITION BY u.lid, c.target ORDER BY c.changed_at DESC, c.active DESC, c.until) = 1
)
SELECT lid, target
FROM standing
