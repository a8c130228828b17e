/** The project's own stages under evaluation: a warehouse in memory, the SQL itself, its tables handed to the metrics. */

import { parseCandidates } from '../../shared/domain/candidate.ts';
import { EVENT_VERSION, type ListeningEvent } from '../../shared/domain/event.ts';
import type { CatalogueItem } from '../../shared/domain/item.ts';
import { parseTaste } from '../../shared/domain/taste.ts';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import type { Ranker } from '../../shared/evaluation/baselines.ts';
import type { Neighbours } from '../../shared/evaluation/rank-catalogue.ts';
import type { Split } from '../../shared/evaluation/split-file.ts';
import type { Timeline } from '../../shared/evaluation/timeline.ts';
import type { BuildSpace } from '../../shared/ports/warehouse.ts';
import { catalogueRow, listenRow } from '../../shared/schema/table-rows.ts';
import type { TableRow } from '../../shared/schema/tables.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../../shared/sql/parameters.ts';
import { STAGES } from '../../shared/sql/stages.ts';
import type { Settings } from './settings.ts';

type Engine = Pick<Settings, 'threads' | 'memory'>;

/** Runs the stages, up to and with `last`, over the given rows, and hands the build's tables to `read`. */
async function withBuild<T>(
  engine: Engine,
  rows: { listens: readonly TableRow[]; catalogue: readonly TableRow[]; features?: readonly TableRow[] },
  options: { cutoff: number; last?: string; sql: boolean; parameters?: Partial<Parameters> },
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
    for (const stage of STAGES) {
      await space.run(stage, params);
      if (stage.name === options.last) break;
    }
    const result = await read(space);
    await space.close();
    return result;
  } finally {
    await warehouse.close();
  }
}

const SPLIT_AT = Date.UTC(2020, 0, 1);

/** One play per pair, all at one instant: a split says who has what and nothing else. */
function splitEvent(listener: number, item: number): ListeningEvent {
  return {
    version: EVENT_VERSION,
    type: 'listen',
    eventId: `${listener}-${item}`,
    listenerId: String(listener),
    itemId: String(item),
    recordingId: String(item),
    artistId: null,
    occurredAt: SPLIT_AT,
    receivedAt: SPLIT_AT,
    msPlayed: null,
    durationMs: null,
    skipped: false,
    plays: 1,
    private: false,
    context: {},
    source: 'split',
  };
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
      listens.push(listenRow(splitEvent(listener, split.items[item] ?? -1)));
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
 * A ranker made of a build over a timeline's train part: first what the listener comes back to, by affinity, then the
 * pool of what they never heard.
 */
export async function pipelineRanker(
  engine: Engine,
  timeline: Timeline,
  events: readonly ListeningEvent[],
  items: readonly CatalogueItem[],
  features: readonly TableRow[],
): Promise<Ranker> {
  const train = events.filter(({ occurredAt }) => occurredAt < timeline.cutAt);
  const listens = train.map((event) => listenRow({ ...event, receivedAt: event.occurredAt }));
  const lists = await withBuild(
    engine,
    { listens, catalogue: knownBefore(items, events, train).map(catalogueRow), features },
    { cutoff: timeline.cutAt, sql: false, parameters: { profile_size: 500 } },
    (space) =>
      space.query(`SELECT t.listener_id AS listener, t.taste AS taste, COALESCE(p.pool, '') AS pool
        FROM taste_profiles AS t LEFT JOIN listener_pools AS p ON p.listener_id = t.listener_id`),
  );
  const ranked = new Map(
    lists.map((row) => {
      const familiar = parseTaste(String(row.taste)).tracks.map(({ recording }) => recording);
      const unheard = parseCandidates(String(row.pool)).map(({ recordingId }) => recordingId);
      return [String(row.listener), [...familiar, ...unheard]];
    }),
  );
  return { name: 'segue', rank: (listenerId) => ranked.get(listenerId) ?? [] };
}

/** A history also describes what will be heard after the cut; knowing that it exists would be knowing the future. */
function knownBefore(
  items: readonly CatalogueItem[],
  events: readonly ListeningEvent[],
  train: readonly ListeningEvent[],
): CatalogueItem[] {
  const histories = new Set(events.map(({ source }) => source));
  const heard = new Set(train.map(({ recordingId }) => recordingId));
  return items.filter(({ source, recordingId }) => !histories.has(source) || heard.has(recordingId));
}
