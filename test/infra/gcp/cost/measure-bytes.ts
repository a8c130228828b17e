/** node test/infra/gcp/cost/measure-bytes.ts: what a build stores and reads, in BigQuery's bytes, and its CPU time. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { zstdCompressSync } from 'node:zlib';
import { readStageSql } from '../../../../shared/embedded/duckdb-build.ts';
import { connect, openEngine } from '../../../../shared/embedded/duckdb-engine.ts';
import { openDuckdbWarehouse } from '../../../../shared/embedded/duckdb-warehouse.ts';
import type { BuildSpace } from '../../../../shared/ports/warehouse.ts';
import { type Columns, TABLES } from '../../../../shared/schema/tables.ts';
import { AUDITS } from '../../../../shared/sql/audits.ts';
import { LOAD_QUERIES } from '../../../../shared/sql/loads.ts';
import { DEFAULT_PARAMETERS } from '../../../../shared/sql/parameters.ts';
import { STAGES } from '../../../../shared/sql/stages.ts';
import { fillWithPlays } from '../../../bench/zipfian-history.ts';

const END_AT = Date.UTC(2026, 10, 1);

/** Ids as long as real ones: UUIDs of listeners and events, 22 characters of items, recordings and artists. */
const LONG_IDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  listens: { listener_id: 36, event_id: 36, item_id: 22, recording_id: 22, artist_id: 22 },
  catalogue: { item_id: 22, recording_id: 22, artist_id: 22 },
};
const longId = (column: string, length: number) =>
  `${column} = left(md5(${column}) || md5(${column} || '+'), ${length})`;

/** Bytes of columns as BigQuery counts them: 2 and the text, 8 for numbers and instants, 1 for a BOOL, 0 for NULL. */
function bytesOf(columns: Columns): string {
  const parts = Object.entries(columns).map(([name, type]) => {
    const size = type === 'STRING' ? `OCTET_LENGTH(\`${name}\`) + 2` : type === 'BOOL' ? '1' : '8';
    return `SUM(IF(\`${name}\` IS NULL, 0, ${size})) AS \`${name}\``;
  });
  return parts.join(', ');
}

/** By table and column. */
type Sizes = Map<string, ReadonlyMap<string, number>>;

async function measure(build: BuildSpace, name: string, columns: Columns, sizes: Sizes): Promise<void> {
  const [row = {}] = await build.query(`SELECT ${bytesOf(columns)} FROM ${name}`);
  sizes.set(name, new Map(Object.entries(row).map(([column, bytes]) => [column, Number(bytes ?? 0)])));
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

/** Each table once, the columns that the text names: what on-demand billing counts, somewhat overestimated. */
function scannedBytes(sql: string, sizes: Sizes): number {
  const text = sql.replaceAll(/--[^\n]*/g, '');
  const names = new Set(text.match(/[A-Za-z_][A-Za-z0-9_]*/g));
  const everything = text.includes('.*');
  let bytes = 0;
  for (const [table, columns] of sizes)
    if (new RegExp(`(FROM|JOIN)\\s+${table}\\b`).test(text))
      for (const [column, size] of columns)
        if (names.has(column) || (everything && table === 'listens')) bytes += size;
  return bytes;
}

const { values } = parseArgs({
  options: {
    plays: { type: 'string', default: '1000000' },
    listeners: { type: 'string', default: '2000' },
    tracks: { type: 'string', default: '50000' },
    kernels: { type: 'boolean', default: false },
  },
});
const scale = {
  plays: Number(values.plays),
  listeners: Number(values.listeners),
  tracks: Number(values.tracks),
};
const engine = { threads: 2, memory: '4GB' };
const directory = mkdtempSync(join(tmpdir(), 'segue-cost-'));
try {
  mkdirSync(join(directory, 'builds'));
  mkdirSync(join(directory, 'tmp'));
  await fillWithPlays(directory, { ...scale, endAt: END_AT }, engine);
  const instance = await openEngine(join(directory, 'warehouse.duckdb'), {
    ...engine,
    temporaryDirectory: join(directory, 'tmp'),
  });
  const connection = await connect(instance);
  for (const [table, columns] of Object.entries(LONG_IDS))
    await connection.run(
      `UPDATE ${table} SET ${Object.entries(columns)
        .map(([name, length]) => longId(name, length))
        .join(', ')}`,
    );
  // What an app of one's own says besides: where it was played, in which sitting, of which length.
  await connection.run(
    `UPDATE listens SET surface = 'discover-weekly', session_id = left(event_id, 36), position = 3, duration_ms = 210000`,
  );
  connection.closeSync();
  instance.closeSync();

  const warehouse = await openDuckdbWarehouse({
    ...engine,
    directory,
    heavyStages: values.kernels ? 'kernels' : 'sql',
  });
  const build = await warehouse.openBuild('b');
  const params = { ...DEFAULT_PARAMETERS, cutoff: END_AT + 86_400_000 };
  const sizes: Sizes = new Map();
  for (const [name, { columns }] of Object.entries(TABLES)) await measure(build, name, columns, sizes);
  const stages: Record<string, string | number>[] = [];
  for (const stage of STAGES) {
    const before = process.cpuUsage();
    const { rows, ms } = await build.run(stage, params);
    const { user, system } = process.cpuUsage(before);
    await measure(build, stage.name, stage.columns, sizes);
    const scanned = scannedBytes(await readStageSql(stage), sizes);
    const written = sum(sizes.get(stage.name)?.values() ?? []);
    stages.push({
      stage: stage.name,
      rows,
      ms: Math.round(ms),
      'CPU s': (user + system) / 1e6,
      scanned,
      written,
    });
  }
  console.table(stages);
  const audits = sum(AUDITS.map(({ sql }) => scannedBytes(sql, sizes)));
  const loads = sum(LOAD_QUERIES.map(({ sql }) => scannedBytes(sql, sizes)));
  const cells: Record<string, number> = {};
  const compressed: Record<string, number> = {};
  for (const [table, column] of [
    ['listener_pools', 'pool'],
    ['heard_filters', 'heard'],
    ['recent_history', 'recent'],
    ['taste_profiles', 'taste'],
    ['related_items', 'related'],
    ['shared_pools', 'pool'],
  ] as const) {
    const texts = (await build.query(`SELECT ${column} AS text FROM ${table} LIMIT 400`)).map(({ text }) =>
      String(text),
    );
    cells[`${table}.${column}`] = Math.round(
      sum(texts.map((text) => Buffer.byteLength(text))) / texts.length,
    );
    // Each by itself: what rows have in common is left out of account.
    const packed = sum(texts.map((text) => zstdCompressSync(text).length));
    compressed[`${table}.${column}`] =
      Math.round((packed / sum(texts.map((text) => Buffer.byteLength(text)))) * 100) / 100;
  }
  const total = (column: string) => sum(stages.map((row) => Number(row[column])));
  console.log(
    JSON.stringify(
      {
        ...scale,
        'listens bytes a play': sum(sizes.get('listens')?.values() ?? []) / scale.plays,
        'scanned bytes, stages': total('scanned'),
        'scanned bytes, audits': audits,
        'scanned bytes, loads': loads,
        'largest stage scan': Math.max(...stages.map(({ scanned }) => Number(scanned))),
        'written bytes': total('written'),
        'CPU s': total('CPU s'),
        'cell bytes': cells,
        'zstd ratio': compressed,
      },
      null,
      2,
    ),
  );
  await build.close();
  await warehouse.close();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
