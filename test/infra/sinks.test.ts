import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catalogueSink, controlsSink, impressionsSink, listensSink } from '../../infra/local/sinks.ts';
import { bareItem } from '../../shared/domain/item.ts';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import { TransientError } from '../../shared/errors.ts';
import type { Handler, Message } from '../../shared/ports/topics.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import { acceptedEvent, RECEIVED } from '../functions/fakes/events.ts';
import { fakeErasures, messageOfData } from '../functions/fakes/stores.ts';

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openDuckdbWarehouse({ directory: ':memory:', threads: 1, memory: '256MB' });
});
afterEach(() => warehouse.close());

const control = (rest = {}) => ({
  listener_id: 'ann',
  kind: 'dislike',
  target: 'x',
  active: true,
  until: null,
  changed_at: RECEIVED,
  ...rest,
});
const impression = (rest = {}) => ({
  impression_id: 'i1',
  listener_id: 'ann',
  surface: 'next',
  build_id: 'b00000000000001',
  served_at: RECEIVED,
  items: [0, 1].map((position) => ({
    position,
    item_id: `item${position}`,
    recording_id: `r${position}`,
    source: 'popularity',
    notion: 'new_artist',
    score: 0.5,
    propensity: 1,
  })),
  ...rest,
});
const item = (rest = {}) => ({ ...bareItem('x', 'api', RECEIVED), genres: ['jazz', 'bop'], ...rest });

interface Case {
  readonly name: string;
  readonly table: string;
  readonly of: (to: Pick<Warehouse, 'append'>, erased?: Record<string, number>) => Handler;
  readonly good: (rest?: object) => object;
  readonly bad: readonly object[];
  readonly rows: number;
  readonly personal: boolean;
}

const CASES: readonly Case[] = [
  {
    name: 'listens',
    table: 'listens',
    of: (to, erased) => listensSink(to, fakeErasures(erased)),
    good: (rest) => acceptedEvent(rest),
    bad: [
      acceptedEvent({ eventId: '' }),
      { ...acceptedEvent(), version: 9 },
      { ...acceptedEvent(), plays: 0.5 },
    ],
    rows: 1,
    personal: true,
  },
  {
    name: 'controls',
    table: 'controls',
    of: (to, erased) => controlsSink(to, fakeErasures(erased)),
    good: control,
    bad: [control({ listener_id: null }), control({ until: 1.5 }), control({ changed_at: 'now' }), {}],
    rows: 1,
    personal: true,
  },
  {
    name: 'impressions',
    table: 'impressions',
    of: (to, erased) => impressionsSink(to, fakeErasures(erased)),
    good: impression,
    bad: [impression({ served_at: 0.5 }), impression({ items: [{}] }), impression({ impression_id: '' }), {}],
    rows: 2,
    personal: true,
  },
  {
    name: 'catalogue',
    table: 'catalogue',
    of: (to) => catalogueSink(to),
    good: item,
    bad: [
      item({ itemId: null }),
      item({ genres: 'jazz' }),
      item({ durationMs: 1.5 }),
      item({ popularity: 0.5 }),
      item({ kind: 'opera' }),
      {},
    ],
    rows: 1,
    personal: false,
  },
];

const message = (body: object, id = 'm', orderingKey = 'ann'): Message =>
  messageOfData(JSON.stringify(body), orderingKey, id);
