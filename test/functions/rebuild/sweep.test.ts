import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sweepErased } from '../../../functions/rebuild/sweep.ts';
import { openDuckdbWarehouse } from '../../../shared/embedded/duckdb-warehouse.ts';
import { saveErasure } from '../../../shared/rows/erasures.ts';
import { liveEventCell } from '../../../shared/rows/live-events.ts';
import { listenerHash, listenerKey } from '../../../shared/schema/rows.ts';
import { erasureRow, listenRow } from '../../../shared/schema/table-rows.ts';
import { createForgetting } from '../../../shared/serving/forgetting.ts';
import { temporaryDirectory } from '../../contract/embedded-stores.ts';
import { acceptedEvent } from '../fakes/events.ts';
import { openRebuild } from './harness.ts';

const NOW = Date.UTC(2026, 10, 10);
let h: ReturnType<typeof openRebuild>;
let directory: ReturnType<typeof temporaryDirectory>;
let warehouse: Awaited<ReturnType<typeof openDuckdbWarehouse>>;

beforeEach(async () => {
  h = openRebuild();
  directory = temporaryDirectory();
  warehouse = await openDuckdbWarehouse({ directory: directory.path, threads: 1, memory: '512MiB' });
});
afterEach(async () => {
  await warehouse.close();
  directory.remove();
  await h.close();
});

async function arrive(listenerId: string, receivedAt: number): Promise<void> {
  const event = acceptedEvent({ eventId: `e-${receivedAt}`, listenerId, receivedAt, occurredAt: receivedAt });
  await h.rows.write('listeners', [liveEventCell(event)]);
  await warehouse.append('listens', [listenRow(event)]);
}

async function erase(listenerId: string, at: number): Promise<void> {
  await saveErasure(h.rows, {
    receiptId: 'r',
    listenerHash: listenerHash(listenerId),
    erasedAt: at,
    completedAt: at,
    stores: [],
  });
  await warehouse.append('erasures', [erasureRow(listenerId, at)]);
}

const sweep = () =>
  sweepErased({ rows: h.rows, warehouse, forgetting: createForgetting(h.documents), now: () => NOW });
const listeners = async () =>
  (await warehouse.query('SELECT DISTINCT listener_id FROM listens ORDER BY listener_id')).map(
    ({ listener_id }) => listener_id,
  );

describe('what came in late of erased listeners', () => {
  test('documents are removed that are no younger than the erasure, of that listener alone', async () => {
    await erase('ann', NOW - 1000);
    const playlist = (listenerId: string, createdAt: number) => ({ listenerId, createdAt, tracks: [] });
    const put = (listener: string, name: string, at: number) =>
      h.documents.put('playlists', `${listenerHash(listener)}~${name}`, playlist(listener, at));
    await put('ann', 'before', NOW - 2000);
    await put('ann', 'since', NOW - 500);
    await put('bob', 'his', NOW - 2000);
    expect((await sweep()).documents).toBe(1);
    expect((await h.documents.list('playlists')).map(({ id }) => id.split('~')[1]).sort()).toEqual([
      'his',
      'since',
    ]);
    expect((await sweep()).documents).toBe(0);
  });

  test('is removed from rows and history, and nobody else loses anything', async () => {
    await erase('ann', NOW - 1000);
    for (const listener of ['ann', 'bob']) await arrive(listener, NOW - 2000);
    expect(await sweep()).toEqual({ documents: 0, rows: 1, listeners: 1 });
    expect(await h.rows.read('listeners', listenerKey('ann'))).toBeUndefined();
    expect(await h.rows.read('listeners', listenerKey('bob'))).toBeDefined();
    expect(await listeners()).toEqual(['bob']);
    expect(await sweep()).toEqual({ documents: 0, rows: 0, listeners: 0 });
  });

  test('does not take what a listener did after coming back', async () => {
    await erase('ann', NOW - 1000);
    await arrive('ann', NOW - 500);
    expect(await sweep()).toEqual({ documents: 0, rows: 0, listeners: 0 });
    await arrive('ann', NOW - 1500);
    expect(await sweep()).toEqual({ documents: 0, rows: 0, listeners: 1 });
    expect(await h.rows.read('listeners', listenerKey('ann'))).toBeDefined();
    expect(await warehouse.query('SELECT event_id FROM listens')).toEqual([{ event_id: `e-${NOW - 500}` }]);
  });
});
