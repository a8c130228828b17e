/** Rows in Bigtable: a thin client of its own, since the stock one costs a cold start four times as long. */
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidInput } from '../errors.ts';
import type { Cell, CellWrite, FamilyFilter, Row, RowStore } from '../ports/row-store.ts';
import { requireCells, requireName } from '../rows/cells.ts';
import { APP_PROFILES } from '../schema/cloud.ts';
import { ROW_TABLES, type RowTable } from '../schema/rows.ts';
import { BigtableCalls } from './bigtable-calls.ts';
import { compareAndSetCell, deleteRowUnlessAfter, setIfAbsent } from './bigtable-conditions.ts';
import { deleteRow, type Entry, type Mutation, setCell } from './bigtable-messages.ts';
import { createGrpcChannel, type GrpcChannel } from './grpc-channel.ts';
import type { Patience, RetryTools } from './grpc-retries.ts';
import { createHedging } from './hedging.ts';
import { createPointReads } from './point-reads.ts';

export interface BigtableOptions {
  readonly project: string;
  readonly instance: string;
  /** Conditional writes and removals need one with single-cluster routing. */
  readonly appProfile: string;
  /** `host:port` of the emulator, which is asked without credentials. */
  readonly emulatorHost?: string | undefined;
  /** By default what a listener waits for; through the profile `batch`, what outlasts an outage. */
  readonly reads?: Patience;
  readonly writes?: Patience;
  /** How long a scan waits for its next message before it asks anew from there on, ms (default 2 minutes). */
  readonly silenceMs?: number;
  /** A point read that takes longer is sent a second time, for one in twenty at most; absent: never. */
  readonly hedgeAfterMs?: number;
  readonly connections?: number;
  readonly channel?: GrpcChannel;
  readonly tools?: Partial<RetryTools>;
}

export type BigtableRows = RowStore & { close(): Promise<void> };

const SCOPES = ['https://www.googleapis.com/auth/bigtable.data'];
/** What a request may wait for: serving answers without a part rather than late. */
const READS: Patience = { attemptMs: 1_000, totalMs: 3_000 };
const WRITES: Patience = { attemptMs: 5_000, totalMs: 10_000 };
/** Nobody waits for a load, whose large requests are Bigtable's last concern: it outlasts an outage of minutes. */
const BATCH_READS: Patience = { attemptMs: 20_000, totalMs: 120_000 };
const BATCH_WRITES: Patience = { attemptMs: 60_000, totalMs: 300_000 };
/** Bigtable tells how far it is now and then, even of rows that pass no filter. */
const SILENCE_MS = 120_000;
const HEDGED_SHARE = 0.05;
/** Bigtable takes 100,000 mutations a request; a row's are one entry, because writes to one row are atomic. */
const MOST_MUTATIONS = 100_000;
const BATCH_MUTATIONS = 10_000;
const BATCH_BYTES = 4 << 20;
const BATCHES_AT_ONCE = 4;
const KEYS_AT_ONCE = 500;
/** As many as one answer asks for: they share requests with those of other answers. */
const FEW_KEYS = 8;
const CONDITIONS_AT_ONCE = 32;

/** A RowStore in Bigtable. Nothing is connected and no credentials are looked for before the first call. */
export function createBigtableRows(options: BigtableOptions): BigtableRows {
  return new GoogleRows(options);
}

class GoogleRows implements BigtableRows {
  readonly #channel: GrpcChannel;
  readonly #calls: BigtableCalls;
  readonly #readPoint: ReturnType<typeof createPointReads>;

