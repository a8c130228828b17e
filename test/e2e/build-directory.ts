/** A data directory with a small community, the builder that works in it, and what a reader sees meanwhile. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServe } from '../../functions/serve/handler.ts';
import { createHistory } from '../../functions/serve/history.ts';
import type { Answer } from '../../shared/api/answer.ts';
import type { ListeningEvent } from '../../shared/domain/event.ts';
import { RANKING_WEIGHTS } from '../../shared/domain/ranking.ts';
import { openDataDirectory } from '../../shared/embedded/data-directory.ts';
import { createLogger } from '../../shared/logging/logger.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import { createRandom } from '../../shared/random.ts';
import { createCatalogue } from '../../shared/rows/catalogue.ts';
import { createSnapshotReader } from '../../shared/rows/catalogue-snapshot.ts';
import { createErasures } from '../../shared/rows/erasures.ts';
import { createListenerReader } from '../../shared/rows/listener-row.ts';
import { catalogueRow, listenRow } from '../../shared/schema/table-rows.ts';
import { generateCommunity } from '../../shared/simulation/community.ts';
import type { BuilderTask } from './children/builder.ts';
import { environmentOf, HostProcess, ROOT, temporaryFolder } from './host-process.ts';
import { type RowStores, withRows, withWarehouse } from './stopped-stores.ts';

const BUILDER = fileURLToPath(new URL('./children/builder.ts', import.meta.url));
export const END = Date.UTC(2026, 9, 1, 6);
const DAY_MS = 86_400_000;
/** Cut-offs of builds, of which each covers a little more; the last covers everything. */
export const CUTOFFS = [6, 5, 4, 3, 2, 1, 0].map((days) => END - days * DAY_MS + 1);

const COMMUNITY = { seed: 7, endAt: END, listeners: 30, tracks: 300, episodes: 20, days: 40, listens: 3_000 };

export function communityEvents(): ListeningEvent[] {
  return [...generateCommunity(COMMUNITY).events];
}

/** The busiest listeners, whose answers are compared. */
export function busiest(events: readonly ListeningEvent[], count: number): string[] {
  const counts = Map.groupBy(events, ({ listenerId }) => listenerId);
  return [...counts]
    .sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([listenerId]) => listenerId);
}

/** Makes a directory that holds these events; nothing is built yet. */
export async function fillDirectory(events: readonly ListeningEvent[]): Promise<string> {
  const path = join(temporaryFolder(), 'data');
  openDataDirectory(path, { exclusive: false });
  const { items } = generateCommunity(COMMUNITY);
  await withRows(path, ({ rows }) => createCatalogue(rows, () => END).learn(items));
  await withWarehouse(path, async (warehouse) => {
    await warehouse.append('catalogue', items.map(catalogueRow));
    await warehouse.append('listens', events.map(listenRow));
  });
  return path;
}

/** The same events as a careless transport delivers them: in any order, many of them again and again. */
export function delivered(events: readonly ListeningEvent[], seed: number): ListeningEvent[] {
  const random = createRandom(seed, 'delivery');
  const again = events
    .filter(() => random.chance(0.3))
    .map((event) => ({ ...event, receivedAt: Math.min(END, event.receivedAt + random.int(3_600_000)) }));
  return [...events, ...again, ...again.slice(0, 100)]
    .map((event) => ({ event, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event);
}

/**
 * Makes a directory once, by the first test that needs it, and gives each a copy. Call `forget` when all are done.
 */
export function template(make: () => Promise<string>): { copy(): Promise<string>; forget(): void } {
  const kept = mkdtempSync(join(tmpdir(), 'segue-template-'));
  let made: Promise<void> | undefined;
  return {
    async copy() {
      made ??= make().then((directory) => cpSync(directory, kept, { recursive: true }));
      await made;
      return copyDirectory(kept);
    },
    forget: () => rmSync(kept, { recursive: true, force: true }),
  };
}

export function copyDirectory(from: string): string {
  const path = join(temporaryFolder(), 'data');
  cpSync(from, path, { recursive: true });
  return path;
}

export interface BuilderReport {
  readonly builds: readonly {
    readonly id: string;
    readonly status: string;
    readonly identity: string | null;
    readonly cells: number;
    readonly failed: readonly string[];
  }[];
  readonly stagesRun: number;
}

export function spawnBuilder(task: BuilderTask): HostProcess {
  const child: ChildProcess = spawn(process.execPath, [BUILDER, JSON.stringify(task)], {
    cwd: ROOT,
    env: environmentOf(task.directory),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new HostProcess(child, task.directory);
}

/** Runs it to its end; throws with its output when that is none. */
export async function build(task: BuilderTask): Promise<BuilderReport> {
  const { code, stdout, stderr } = await spawnBuilder(task).ended;
  if (code !== 0) throw new Error(`The builder ended with ${code}:\n${stderr}`);
  return JSON.parse(stdout) as BuilderReport;
}

/** Runs it until it kills itself. */
export async function buildUntilKilled(task: BuilderTask): Promise<void> {
  const { signal, stdout, stderr } = await spawnBuilder(task).ended;
  if (signal !== 'SIGKILL') throw new Error(`Nothing happened at ${task.kill}:\n${stdout}${stderr}`);
}

/** Discover Weekly as an app gets it, without what differs between two equal requests. */
export function createReader({ rows }: RowStores) {
  const clock = { now: () => END + DAY_MS };
  const erasures = createErasures(rows);
  const unused = (): never => {
    throw new Error('Reading asks the warehouse for nothing.');
  };
  const warehouse: Pick<Warehouse, 'append' | 'query' | 'eraseListener'> = {
    append: unused,
    query: unused,
    eraseListener: unused,
  };
  const app = createServe({
    logger: createLogger({ level: 'error' }),
    clock,
    authenticate: async () => ({ kind: 'service' }),
    newId: () => 'same',
    rows,
    topics: {
      publish: async () => {},
    },
    deliveries: {
      settled: async () => {},
      discardDeadLetters: async () => ({ store: 'dead letters', removed: 0 }),
    },
    catalogue: createCatalogue(rows, clock.now),
    erasures,
    listeners: createListenerReader(rows),
    history: createHistory(warehouse),
    weights: RANKING_WEIGHTS,
    snapshots: createSnapshotReader(rows),
  });
  return async (listenerId: string): Promise<Answer> => {
    const response = await app.request(`/v1/listeners/${listenerId}/next?limit=30`);
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  };
}

/** What readers see in a directory now. */
export function readAnswers(directory: string, listeners: readonly string[]): Promise<Answer[]> {
  return withRows(directory, async (stores) => {
    const read = createReader(stores);
    return Promise.all(listeners.map(read));
  });
}
