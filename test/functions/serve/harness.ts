/** The serve app over embedded stores in a temporary directory, with every store call able to fail. */
import { createDeliveries } from '../../../functions/serve/deliveries.ts';
import type { ServeDeps } from '../../../functions/serve/deps.ts';
import { createServe } from '../../../functions/serve/handler.ts';
import { createHistory, type History } from '../../../functions/serve/history.ts';
import { createApi } from '../../../shared/api/app.ts';
import type { RateLimits } from '../../../shared/api/rate-limit.ts';
import type { Principal } from '../../../shared/auth/principal.ts';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import { type ExplorationWeights, NO_EXPLORATION } from '../../../shared/domain/exploration.ts';
import { bareItem, type CatalogueItem } from '../../../shared/domain/item.ts';
import { RANKING_WEIGHTS } from '../../../shared/domain/ranking.ts';
import { LmdbDocuments } from '../../../shared/embedded/lmdb-documents.ts';
import { openLmdbEnvironment } from '../../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../../shared/embedded/lmdb-rows.ts';
import { LmdbTopics } from '../../../shared/embedded/lmdb-topics.ts';
import { Unauthenticated } from '../../../shared/errors.ts';
import type { FamilyFilter, RowStore } from '../../../shared/ports/row-store.ts';
import type { Warehouse } from '../../../shared/ports/warehouse.ts';
import { createCatalogue } from '../../../shared/rows/catalogue.ts';
import { createSnapshotReader } from '../../../shared/rows/catalogue-snapshot.ts';
import { createErasures } from '../../../shared/rows/erasures.ts';
import { createListenerReader } from '../../../shared/rows/listener-row.ts';
import { liveEventCell } from '../../../shared/rows/live-events.ts';
import { changePointer } from '../../../shared/rows/pointer.ts';
import { listenerKey, type RowTable } from '../../../shared/schema/rows.ts';
import { SUBSCRIPTIONS } from '../../../shared/schema/topics.ts';
import { temporaryDirectory } from '../../contract/embedded-stores.ts';
import { ManualClock } from '../../contract/manual-clock.ts';
import { acceptedEvent } from '../fakes/events.ts';
import { fakeLogger } from '../fakes/stores.ts';
import { heardText, historyText, type PoolLine, poolText } from './pool-text.ts';
import { type ShardItem, shardTexts } from './shard-text.ts';

export const NOW = Date.UTC(2026, 10, 1, 12);
const HOUR = 3_600_000;
/** Three builds, a day apart, the newest six hours old. */
export const BUILDS = [NOW - 54 * HOUR, NOW - 30 * HOUR, NOW - 6 * HOUR] as const;
export const [OLDEST, OLDER, ACTIVE] = BUILDS;

/** `svc` is a service; `l:<id>` is the listener of that id. */
async function authenticate(header: string | undefined): Promise<Principal> {
  const token = /^Bearer (.+)$/.exec(header ?? '')?.[1];
  if (token === 'svc') return { kind: 'service' };
  if (token?.startsWith('l:')) return { kind: 'listener', listenerId: token.slice(2) };
  throw new Unauthenticated('unknown token');
}

/** Which store calls fail: `rows.read:pools`, `catalogue.get`, `topics.publish`, `history.events`, … */
type Faults = Map<string, Error>;

function faulty(rows: RowStore, faults: Faults): RowStore {
  const check = (call: string, table: RowTable, filters: readonly FamilyFilter[] = []) => {
    const families = filters.map(({ family }) => `${call}:${table}/${family}`);
    const error = [call, `${call}:${table}`, ...families].map((name) => faults.get(name)).find(Boolean);
    if (error !== undefined) throw error;
  };
  return {
    async read(table, key, filters) {
      check('rows.read', table, filters);
      return rows.read(table, key, filters);
    },
    async readMany(table, keys, filters) {
      check('rows.readMany', table, filters);
      return rows.readMany(table, keys, filters);
    },
    async write(table, cells) {
      check('rows.write', table);
      return rows.write(table, cells);
    },
    writeIfAbsent: (table, cells) => rows.writeIfAbsent(table, cells),
    compareAndSet: (table, cell, expected) => rows.compareAndSet(table, cell, expected),
    async deleteRows(table, keys) {
      check('rows.deleteRows', table);
      return rows.deleteRows(table, keys);
    },
    scan(table, options) {
      check('rows.scan', table);
      return rows.scan(table, options);
    },
    collect: (table, family, before, keep) => rows.collect(table, family, before, keep),
  };
}

