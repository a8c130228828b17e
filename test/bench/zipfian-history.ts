/** Plays at scale, made inside DuckDB: zipfian tracks, heavy-tailed listeners, sessions of ten, a third skipped. */
import { join } from 'node:path';
import { connect, createTableSql, openEngine } from '../../shared/embedded/duckdb-engine.ts';
import { TABLES } from '../../shared/schema/tables.ts';

export interface Scale {
  readonly plays: number;
  readonly listeners: number;
  readonly tracks: number;
  /** Epoch ms of the newest play. */
  readonly endAt: number;
}

/** Uniform in [0, 1), the same on every run. */
const uniform = (...parts: string[]) => `((hash(${parts.join(', ')}) % 1000003) / 1000003e0)`;

/** Fills the tables `listens` and `catalogue` of a warehouse that nothing has open. Repeatable. */
export async function fillWithPlays(
  directory: string,
  { plays, listeners, tracks, endAt }: Scale,
  engine: { threads: number; memory: string },
): Promise<void> {
  const instance = await openEngine(join(directory, 'warehouse.duckdb'), {
    ...engine,
    temporaryDirectory: join(directory, 'tmp'),
  });
  const connection = await connect(instance);
  for (const [name, table] of Object.entries(TABLES))
    await connection.run(createTableSql(name, table.columns));
  const artists = Math.ceil(tracks / 10);
  // Beside the tracks that are heard some that came out in the last fortnight and are not.
  const released = Math.ceil(tracks / 50);
  const isNew = `i >= ${tracks}`;
  await connection.run(`INSERT INTO catalogue (
      item_id, recording_id, kind, title, artist, artist_id, genres, tempo, key, mode, energy, valence, year, explicit,
      duration_ms, source, updated_at, released_at
    )
    SELECT 't' || i, 't' || i, 'track', 'Track ' || i, 'Artist ' || a, 'a' || a, 'genre' || (a % 20),
      CASE WHEN hash(i, 1) % 4 = 0 THEN NULL ELSE 60 + ${uniform('i', '2')} * 120 END,
      hash(i, 3) % 12, hash(i, 4) % 2,
      CASE WHEN hash(i, 1) % 4 = 0 THEN NULL ELSE ${uniform('i', '5')} END, ${uniform('i', '6')},
      CASE WHEN ${isNew} THEN NULL ELSE 1960 + hash(i, 7) % 65 END,
      hash(i, 8) % 10 = 0, 150000 + hash(i, 9) % 150000, 'generated',
      make_timestamp(${endAt} * 1000),
      CASE WHEN ${isNew} THEN make_timestamp((${endAt} - (hash(i, 11) % 14)::BIGINT * 86400000) * 1000) END
    FROM (SELECT i, hash(i, 'artist') % ${artists} AS a FROM range(${tracks + released}) AS r(i))`);
  // Activity is log-normal; the last listeners' plays are cut or added so that the sum is exact.
  await connection.run(`INSERT INTO listens
    WITH activity AS (
      SELECT u, CEIL(exp(1.1 * sqrt(-2 * ln(${uniform('u', "'a'")} + 1e-9)) * cos(6.2831853 * ${uniform('u', "'b'")}))) AS w
      FROM range(${listeners}) AS r(u)
    ),
    counts AS (SELECT u, CAST(CEIL(w * ${plays} / SUM(w) OVER ()) AS BIGINT) AS n FROM activity),
    each_play AS (SELECT u, UNNEST(range(n)) AS k, n FROM counts LIMIT ${plays}),
    placed AS (
      SELECT u, k,
        CAST(FLOOR(exp(ln(${tracks}) * ${uniform('u', 'k', "'t'")})) AS BIGINT) - 1 AS rank,
        ${endAt} - ((n - k) // 10) * 150000000 - (10 - k % 10) * 240000 - hash(u, k) % 60000 AS heard_ms
      FROM each_play
    ),
    chosen AS (SELECT *, (rank * 48271) % ${tracks} AS i FROM placed)
    SELECT 'e' || u || '-' || k, 1, 'listen', 'u' || u, 't' || i, 't' || i, NULL,
      make_timestamp((heard_ms * 1000)::BIGINT), make_timestamp(((heard_ms + 2000) * 1000)::BIGINT),
      CASE WHEN hash(u, k, 's') % 3 = 0 THEN 5000 + hash(u, k, 'p') % 24000 ELSE 120000 + hash(u, k, 'p') % 180000 END,
      NULL, false, 1, false, NULL, NULL, NULL, NULL, NULL, 'generated'
    FROM chosen`);
  connection.closeSync();
  instance.closeSync();
}
