import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ImportDeps, importHistories } from '../../infra/local/import-histories.ts';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import { LmdbDocuments } from '../../shared/embedded/lmdb-documents.ts';
import { openLmdbEnvironment } from '../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../shared/embedded/lmdb-rows.ts';
import { InvalidInput } from '../../shared/errors.ts';
import { createCatalogue } from '../../shared/rows/catalogue.ts';
import { temporaryDirectory } from '../contract/embedded-stores.ts';
import { Folder } from '../shared/import/fixtures.ts';

let h: Awaited<ReturnType<typeof open>>;
let folder: Folder;
beforeEach(async () => {
  h = await open();
  folder = new Folder();
});
afterEach(async () => {
  folder[Symbol.dispose]();
  await h.close();
});

async function open() {
  const directory = temporaryDirectory();
  const environment = openLmdbEnvironment(directory.path);
  const documents = new LmdbDocuments(environment);
  const warehouse = await openDuckdbWarehouse({ directory: ':memory:', threads: 1, memory: '256MB' });
  const clock = { now: Date.UTC(2026, 10, 1) };
  const rooms = { made: 0 };
  const told: number[] = [];
  const deps: ImportDeps = {
    warehouse,
    documents,
    catalogue: createCatalogue(new LmdbRows(environment), () => clock.now),
    now: () => clock.now,
    makeRoom: async () => void rooms.made++,
    onProgress: ({ done, total }) => void told.push(done / total),
  };
  return {
    deps,
    documents,
    warehouse,
    clock,
    rooms,
    told,
    run: (path: string, more: Partial<ImportDeps> = {}, listenerId = 'me') =>
      importHistories({ ...deps, ...more }, { paths: [path], listenerId }),
    async counts() {
      const [row] = await warehouse.query(
        `SELECT (SELECT COUNT(DISTINCT event_id) FROM listens) AS events, (SELECT COUNT(*) FROM listens) AS arrivals,
          (SELECT COUNT(DISTINCT item_id) FROM catalogue) AS items`,
      );
      return row as { events: number; arrivals: number; items: number };
    },
    async close() {
      await warehouse.close();
      await environment.close();
      directory.remove();
    },
  };
}

const plays = (count: number) =>
  JSON.stringify(
    Array.from({ length: count }, (_, i) => ({
      endTime: `2024-01-${String(1 + (i % 28)).padStart(2, '0')} 10:${String(i % 60).padStart(2, '0')}`,
      artistName: `Artist ${i % 7}`,
      trackName: `Track ${i % 11}`,
      msPlayed: 180_000,
    })),
  );

describe('importing histories', () => {
  test('twice is as once after the dedupe, under the name of whoever’s history it is', async () => {
    const path = folder.write('StreamingHistory0.json', plays(50));
    const first = await h.run(path);
    const once = await h.counts();
    expect(once).toMatchObject({ events: 50, arrivals: 50 });
    expect(first.report.files[0]).toMatchObject({ records: 50, events: 50, skipped: 0 });
    h.clock.now += 86_400_000;
    const again = await h.run(path);
    expect(again.report.files).toEqual(first.report.files);
    expect(await h.counts()).toEqual({ ...once, arrivals: 100 });
    const listeners = await h.warehouse.query('SELECT DISTINCT listener_id FROM listens');
    expect(listeners).toEqual([{ listener_id: 'me' }]);
  });

  test('after a crash in the middle, what is missing is added and nothing counts twice', async () => {
    const path = folder.write('StreamingHistory0.json', plays(40));
    let appends = 0;
    const warehouse: ImportDeps['warehouse'] = {
      query: (...given) => h.warehouse.query(...given),
      append: async (table, rows) => {
        if (table === 'listens') {
          await h.warehouse.append(table, rows.slice(0, 10));
          appends += 1;
          throw new Error('killed');
        }
        return h.warehouse.append(table, rows);
      },
    };
    await expect(h.run(path, { warehouse })).rejects.toThrow('killed');
    expect(appends).toBe(1);
    expect(await h.documents.list('imports')).toEqual([]);
    await h.run(path);
    expect(await h.counts()).toMatchObject({ events: 40, arrivals: 50 });
    expect(await h.documents.list('imports')).toHaveLength(1);
  });

  test('a bad record is skipped with its place, the others are in; told skips are bounded', async () => {
    const records = JSON.parse(plays(150)) as Record<string, unknown>[];
    const damaged = records.map((record, i) => (i < 120 ? { ...record, msPlayed: 'long' } : record));
    const { report, skips } = await h.run(folder.write('StreamingHistory0.json', JSON.stringify(damaged)));
    expect(report.files[0]).toMatchObject({ records: 150, events: 30, skipped: 120 });
    expect(skips).toHaveLength(100);
    expect(skips[0]).toMatchObject({ line: 1, reason: expect.any(String) });
    expect(await h.counts()).toMatchObject({ events: 30 });
  });

  test('room is made once, before the first write, and only for something that can be imported', async () => {
    const foreign = folder.write('notes.txt', 'nothing that is known here');
    for (const path of [foreign, `${foreign}.missing`]) {
      const { report } = await h.run(path);
      expect(report.files[0]?.format).toBeNull();
    }
    await expect(h.run(foreign, {}, 'björk')).rejects.toThrow(InvalidInput);
    expect(h.rooms.made).toBe(0);
    let before = -1;
    await h.run(folder.write('StreamingHistory0.json', plays(5)), {
      makeRoom: async () => {
        h.rooms.made += 1;
        before = (await h.counts()).arrivals;
      },
    });
    expect(h.rooms.made).toBe(1);
    expect(before).toBe(0);
  });

  test('items are learnt with the events, progress ends at the whole', async () => {
    await h.run(folder.write('StreamingHistory0.json', plays(30)));
    const [row] = await h.warehouse.query('SELECT item_id FROM listens LIMIT 1');
    const id = String(row?.item_id);
    expect((await h.deps.catalogue.get([id])).get(id)).toMatchObject({
      title: expect.stringMatching(/^Track/),
    });
    expect(h.told.at(-1)).toBe(1);
    expect(h.told).toEqual(h.told.toSorted((a, b) => a - b));
  });
});
