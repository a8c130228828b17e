/** From a build's tables to the cells that serve: written under the build's own timestamp, which no reader asks for yet. */
import { createHash } from 'node:crypto';
import type { Erasures } from '../../shared/ports/erasures.ts';
import type { CellWrite, RowStore } from '../../shared/ports/row-store.ts';
import type { BuildSpace, SqlValue } from '../../shared/ports/warehouse.ts';
import { type BuildTable, listenerKey, listenerOfKey } from '../../shared/schema/rows.ts';
import { stageNamed } from '../../shared/sql/stages.ts';

/** Which column of which stage becomes which cell. */
export const LOADS: readonly {
  readonly stage: string;
  readonly table: BuildTable;
  readonly id: string;
  readonly column: string;
  readonly qualifier: string;
}[] = [
  { stage: 'related_items', table: 'catalog', id: 'item_id', column: 'related', qualifier: 'related' },
  { stage: 'session_neighbours', table: 'catalog', id: 'item_id', column: 'session', qualifier: 'session' },
  { stage: 'shared_pools', table: 'pools', id: 'pool_key', column: 'pool', qualifier: 'pool' },
  { stage: 'catalogue_shards', table: 'pools', id: 'shard_key', column: 'items', qualifier: 'items' },
  { stage: 'heard_filters', table: 'listeners', id: 'listener_id', column: 'heard', qualifier: 'heard' },
  { stage: 'recent_history', table: 'listeners', id: 'listener_id', column: 'recent', qualifier: 'recent' },
  { stage: 'taste_profiles', table: 'listeners', id: 'listener_id', column: 'taste', qualifier: 'taste' },
  { stage: 'listener_pools', table: 'listeners', id: 'listener_id', column: 'pool', qualifier: 'pool' },
];

/** Cells written at once: large enough to share a commit, small enough that serving never waits long for one. */
const BATCH_BYTES = 16 * 1024 * 1024;

export interface LoadResult {
  readonly cells: number;
  /** SHA-256 of everything written, in key order. */
  readonly identity: string;
}

/**
 * Writes every cell of the build. Repeating it writes the same cells again. Listeners erased since the cutoff are
 * left out; `onProgress` gets cells written so far.
 */
export async function load(
  space: BuildSpace,
  rows: RowStore,
  erasures: Erasures,
  cutoff: number,
  onProgress: (cells: number) => void,
): Promise<LoadResult> {
  const hash = createHash('sha256');
  let cells = 0;
  // While one batch becomes durable the next is read and hashed; no more than two are in memory.
  let writing: Promise<void> = Promise.resolve();
  const write = async (table: BuildTable, batch: readonly CellWrite[]) => {
    const kept = table === 'listeners' ? await withoutErased(batch, erasures, cutoff) : batch;
    await rows.write(table, kept);
    cells += kept.length;
    onProgress(cells);
  };
  try {
    for (const { stage, table, id, column, qualifier } of LOADS) {
      hash.update(`${stage}\n`);
      let batch: CellWrite[] = [];
      let bytes = 0;
      const flush = async () => {
        await writing;
        writing = write(table, batch);
        // Its failure is met where it is awaited, not as a rejection nobody handles.
        writing.catch(() => undefined);
        batch = [];
        bytes = 0;
      };
      for await (const part of space.read(stageNamed(stage))) {
        for (const row of part) {
          const name = textOf(row[id]);
          const value = textOf(row[column]);
          hash.update(`${name}\n${value}\n`);
          const key = table === 'listeners' ? listenerKey(name) : name;
          batch.push({ key, family: 'build', qualifier, timestamp: cutoff, value });
          bytes += value.length;
        }
        if (bytes >= BATCH_BYTES) await flush();
      }
      if (batch.length > 0) await flush();
    }
  } finally {
    await writing;
  }
  return { cells, identity: hash.digest('hex') };
}

/** A listener erased after the cutoff is in the build's tables, and must not come back by it. */
async function withoutErased(
  batch: readonly CellWrite[],
  erasures: Erasures,
  cutoff: number,
): Promise<readonly CellWrite[]> {
  const erased = await erasures.erasedAt(batch.map(({ key }) => listenerOfKey(key)));
  if (erased.size === 0) return batch;
  return batch.filter(({ key }) => (erased.get(listenerOfKey(key)) ?? -1) < cutoff);
}

function textOf(value: SqlValue | undefined): string {
  if (typeof value !== 'string') throw new Error('A served column holds text only.');
  return value;
}
