/** The project's own stages under evaluation: a warehouse in memory, the SQL itself, its tables handed to the metrics. */

import { parseCandidates } from '../../shared/domain/candidate.ts';
import type { ListeningEvent } from '../../shared/domain/event.ts';
import { bareItem } from '../../shared/domain/item.ts';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import type { Neighbours, Ranking } from '../../shared/evaluation/rank-catalogue.ts';
import type { Split } from '../../shared/evaluation/split-file.ts';
import type { SplitKnowledge } from '../../shared/evaluation/split-knowledge.ts';
import type { BuildSpace } from '../../shared/ports/warehouse.ts';
import { catalogueRow, listenRow } from '../../shared/schema/table-rows.ts';
import type { TableRow } from '../../shared/schema/tables.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../../shared/sql/parameters.ts';
import type { Stage } from '../../shared/sql/stage.ts';
import { STAGES, stageNamed } from '../../shared/sql/stages.ts';
import { bareListen } from './bare-listen.ts';
import type { Settings } from './settings.ts';

export type Engine = Pick<Settings, 'threads' | 'memory'>;

/** Runs the stages (with `last`, those and what they read) over the given rows, and hands the build's tables to `read`. */
export async function withBuild<T>(
  engine: Engine,
  rows: { listens: readonly TableRow[]; catalogue: readonly TableRow[]; features?: readonly TableRow[] },
  options: {
    cutoff: number;
    last?: string | readonly string[];
    sql: boolean;
    parameters?: Partial<Parameters>;
  },
  read: (space: BuildSpace) => Promise<T>,
): Promise<T> {
  const warehouse = await openDuckdbWarehouse({
    ...engine,
    directory: ':memory:',
    heavyStages: options.sql ? 'sql' : 'kernels',
  });
  try {
    await warehouse.append('listens', rows.listens);
    await warehouse.append('catalogue', rows.catalogue);
    await warehouse.append('artist_features', rows.features ?? []);
    const space = await warehouse.openBuild('evaluation');
    const params = { ...DEFAULT_PARAMETERS, ...options.parameters, cutoff: options.cutoff };
    for (const stage of options.last === undefined ? STAGES : stagesFor([options.last].flat()))
      await space.run(stage, params);
    const result = await read(space);
    await space.close();
    return result;
  } finally {
    await warehouse.close();
  }
}

/** Stages and all that they read, in the order in which they run. */
function stagesFor(last: readonly string[]): readonly Stage[] {
  const needed = new Set(last.map(stageNamed));
  for (const stage of STAGES.toReversed())
    if (needed.has(stage))
      for (const input of STAGES) if (stage.inputs.includes(input.name)) needed.add(input);
  return STAGES.filter((stage) => needed.has(stage));
}

const SPLIT_AT = Date.UTC(2020, 0, 1);

/** All at one instant: a split does not say when. */
function splitEvent(listener: number, item: number, plays: number): ListeningEvent {
  return bareListen({ eventId: `${listener}-${item}`, listener, item, at: SPLIT_AT, plays, source: 'split' });
}

/** The table `neighbours` of a build over a split's train part, by the split's indices; computed by the SQL stage. */
export async function neighboursOfSplit(
  engine: Engine,
  split: Split,
  parameters: Partial<Parameters> = {},
): Promise<Neighbours> {
  const listens: TableRow[] = [];
  for (const [index, listener] of split.listeners.entries())
    for (const item of split.train.items.subarray(split.train.offsets[index], split.train.offsets[index + 1]))
      listens.push(listenRow(splitEvent(listener, split.items[item] ?? -1, 1)));
  const indexOf = new Map(split.items.map((item, index) => [String(item), index]));
  const rows = await withBuild(
    engine,
    { listens, catalogue: [] },
    { cutoff: SPLIT_AT + 1, last: 'neighbours', sql: true, parameters },
    (space) =>
      space.query(`SELECT a.recording_id AS item, b.recording_id AS neighbour, n.score AS score
        FROM neighbours AS n
        JOIN recordings AS a ON a.tid = n.tid
        JOIN recordings AS b ON b.tid = n.neighbour`),
  );
  const at = (name: unknown) => indexOf.get(String(name)) ?? -1;
  return {
    item: Int32Array.from(rows, (row) => at(row.item)),
    neighbour: Int32Array.from(rows, (row) => at(row.neighbour)),
    score: Float64Array.from(rows, (row) => Number(row.score) / 1e6),
  };
}

/**
 * The first k of every listener's pool, by the split's indices: all stages up to listener_pools over the train part, its
 * plays and a catalogue of the split's items with their tags as genres. Items are artists, of whom each has one.
 */
export async function rankSplitByPools(
  engine: Engine,
  split: Split,
  knowledge: SplitKnowledge,
  { k, parameters = {} }: { readonly k: number; readonly parameters?: Partial<Parameters> },
): Promise<Ranking> {
  const listens: TableRow[] = [];
  for (const [index, listener] of split.listeners.entries())
    for (const at of split.train.items.subarray(split.train.offsets[index], split.train.offsets[index + 1])) {
      const item = split.items[at] ?? -1;
      listens.push(listenRow(splitEvent(listener, item, knowledge.plays(listener, item))));
    }
  const catalogue = split.items.map((item) =>
    catalogueRow({
      ...bareItem(String(item), 'split', SPLIT_AT),
      kind: 'artist',
      genres: knowledge.tags(item),
    }),
  );
  const rows = await withBuild(
    engine,
    { listens, catalogue },
    { cutoff: SPLIT_AT + 1, last: 'listener_pools', sql: false, parameters },
    (space) => space.query('SELECT listener_id AS listener, pool AS pool FROM listener_pools'),
  );
  const pools = new Map(rows.map((row) => [String(row.listener), String(row.pool)]));
  const indexOf = new Map(split.items.map((item, index) => [String(item), index]));
  const ranking = {
    k,
    items: new Int32Array(split.listeners.length * k).fill(-1),
    lengths: new Int32Array(split.listeners.length),
  };
  for (const [index, listener] of split.listeners.entries()) {
    const best = parseCandidates(pools.get(String(listener)) ?? '').slice(0, k);
    ranking.lengths[index] = best.length;
    ranking.items.set(
      best.map(({ recordingId }) => indexOf.get(recordingId) ?? -1),
      index * k,
    );
  }
  return ranking;
}
