/** Runs builds as the host's thread does, on a directory of its own; kills itself at the moment it was told. */
import { writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type RebuildDeps, rebuild } from '../../../functions/rebuild/handler.ts';
import { rollback } from '../../../functions/rebuild/publish.ts';
import { openDuckdbWarehouse } from '../../../shared/embedded/duckdb-warehouse.ts';
import { LmdbDocuments } from '../../../shared/embedded/lmdb-documents.ts';
import { openLmdbEnvironment } from '../../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../../shared/embedded/lmdb-rows.ts';
import type { CellWrite, RowStore } from '../../../shared/ports/row-store.ts';
import type { BuildSpace, Warehouse } from '../../../shared/ports/warehouse.ts';
import { createErasures } from '../../../shared/rows/erasures.ts';
import { DEFAULT_PARAMETERS } from '../../../shared/sql/parameters.ts';

/** `stage:<name>:before|within|after`, `load:<nth write>`, `flip:before|after`. */
export type Moment = string;

export interface BuilderTask {
  readonly directory: string;
  /** One build each; the events received before it are covered. */
  readonly cutoffs: readonly number[];
  readonly kill?: Moment;
  readonly threads?: number;
  readonly heavyStages?: 'kernels' | 'sql';
  readonly accept?: readonly string[];
  readonly publish?: boolean;
  readonly rollsBack?: boolean;
  /** Where the cells of these rows are noted, one JSON file a build. */
  readonly note?: { readonly folder: string; readonly keys: readonly string[] };
}

const task = JSON.parse(process.argv[2] ?? '{}') as BuilderTask;
const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  // The signal ends the process before anything else runs; this is for the type checker.
  for (;;);
};
const dieAt = (moment: Moment) => {
  if (task.kill === moment) die();
};

let stagesRun = 0;
let writes = 0;
let noted: CellWrite[] = [];

function watchSpace(space: BuildSpace): BuildSpace {
  return {
    finished: () => space.finished(),
    read: (stage) => space.read(stage),
    query: (sql, params) => space.query(sql, params),
    close: () => space.close(),
    async run(stage, params) {
      dieAt(`stage:${stage.name}:before`);
      const running = space.run(stage, params);
      if (task.kill === `stage:${stage.name}:within`) setTimeout(die, 5);
      const result = await running;
      stagesRun++;
      dieAt(`stage:${stage.name}:after`);
      return result;
    },
  };
}

function watchWarehouse(warehouse: Warehouse): Warehouse {
  return new Proxy(warehouse, {
    get(target, name: keyof Warehouse) {
      if (name === 'openBuild') return async (id: string) => watchSpace(await target.openBuild(id));
      return target[name].bind(target);
    },
  });
}

function watchRows(rows: RowStore): RowStore {
  return new Proxy(rows, {
    get(target, name: keyof RowStore) {
      if (name === 'write')
        return async (...[table, cells]: Parameters<RowStore['write']>) => {
          dieAt(`load:${++writes}`);
          noted.push(...cells.filter(({ key }) => task.note?.keys.includes(key)));
          await target.write(table, cells);
        };
      if (name === 'compareAndSet')
        return async (...args: Parameters<RowStore['compareAndSet']>) => {
          note(args[1].value);
          dieAt('flip:before');
          const isSet = await target.compareAndSet(...args);
          dieAt('flip:after');
          return isSet;
        };
      return target[name].bind(target);
    },
  });
}

/** Before the flip, so that whoever sees the new build can look up what it said. */
function note(pointer: string): void {
  if (task.note === undefined) return;
  const { active } = JSON.parse(pointer) as { active: number };
  writeFileSync(join(task.note.folder, `${active}.json`), JSON.stringify(noted));
  noted = [];
}

const environment = openLmdbEnvironment(join(task.directory, 'rows'));
const rows = watchRows(new LmdbRows(environment));
const documents = new LmdbDocuments(environment);
const warehouse = watchWarehouse(
  await openDuckdbWarehouse({
    directory: task.directory,
    threads: task.threads ?? 2,
    memory: '1GB',
    heavyStages: task.heavyStages ?? 'kernels',
  }),
);

const builds = [];
for (const cutoff of task.cutoffs) {
  const deps: RebuildDeps = {
    rows,
    documents,
    warehouse,
    erasures: createErasures(rows),
    parameters: DEFAULT_PARAMETERS,
    now: () => cutoff + 1_000,
    settledCutoff: async () => cutoff,
  };
  const { accept = [], publish = true } = task;
  const { id, status, identity, cells, audits } = await rebuild(deps, { accept, publish });
  const failed = audits.filter(({ passed }) => !passed).map(({ name }) => name);
  builds.push({ id, status, identity, cells, failed });
}
if (task.rollsBack === true) await rollback({ rows, documents, warehouse, now: Date.now });
writeSync(1, JSON.stringify({ builds, stagesRun }));
await warehouse.close();
await environment.close();
