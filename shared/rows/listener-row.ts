/** One listener's row as serving reads it: live events and controls always fresh, the build's cells from memory. */
import { LRUCache } from 'lru-cache';
import { BloomFilter } from '../domain/bloom.ts';
import { type Candidate, parsePool } from '../domain/candidate.ts';
import type { Control } from '../domain/control.ts';
import type { ListeningEvent } from '../domain/event.ts';
import type { PoolModel } from '../domain/ranking-model.ts';
import { parseHistory, type RecentHistory } from '../domain/recent-history.ts';
import { parseTaste, type Taste } from '../domain/taste.ts';
import type { Cell, RowStore } from '../ports/row-store.ts';
import { listenerKey, ROW_TABLES } from '../schema/rows.ts';
import { controlOfCell } from './control-cells.ts';
import { decodeLiveEvent } from './live-events.ts';

/** What one build says of a listener, parsed. */
export interface BuiltListener {
  /** Epoch ms: the build that these cells are of. */
  readonly build: number;
  readonly candidates: readonly Candidate[];
  /** What ordered them; undefined where the configured weights of the generators did. */
  readonly model: PoolModel | undefined;
  readonly heard: BloomFilter | undefined;
  readonly taste: Taste | undefined;
  readonly recent: RecentHistory;
}

export interface ListenerRow {
  readonly built: BuiltListener | undefined;
  /** Accepted after the build's cutoff; all of them where there is no build of this listener. */
  readonly live: readonly ListeningEvent[];
  /** Accepted within LATELY_MS before the cutoff: the build covers them, but knows days, not what was just heard. */
  readonly earlier: readonly ListeningEvent[];
  readonly controls: readonly Control[];
  /** Cells that could not be read, each with its reason. */
  readonly damaged: readonly string[];
}

const { live: LIVE, control: CONTROL, build: BUILD } = ROW_TABLES.listeners;
/** How far back "just heard" reaches beyond the build's cutoff. */
export const LATELY_MS = 86_400_000;
const QUALIFIERS = ['pool', 'heard', 'taste', 'recent'];
/** Per listener: more than a pool and what goes with a few live plays. */
const REMEMBERED_ANSWERS = 1_000;
const CACHED_LISTENERS = 2_000;
/** UTF-16 units of the cells behind what is kept; parsed they take some five times as many bytes. */
const CACHED_TEXT = 64 * 1024 * 1024;

/**
 * A reader of listeners' rows. `read` takes the builds a reader may use, best first (readableBuilds), and the
 * instant of the listener's last erasure, before which nothing counts.
 */
export function createListenerReader(rows: RowStore) {
  const cache = new LRUCache<string, BuiltListener>({ max: CACHED_LISTENERS, maxSize: CACHED_TEXT });
  /** Under way: a listener's requests that come together read and parse once. */
  const reading = new Map<string, Promise<BuiltListener | undefined>>();

  function readOnce(listenerId: string, build: number): Promise<BuiltListener | undefined> {
    const place = `${build} ${listenerId}`;
    const already = reading.get(place);
    if (already !== undefined) return already;
    const filters = [{ family: BUILD, qualifiers: QUALIFIERS, timestamps: [build] }];
    const found = rows
      .read('listeners', listenerKey(listenerId), filters)
      .then((row) => {
        if (row === undefined) return undefined;
        const built = parseBuilt(build, row.cells);
        const size = row.cells.reduce((sum, { value }) => sum + value.length, 1);
        // Unless it was forgotten while it was read.
        if (reading.get(place) === found) cache.set(place, built, { size });
        return built;
      })
      .finally(() => {
        if (reading.get(place) === found) reading.delete(place);
      });
    reading.set(place, found);
    return found;
  }

  async function readBuilt(
    listenerId: string,
    builds: readonly number[],
  ): Promise<BuiltListener | undefined> {
    for (const build of builds) {
      const built = cache.get(`${build} ${listenerId}`) ?? (await readOnce(listenerId, build));
      if (built !== undefined) return built;
    }
    return undefined;
  }

  return {
    async read(listenerId: string, builds: readonly number[], erasedAt?: number): Promise<ListenerRow> {
      const readable = erasedAt === undefined ? builds : builds.filter((build) => build > erasedAt);
      const built = await readBuilt(listenerId, readable);
      const cutoff = built?.build ?? 0;
      const from = Math.max(0, cutoff - LATELY_MS, erasedAt === undefined ? 0 : erasedAt + 1);
      const row = await rows.read('listeners', listenerKey(listenerId), [
        { family: LIVE, from },
        { family: CONTROL },
      ]);
      return { built, ...splitCells(listenerId, row?.cells ?? [], cutoff, erasedAt) };
    },

    /** Forgets what is kept in memory of everybody: rows were removed behind the reader's back. */
    forgetAll(): void {
      reading.clear();
      cache.clear();
    },

    /** Forgets what is kept in memory of a listener. */
    forget(listenerId: string): void {
      for (const known of [reading, cache])
        for (const place of known.keys()) if (place.endsWith(` ${listenerId}`)) known.delete(place);
    },
  };
}

export type ListenerReader = ReturnType<typeof createListenerReader>;

const answers = new WeakMap<BloomFilter, Map<string, boolean>>();

/**
 * As `filter.has`, remembering: candidates of a build are asked about at every answer, and the digest behind the
 * question costs more than all else that is decided about one.
 */
export function hasRemembered(filter: BloomFilter, id: string): boolean {
  let known = answers.get(filter);
  if (known === undefined) {
    known = new Map();
    answers.set(filter, known);
  }
  const before = known.get(id);
  if (before !== undefined) return before;
  const answer = filter.has(id);
  if (known.size < REMEMBERED_ANSWERS) known.set(id, answer);
  return answer;
}

function parseBuilt(build: number, cells: readonly Cell[]): BuiltListener {
  const text = (qualifier: string) => cells.find((cell) => cell.qualifier === qualifier)?.value;
  const heard = text('heard');
  const taste = text('taste');
  return {
    build,
    ...parsePool(text('pool') ?? ''),
    heard: heard === undefined ? undefined : BloomFilter.parse(heard),
    taste: taste === undefined ? undefined : parseTaste(taste),
    recent: parseHistory(text('recent') ?? ''),
  };
}

function splitCells(
  listenerId: string,
  cells: readonly Cell[],
  cutoff: number,
  erasedAt: number | undefined,
): Omit<ListenerRow, 'built'> {
  const live: ListeningEvent[] = [];
  const earlier: ListeningEvent[] = [];
  const controls: Control[] = [];
  const damaged: string[] = [];
  for (const cell of cells) {
    if (cell.family === LIVE) {
      const decoded = decodeLiveEvent(listenerId, cell);
      if (decoded.event !== undefined) (cell.timestamp < cutoff ? earlier : live).push(decoded.event);
      else damaged.push(decoded.reason);
    } else if (erasedAt === undefined || cell.timestamp > erasedAt) {
      const control = controlOfCell(cell);
      if (control !== undefined) controls.push(control);
    }
  }
  return { live, earlier, controls, damaged };
}
