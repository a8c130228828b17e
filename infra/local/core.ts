/** An embedded Segue without its HTTP port: stores, topics, subscriptions, the warehouse thread, operations. */
import { Worker } from 'node:worker_threads';
import { listBuilds } from '../../functions/rebuild/builds.ts';
import type { Progress } from '../../functions/rebuild/handler.ts';
import { createUpdateSignals } from '../../functions/update-signals/handler.ts';
import { loadSigningKeys } from '../../shared/auth/key-file.ts';
import { issueToken } from '../../shared/auth/tokens.ts';
import { openDataDirectory } from '../../shared/embedded/data-directory.ts';
import { LmdbDocuments } from '../../shared/embedded/lmdb-documents.ts';
import { openLmdbEnvironment } from '../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../shared/embedded/lmdb-rows.ts';
import { LmdbTopics } from '../../shared/embedded/lmdb-topics.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging/logger.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { createCatalogue } from '../../shared/rows/catalogue.ts';
import { createErasures } from '../../shared/rows/erasures.ts';
import { createListenerReader } from '../../shared/rows/listener-row.ts';
import { readPointer } from '../../shared/rows/pointer.ts';
import { SUBSCRIPTIONS } from '../../shared/schema/topics.ts';
import { readCommunity } from './community.ts';
import type { OnProgress, Operations } from './operations.ts';
import type { Settings } from './settings.ts';
import { catalogueSink, controlsSink, impressionsSink, listensSink } from './sinks.ts';
import { callsTo } from './thread-calls.ts';
import { VERSION } from './version.ts';
import type { ThreadOptions, WarehouseMethods } from './warehouse-thread.ts';

const SERVICE_TOKEN_DAYS = 30;
const DAY_SECONDS = 86_400;

export type Core = Awaited<ReturnType<typeof openCore>>;

/**
 * Opens the data directory, alone. Throws PermanentError when another process has it, naming that process.
 * `onProgress` hears of builds and imports.
 */
export async function openCore(settings: Settings, logger: Logger, onProgress: OnProgress = () => {}) {
  const directory = openDataDirectory(settings.dataDirectory, { exclusive: true });
  const clock: Clock = { now: () => Date.now() };
  const environment = openLmdbEnvironment(directory.rows);
  const rows = new LmdbRows(environment);
  const documents = new LmdbDocuments(environment);
  const erasures = createErasures(rows);
  const listeners = createListenerReader(rows);
  const topics = new LmdbTopics(environment, {
    clock,
    random: Math.random,
    onDead: ({ subscription, reason, attempts, id }) =>
      logger.error({ subscription, reason, attempts, letter: id }, 'message died'),
    onError: (error) => logger.warn({ error: messageOf(error) }, 'delivery failed and will be tried again'),
  });
  const workerData: ThreadOptions = {
    directory: directory.path,
    rows: directory.rows,
    threads: settings.threads,
    memory: settings.memory,
  };
  const worker = new Worker(new URL('./warehouse-thread.ts', import.meta.url), { workerData });
  worker.on('message', (message: { progress?: Progress }) => {
    if (message.progress !== undefined) onProgress(message.progress);
  });
  worker.on('error', (error) => logger.error({ error: messageOf(error) }, 'the warehouse thread failed'));
  const warehouse = callsTo<WarehouseMethods>(worker);

  topics.subscribe(SUBSCRIPTIONS.updateSignals.name, createUpdateSignals({ rows, erasures, logger }));
  topics.subscribe(SUBSCRIPTIONS.listensToWarehouse.name, listensSink(warehouse, erasures), {
    maxBatch: 5_000,
  });
  topics.subscribe(SUBSCRIPTIONS.catalogueToWarehouse.name, catalogueSink(warehouse), { maxBatch: 5_000 });
  topics.subscribe(SUBSCRIPTIONS.controlsToWarehouse.name, controlsSink(warehouse, erasures));
  topics.subscribe(SUBSCRIPTIONS.impressionsToWarehouse.name, impressionsSink(warehouse, erasures));

  /** The instant a build may claim: every event stamped before it has reached the warehouse once this resolves. */
  async function settledCutoff(): Promise<number> {
    const cutoff = clock.now();
    await Promise.all(
      [
        SUBSCRIPTIONS.listensToWarehouse,
        SUBSCRIPTIONS.catalogueToWarehouse,
        SUBSCRIPTIONS.controlsToWarehouse,
      ].map(({ name }) => topics.settled(name)),
    );
    return cutoff;
  }

  const operations: Operations = {
    async status() {
      const names = Object.values(SUBSCRIPTIONS).map(({ name }) => name);
      const backlog = await Promise.all(
        names.map(async (name) => [name, await topics.backlog(name)] as const),
      );
      return {
        version: VERSION,
        directory: directory.path,
        pid: process.pid,
        address: null,
        pointer: (await readPointer(rows)) ?? null,
        backlog: Object.fromEntries(backlog),
        deadLetters: (await topics.deadLetters({ limit: 1_000 })).length,
        community: (await readCommunity(documents))?.status ?? 'none',
      };
    },
    rebuild: async ({ accept, publish }) =>
      warehouse.rebuild({ cutoff: await settledCutoff(), accept, publish }),
    publish: ({ buildId }) => warehouse.publish(buildId),
    rollback: () => warehouse.rollback(),
    builds: () => listBuilds(documents),
    async importHistories(request) {
      // What was played in a generated listener's name goes with them, also what is still on its way.
      await Promise.all(Object.values(SUBSCRIPTIONS).map(({ name }) => topics.settled(name)));
      try {
        const { removed, imported } = await warehouse.importHistories(request);
        return { removed: removed ?? null, imported };
      } finally {
        // Their rows may be gone, which the reader would not notice.
        listeners.forgetAll();
      }
    },
    async issueToken({ listenerId, days }) {
      const [key] = await loadSigningKeys(directory.keys);
      const principal =
        listenerId === null ? { kind: 'service' as const } : { kind: 'listener' as const, listenerId };
      return { token: await issueToken({ key, principal, lifetimeSeconds: days * DAY_SECONDS, clock }) };
    },
    deadLetters: ({ limit, after }) => topics.deadLetters({ limit, ...(after !== null && { after }) }),
    replay: async ({ ids }) => ({ replayed: await (ids === null ? topics.replay() : topics.replay(ids)) }),
    discard: async ({ ids }) => ({ discarded: await topics.discard(ids) }),
  };

  return {
    settings,
    directory,
    clock,
    rows,
    listeners,
    documents,
    topics,
    erasures,
    warehouse,
    catalogue: createCatalogue(rows, clock.now),
    operations,
    serviceToken: async () =>
      (await operations.issueToken({ listenerId: null, days: SERVICE_TOKEN_DAYS })).token,
    /** Waits for what is under way, then lets go of everything. */
    async close(): Promise<void> {
      try {
        await topics.close();
        await warehouse.close();
      } finally {
        await worker.terminate();
        await environment.close();
        directory.close();
      }
    },
  };
}
