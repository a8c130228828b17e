import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLmdbEnvironment } from '../../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../../shared/embedded/lmdb-rows.ts';
import type { RowStore } from '../../../shared/ports/row-store.ts';
import { createSnapshotReader } from '../../../shared/rows/catalogue-snapshot.ts';
import { temporaryDirectory } from '../../contract/embedded-stores.ts';
import { type ShardItem, shardTexts } from '../../functions/serve/shard-text.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let environment: ReturnType<typeof openLmdbEnvironment>;
let rows: LmdbRows;
let scans: number;
let counted: Pick<RowStore, 'scan' | 'readMany' | 'read'>;
beforeEach(() => {
  directory = temporaryDirectory();
  environment = openLmdbEnvironment(directory.path);
  rows = new LmdbRows(environment);
  scans = 0;
  counted = {
    scan: (...given) => {
      scans += 1;
      return rows.scan(...given);
    },
    readMany: (...given) => rows.readMany(...given),
    read: (...given) => rows.read(...given),
  };
});
afterEach(async () => {
  await environment.close();
  directory.remove();
});

const put = (build: number, shards: readonly (readonly [string, string])[]) =>
  rows.write(
    'pools',
    shards.map(([key, value]) => ({ key, family: 'build', qualifier: 'items', timestamp: build, value })),
  );
const items = (count: number, name = 'item'): ShardItem[] =>
  Array.from({ length: count }, (_, i) => ({
    item: `${name}${i}`,
    title: `Title ${i}`,
    popularity: 1000 - i,
  }));

describe('a snapshot', () => {
  test('is every shard of the build in order, with all that a line says', async () => {
    const full: ShardItem = {
      item: 'full',
      recording: 'r-full',
      kind: 'episode',
      title: 'Ünder\\way "x"',
      artist: 'A Show',
      artistId: 'show',
      album: 'Season 1',
      genres: ['jazz', 'drum and bass'],
      tempo: 128.1,
      key: 0,
      mode: 0,
      energy: 0.123,
      valence: 0,
      year: 1999,
      explicit: true,
      durationMs: 200_000,
      popularity: 1000,
    };
    await put(100, shardTexts([full, ...items(23)], 10));
    const snapshot = await createSnapshotReader(rows).read(100);
    expect(snapshot?.build).toBe(100);
    expect(snapshot?.items.map(({ itemId }) => itemId)).toEqual([
      'full',
      ...items(23).map(({ item }) => item),
    ]);
    expect(snapshot?.items[0]).toEqual({
      itemId: 'full',
      recordingId: 'r-full',
      kind: 'episode',
      title: 'Ünder\\way "x"',
      artist: 'A Show',
      artistId: 'show',
      album: 'Season 1',
      genres: ['jazz', 'drum and bass'],
      tempo: 128.1,
      key: 0,
      mode: 0,
      energy: 0.123,
      valence: 0,
      year: 1999,
      explicit: true,
      durationMs: 200_000,
      popularity: 1000,
    });
    expect(snapshot?.items[1]).toEqual({
      itemId: 'item0',
      recordingId: 'item0',
      kind: 'track',
      title: 'Title 0',
      artist: null,
      artistId: null,
      album: null,
      genres: [],
      tempo: null,
      key: null,
      mode: null,
      energy: null,
      valence: null,
      year: null,
      explicit: false,
      durationMs: null,
      popularity: 1000,
    });
    for (const item of snapshot?.items ?? []) expect(snapshot?.byId.get(item.itemId)).toBe(item);
  });

  test('is of the build asked for alone, and there is none of another', async () => {
    await put(100, shardTexts(items(12, 'old'), 5));
    await put(200, shardTexts(items(3, 'new'), 5));
    await rows.write('pools', [
      { key: 'popular#track', family: 'build', qualifier: 'pool', timestamp: 200, value: 'x' },
    ]);
    const reader = createSnapshotReader(rows);
    expect((await reader.read(100))?.items).toHaveLength(12);
    expect((await reader.read(200))?.items.map(({ itemId }) => itemId)).toEqual(['new0', 'new1', 'new2']);
    expect(await reader.read(150)).toBeUndefined();
  });

  test('is read once for all who come together, and kept for who comes later', async () => {
    await put(100, shardTexts(items(12), 5));
    const reader = createSnapshotReader(counted);
    const [first, ...others] = await Promise.all([reader.read(100), reader.read(100), reader.read(100)]);
    expect(first?.items).toHaveLength(12);
    for (const other of [...others, await reader.read(100)]) expect(other).toBe(first);
    expect(scans).toBe(1);
  });

  test('of the third last build is read anew: two are kept', async () => {
    const reader = createSnapshotReader(counted);
    for (const build of [100, 200, 300]) {
      await put(build, shardTexts(items(2, String(build)), 5));
      await reader.read(build);
    }
    expect(scans).toBe(3);
    await reader.read(300);
    await reader.read(200);
    expect(scans).toBe(3);
    expect((await reader.read(100))?.items[0]?.itemId).toBe('1000');
    expect(scans).toBe(4);
  });

  test('with a shard missing is refused, and whole once it has come', async () => {
    const shards = shardTexts(items(12), 5);
    const reader = createSnapshotReader(counted);
    await put(100, [shards[0], shards[2]] as [string, string][]);
    await expect(reader.read(100)).rejects.toThrow('search#0001 of build 100');
    await put(100, shards);
    expect((await reader.read(100))?.items).toHaveLength(12);
  });

  test.each([
    ['a line with a column too few', 'a\t\ttrack'],
    ['an unknown kind', `a\t\tband${'\t'.repeat(14)}`],
    ['no item', `\t\ttrack${'\t'.repeat(14)}`],
    ['a popularity that is no number', `a\t\ttrack${'\t'.repeat(14)}many`],
    ['an empty shard', ''],
  ])('with %s is refused', async (_, value) => {
    await put(100, [['search#0000', value]]);
    await expect(createSnapshotReader(rows).read(100)).rejects.toThrow(/catalogue line/);
  });
});
