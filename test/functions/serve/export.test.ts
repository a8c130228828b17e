import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import { openDuckdbWarehouse } from '../../../shared/embedded/duckdb-warehouse.ts';
import { TransientError } from '../../../shared/errors.ts';
import type { Warehouse } from '../../../shared/ports/warehouse.ts';
import { listenRow } from '../../../shared/schema/table-rows.ts';
import { acceptedEvent } from '../fakes/events.ts';
import { ACTIVE, type Body, controlOf, type Harness, NOW, openServe } from './harness.ts';
import { poolText, someLines, tasteText } from './pool-text.ts';

let h: Harness;
let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openDuckdbWarehouse({ directory: ':memory:', threads: 1, memory: '256MB' });
  h = openServe({ warehouse });
});
afterEach(async () => {
  await h.close();
  await warehouse.close();
});

const append = (...events: Partial<ListeningEvent>[]) =>
  warehouse.append(
    'listens',
    events.map((event) => listenRow(acceptedEvent(event))),
  );

const exported = async (query = '', listener = 'ann') => {
  const { status, body } = await h.request(`/v1/listeners/${listener}/export${query}`);
  expect(status).toBe(200);
  return body as Body & { events: Record<string, unknown>[]; next: string | null };
};

async function pages(limit: number): Promise<string[]> {
  const ids: string[] = [];
  let after = '';
  for (;;) {
    const { events, next } = await exported(`?limit=${limit}&after=${encodeURIComponent(after)}`);
    ids.push(...events.map(({ eventId }) => String(eventId)));
    if (next === null) return ids;
    after = next;
  }
}

describe('events', () => {
  test.each([1, 2, 7, 25, 10_000])('pages of %i hold every event once, in order of its id', async (limit) => {
    const ids = Array.from({ length: 25 }, (_, i) => `e/${(i * 7) % 25}&${'x'.repeat(i)}`);
    await append(...ids.map((eventId) => ({ eventId })));
    // Delivered again, under another receivedAt, as at-least-once delivery does.
    await append(...ids.slice(0, 10).map((eventId, i) => ({ eventId, receivedAt: NOW + i })));
    await append({ eventId: 'e/1&another', listenerId: 'bob' });
    expect(await pages(limit)).toEqual(ids.sort());
  });

  test('an event comes back as it was accepted', async () => {
    const event = acceptedEvent({
      eventId: 'whole',
      context: { surface: 'home', sessionId: 's', playlistId: 'p', position: 3, impressionId: 'i' },
      private: true,
    });
    await append(event);
    const { context, version: _, listenerId: __, ...rest } = event;
    expect((await exported()).events).toEqual([{ ...rest, ...context }]);
  });

  test('ids that look like SQL are ids', async () => {
    await append({ listenerId: "'; DROP TABLE listens; --", eventId: 'kept' }, { eventId: 'other' });
    const listener = encodeURIComponent("'; DROP TABLE listens; --");
    expect((await exported('', listener)).events.map(({ eventId }) => eventId)).toEqual(['kept']);
    expect((await exported(`?after=${encodeURIComponent("' OR 1=1 --")}`)).events).toHaveLength(1);
  });

  test.each(['limit=0', 'limit=10001', 'limit=x', `after=${'x'.repeat(129)}`])('%s is 400', async (query) => {
    const { status, body } = await h.request(`/v1/listeners/ann/export?${query}`);
    expect(status).toBe(400);
    expect(body.errors[0]?.pointer).toBe(`/query/${query.split('=')[0]}`);
  });

  test('a warehouse that fails is 503, never an export that looks whole', async () => {
    h.faults.set('history.events', new TransientError('the warehouse thread has ended'));
    expect((await h.request('/v1/listeners/ann/export')).status).toBe(503);
  });
});

describe('the first page', () => {
  beforeEach(async () => {
    await append({ eventId: 'a' }, { eventId: 'b' });
    await h.putListener('ann', ACTIVE, { pool: poolText(someLines('p', 3)), taste: tasteText(ACTIVE) });
    await h.publishBuilds(ACTIVE);
    await h.live({ itemId: 'now', eventId: 'live' });
    await h.request(controlOf('dislike', 'x'), { method: 'PUT' });
    await h.request(controlOf('snooze-artist', 'y'), { method: 'PUT' });
    await h.request(controlOf('snooze-artist', 'y'), { method: 'DELETE' });
  });

  test('holds controls (also those taken back), live events, taste and pool; later pages only events', async () => {
    const first = await exported('?limit=1');
    expect(first).toMatchObject({
      listenerId: 'ann',
      next: 'a',
      live: [{ eventId: 'live', itemId: 'now' }],
      controls: [
        { kind: 'dislike', target: 'x', active: true },
        { kind: 'snooze-artist', target: 'y', active: false },
      ],
      pool: ['p0', 'p1', 'p2'],
      taste: { listens: 100 },
    });
    expect(await exported('?limit=1&after=a')).toMatchObject({
      events: [{ eventId: 'b' }],
      next: null,
      live: [],
      controls: [],
      taste: null,
      pool: [],
    });
  });

  test('a part that cannot be read is named', async () => {
    h.faults.set('rows.read:listeners', new TransientError('gone'));
    expect((await exported()).degraded).toEqual(['listener']);
  });
});
