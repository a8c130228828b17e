/** Write–audit–publish: what a build must show before anyone sees it (algorithms: data quality). */

/** A query that gives one row {violations}: passed when it is 0. */
export interface Audit {
  readonly name: string;
  /** What a violation means, for the operator who reads it. */
  readonly meaning: string;
  readonly sql: string;
}

const unique = (table: string, key: string): Audit => ({
  name: `unique:${table}`,
  meaning: `${table} holds two rows for one ${key}`,
  sql: `SELECT COUNT(*) AS violations FROM (SELECT ${key} FROM ${table} GROUP BY ${key} HAVING COUNT(*) > 1)`,
});

const present = (table: string, column: string): Audit => ({
  name: `present:${table}.${column}`,
  meaning: `${table} has rows without ${column}`,
  sql: `SELECT COUNTIF(${column} IS NULL OR ${column} = '') AS violations FROM ${table}`,
});

const refers = (table: string, column: string, target: string, key: string): Audit => ({
  name: `refers:${table}.${column}`,
  meaning: `${table} names a ${column} that ${target} does not have`,
  sql: `SELECT COUNT(*) AS violations FROM ${table} AS a LEFT JOIN ${target} AS b ON b.${key} = a.${column} WHERE b.${key} IS NULL`,
});

export const AUDITS: readonly Audit[] = [
  unique('listeners', 'listener_id'),
  unique('recordings', 'recording_id'),
  unique('artists', 'artist_id'),
  unique('listener_pools', 'listener_id'),
  unique('heard_filters', 'listener_id'),
  unique('recent_history', 'listener_id'),
  unique('taste_profiles', 'listener_id'),
  unique('related_items', 'item_id'),
  unique('session_neighbours', 'item_id'),
  unique('shared_pools', 'pool_key'),
  unique('catalogue_shards', 'shard_key'),
  present('heard_filters', 'heard'),
  present('taste_profiles', 'taste'),
  refers('neighbours', 'neighbour', 'recordings', 'tid'),
  refers('audio_neighbours', 'neighbour', 'recordings', 'tid'),
  refers('transitions', 'next_tid', 'recordings', 'tid'),
  refers('seeds', 'tid', 'recordings', 'tid'),
  {
    name: 'dedupe',
    meaning: 'an event that arrived more than once is in the build more than once',
    sql: `SELECT COUNT(*) AS violations FROM (
      SELECT l.lid, l.event_id FROM listening AS l JOIN listeners AS u ON u.lid = l.lid
      JOIN repeated_events AS r ON r.event_id = l.event_id AND r.listener_id = u.listener_id
      GROUP BY l.lid, l.event_id HAVING COUNT(*) > 1)`,
  },
  {
    name: 'heard',
    meaning: 'a listener who heard something has no heard filter',
    sql: `SELECT COUNT(*) AS violations FROM (SELECT DISTINCT lid FROM affinity_tracks) AS a
      JOIN listeners AS u ON u.lid = a.lid
      LEFT JOIN heard_filters AS h ON h.listener_id = u.listener_id WHERE h.listener_id IS NULL`,
  },
];

/**
 * Active listeners and those of them with candidates: one row {active, covered}. Active is who has a seed and has not
 * heard (or ruled out) as many recordings as there are of that kind: a lone history leaves nothing to recommend.
 */
export const COVERAGE_SQL = `SELECT COUNT(*) AS active, COUNTIF(COALESCE(p.candidates, 0) > 0) AS covered
  FROM (SELECT lid, MIN(kind) AS kind FROM seeds GROUP BY lid) AS s
  JOIN listeners AS u ON u.lid = s.lid
  JOIN (SELECT kind, COUNT(*) AS recordings FROM recordings GROUP BY kind) AS k ON k.kind = s.kind
  JOIN (SELECT lid, COUNT(*) AS known FROM affinity_tracks GROUP BY lid) AS h ON h.lid = s.lid
  LEFT JOIN (SELECT lid, COUNT(*) AS ruled_out FROM rejected GROUP BY lid) AS r ON r.lid = s.lid
  LEFT JOIN listener_pools AS p ON p.listener_id = u.listener_id
  WHERE k.recordings > h.known + COALESCE(r.ruled_out, 0)`;
export const MINIMUM_COVERAGE = 0.99;

/** Neighbour scores by power of two: rows {bucket, pairs}, for the drift audit. */
export const SCORE_HISTOGRAM_SQL = `SELECT CAST(FLOOR(LN(score) / LN(2)) AS INT64) AS bucket, COUNT(*) AS pairs
  FROM neighbours WHERE score > 0 GROUP BY bucket ORDER BY bucket`;
export const SCORE_BUCKETS = 24;

/** A spread of about fifty listeners, and what is served of one: heard filter, what they heard, pool. */
export const CANARY_SAMPLE_SQL = `SELECT u.listener_id FROM listeners AS u
  JOIN (SELECT DISTINCT lid FROM affinity_tracks
    WHERE listens > 0 AND MOD(lid, GREATEST(DIV(@listeners, 50), 1)) = 0) AS f ON f.lid = u.lid
  ORDER BY u.lid`;
export const CANARY_SQL = `SELECT h.heard, r.recent, COALESCE(p.pool, '') AS pool
  FROM (SELECT listener_id, heard FROM heard_filters WHERE listener_id = @listener) AS h
  JOIN (SELECT listener_id, recent FROM recent_history WHERE listener_id = @listener) AS r
    ON r.listener_id = h.listener_id
  LEFT JOIN (SELECT listener_id, pool FROM listener_pools WHERE listener_id = @listener) AS p
    ON p.listener_id = h.listener_id`;

/** What the build learned to order pools by, and how that did; one row. */
export const MODEL_SQL = `SELECT heard, retained, auc, configured_auc, line FROM ranking_model`;

/** Of each sampled pool's candidates so many are taken for what listeners see of it. */
export const EXPOSED_PLACES = 20;
/** Fewer listeners in the sample tell nothing of what a community is shown. */
export const LEAST_EXPOSED = 25;
/** What the artists' exposure may grow more uneven by in a week: a Gini coefficient. */
export const EXPOSURE_TOLERANCE = 0.1;

/** Stages whose row counts must stay near the median of recent builds. */
export const VOLUME_STAGES = [
  'listeners',
  'recordings',
  'listening',
  'neighbours',
  'listener_pools',
] as const;
export const VOLUME_TOLERANCE = 0.3;
export const MAXIMUM_PSI = 0.2;
/** From this many published builds on, volume and drift are judged. */
export const HISTORY_NEEDED = 6;
export const WEEK_MS = 7 * 86_400_000;
