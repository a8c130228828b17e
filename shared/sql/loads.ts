/** What a template loads: for each row table one query over a finished build, of one row a key and one column a qualifier. */
import type { BuildTable } from '../schema/rows.ts';

export interface LoadQuery {
  readonly table: BuildTable;
  /** The column family that every qualifier belongs to; a template writes one family a run. */
  readonly family: 'build';
  /** Columns of the query beside `row_key` STRING and `build_ts` INT64 (epoch ms): STRING, NULL where there is no cell. */
  readonly qualifiers: readonly string[];
  /** GoogleSQL over the build's stages and the warehouse's tables, with @cutoff, epoch ms, as its only parameter. */
  readonly sql: string;
}

/**
 * Listeners of a build whom an erasure took since, whatever it says of when: one that the build did not know, or one
 * at or after its cutoff. `listeners.erased_at` is the erasure that the build knew of.
 */
const ERASURES = `(
  SELECT listener_hash, MAX(UNIX_MILLIS(erased_at)) AS erased_at
  FROM erasures
  GROUP BY listener_hash
)`;
const KEY = "CONCAT(SUBSTR(TO_HEX(SHA256(u.listener_id)), 1, 4), '#', u.listener_id)";

/** As the direct load writes them: the same cells under the same keys, without whom an erasure took since. */
export const LOAD_QUERIES: readonly LoadQuery[] = [
  {
    table: 'listeners',
    family: 'build',
    qualifiers: ['pool', 'heard', 'recent', 'taste'],
    sql: `SELECT
  ${KEY} AS row_key,
  p.pool,
  h.heard,
  r.recent,
  t.taste,
  @cutoff AS build_ts
FROM listeners AS u
LEFT JOIN listener_pools AS p ON p.listener_id = u.listener_id
LEFT JOIN heard_filters AS h ON h.listener_id = u.listener_id
LEFT JOIN recent_history AS r ON r.listener_id = u.listener_id
LEFT JOIN taste_profiles AS t ON t.listener_id = u.listener_id
LEFT JOIN ${ERASURES} AS e ON e.listener_hash = TO_HEX(SHA256(u.listener_id))
WHERE COALESCE(e.erased_at, 0) <= u.erased_at AND COALESCE(e.erased_at, 0) < @cutoff
  AND (p.pool IS NOT NULL OR h.heard IS NOT NULL OR r.recent IS NOT NULL OR t.taste IS NOT NULL)`,
  },
  {
    table: 'catalog',
    family: 'build',
    qualifiers: ['related', 'session'],
    sql: `SELECT r.item_id AS row_key, r.related, s.session, @cutoff AS build_ts
FROM related_items AS r
LEFT JOIN session_neighbours AS s ON s.item_id = r.item_id`,
  },
  {
    table: 'pools',
    family: 'build',
    qualifiers: ['pool', 'items'],
    sql: `SELECT pool_key AS row_key, pool, CAST(NULL AS STRING) AS items, @cutoff AS build_ts FROM shared_pools
UNION ALL
SELECT shard_key, CAST(NULL AS STRING), items, @cutoff FROM catalogue_shards`,
  },
];

/**
 * Keys of the build's listeners whom an erasure took since: rows {row_key}. A template that began before the erasure
 * writes their cells after it, so they are deleted once more when it has ended.
 */
export const ERASED_SINCE_SQL = `SELECT ${KEY} AS row_key
FROM listeners AS u
JOIN ${ERASURES} AS e ON e.listener_hash = TO_HEX(SHA256(u.listener_id))
WHERE e.erased_at > u.erased_at OR e.erased_at >= @cutoff
ORDER BY row_key`;
