/** What the stages give on DuckDB is what Google's reference evaluator makes of the same text and the same tables. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStageFile } from '../../shared/google/bigquery-build.ts';
import { qualifyTables } from '../../shared/google/bigquery-names.ts';
import { queryParameters } from '../../shared/google/bigquery-values.ts';
import { TABLES } from '../../shared/schema/tables.ts';
import type { Parameters } from '../../shared/sql/parameters.ts';
import type { Stage } from '../../shared/sql/stage.ts';
import { STAGES } from '../../shared/sql/stages.ts';
import { historyOf, type Sizes } from '../shared/sql/any-history.ts';
import { paramsOf, type Rows, runStages, tablesOf } from '../shared/sql/stage-fixture.ts';
import { DECLARED, wholeName } from './declared-tables.ts';
import { GoogleSql, type Row, type Tables } from './googlesql.ts';
import { cellOf } from './values.ts';

/** Caps so low that each of them cuts something off. */
const LOW: Partial<Parameters> = {
  history_cap: 3,
  neighbours: 4,
  artist_history_cap: 4,
  artist_neighbours: 2,
  tracks_per_artist: 2,
  block_size: 3,
  audio_neighbours: 2,
  tags_per_recording: 2,
  recordings_per_tag: 5,
  tag_neighbours: 2,
  pool_tag_seeds: 2,
  transitions: 2,
  pool_size: 12,
  pool_artists: 2,
  pool_own_artists: 3,
  pool_tracks_per_own_artist: 2,
  pool_artist_neighbours: 2,
  pool_tracks_per_artist: 1,
  pool_audio_seeds: 4,
  pool_popular: 6,
  favourite_plays: 3,
  favourite_days: 2,
  recent_cap: 3,
  profile_size: 3,
  related_neighbours: 3,
  related_next: 1,
  related_audio: 1,
  item_sessions: 2,
  session_reach: 1,
  session_cell_bytes: 120,
  false_positive_rate: 0.2,
  model_artist: -1500,
  model_known_artist: 2750,
};
const CASES: readonly (readonly [string, Sizes, Partial<Parameters>, 'sql' | 'kernels'])[] = [
  ['as configured', { seed: 7, listeners: 40, recordings: 80, runs: 9 }, {}, 'sql'],
  ['by the kernels', { seed: 11, listeners: 40, recordings: 80, runs: 9 }, { early_listeners: 1 }, 'kernels'],
  ['with every cap reached', { seed: 12, listeners: 60, recordings: 120, runs: 9 }, LOW, 'sql'],
  ['of few', { seed: 21, listeners: 6, recordings: 12, runs: 3 }, {}, 'sql'],
  ['of nobody', { seed: 2, listeners: 0, recordings: 6, runs: 0 }, {}, 'sql'],
];

let googlesql: GoogleSql;
beforeAll(async () => {
  googlesql = await GoogleSql.start();
});
afterAll(() => googlesql.stop());

describe.each(CASES)('a history %s', (_, sizes, parameters, heavyStages) => {
  const history = historyOf(sizes);
  const appended = tablesOf(history);
  let built: Rows;
  beforeAll(async () => {
    built = await runStages(history, { parameters, heavyStages });
  });

  const rowsOf = (table: string): readonly Row[] =>
    table in TABLES ? (appended[table] ?? []) : built(table);

  test.each(STAGES.map((stage) => [stage.name, stage] as const))('%s', async (name, stage) => {
    const text = await readStageFile(stage);
    const { sql, params } = qualifyTables(text, wholeName, `${name}.sql`);
    const query = { sql, parameters: queryParameters(params, paramsOf(stage, history.cutoff, parameters)) };
    const contents = new Map(stage.inputs.map((input) => [wholeName(input) ?? '', rowsOf(input)]));
    const { columns, rows } = await googlesql.evaluate(query, only(contents.keys()), contents);
    const found = rows.map(
      (row): Row =>
        Object.fromEntries(columns.map(([column], index) => [column, cellOf(row[index] ?? null)])),
    );
    if (sizes.listeners > 10) expect(found).not.toEqual([]);
    expect(sorted(stage, found)).toEqual(sorted(stage, built(name)));
  });
});

function only(names: Iterable<string>): Tables {
  return new Map([...names].map((name) => [name, DECLARED.get(name) ?? {}]));
}

/** Rows by their key, floats to fifteen digits and -0 as 0, instants in milliseconds. */
function sorted(stage: Stage, rows: readonly Row[]): Row[] {
  const keyOf = (row: Row) => JSON.stringify(stage.key.map((column) => row[column]));
  return rows
    .map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([column, cell]) => {
          const type = stage.columns[column];
          if (type === 'TIMESTAMP' && typeof cell === 'string') return [column, Date.parse(`${cell}Z`)];
          return [column, typeof cell === 'number' ? Number(cell.toPrecision(15)) + 0 : cell];
        }),
      ),
    )
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
