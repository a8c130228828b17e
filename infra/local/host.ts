/** The one-process host: the same functions as in the cloud, on one directory, behind one port. */

import { messageOf } from '../../shared/errors.ts';
import { createLogger } from '../../shared/logging/logger.ts';
import { readableBuilds, readPointer } from '../../shared/rows/pointer.ts';
import { SUBSCRIPTIONS } from '../../shared/schema/topics.ts';
import { createForgetting } from '../../shared/serving/forgetting.ts';
import { serveOperations } from './admin-socket.ts';
import { readCommunity } from './community.ts';
import { type Core, openCore } from './core.ts';
import { createHostApp, listen } from './http.ts';
import type { OnProgress, Operations } from './operations.ts';
import { resumeErasures } from './resume-erasures.ts';
import { scheduleNightly } from './scheduler.ts';
import type { Settings } from './settings.ts';

/** How long a stopping host waits for connections before it cuts them. */
const DRAIN_MS = 5_000;

export interface Host {
  readonly core: Core;
  readonly address: string;
  /** Stops taking requests, finishes those under way, closes the stores. */
  stop(): Promise<void>;
}

/** Starts it. `onProgress` hears of builds and imports. Rejects with a clear error when directory or port is taken. */
export async function startHost(settings: Settings, onProgress: OnProgress = () => {}): Promise<Host> {
  const logger = createLogger({ level: settings.logLevel });
  const watchers = new Set<OnProgress>([onProgress]);
  const core = await openCore(settings, logger, (progress) => {
    for (const watcher of watchers) watcher(progress);
  });
  try {
    await resumeErasures({ ...core, forgetting: createForgetting(core.documents) });
    await prepare(core);
    const { server, address } = await listen(createHostApp(core, logger), settings);
    const operations: Operations = {
      ...core.operations,
      status: async () => ({ ...(await core.operations.status()), address }),
    };
    const admin = await serveOperations(core.directory.adminSocket, operations, (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    });
    const stopSchedule =
      settings.rebuildHour === 'off'
        ? () => {}
        : scheduleNightly(settings.rebuildHour, core.clock.now, async () => {
            try {
              const build = await core.operations.rebuild({ accept: [], publish: true });
              const failed = build.audits.filter(({ passed, waived }) => !passed && waived !== true);
              if (build.status === 'rejected')
                logger.error({ build: build.id, failed }, 'nightly build rejected');
              else logger.info({ build: build.id, identity: build.identity }, 'nightly build published');
            } catch (error) {
              logger.error({ error: messageOf(error) }, 'nightly build failed; it resumes at the next run');
            }
          });
    return {
      core,
      address,
      async stop() {
        stopSchedule();
        const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
        server.closeIdleConnections();
        await new Promise<void>((resolve) => server.close(() => resolve()));
        clearTimeout(cut);
        await new Promise<void>((resolve) => admin.close(() => resolve()));
        await core.close();
      },
    };
  } catch (error) {
    await core.close();
    throw error;
  }
}

/** A directory without listening gets a community, and one without a published build gets a build. */
async function prepare(core: Core): Promise<void> {
  // A host killed before its first build may have left what it acknowledged on the way to the warehouse.
  if ((await readPointer(core.rows)) === undefined)
    await core.topics.settled(SUBSCRIPTIONS.listensToWarehouse.name);
  const community = await readCommunity(core.documents);
  const [row] = await core.warehouse.query('SELECT COUNT(*) AS listens FROM listens');
  const isFresh = Number(row?.listens) === 0 && community === undefined;
  if (core.settings.community && (isFresh || community?.status === 'filling'))
    await core.warehouse.fillWithCommunity(core.settings.seed);
  const pointer = await readPointer(core.rows);
  if (pointer !== undefined && readableBuilds(pointer).length > 0) return;
  const [after] = await core.warehouse.query('SELECT COUNT(*) AS listens FROM listens');
  if (Number(after?.listens) > 0) await core.operations.rebuild({ accept: [], publish: true });
}