const count = async (table: string) =>
  Number((await warehouse.query(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.n);

describe.each(CASES)('the sink of $name', ({ table, of, good, bad, rows }) => {
  test('what cannot be read dies with a reason, and the others of the batch are kept', async () => {
    const secret = 'what-the-message-says';
    const broken = [
      messageOfData(`{"${secret}`),
      messageOfData('null'),
      messageOfData('[]'),
      ...bad.map((body) => message(body)),
    ];
    const outcomes = await of(warehouse)([message(good()), ...broken, message(good())]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['ack', ...broken.map(() => 'dead'), 'ack']);
    for (const outcome of outcomes) {
      if (outcome.kind !== 'dead') continue;
      expect(outcome.reason.length).toBeGreaterThan(3);
      expect(outcome.reason.length).toBeLessThanOrEqual(540);
    }
    expect(await count(table)).toBe(2 * rows);
  });

  test('a warehouse that fails has everything that was meant for it tried again, and nothing is lost', async () => {
    let fails = true;
    const shaky: Pick<Warehouse, 'append'> = {
      append: async (name, given) => {
        if (fails) throw new TransientError('the disk is full');
        return warehouse.append(name, given);
      },
    };
    const batch = [message(good()), messageOfData('nonsense')];
    // Thrown, the whole batch is delivered again and no message is held to blame.
    await expect(of(shaky)(batch)).rejects.toThrow(TransientError);
    fails = false;
    expect((await of(shaky)(batch)).map(({ kind }) => kind)).toEqual(['ack', 'dead']);
    expect(await count(table)).toBe(rows);
  });

  test('a failure of another kind is tried again too, and does not take the dead with it', async () => {
    const odd: Pick<Warehouse, 'append'> = { append: () => Promise.reject(new Error('odd')) };
    const outcomes = await of(odd)([message(good()), messageOfData('nonsense')]);
    expect(outcomes).toEqual([
      { kind: 'retry', reason: 'odd' },
      { kind: 'dead', reason: expect.any(String) },
    ]);
  });

  test('an empty batch writes nothing', async () => {
    expect(await of(warehouse)([])).toEqual([]);
    expect(await count(table)).toBe(0);
  });
});

test('an item that is older than an attribute is kept, without it', async () => {
  const { popularity: _, releasedAt: __, ...older } = item();
  const newer = item({ popularity: 9, releasedAt: Date.UTC(2026, 10, 20) });
  const outcomes = await catalogueSink(warehouse)([message(older), message(newer)]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['ack', 'ack']);
  const rows = await warehouse.query('SELECT popularity, released_at FROM catalogue ORDER BY popularity');
  expect(rows).toEqual([
    { popularity: null, released_at: null },
    { popularity: 9, released_at: Date.UTC(2026, 10, 20) },
  ]);
});

describe.each(CASES.filter(({ personal }) => personal))('the sink of $name', ({ table, of, good, rows }) => {
  test('drops what an erased listener’s messages hold up to the erasure, and keeps what came later', async () => {
    const at = (time: number) => ({
      receivedAt: time,
      changed_at: time,
      served_at: time,
      eventId: `e${time}`,
    });
    const names = { listens: 'receivedAt', controls: 'changed_at', impressions: 'served_at' };
    const stamp = names[table as keyof typeof names];
    const pick = (time: number) =>
      Object.fromEntries(
        Object.entries(at(time)).filter(
          ([name]) => name === stamp || (table === 'listens' && name === 'eventId'),
        ),
      );
    const handle = of(warehouse, { ann: RECEIVED + 10 });
    const outcomes = await handle(
      [RECEIVED, RECEIVED + 10, RECEIVED + 11].map((time) => message(good(pick(time)))),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['ack', 'ack', 'ack']);
    expect(await count(table)).toBe(rows);
  });
});

describe('repeats', () => {
  test('of a listen are one event after the dedupe by its id', async () => {
    const handle = listensSink(warehouse, fakeErasures());
    for (let i = 0; i < 3; i++) await handle([message(acceptedEvent())]);
    const [row] = await warehouse.query(
      'SELECT COUNT(DISTINCT event_id) AS events, COUNT(*) AS n FROM listens',
    );
    expect(row).toEqual({ events: 1, n: 3 });
  });

  test('of a control leave the newest change standing', async () => {
    const handle = controlsSink(warehouse, fakeErasures());
    const changes = [control(), control({ active: false, changed_at: RECEIVED + 1 }), control()];
    for (const change of changes) await handle([message(change)]);
    const rows = await warehouse.query(
      `SELECT active FROM controls
       QUALIFY ROW_NUMBER() OVER (PARTITION BY listener_id, kind, target ORDER BY changed_at DESC) = 1`,
    );
    expect(rows).toEqual([{ active: false }]);
  });
});
