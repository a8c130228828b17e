/** Which stages the embedded warehouse answers by a kernel, and how their tables go in and out. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { BloomFilter } from '../../domain/bloom.ts';
import type { StageParams } from '../../sql/stage.ts';
import { appendColumns, readNumbers, readTexts, rowOffsets, toInt32 } from '../duckdb-columns.ts';
import type { CoListeningInput, CoListeningOutput } from './co-listening.ts';
import type { SparseRows } from './generator.ts';
import { runKernel } from './parallel.ts';
import type { PoolsInput, PoolsOutput } from './pools-input.ts';
import { packTexts } from './text-writer.ts';

export interface KernelContext {
  readonly connection: DuckDBConnection;
  readonly params: StageParams;
  readonly threads: number;
  /** The output table, created with the stage's columns and empty. */
  readonly table: { name: string; schema: string; catalog: string };
}

export type StageKernel = (context: KernelContext) => Promise<void>;

export const STAGE_KERNELS: Readonly<Record<string, StageKernel>> = {
  near_neighbours: (context) => findNeighbours(context, 'seeds', 'degrees', 'tid', 'near_neighbours'),
  neighbours: (context) => findNeighbours(context, 'seeds', 'closeness', 'tid', 'neighbours', 'most_near'),
  artist_neighbours: (context) =>
    findNeighbours(context, 'artist_seeds', 'artist_degrees', 'aid', 'artist_neighbours'),
  listener_pools: writePools,
  heard_filters: writeHeardFilters,
};

function numberOf(params: StageParams, name: string): number {
  const value = params[name];
  if (typeof value !== 'number') throw new Error(`The kernel needs the number @${name}.`);
  return value;
}

async function maximum(connection: DuckDBConnection, column: string, table: string): Promise<number> {
  const reader = await connection.runAndReadAll(
    `SELECT CAST(COALESCE(MAX(${column}), 0) AS DOUBLE) FROM ${table}`,
  );
  return Number(reader.getRows()[0]?.[0]);
}

/** Opens an appender on the output table for as long as `work` runs. */
async function appending(
  { connection, table }: KernelContext,
  work: (append: (columns: Parameters<typeof appendColumns>[1]) => void) => Promise<void>,
): Promise<void> {
  const appender = await connection.createAppender(table.name, table.schema, table.catalog);
  await work((columns) => appendColumns(appender, columns));
  appender.closeSync();
}

async function findNeighbours(
  context: KernelContext,
  seeds: string,
  factors: string,
  id: string,
  limit: string,
  most?: string,
): Promise<void> {
  const { connection, params, threads } = context;
  const [listenerColumn, idColumn, weightColumn] = (await readNumbers(
    connection,
    ['lid', id, 'weight'],
    `${seeds} ORDER BY lid, ${id}`,
  )) as [Float64Array, Float64Array, Float64Array];
  const [factorIds, outs, ins] = (await readNumbers(
    connection,
    [id, 'out_factor', 'in_factor'],
    `${factors} ORDER BY ${id}`,
  )) as [Float64Array, Float64Array, Float64Array];
  const lastListener = listenerColumn.at(-1) ?? 0;
  if (factorIds.length === 0) return;
  // Who is alone has no closeness, and may be the last.
  const lastId = idColumn.reduce((last, of) => Math.max(last, of), 0);

  const weights = new Float64Array(new SharedArrayBuffer((lastListener + 1) * 8));
  for (const [row, listener] of listenerColumn.entries()) weights[listener] = weightColumn[row]!;
  const outFactors = new Float64Array(new SharedArrayBuffer((lastId + 1) * 8));
  const inFactors = new Float64Array(new SharedArrayBuffer((lastId + 1) * 8));
  for (const [row, at] of factorIds.entries()) {
    outFactors[at] = outs[row]!;
    inFactors[at] = ins[row]!;
  }
  const ids = toInt32(idColumn);
  const { offsets: idOffsets, listeners } = transpose(listenerColumn, ids, lastId);
  const input: CoListeningInput = {
    listenerOffsets: rowOffsets(listenerColumn, lastListener),
    ids,
    weights,
    idOffsets,
    listeners,
    outFactors,
    inFactors,
    limit: numberOf(params, limit),
    most: most === undefined ? Number.POSITIVE_INFINITY : numberOf(params, most),
  };
  await appending(context, (append) =>
    runKernel<CoListeningInput, CoListeningOutput>(
      new URL('./co-listening-worker.ts', import.meta.url),
      input,
      { count: lastId, block: 256, threads },
      ({ ids: from, neighbours, scores, places }) => append([from, neighbours, scores, places]),
    ),
  );
}