  constructor(options: BigtableOptions) {
    const { project, instance, appProfile, emulatorHost, hedgeAfterMs } = options;
    const isBatch = appProfile === APP_PROFILES.batch;
    this.#channel =
      options.channel ??
      createGrpcChannel({
        host: 'bigtable.googleapis.com',
        emulatorHost,
        scopes: SCOPES,
        connections: options.connections ?? (emulatorHost === undefined ? 4 : 1),
      });
    this.#calls = new BigtableCalls({
      channel: this.#channel,
      instanceName: `projects/${project}/instances/${instance}`,
      appProfile,
      reads: options.reads ?? (isBatch ? BATCH_READS : READS),
      writes: options.writes ?? (isBatch ? BATCH_WRITES : WRITES),
      silenceMs: options.silenceMs ?? SILENCE_MS,
      tools: { now: () => performance.now(), sleep, random: Math.random, ...options.tools },
      ...(hedgeAfterMs !== undefined && {
        hedged: createHedging({ afterMs: hedgeAfterMs, share: HEDGED_SHARE }),
      }),
    });
    this.#readPoint = createPointReads((table, keys, filters) => this.#calls.rowsOf(table, keys, filters));
  }

  async read(table: RowTable, key: string, filters?: readonly FamilyFilter[]): Promise<Row | undefined> {
    requireName(key, '/key');
    requireFamilies(table, filters);
    return this.#readPoint(table, key, filters);
  }

  async readMany(
    table: RowTable,
    keys: readonly string[],
    filters?: readonly FamilyFilter[],
  ): Promise<(Row | undefined)[]> {
    keys.forEach((key, i) => {
      requireName(key, `/keys/${i}`);
    });
    requireFamilies(table, filters);
    if (keys.length <= FEW_KEYS) return Promise.all(keys.map((key) => this.#readPoint(table, key, filters)));
    const pages = inPages([...new Set(keys)], KEYS_AT_ONCE);
    const found = new Map<string, Row>();
    await atOnce(pages, BATCHES_AT_ONCE, async (page) => {
      for (const [key, row] of await this.#calls.rowsOf(table, page, filters)) found.set(key, row);
    });
    return keys.map((key) => found.get(key));
  }

  async write(table: RowTable, cells: readonly CellWrite[]): Promise<void> {
    requireCells(cells, isFamilyOf(table));
    await atOnce(batchesOf(cells), BATCHES_AT_ONCE, (entries) => this.#calls.mutate(table, entries));
  }

  async writeIfAbsent(table: RowTable, cells: readonly CellWrite[]): Promise<(Cell | undefined)[]> {
    requireCells(cells, isFamilyOf(table));
    const found: (Cell | undefined)[] = cells.map(() => undefined);
    // One qualifier's cells one after the other: the first of them wins.
    const columns = Map.groupBy(cells.keys(), (index) => {
      const { key, family, qualifier } = cells[index] as CellWrite;
      return `${key}\n${family}\n${qualifier}`;
    });
    await atOnce([...columns.values()], CONDITIONS_AT_ONCE, async (indexes) => {
      for (const index of indexes)
        found[index] = await setIfAbsent(this.#calls, table, cells[index] as CellWrite);
    });
    return found;
  }

  async compareAndSet(table: RowTable, cell: CellWrite, expected: string | undefined): Promise<boolean> {
    requireCells([cell], isFamilyOf(table));
    return compareAndSetCell(this.#calls, table, cell, expected);
  }

  async deleteRows(
    table: RowTable,
    keys: readonly string[],
    options: { readonly unlessAfter?: number } = {},
  ): Promise<void> {
    keys.forEach((key, i) => {
      requireName(key, `/keys/${i}`);
    });
    const { unlessAfter } = options;
    const once = [...new Set(keys)];
    if (unlessAfter !== undefined) {
      await atOnce(once, CONDITIONS_AT_ONCE, (key) =>
        deleteRowUnlessAfter(this.#calls, table, key, unlessAfter),
      );
      return;
    }
    const pages = inPages(
      once.map((key): Entry => ({ key, mutations: [deleteRow] })),
      BATCH_MUTATIONS,
    );
    await atOnce(pages, BATCHES_AT_ONCE, (entries) => this.#calls.mutate(table, entries));
  }

  scan(
    table: RowTable,
    { prefix = '', filters }: { prefix?: string; filters?: readonly FamilyFilter[] } = {},
  ): AsyncIterable<Row> {
    requireFamilies(table, filters);
    return this.#calls.scan(table, prefix, filters);
  }

  /** Garbage collection is Bigtable's own, by the policies of its families. */
  async collect(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {
    this.#channel.close();
  }
}

function isFamilyOf(table: RowTable): (family: string) => boolean {
  const families: readonly string[] = Object.values(ROW_TABLES[table]);
  return (family) => families.includes(family);
}

function requireFamilies(table: RowTable, filters: readonly FamilyFilter[] | undefined): void {
  const isFamily = isFamilyOf(table);
  filters?.forEach(({ family }, i) => {
    if (!isFamily(family))
      throw new InvalidInput([
        { pointer: `/filters/${i}/family`, detail: `'${family}' is not a family of ${table}` },
      ]);
  });
}

/** One entry a row, in requests of a size that Bigtable answers within seconds. */
function batchesOf(cells: readonly CellWrite[]): Entry[][] {
  const rows = Map.groupBy(cells, ({ key }) => key);
  const batches: Entry[][] = [];
  let batch: Entry[] = [];
  let mutationsIn = 0;
  let bytesIn = 0;
  for (const [key, row] of rows) {
    if (row.length > MOST_MUTATIONS)
      throw new InvalidInput([{ pointer: '', detail: `more than ${MOST_MUTATIONS} cells of one row` }]);
    const mutations = row.map((cell): Mutation => setCell(cell));
    const bytes = mutations.reduce((sum, mutation) => sum + mutation.length, key.length);
    if (batch.length > 0 && (mutationsIn + row.length > BATCH_MUTATIONS || bytesIn + bytes > BATCH_BYTES)) {
      batches.push(batch);
      [batch, mutationsIn, bytesIn] = [[], 0, 0];
    }
    batch.push({ key, mutations });
    mutationsIn += row.length;
    bytesIn += bytes;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

function inPages<T>(all: readonly T[], size: number): T[][] {
  const pages: T[][] = [];
  for (let start = 0; start < all.length; start += size) pages.push(all.slice(start, start + size));
  return pages;
}

/** Works on all of them, so many at a time; the first failure ends it once what is under way has ended. */
async function atOnce<T>(all: readonly T[], most: number, work: (one: T) => Promise<void>): Promise<void> {
  const left = all[Symbol.iterator]();
  let failed = false;
  const workers = Array.from({ length: Math.min(most, all.length) }, async () => {
    for (const one of left) {
      if (failed) return;
      try {
        await work(one);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  });
  const failure = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failure !== undefined) throw (failure as PromiseRejectedResult).reason;
}
