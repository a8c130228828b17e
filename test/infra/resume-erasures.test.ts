import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resumeErasures } from '../../infra/local/resume-erasures.ts';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import { controlCell } from '../../shared/rows/control-cells.ts';
import { createErasures, type Erasure, readErasure, saveErasure } from '../../shared/rows/erasures.ts';
import { listenerHash, listenerKey } from '../../shared/schema/rows.ts';
import { listenRow } from '../../shared/schema/table-rows.ts';
import { SUBSCRIPTIONS, TOPICS } from '../../shared/schema/topics.ts';
import { acceptedEvent } from '../functions/fakes/events.ts';
import { ACTIVE, type Harness, NOW, openServe } from '../functions/serve/harness.ts';
import { poolText, someLines } from '../functions/serve/pool-text.ts';

let h: Harness;
let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openDuckdbWarehouse({ directory: ':memory:', threads: 1, memory: '256MB' });
  h = openServe({ warehouse, subscribe: false });
  for (const { name } of Object.values(SUBSCRIPTIONS))
    h.topics.subscribe(name, async (messages) => messages.map(() => ({ kind: 'dead', reason: 'no' })));
});
afterEach(async () => {
  await h.close();
  await warehouse.close();
});

const resume = () =>
  resumeErasures({
    clock: h.clock,
    listeners: h.deps.listeners,
    rows: h.rows,
    topics: h.topics,
    warehouse: warehouse as Parameters<typeof resumeErasures>[0]['warehouse'],
  });

/** As far as a killed erasure came: the tombstone, and nothing else. */
const cutShort = (listener: string, rest: Partial<Erasure> = {}) =>
  saveErasure(h.rows, {
    receiptId: `receipt-${listener}`,
    listenerHash: listenerHash(listener),
    erasedAt: NOW - 1000,
    completedAt: null,
    stores: [],
    ...rest,
  });

async function fill(listener: string): Promise<void> {
  await h.putListener(listener, ACTIVE, { pool: poolText(someLines('own', 3)) });
  await h.rows.write('listeners', [
    controlCell(listener, { kind: 'dislike', target: 'x', active: true, until: null, from: 1 }, 1),
  ]);
  await warehouse.append('listens', [
    listenRow(acceptedEvent({ eventId: `e-${listener}`, listenerId: listener })),
  ]);
  await h.topics.publish(TOPICS.impressions, [{ orderingKey: listener, data: '{}' }]);
  await h.topics.settled('impressions-to-warehouse');
}

const tombstone = async (listener: string) => readErasure(h.rows, listenerHash(listener));

describe('erasures that a crash cut short', () => {
  test('are finished in every store, with a receipt, and others keep theirs', async () => {
    for (const listener of ['ann', 'bob']) await fill(listener);
    await cutShort('ann');
    expect(await resume()).toBe(1);
    expect(await h.rows.read('listeners', listenerKey('ann'))).toBeUndefined();
    expect(await h.rows.read('listeners', listenerKey('bob'))).toBeDefined();
    expect(await warehouse.query('SELECT listener_id FROM listens')).toEqual([{ listener_id: 'bob' }]);
    expect(await warehouse.query('SELECT listener_hash FROM erasures')).toEqual([
      { listener_hash: listenerHash('ann') },
    ]);
    expect((await h.topics.deadLetters()).map(({ orderingKey }) => orderingKey)).toEqual(['bob']);
    expect(await tombstone('ann')).toMatchObject({
      receiptId: 'receipt-ann',
      erasedAt: NOW - 1000,
      completedAt: NOW,
      stores: expect.arrayContaining([
        { store: 'rows', removed: 2 },
        { store: 'warehouse.listens', removed: 1 },
        { store: 'dead letters', removed: 1 },
      ]),
    });
    expect((await createErasures(h.rows).erasedAt(['ann'])).get('ann')).toBe(NOW);
    expect(await resume()).toBe(0);
  });

  test('are found by whatever is left: rows alone, history alone, dead letters alone, or nothing', async () => {
    await h.putListener('rows', ACTIVE, { pool: '\n' });
    await warehouse.append('impressions', [
      { impression_id: 'i', listener_id: 'history', surface: 's', served_at: 1, position: 0, item_id: 'x' },
    ]);
    await h.topics.publish(TOPICS.listens, [{ orderingKey: 'letters', data: '{}' }]);
    await h.topics.settled('update-signals');
    await h.topics.settled('listens-to-warehouse');
    for (const listener of ['rows', 'history', 'letters', 'nothing']) await cutShort(listener);
    expect(await resume()).toBe(4);
    expect(await h.rows.read('listeners', listenerKey('rows'))).toBeUndefined();
    expect(await warehouse.query('SELECT * FROM impressions')).toEqual([]);
    expect(await h.topics.deadLetters()).toEqual([]);
    for (const listener of ['rows', 'history', 'letters', 'nothing'])
      expect((await tombstone(listener))?.completedAt).toBe(NOW);
  });

  test('killed again, they are taken up again', async () => {
    await fill('ann');
    await cutShort('ann');
    const killed = { ...warehouseMethods(), eraseListener: () => Promise.reject(new Error('killed')) };
    await expect(
      resumeErasures({
        clock: h.clock,
        listeners: h.deps.listeners,
        rows: h.rows,
        topics: h.topics,
        warehouse: killed,
      }),
    ).rejects.toThrow('killed');
    expect((await tombstone('ann'))?.completedAt).toBeNull();
    expect(await resume()).toBe(1);
    expect(await warehouse.query('SELECT * FROM listens')).toEqual([]);
  });

  test('finished ones are left alone, also where the listener listens again', async () => {
    await cutShort('ann', { completedAt: NOW - 500 });
    await fill('ann');
    expect(await resume()).toBe(0);
    expect(await h.rows.read('listeners', listenerKey('ann'))).toBeDefined();
    expect(await warehouse.query('SELECT listener_id FROM listens')).toHaveLength(1);
  });
});

function warehouseMethods() {
  return {
    append: warehouse.append.bind(warehouse),
    query: warehouse.query.bind(warehouse),
    eraseListener: warehouse.eraseListener.bind(warehouse),
  };
}
