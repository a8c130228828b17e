/** Runs the nightly stages on given histories in a warehouse in memory, and gives back their rows in key order. */
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import type { CatalogueItem } from '../../../shared/domain/item.ts';
import { openDuckdbWarehouse } from '../../../shared/embedded/duckdb-warehouse.ts';
import type { SqlValue } from '../../../shared/ports/warehouse.ts';
import { catalogueRow, erasureRow, listenRow } from '../../../shared/schema/table-rows.ts';
import type { TableRow } from '../../../shared/schema/tables.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../../../shared/sql/parameters.ts';
import type { Stage } from '../../../shared/sql/stage.ts';
import { STAGES, stageNamed } from '../../../shared/sql/stages.ts';

/** A change of a control, as the topic carries it. */
export interface ControlChange {
  readonly listenerId: string;
  readonly kind: string;
  readonly target: string;
  readonly active: boolean;
  readonly until: number | null;
  readonly changedAt: number;
}

export interface ArtistFeatures {
  readonly artistId: string;
  readonly name: string | null;
  readonly tempo: number | null;
  readonly energy: number | null;
  readonly valence: number | null;
  readonly updatedAt: number;
}

/** Everything a build reads. Events are in the order in which they were appended. */
export interface History {
  readonly events: readonly ListeningEvent[];
  readonly items: readonly CatalogueItem[];
  readonly artistFeatures: readonly ArtistFeatures[];
  readonly controls: readonly ControlChange[];
  readonly erasures: readonly { readonly listenerId: string; readonly erasedAt: number }[];
  /** Rows as the sink appends them. */
  readonly impressions: readonly TableRow[];
  readonly cutoff: number;
}

export const NOTHING: Omit<History, 'cutoff'> = {
  events: [],
  items: [],
  artistFeatures: [],
  controls: [],
  erasures: [],
  impressions: [],
};

export type Row = Readonly<Record<string, SqlValue>>;
export type Rows = (stage: string) => readonly Row[];

export interface RunOptions {
  /** Stages wanted; they and what they read are run. All of them unless told. */
  readonly stages?: readonly string[];
  readonly threads?: number;
  readonly heavyStages?: 'kernels' | 'sql';
  readonly parameters?: Partial<Parameters>;
}

/** The named stages and all that they read, in the order in which they run. */
export function stagesUpTo(names: readonly string[]): readonly Stage[] {
  const needed = new Set<string>();
  const need = (name: string) => {
    const stage = STAGES.find((candidate) => candidate.name === name);
    if (stage === undefined || needed.has(name)) return;
    needed.add(name);
    for (const input of stage.inputs) need(input);
  };
  for (const name of names) need(stageNamed(name).name);
  return STAGES.filter(({ name }) => needed.has(name));
}

/** A stage's declared parameters out of the defaults, with `overrides` over them. */
export function paramsOf(stage: Stage, cutoff: number, overrides: Partial<Parameters> = {}) {
  const all: Record<string, number> = { ...DEFAULT_PARAMETERS, ...overrides, cutoff };
  return Object.fromEntries(
    stage.params.map((name) => {
      const value = all[name];
      if (value === undefined) throw new Error(`${stage.name} declares @${name}, which has no default.`);
      return [name, value];
    }),
  );
}

/** Rows of every table of a history, as its sinks append them. */
export function tablesOf(history: History): Readonly<Record<string, readonly TableRow[]>> {
  return {
    listens: history.events.map(listenRow),
    catalogue: history.items.map(catalogueRow),
    artist_features: history.artistFeatures.map(({ artistId, updatedAt, ...rest }) => ({
      artist_id: artistId,
      updated_at: updatedAt,
      ...rest,
    })),
    controls: history.controls.map(({ listenerId, kind, target, active, until, changedAt }) => ({
      listener_id: listenerId,
      kind,
      target,
      active,
      until,
      changed_at: changedAt,
    })),
    impressions: history.impressions,
    erasures: history.erasures.map(({ listenerId, erasedAt }) => erasureRow(listenerId, erasedAt)),
  };
}

/** Runs stages over a history and returns the rows of those wanted, each by its key. */
export async function runStages(history: History, options: RunOptions = {}): Promise<Rows> {
  const wanted = options.stages ?? STAGES.map(({ name }) => name);
  const warehouse = await openDuckdbWarehouse({
    directory: ':memory:',
    threads: options.threads ?? 1,
    memory: '512MB',
    heavyStages: options.heavyStages ?? 'sql',
  });
  try {
    for (const [table, rows] of Object.entries(tablesOf(history)))
      await warehouse.append(table as 'listens', rows);
    const space = await warehouse.openBuild('fixture');
    const found = new Map<string, Row[]>();
    for (const stage of stagesUpTo(wanted)) {
      await space.run(stage, paramsOf(stage, history.cutoff, options.parameters));
      if (!wanted.includes(stage.name)) continue;
      const rows: Row[] = [];
      for await (const part of space.read(stage)) rows.push(...part);
      found.set(stage.name, rows);
    }
    await space.close();
    return (name) => {
      const rows = found.get(name);
      if (rows === undefined) throw new Error(`The stage ${name} was not asked for.`);
      return rows;
    };
  } finally {
    await warehouse.close();
  }
}
