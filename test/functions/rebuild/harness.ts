/** Rows and documents on disk, a fake warehouse, and rebuilds that can be killed anywhere. */
import { type RebuildDeps, type RebuildOptions, rebuild } from '../../../functions/rebuild/handler.ts';
import { type PublishDeps, publish, rollback } from '../../../functions/rebuild/publish.ts';
import { LmdbDocuments } from '../../../shared/embedded/lmdb-documents.ts';
import { openLmdbEnvironment } from '../../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../../shared/embedded/lmdb-rows.ts';
import { readPointer } from '../../../shared/rows/pointer.ts';
import { listenerKey } from '../../../shared/schema/rows.ts';
import { DEFAULT_PARAMETERS } from '../../../shared/sql/parameters.ts';
import { temporaryDirectory } from '../../contract/embedded-stores.ts';
import { fakeErasures } from '../fakes/stores.ts';
import { poolText, someLines } from '../serve/pool-text.ts';
import { fakeWarehouse, type Tables } from './fake-warehouse.ts';

export const START = Date.UTC(2026, 10, 1);
const DAY = 86_400_000;

export const tablesOf = (name: string): Tables => ({
  related_items: [{ item_id: 'i', related: poolText(someLines(name, 1)) }],
  shared_pools: [{ pool_key: 'popular#track', pool: poolText(someLines(name, 1)) }],
  heard_filters: [],
  recent_history: [{ listener_id: 'ann', recent: `${name}\t1\t1` }],
  taste_profiles: [],
  listener_pools: ['ann', 'bob'].map((listener) => ({
    listener_id: listener,
    pool: poolText(someLines(name, 2)),
  })),
});

export function openRebuild() {
  const directory = temporaryDirectory();
  const environment = openLmdbEnvironment(directory.path);
  const rows = new LmdbRows(environment);
  const documents = new LmdbDocuments(environment);
  const warehouse = fakeWarehouse(tablesOf('first'));
  const erasures = fakeErasures();
  const clock = { now: START };
  const deps: RebuildDeps & PublishDeps = {
    rows,
    documents,
    warehouse,
    erasures,
    parameters: DEFAULT_PARAMETERS,
    now: () => clock.now,
    settledCutoff: async () => clock.now,
  };
  return {
    deps,
    rows,
    documents,
    warehouse,
    erasures,
    /** A build a day later than the last, of tables named so. */
    async night(name: string, options: RebuildOptions = {}, more: Partial<RebuildDeps> = {}) {
      clock.now += DAY;
      warehouse.tables = tablesOf(name);
      return rebuild({ ...deps, ...more }, options);
    },
    again: (options: RebuildOptions = {}) => rebuild(deps, options),
    publish: (buildId: string) => publish(deps, buildId),
    rollback: () => rollback(deps),
    pointer: () => readPointer(rows),
    /** Timestamps of the listener's pools. */
    async poolsOf(listener: string): Promise<number[]> {
      const row = await rows.read('listeners', listenerKey(listener), [
        { family: 'build', qualifiers: ['pool'], versions: 'all' },
      ]);
      return (row?.cells ?? []).map(({ timestamp }) => timestamp);
    },
    async close() {
      await environment.close();
      directory.remove();
    },
  };
}
