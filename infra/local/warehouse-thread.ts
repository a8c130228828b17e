/** The thread that owns the warehouse: appends, queries, imports and builds, so that none of them delays an answer. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Progress, rebuild } from '../../functions/rebuild/handler.ts';
import { publish, rollback } from '../../functions/rebuild/publish.ts';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import { LmdbDocuments } from '../../shared/embedded/lmdb-documents.ts';
import { openLmdbEnvironment } from '../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../shared/embedded/lmdb-rows.ts';
import { createCatalogue } from '../../shared/rows/catalogue.ts';
import { createErasures } from '../../shared/rows/erasures.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../../shared/sql/parameters.ts';
import { fillWithCommunity, removeCommunity } from './community.ts';
import { importHistories } from './import-histories.ts';
import { answerCalls } from './thread-calls.ts';

export interface ThreadOptions {
  /** The data directory. */
  readonly directory: string;
  readonly rows: string;
  readonly threads: number;
  readonly memory: string;
}

export interface RebuildRequest {
  readonly cutoff: number;
  readonly accept: readonly string[];
  readonly publish: boolean;
  readonly parameters?: Partial<Parameters>;
}

const options = workerData as ThreadOptions;
const port = parentPort;
if (port === null) throw new Error('This module runs in a worker thread.');

const environment = openLmdbEnvironment(options.rows);
const rows = new LmdbRows(environment);
const documents = new LmdbDocuments(environment);
const warehouse = await openDuckdbWarehouse(options);
const now = () => Date.now();
const erasures = createErasures(rows);
const catalogue = createCatalogue(rows, now);
const report = (progress: Progress) => port.postMessage({ progress });
const publishing = { rows, documents, warehouse, now };

/** Imports and builds take turns; appends and queries go on beside them. */
let turn: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  return mine;
}

const methods = {
  append: warehouse.append.bind(warehouse),
  query: warehouse.query.bind(warehouse),
  eraseListener: warehouse.eraseListener.bind(warehouse),

  rebuild: ({ cutoff, accept, publish: andPublish, parameters }: RebuildRequest) =>
    inTurn(() =>
      rebuild(
        {
          rows,
          documents,
          warehouse,
          erasures,
          parameters: { ...DEFAULT_PARAMETERS, ...parameters },
          now,
          settledCutoff: async () => cutoff,
          onProgress: report,
        },
        { accept, publish: andPublish },
      ),
    ),
  publish: (buildId: string) => inTurn(() => publish(publishing, buildId)),
  rollback: () => inTurn(() => rollback(publishing)),

  fillWithCommunity: (seed: number) =>
    inTurn(() => fillWithCommunity({ warehouse, documents, catalogue, now }, seed)),
  importHistories: (request: { paths: readonly string[]; listenerId: string }) =>
    inTurn(async () => {
      let removed: Awaited<ReturnType<typeof removeCommunity>>;
      const makeRoom = async () => {
        removed = await removeCommunity({ rows, warehouse, documents, now });
      };
      const imported = await importHistories(
        { warehouse, documents, catalogue, now, makeRoom, onProgress: report },
        request,
      );
      return { removed, imported };
    }),

  async close(): Promise<void> {
    await turn;
    await warehouse.close();
    await environment.close();
  },
};

export type WarehouseMethods = typeof methods;

answerCalls(port, methods);