const NO_HISTORY: History = { events: async () => [], erase: async () => ({ listens: 0 }) };

export type Harness = ReturnType<typeof openServe>;

/** Opens it. With a warehouse, export and erasure work on that; close it yourself. */
export function openServe(
  options: {
    warehouse?: Warehouse;
    subscribe?: boolean;
    rateLimits?: RateLimits;
    /** Nothing is left to chance unless told. */
    exploration?: ExplorationWeights;
  } = {},
) {
  const directory = temporaryDirectory();
  const environment = openLmdbEnvironment(directory.path);
  const faults: Faults = new Map();
  const stored = new LmdbRows(environment);
  const rows = faulty(stored, faults);
  const documents = new LmdbDocuments(environment);
  const clock = new ManualClock(NOW);
  const topics = new LmdbTopics(environment, {
    clock,
    random: () => 0.5,
    backoff: { baseMs: 1, capMs: 5 },
  });
  const published: { topic: string; orderingKey: string; data: unknown }[] = [];
  if (options.subscribe !== false)
    for (const { name } of Object.values(SUBSCRIPTIONS))
      topics.subscribe(name, async (messages) => messages.map(() => ({ kind: 'ack' })));
  const { logger, lines } = fakeLogger();
  const catalogue = createCatalogue(stored, () => clock.now());
  const history = options.warehouse === undefined ? NO_HISTORY : createHistory(options.warehouse);
  const erasures = createErasures(stored);
  const guard = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const error = faults.get(name);
    return error === undefined ? work() : Promise.reject(error);
  };
  let ids = 0;
  const deps: ServeDeps = {
    ...(options.rateLimits !== undefined && { rateLimits: options.rateLimits }),
    logger,
    authenticate,
    clock,
    newId: () => `id-${++ids}`,
    rows,
    catalogue: {
      get: (itemIds) => guard('catalogue.get', () => catalogue.get(itemIds)),
      learn: (items) => catalogue.learn(items),
    },
    erasures: { erasedAt: (listeners) => guard('erasures', () => erasures.erasedAt(listeners)) },
    listeners: createListenerReader(rows),
    topics: {
      publish: (topic, messages) =>
        guard('topics.publish', async () => {
          await topics.publish(topic, messages);
          for (const { orderingKey, data } of messages)
            published.push({ topic, orderingKey, data: JSON.parse(data) });
        }),
    },
    deliveries: createDeliveries(topics),
    history: {
      events: (...given) => guard('history.events', () => history.events(...given)),
      erase: (...given) => guard('history.erase', () => history.erase(...given)),
    },
    weights: { ...RANKING_WEIGHTS, exploration: options.exploration ?? NO_EXPLORATION },
    snapshots: createSnapshotReader(rows),
  };
  const host = createApi(deps);
  const app = createServe(deps);
  host.route('/', app);

  async function request(
    path: string,
    {
      token = 'svc',
      ...init
    }: RequestInit & { token?: string | null; headers?: Record<string, string> } = {},
  ) {
    const headers = { ...(token !== null && { authorization: `Bearer ${token}` }), ...init.headers };
    const response = await host.request(path, { ...init, headers });
    const body: unknown = await response.json();
    return { status: response.status, headers: response.headers, body: body as Body };
  }

  const build = (table: RowTable, key: string, timestamp: number, cells: Record<string, string>) =>
    stored.write(
      table,
      Object.entries(cells).map(([qualifier, value]) => ({
        key,
        family: 'build',
        qualifier,
        timestamp,
        value,
      })),
    );

  return {
    app,
    host,
    deps,
    clock,
    rows: stored,
    documents,
    topics,
    published,
    faults,
    lines,
    request,

    /** What a build says of a listener. */
    putListener: (listenerId: string, at: number, cells: Record<string, string>) =>
      build('listeners', listenerKey(listenerId), at, cells),
    /** A listener's pool and what they heard. */
    putPool: (
      listenerId: string,
      at: number,
      lines: readonly PoolLine[],
      heard: readonly string[] = [],
      seeds: readonly string[] = [],
    ) =>
      build('listeners', listenerKey(listenerId), at, {
        pool: poolText(lines, seeds),
        heard: heardText(heard),
        recent: historyText(heard),
      }),
    putRelated: (itemId: string, at: number, lines: readonly PoolLine[], session = '\n') =>
      build('catalog', itemId, at, { related: poolText(lines), session }),
    putPopular: (at: number, lines: readonly PoolLine[], key = 'popular#track') =>
      build('pools', key, at, { pool: poolText(lines) }),
    /** The catalogue a build publishes, so many items to a shard. */
    putCatalogue: async (at: number, items: readonly ShardItem[], shardItems = 1_000) => {
      for (const [key, text] of shardTexts(items, shardItems)) await build('pools', key, at, { items: text });
    },
    publishBuilds: (active: number, accepted: readonly number[] = [active]) =>
      changePointer(stored, clock.now(), () => ({ active, accepted: [...accepted] })),
    /** Events in the live rows, received now unless they say otherwise. */
    live: (...events: Partial<ListeningEvent>[]) =>
      stored.write(
        'listeners',
        events.map((event, i) =>
          liveEventCell(
            acceptedEvent({
              eventId: `live-${event.itemId}-${i}`,
              occurredAt: clock.now() - HOUR,
              receivedAt: clock.now(),
              ...(event.itemId !== undefined && { recordingId: event.itemId }),
              ...event,
            }),
          ),
        ),
      ),
    learn: (...items: (Partial<CatalogueItem> & { itemId: string })[]) =>
      catalogue.learn(items.map((item) => ({ ...bareItem(item.itemId, 'api', 1), ...item }))),
    async close(): Promise<void> {
      await topics.close();
      await environment.close();
      directory.remove();
    },
  };
}

