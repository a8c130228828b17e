/** Logged slates read from a warehouse, and what is told of them. */
import { afterEach, describe, expect, test } from 'vitest';
import { evaluateOffPolicy, readLoggedSlates } from '../../infra/local/evaluate-off-policy.ts';
import type { ListeningEvent } from '../../shared/domain/event.ts';
import { DAY_MS, HOUR_MS } from '../../shared/domain/time.ts';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import { listenRow } from '../../shared/schema/table-rows.ts';
import type { TableRow } from '../../shared/schema/tables.ts';
import { event, NOW } from '../domain/some-events.ts';

const opened: Warehouse[] = [];
afterEach(async () => {
  for (const warehouse of opened.splice(0)) await warehouse.close();
});

const impression = (fields: TableRow): TableRow => ({
  impression_id: 'm1',
  listener_id: 'l1',
  surface: 'home',
  served_at: NOW,
  position: 0,
  item_id: 'i1',
  recording_id: 'r1',
  score: 0.5,
  propensity: 1,
  ...fields,
});
const done = (fields: Partial<ListeningEvent>) =>
  event({ listenerId: 'l1', recordingId: 'r1', occurredAt: NOW + HOUR_MS, ...fields });

async function logged(impressions: readonly TableRow[], events: readonly ListeningEvent[] = []) {
  const warehouse = await openDuckdbWarehouse({ directory: ':memory:', threads: 1, memory: '256MB' });
  opened.push(warehouse);
  await warehouse.append('impressions', impressions);
  await warehouse.append('listens', events.map(listenRow));
  return readLoggedSlates(warehouse, { from: NOW - DAY_MS, until: NOW + DAY_MS });
}

describe('rewards', () => {
  /** What a listener of that name did after r1 was served to them. */
  const CASES: readonly (readonly [name: string, reward: number, done: Partial<ListeningEvent>])[] = [
    ['a play', 1, { msPlayed: 30_000 }],
    ['a scrobble', 1, { msPlayed: null }],
    ['a short recording heard out', 1, { msPlayed: 19_500, durationMs: 20_000 }],
    ['a flagged skip', 0, { skipped: true }],
    ['a skip', 0, { msPlayed: 29_999 }],
    ['a save', 1, { type: 'save', msPlayed: null }],
    ['an unsave', 0, { type: 'unsave', msPlayed: null }],
    ['a play in private', 0, { private: true }],
    ['a play of another', 0, { recordingId: 'r2' }],
    ['a play by somebody else', 0, { listenerId: 'somebody else' }],
    ['a play before it was served', 0, { occurredAt: NOW - 1 }],
    ['a play at the day’s last instant', 1, { occurredAt: NOW + DAY_MS - 1 }],
    ['a play a day later', 0, { occurredAt: NOW + DAY_MS }],
  ];

  test('are earned by what is played on purpose or kept, within the day', async () => {
    const [home] = await logged(
      CASES.map(([name]) => impression({ listener_id: name })),
      CASES.map(([name, , fields]) => done({ listenerId: name, msPlayed: 60_000, ...fields })),
    );
    const found = home?.slates.map(({ listener, items }) => [listener, items[0]?.reward]);
    expect(new Map(found as [string, number][])).toEqual(
      new Map(CASES.map(([name, reward]) => [name, reward])),
    );
  });

  test('are of one slate once, however often it was delivered and played', async () => {
    const again = done({ msPlayed: 60_000 });
    const [home] = await logged([impression({}), impression({})], [again, again, done({ msPlayed: 60_000 })]);
    expect(home?.slates).toEqual([
      { listener: 'l1', items: [{ itemId: 'i1', score: 0.5, propensity: 1, reward: 1 }] },
    ]);
  });
});

test('slates go by surface, listener and impression, their items by place; incomplete ones are counted', async () => {
  const surfaces = await logged([
    impression({ position: 1, item_id: 'i2', recording_id: null }),
    impression({}),
    impression({ surface: 'weekly', impression_id: 'm2', propensity: null }),
    impression({ surface: 'weekly', impression_id: 'm3', score: null }),
    impression({ listener_id: 'l2' }),
    impression({ impression_id: 'early', served_at: NOW - DAY_MS - 1 }),
    impression({ impression_id: 'late', served_at: NOW + DAY_MS }),
  ]);
  expect(
    surfaces.map(({ surface, slates, incomplete }) => [
      surface,
      slates.map(({ listener, items }) => [listener, items.map(({ itemId }) => itemId)]),
      incomplete,
    ]),
  ).toEqual([
    [
      'home',
      [
        ['l1', ['i1', 'i2']],
        ['l2', ['i1']],
      ],
      0,
    ],
    ['weekly', [], 2],
  ]);
});

describe('what is told', () => {
  const options = { seed: 1, resamples: 50, places: 2 };
  const slate = (propensities: readonly number[]) => ({
    listener: 'l',
    items: propensities.map((propensity, place) => ({
      itemId: `i${place}`,
      score: -place,
      propensity,
      reward: place === 0 ? 1 : 0,
    })),
  });

  test('of certain propensities is the logged policy alone, and it says so', () => {
    const report = evaluateOffPolicy([{ surface: 'home', slates: [slate([1, 1])], incomplete: 1 }], options);
    expect(report.rows.map(({ policy, value }) => [policy, value.mean])).toEqual([['logged', 0.5]]);
    expect(report.notes.join(' ')).toContain('Nothing can be estimated but the logged policy itself');
    expect(report.notes.join(' ')).toContain('1 slates are left out');
  });

  test('of drawn ones is each target too', () => {
    const report = evaluateOffPolicy(
      [{ surface: 'home', slates: [slate([0.5, 1]), slate([0.5, 1])], incomplete: 0 }],
      options,
    );
    expect(report.rows.map(({ policy }) => policy)).toEqual([
      'logged',
      'greedy by score',
      'uniform over the slate',
    ]);
    expect(report.rows[1]?.estimates?.ips.mean).toBe(1);
    expect(report.notes).toEqual([expect.stringContaining('RIPS of a slate')]);
  });

  test('doubts are named: too long slates, and orders that nobody was shown', () => {
    const reversed = { listener: 'l', items: slate([0.5, 0.5, 1]).items.toReversed() };
    const { notes } = evaluateOffPolicy([{ surface: 'home', slates: [reversed], incomplete: 0 }], options);
    expect(notes.join(' ')).toContain('no slate agrees with it below place 0');
    const { notes: short } = evaluateOffPolicy(
      [{ surface: 'home', slates: [slate([0.5])], incomplete: 0 }],
      options,
    );
    expect(short.join(' ')).toContain('no slate has 2 places');
  });

  test('of nothing is an error', () => {
    expect(() => evaluateOffPolicy([], options)).toThrow('No complete slate');
  });
});