/** From rows by listener to rows by id, listeners ascending within each. */
function transpose(
  listenerColumn: Float64Array,
  ids: Int32Array,
  lastId: number,
): { offsets: Int32Array; listeners: Int32Array } {
  const offsets = new Int32Array(new SharedArrayBuffer((lastId + 2) * 4));
  for (const id of ids) offsets[id + 1]! += 1;
  for (let id = 1; id < offsets.length; id++) offsets[id]! += offsets[id - 1]!;
  const next = offsets.slice();
  const listeners = new Int32Array(new SharedArrayBuffer(ids.length * 4));
  for (const [row, id] of ids.entries()) listeners[next[id]!++] = listenerColumn[row]!;
  return { offsets, listeners };
}

/** A table of (from, to, score) ordered by `order`, as compressed sparse rows over ids up to maxId. */
async function readRows(
  connection: DuckDBConnection,
  columns: readonly [string, string, string],
  from: string,
  maxId: number,
): Promise<SparseRows> {
  const [keys, ids, scores] = (await readNumbers(connection, columns, from)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return { offsets: rowOffsets(keys, maxId), ids: toInt32(ids), scores };
}

/** Texts by dense id, index 0 empty. */
async function readDense(connection: DuckDBConnection, column: string, from: string): Promise<string[]> {
  return ['', ...(await readTexts(connection, column, from)).map((text) => text ?? '')];
}

async function writePools(context: KernelContext): Promise<void> {
  const { connection, params, threads } = context;
  const of = (name: string) => numberOf(params, name);
  const listeners = await maximum(connection, 'lid', 'listeners');
  const recordings = await maximum(connection, 'tid', 'recordings');
  const artists = await maximum(connection, 'aid', 'artists');
  const [seedListeners, seedIds, tastes, preferences, kinds] = (await readNumbers(
    connection,
    ['lid', 'tid', 'taste', 'preference', "(kind = 'artist')::INT"],
    'seeds ORDER BY lid, seed_no',
  )) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const listenerKind = new Int32Array(new SharedArrayBuffer((listeners + 1) * 4));
  for (const [row, listener] of seedListeners.entries()) listenerKind[listener] = kinds[row]!;

  const [artistListeners, artistsPlayed, plays, openPlays] = (await readNumbers(
    connection,
    ['lid', 'aid', 'plays', 'public_plays'],
    '(SELECT * FROM affinity_artists WHERE plays > 0) ORDER BY lid, aid',
  )) as [Float64Array, Float64Array, Float64Array, Float64Array];

  const ofArtists = (table: string, kind: string, score: string) =>
    readRows(
      connection,
      ['aid', 'tid', score],
      `(SELECT * FROM ${table} WHERE kind = '${kind}') ORDER BY aid, place`,
      artists,
    );
  const popularOf = async (kind: string) => {
    const from = `(SELECT * FROM popularity WHERE kind = '${kind}' AND place <= ${of('pool_popular')}) ORDER BY place`;
    const [ids, scores] = (await readNumbers(connection, ['tid', 'score'], from)) as [
      Float64Array,
      Float64Array,
    ];
    return { ids: toInt32(ids), scores };
  };
  const pairsOf = (table: string) =>
    readRows(connection, ['lid', 'tid', '0'], `${table} ORDER BY lid, tid`, listeners);

  await connection.run(`CREATE OR REPLACE TEMP TABLE genre_numbers AS
    SELECT genre, ROW_NUMBER() OVER (ORDER BY genre) AS gid
    FROM (SELECT DISTINCT UNNEST(string_split(genres, '|')) AS genre FROM recordings)`);
  const [reaching] = (await readNumbers(
    connection,
    ['lid'],
    '(SELECT DISTINCT lid FROM affinity_genres WHERE known_plays > 0)',
  )) as [Float64Array];
  const hasGenres = new Int32Array(new SharedArrayBuffer((listeners + 1) * 4));
  for (const listener of reaching) hasGenres[listener] = 1;

  const input: PoolsInput = {
    seeds: { offsets: rowOffsets(seedListeners, listeners), ids: toInt32(seedIds), scores: tastes },
    seedPreferences: toInt32(preferences),
    listenerKind,
    neighbours: await readRows(
      connection,
      ['tid', 'neighbour', 'score'],
      'neighbours ORDER BY tid, place',
      recordings,
    ),
    artistSeeds: await readRows(
      connection,
      ['lid', 'aid', 'taste'],
      `(SELECT * FROM artist_seeds WHERE preference <= ${Math.max(of('pool_artists'), of('pool_own_artists'))}) ORDER BY lid, preference`,
      listeners,
    ),
    artistNeighbours: await readRows(
      connection,
      ['aid', 'neighbour', 'score'],
      `(SELECT * FROM artist_neighbours WHERE place <= ${of('pool_artist_neighbours')}) ORDER BY aid, place`,
      artists,
    ),
    artistTracks: [
      await ofArtists('artist_tracks', 'track', 'place'),
      await ofArtists('artist_tracks', 'artist', 'place'),
    ],
    newReleases: [
      await ofArtists('new_releases', 'track', 'freshness'),
      await ofArtists('new_releases', 'artist', 'freshness'),
    ],
    audioNeighbours: await readRows(
      connection,
      ['tid', 'neighbour', 'score'],
      'audio_neighbours ORDER BY tid, place',
      recordings,
    ),
    tagNeighbours: await readRows(
      connection,
      ['tid', 'neighbour', 'score'],
      'tag_neighbours ORDER BY tid, place',
      recordings,
    ),
    popular: [await popularOf('track'), await popularOf('artist')],
    heard: await pairsOf('affinity_tracks'),
    rejected: await pairsOf('rejected'),
    artistPlays: {
      offsets: rowOffsets(artistListeners, listeners),
      ids: toInt32(artistsPlayed),
      scores: plays,
    },
    openPlays,
    artistOf: toInt32(
      Float64Array.from([0, ...(await readNumbers(connection, ['aid'], 'recordings ORDER BY tid'))[0]!]),
    ),
    listenerIds: await readDense(connection, 'listener_id', 'listeners ORDER BY lid'),
    genres: await readRows(
      connection,
      ['tid', 'gid', '0'],
      `(SELECT DISTINCT tid, UNNEST(string_split(genres, '|')) AS genre FROM recordings) JOIN genre_numbers USING (genre)
        ORDER BY tid, gid`,
      recordings,
    ),
    homeGenres: await readRows(
      connection,
      ['lid', 'gid', '0'],
      `(SELECT lid, genre FROM affinity_genres
        WHERE plays::DOUBLE / GREATEST(known_plays, 1)::DOUBLE >= ${of('broadening_genre_share')})
        JOIN genre_numbers USING (genre) ORDER BY lid, gid`,
      listeners,
    ),
    hasGenres,
    genreCount: await maximum(connection, 'gid', 'genre_numbers'),
    itemIds: packTexts(await readDense(connection, 'item_id', 'recordings ORDER BY tid')),
    features: packTexts(await readDense(connection, 'features', 'item_features ORDER BY tid')),
    artistIds: packTexts(await readDense(connection, 'artist_id', 'artists ORDER BY aid')),
    modelLine: packTexts(await readDense(connection, 'line', 'ranking_model')),
    parameters: {
      own_artist_score: of('own_artist_score'),
      pool_artists: of('pool_artists'),
      pool_own_artists: of('pool_own_artists'),
      pool_tracks_per_artist: of('pool_tracks_per_artist'),
      pool_tracks_per_own_artist: of('pool_tracks_per_own_artist'),
      pool_audio_seeds: of('pool_audio_seeds'),
      pool_tag_seeds: of('pool_tag_seeds'),
      pool_size: of('pool_size'),
      weight_co_listening: of('weight_co_listening'),
      weight_artist: of('weight_artist'),
      weight_audio: of('weight_audio'),
      weight_tags: of('weight_tags'),
      weight_popularity: of('weight_popularity'),
    },
  };
  await connection.run('DROP TABLE genre_numbers');
  await appending(context, (append) =>
    runKernel<PoolsInput, PoolsOutput>(
      new URL('./pools-worker.ts', import.meta.url),
      input,
      { count: listeners, block: 128, threads },
      (output) => append([output.listenerIds, output.candidates, output.pools]),
    ),
  );
}

async function writeHeardFilters(context: KernelContext): Promise<void> {
  const { connection, params } = context;
  const rate = numberOf(params, 'false_positive_rate');
  const listenerIds = await readDense(connection, 'listener_id', 'listeners ORDER BY lid');
  const hashes = (await readNumbers(connection, ['hash1', 'hash2'], 'recordings ORDER BY tid')) as [
    Float64Array,
    Float64Array,
  ];
  const [keys, tids, listens] = (await readNumbers(
    connection,
    ['lid', 'tid', 'listens'],
    'affinity_tracks ORDER BY lid, tid',
  )) as [Float64Array, Float64Array, Float64Array];
  const offsets = rowOffsets(keys, listenerIds.length - 1);
  await appending(context, async (append) => {
    let names: string[] = [];
    let filters: string[] = [];
    for (let listener = 1; listener < listenerIds.length; listener++) {
      if (offsets[listener] === offsets[listener + 1]) continue;
      const pairs: [number, number][] = [];
      for (let at = offsets[listener]!; at < offsets[listener + 1]!; at++)
        if (listens[at]! > 0) pairs.push([hashes[0][tids[at]! - 1]!, hashes[1][tids[at]! - 1]!]);
      names.push(listenerIds[listener]!);
      filters.push(BloomFilter.ofHashes(pairs, rate).toString());
      if (names.length === 2048) {
        append([names, filters]);
        names = [];
        filters = [];
      }
    }
    append([names, filters]);
  });
}