/** What any of the routes may answer. */
export interface Body {
  readonly basis: string;
  readonly build: string | null;
  readonly impressionId: string;
  readonly items: readonly {
    readonly position: number;
    readonly itemId: string;
    readonly recordingId: string;
    readonly artistId: string | null;
    readonly title: string | null;
    readonly explicit: boolean;
    readonly source: string;
    readonly sources: readonly { source: string; score: number; seed: string | null }[];
    readonly seedTracks: readonly { itemId: string; title: string | null }[];
    readonly notion: string;
    readonly score: number;
    readonly scoreParts: Readonly<Record<string, number>>;
    readonly propensity: number;
    readonly impressionId: string;
  }[];
  readonly degraded: readonly string[];
  readonly status: unknown;
  readonly type: string;
  readonly detail: string;
  readonly errors: readonly { pointer: string; detail: string }[];
  readonly [other: string]: unknown;
}

export const itemsOf = (body: Body): string[] => body.items.map(({ itemId }) => itemId);

export const weekly = (listenerId = 'ann'): string =>
  `/v1/listeners/${encodeURIComponent(listenerId)}/discover-weekly`;
export const nextUp = (query = '', listenerId = 'ann'): string =>
  `/v1/listeners/${encodeURIComponent(listenerId)}/next${query}`;
export const controlOf = (kind: string, target: string, listenerId = 'ann'): string =>
  `/v1/listeners/${encodeURIComponent(listenerId)}/controls/${kind}/${encodeURIComponent(target)}`;
