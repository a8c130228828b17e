import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { load } from '../../../functions/rebuild/load.ts';
import { createUpdateSignals } from '../../../functions/update-signals/handler.ts';
import { listensSink } from '../../../infra/local/sinks.ts';
import { openDuckdbWarehouse } from '../../../shared/embedded/duckdb-warehouse.ts';
import { TransientError } from '../../../shared/errors.ts';
import type { BuildSpace, Warehouse } from '../../../shared/ports/warehouse.ts';
import { readErasure } from '../../../shared/rows/erasures.ts';
import { listenerHash, listenerKey } from '../../../shared/schema/rows.ts';
import { listenRow } from '../../../shared/schema/table-rows.ts';
import { SUBSCRIPTIONS, TOPICS } from '../../../shared/schema/topics.ts';
import { acceptedEvent } from '../fakes/events.ts';
import { fakeLogger, messageOfData } from '../fakes/stores.ts';
import { ACTIVE, type Body, controlOf, type Harness, itemsOf, NOW, openServe, weekly } from './harness.ts';
import { heardText, poolText, someLines, tasteText } from './pool-text.ts';

let h: Harness;
let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openDuckdbWarehouse({ directory: ':memory:', threads: 1, memory: '256MB' });
  h = openServe({ warehouse });
  for (const listener of ['ann', 'bob']) {
    await h.putListener(listener, ACTIVE, {
      pool: poolText(someLines('own', 40)),
      heard: heardText(['x']),
      taste: tasteText(ACTIVE),
    });
    await h.request(controlOf('dislike', 'own3', listener), { method: 'PUT' });
    await h.live({ itemId: 'own1', listenerId: listener });
    await warehouse.append('listens', [
      listenRow(acceptedEvent({ eventId: `e-${listener}`, listenerId: listener })),
    ]);
    await warehouse.append('controls', [
      { listener_id: listener, kind: 'dislike', target: 'own3', active: true, until: null, changed_at: NOW },
    ]);
  }
  await h.putPopular(ACTIVE, someLines('pop', 40));
  await h.publishBuilds(ACTIVE);
});
afterEach(async () => {
  await h.close();
  await warehouse.close();
});

type Receipt = Body & { stores: { store: string; removed: number; note?: string }[] } & Record<
    string,
    string
  >;

const erase = async (listener = 'ann') => {
  const { status, body } = await h.request(`/v1/listeners/${listener}`, { method: 'DELETE' });
  expect(status).toBe(200);
  return body as Receipt;
};

/** Everything a listener can read of themselves, but for what differs with every request. */
async function everything(listener: string): Promise<unknown> {
  const paths = ['discover-weekly', 'next', 'profile', 'export'].map(
    (part) => `/v1/listeners/${listener}/${part}`,
  );
  const answers = await Promise.all(paths.map((path) => h.request(path)));
  return JSON.parse(
    JSON.stringify(answers.map(({ status, body }) => ({ status, body })))
      .replaceAll(listener, 'somebody')
      .replaceAll(/"id-\d+"/g, '"id"'),
  );
}

const tombstone = async (listener = 'ann') => readErasure(h.rows, listenerHash(listener));

describe('the receipt', () => {
  test('lists every store with what was removed, and the id itself is in no document', async () => {
    const receipt = await erase();
    expect(receipt).toMatchObject({ listenerHash: listenerHash('ann') });
    expect(receipt.stores).toEqual([
      // The three cells of the build, the live event and the dislike.
      { store: 'rows', removed: 5 },
      { store: 'warehouse.listens', removed: 1 },
      { store: 'warehouse.controls', removed: 1 },
      { store: 'warehouse.impressions', removed: 0 },
      { store: 'dead letters', removed: 0 },
      { store: 'build workspaces', removed: 0, note: expect.any(String) },
    ]);
    expect(receipt.backups).toMatch(/expire/);
    expect(JSON.stringify(await h.rows.readMany('erasures', [listenerHash('ann')]))).not.toContain('ann');
    expect(await tombstone()).toMatchObject({ receiptId: receipt.receiptId, completedAt: NOW });
  });

  test('counts dead letters of theirs, and leaves those of others', async () => {
    const other = openServe({ subscribe: false, warehouse });
    for (const { name } of Object.values(SUBSCRIPTIONS))
      other.topics.subscribe(name, async (messages) => messages.map(() => ({ kind: 'dead', reason: 'no' })));
    for (const orderingKey of ['ann', 'bob', 'ann'])
      await other.topics.publish(TOPICS.impressions, [{ orderingKey, data: '{}' }]);
    await other.topics.settled('impressions-to-warehouse');
    const { body } = await other.request('/v1/listeners/ann', { method: 'DELETE' });
    expect((body as Receipt).stores).toContainEqual({ store: 'dead letters', removed: 2 });
    expect((await other.topics.deadLetters()).map(({ orderingKey }) => orderingKey)).toEqual(['bob']);
    await other.close();
  });
});

