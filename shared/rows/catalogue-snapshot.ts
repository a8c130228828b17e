/** The catalogue of one build on rows: shards of lines as stages/catalogue_shards.sql writes them, read and kept whole. */
import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { CatalogueSnapshot, IndexedItem } from '../domain/indexed-item.ts';
import { ITEM_KINDS, type ItemKind } from '../domain/item.ts';
import type { RowStore } from '../ports/row-store.ts';
import { ROW_TABLES } from '../schema/rows.ts';

export const SHARD_PREFIX = 'search#';
/** The build that serves, and the one before it while requests change over. */
const KEPT_BUILDS = 2;
const COLUMNS = 17;

export interface SnapshotReader {
  /** The catalogue of a build (epoch ms); undefined where the build has none. Throws where a shard is missing or damaged. */
  read(build: number): Promise<CatalogueSnapshot | undefined>;
}

/** A reader that keeps the builds asked for last in memory; requests that come together read once. */
export function createSnapshotReader(rows: Pick<RowStore, 'scan' | 'readMany' | 'read'>): SnapshotReader {
  const cache = new LRUCache<number, CatalogueSnapshot>({ max: KEPT_BUILDS });
  const reading = new Map<number, Promise<CatalogueSnapshot | undefined>>();

  async function readOnce(build: number): Promise<CatalogueSnapshot | undefined> {
    const shards = rows.scan('pools', {
      prefix: SHARD_PREFIX,
      filters: [{ family: ROW_TABLES.pools.build, qualifiers: ['items'], timestamps: [build] }],
    });
    const items: IndexedItem[] = [];
    const share = createSharing();
    let count = 0;
    for await (const { key, cells } of shards) {
      // A gap is a load or a replica that is not complete: no catalogue to keep for a day.
      if (key !== shardKey(count)) throw new Error(`Shard ${shardKey(count)} of build ${build} is missing.`);
      for (const line of (cells[0]?.value ?? '').split('\n')) items.push(parseIndexedItem(line, share));
      count += 1;
      // A shard is a few milliseconds of parsing; others take their turn between two.
      await setImmediate();
    }
    if (count === 0) return undefined;
    const snapshot = { build, items, byId: new Map(items.map((item) => [item.itemId, item])) };
    cache.set(build, snapshot);
    return snapshot;
  }

  return {
    async read(build) {
      const kept = cache.get(build);
      if (kept !== undefined) return kept;
      const already = reading.get(build);
      if (already !== undefined) return already;
      const found = readOnce(build).finally(() => reading.delete(build));
      reading.set(build, found);
      return found;
    },
  };
}

function shardKey(index: number): string {
  return SHARD_PREFIX + String(index).padStart(4, '0');
}

/** Gives equal texts and lists once: artists and genres repeat over many items. */
export interface Sharing {
  text(value: string): string;
  list(value: string): readonly string[];
}

/** Sharing that lasts as long as it is kept. */
export function createSharing(): Sharing {
  const texts = new Map<string, string>();
  const lists = new Map<string, readonly string[]>();
  const shared = <T>(known: Map<string, T>, value: string, make: () => T): T => {
    const before = known.get(value);
    if (before !== undefined) return before;
    const made = make();
    known.set(value, made);
    return made;
  };
  return {
    text: (value) => shared(texts, value, () => value),
    list: (value) => shared(lists, value, () => (value === '' ? [] : [...new Set(value.split('|'))])),
  };
}

/** Reads one line of a shard. Throws Error naming the column that is not as the stage writes it. */
export function parseIndexedItem(line: string, share: Sharing = createSharing()): IndexedItem {
  const columns = line.split('\t');
  if (columns.length !== COLUMNS)
    throw new Error(`A catalogue line has ${columns.length} columns, not ${COLUMNS}.`);
  const text = (at: number): string => columns[at] as string;
  const textOrNull = (at: number): string | null => text(at) || null;
  const number = (at: number, unit = 1): number | null => {
    if (text(at) === '') return null;
    const value = Number(text(at));
    if (!Number.isFinite(value)) throw new Error(`Column ${at} of a catalogue line is no number.`);
    return value / unit;
  };
  const itemId = text(0);
  const kind = text(2) as ItemKind;
  if (itemId === '' || !ITEM_KINDS.includes(kind))
    throw new Error('A catalogue line has no item or no kind.');
  const artist = textOrNull(4);
  const artistId = textOrNull(5);
  const album = textOrNull(6);
  return {
    itemId,
    recordingId: text(1) || itemId,
    kind,
    title: textOrNull(3),
    artist: artist === null ? null : share.text(artist),
    artistId: artistId === null ? null : share.text(artistId),
    album: album === null ? null : share.text(album),
    genres: share.list(text(7)),
    tempo: number(8, 10),
    key: number(9),
    mode: number(10),
    energy: number(11, 1000),
    valence: number(12, 1000),
    year: number(13),
    explicit: text(14) === 'x',
    durationMs: number(15),
    popularity: number(16) ?? 0,
  };
}
