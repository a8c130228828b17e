import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fillWithCommunity, readCommunity, removeCommunity } from '../../infra/local/community.ts';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import { LmdbDocuments } from '../../shared/embedded/lmdb-documents.ts';
import { openLmdbEnvironment } from '../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../shared/embedded/lmdb-rows.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import { createCatalogue } from '../../shared/rows/catalogue.ts';
import { changePointer, readPointer } from '../../shared/rows/pointer.ts';
import { listenerKey } from '../../shared/schema/rows.ts';
import { listenRow } from '../../shared/schema/table-rows.ts';
import { temporaryDirectory } from '../contract/embedded-stores.ts';
import { acceptedEvent } from '../functions/fakes/events.ts';

const NOW = Date.UTC(2026, 10, 1);

let stores: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  stores = await open();
});
afterEach(() => stores.close());

async function open() {
  const directory = temporaryDirectory();
  const environment = openLmdbEnvironment(directory.path);
  const rows = new LmdbRows(environment);
  const documents = new LmdbDocuments(environment);
  const warehouse = await openDuckdbWarehouse({ directory: ':memory:', threads: 2, memory: '512MB' });
  return {
    rows,
    documents,
    warehouse,
    catalogue: createCatalogue(rows, () => NOW),
    now: () => NOW,
    async close() {
      await warehouse.close();
      await environment.close();
      directory.remove();
    },
  };
}

async function counts(): Promise<Record<string, number>> {
  const [row] = await stores.warehouse.query(
    `SELECT (SELECT COUNT(DISTINCT event_id) FROM listens) AS events,
      (SELECT COUNT(DISTINCT listener_id) FROM listens) AS listeners,
      (SELECT COUNT(DISTINCT item_id) FROM catalogue) AS items`,
  );
  return row as Record<string, number>;
}

async function keysOf(table: 'listeners' | 'catalog' | 'pools'): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of stores.rows.scan(table)) keys.push(key);
  return keys;
}

describe('the generated community', () => {
  test('fills warehouse and catalogue, again with the same after a crash in between', async () => {
    expect(await readCommunity(stores.documents)).toBeUndefined();
    let appends = 0;
    const crashing: Pick<Warehouse, 'append'> = {
      append: async (table, given) => {
        if (++appends > 2) throw new Error('killed');
        return stores.warehouse.append(table, given);
      },
    };
    await expect(fillWithCommunity({ ...stores, warehouse: crashing }, 5)).rejects.toThrow('killed');
    expect(await readCommunity(stores.documents)).toMatchObject({ status: 'filling', seed: 5, endAt: NOW });

    // The seed of the first attempt counts, whatever the configuration says by now.
    const filled = await fillWithCommunity({ ...stores, now: () => NOW + 1e9 }, 6);
    expect(filled).toMatchObject({ status: 'present', seed: 5, endAt: NOW });
    expect(await counts()).toEqual({
      events: filled.events,
      listeners: filled.listeners,
      items: filled.items,
    });
    const [{ last } = { last: null }] = await stores.warehouse.query(
      'SELECT MAX(received_at) AS last FROM listens',
    );
    expect(Number(last)).toBeLessThanOrEqual(NOW);
    expect(await keysOf('catalog')).toHaveLength(filled.items);
    const showcase = await stores.warehouse.query(
      'SELECT COUNT(*) AS n FROM listens WHERE listener_id = @id',
      {
        id: filled.listenerId,
      },
    );
    expect(Number(showcase[0]?.n)).toBeGreaterThan(100);
  });

  test('goes with everything played in its name, its rows and its pools; others stay, and no rollback leads back', async () => {
    const filled = await fillWithCommunity(stores, 1);
    const generated = filled.listenerId;
    const event = (listenerId: string) =>
      acceptedEvent({ eventId: `api-${listenerId}`, listenerId, source: 'api', itemId: 'mine' });
    await stores.warehouse.append('listens', [listenRow(event(generated)), listenRow(event('ann'))]);
    const cell = { family: 'live', qualifier: 'e#1', timestamp: NOW, value: '[]' };
    await stores.rows.write('listeners', [
      { ...cell, key: listenerKey(generated) },
      { ...cell, key: listenerKey('ann') },
    ]);
    await stores.rows.write('pools', [
      { key: 'popular#track', family: 'build', qualifier: 'pool', timestamp: NOW, value: '\n' },
    ]);
    const pointer = await changePointer(stores.rows, NOW, () => ({ active: NOW, accepted: [NOW] }));

    expect(await removeCommunity(stores)).toEqual({ listeners: filled.listeners, items: filled.items });
    expect(await counts()).toEqual({ events: 1, listeners: 1, items: 0 });
    expect(await keysOf('listeners')).toEqual([listenerKey('ann')]);
    expect(await keysOf('catalog')).toEqual([]);
    expect(await keysOf('pools')).toEqual(['meta#active']);
    expect(await readPointer(stores.rows)).toEqual({ ...pointer, accepted: [] });
    expect(await readCommunity(stores.documents)).toMatchObject({ status: 'removed' });
    expect(await removeCommunity(stores)).toBeUndefined();
  });

  test('cut short while it goes, it is gone whole after the next try', async () => {
    const filled = await fillWithCommunity(stores, 1);
    const key = listenerKey(filled.listenerId);
    const live = { key, family: 'live', qualifier: 'e#1', timestamp: NOW, value: '[]' };
    await stores.rows.write('listeners', [live]);
    const killAt: Warehouse['removeSource'] = () => Promise.reject(new Error('killed'));
    const warehouse = { query: stores.warehouse.query.bind(stores.warehouse), removeSource: killAt };
    await expect(removeCommunity({ ...stores, warehouse })).rejects.toThrow('killed');
    expect(await readCommunity(stores.documents)).toMatchObject({ status: 'present' });
    // What was played in its name meanwhile is found again, because the warehouse still names the listeners.
    await stores.rows.write('listeners', [live]);
    await removeCommunity(stores);
    expect(await counts()).toEqual({ events: 0, listeners: 0, items: 0 });
    expect(await keysOf('listeners')).toEqual([]);
    expect(await keysOf('catalog')).toEqual([]);
  });

  test('where there never was one, nothing is removed', async () => {
    await stores.warehouse.append('listens', [listenRow(acceptedEvent())]);
    expect(await removeCommunity(stores)).toBeUndefined();
    expect(await counts()).toMatchObject({ events: 1 });
  });
});