describe('afterwards', () => {
  test('every read is that of a listener nobody has seen, and others are untouched', async () => {
    const bob = await everything('bob');
    const stranger = await everything('stranger');
    await erase();
    expect(await everything('ann')).toEqual(stranger);
    expect(await everything('bob')).toEqual(bob);
    expect(await h.rows.read('listeners', listenerKey('ann'))).toBeUndefined();
    const left = await warehouse.query(
      'SELECT listener_id FROM listens UNION ALL SELECT listener_id FROM controls',
    );
    expect(new Set(left.map(({ listener_id: id }) => id))).toEqual(new Set(['bob']));
  });

  test('what is kept in memory of the listener is not served', async () => {
    await h.request(weekly());
    await erase();
    expect((await h.request(weekly())).body.basis).toBe('popularity');
  });

  test('late messages are dropped by every subscriber', async () => {
    const stranger = await everything('stranger');
    await erase();
    const late = messageOfData(JSON.stringify(acceptedEvent({ receivedAt: NOW })));
    const signals = createUpdateSignals({
      rows: h.rows,
      erasures: h.deps.erasures,
      logger: fakeLogger().logger,
    });
    expect(await signals([late])).toEqual([{ kind: 'ack' }]);
    expect(await listensSink(warehouse, h.deps.erasures)([late])).toEqual([{ kind: 'ack' }]);
    expect(await everything('ann')).toEqual(stranger);
    expect(await h.rows.read('listeners', listenerKey('ann'))).toBeUndefined();
  });

  test('listening again later starts anew', async () => {
    await erase();
    h.clock.advance(1);
    await h.live({ itemId: 'pop0' });
    const { body } = await h.request(weekly());
    expect(itemsOf(body)).not.toContain('pop0');
    expect(itemsOf(body)).toContain('pop1');
    expect((await h.request('/v1/listeners/ann/profile')).body).toMatchObject({ counts: { listens: 1 } });
    expect((await h.request(controlOf('dislike', 'pop1'), { method: 'PUT' })).status).toBe(200);
    expect(itemsOf((await h.request(weekly())).body)).not.toContain('pop1');
  });

  test('repeating it, also at once, is harmless', async () => {
    const stranger = await everything('stranger');
    const first = await erase();
    const again = await Promise.all([erase(), erase(), erase()]);
    for (const { stores } of again) for (const { removed } of stores) expect(removed).toBe(0);
    expect(new Set([first, ...again].map(({ receiptId }) => receiptId)).size).toBe(4);
    expect(await everything('ann')).toEqual(stranger);
  });
});

/** A build whose tables were made while the listener was still in the warehouse. */
const space = (cells: Record<string, Record<string, string>[]>) =>
  ({
    async *read(stage) {
      yield cells[stage.name] ?? [];
    },
  }) as Partial<BuildSpace> as BuildSpace;
const POOLS = {
  listener_pools: ['ann', 'bob'].map((listener) => ({
    listener_id: listener,
    pool: poolText(someLines('again', 40)),
  })),
};

describe('builds that were under way', () => {
  const loadAndPublish = async (cutoff: number) => {
    const loaded = await load(space(POOLS), h.rows, h.deps.erasures, cutoff, () => {});
    await h.publishBuilds(cutoff);
    return loaded;
  };

  test('one that loads afterwards skips the listener', async () => {
    const cutoff = NOW - 1;
    await erase();
    await loadAndPublish(cutoff);
    expect((await h.request(weekly())).body.basis).toBe('popularity');
    expect(await h.rows.read('listeners', listenerKey('ann'))).toBeUndefined();
    expect(itemsOf((await h.request(weekly('bob'))).body)).toContain('again1');
  });

  test('one that loaded before the tombstone is not read although it is published later', async () => {
    const cutoff = NOW - 1;
    await load(space(POOLS), h.rows, h.deps.erasures, cutoff, () => {});
    await erase();
    await h.publishBuilds(cutoff);
    expect((await h.request(weekly())).body.basis).toBe('popularity');
  });

  test('one that began while the erasure had not yet emptied the warehouse skips the listener too', async () => {
    // Its stages read the history at a cutoff behind the tombstone, just before the history went.
    const { erase: emptied } = h.deps.history;
    let cutoff = 0;
    Object.assign(h.deps.history, {
      erase: async (...given: Parameters<typeof emptied>) => {
        h.clock.advance(10);
        cutoff = h.clock.now();
        h.clock.advance(10);
        return emptied(...given);
      },
    });
    await erase();
    expect((await tombstone())?.erasedAt).toBeLessThan(cutoff);
    await loadAndPublish(cutoff);
    expect(await h.rows.read('listeners', listenerKey('ann'))).toBeUndefined();
    expect((await h.request(weekly())).body.basis).toBe('popularity');
  });
});

describe('cut short', () => {
  test.each(['rows.deleteRows:listeners', 'history.erase'])(
    'by %s: nothing is served, and it may be repeated',
    async (call) => {
      const stranger = await everything('stranger');
      h.faults.set(call, new TransientError('gone'));
      expect((await h.request('/v1/listeners/ann', { method: 'DELETE' })).status).toBe(503);
      h.faults.clear();
      expect(await tombstone()).toMatchObject({ completedAt: null });
      const paths = ['discover-weekly', 'next', 'profile'].map((part) => `/v1/listeners/ann/${part}`);
      for (const path of paths) expect(JSON.stringify((await h.request(path)).body)).not.toContain('own');
      // While it is open nothing comes in either, or it would be half erased.
      expect((await h.request(controlOf('dislike', 'x'), { method: 'PUT' })).status).toBe(503);
      const event = messageOfData(JSON.stringify(acceptedEvent({ receivedAt: NOW + 5_000 })));
      await createUpdateSignals({ rows: h.rows, erasures: h.deps.erasures, logger: fakeLogger().logger })([
        event,
      ]);
      await erase();
      expect(await everything('ann')).toEqual(stranger);
    },
  );

  test('the tombstone comes before anything is removed', async () => {
    const seen: unknown[] = [];
    const { deleteRows } = h.deps.rows;
    Object.assign(h.deps.rows, {
      deleteRows: async (...given: Parameters<typeof deleteRows>) => {
        seen.push(await tombstone());
        return deleteRows(...given);
      },
    });
    await erase();
    expect(seen).toMatchObject([{ completedAt: null }]);
  });
});
