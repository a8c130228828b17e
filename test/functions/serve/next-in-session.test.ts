/** `next` in a running session: what past sessions say joins what goes with the seed and the listener's own pool. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answerSchema } from '../../../shared/api/answer.ts';
import { TransientError } from '../../../shared/errors.ts';
import { ACTIVE, controlOf, type Harness, itemsOf, NOW, nextUp, openServe } from './harness.ts';
import { someLines } from './pool-text.ts';

const MINUTE = 60_000;

/** A cell as the stage documents it: rules `index.share`, sessions, and the items that indices count. */
const cellText = (items: readonly string[], rules: string, sessions: string) =>
  [rules, sessions, ...items.map((item) => `${item}\tr-${item}\tby-${item}\t\t..\t0\t\t`)].join('\n');

let h: Harness;
beforeEach(async () => {
  h = openServe();
  await h.putPool('ann', ACTIVE, someLines('own', 40));
  await h.putPopular(ACTIVE, someLines('pop', 40));
  await h.putRelated(
    'a',
    ACTIVE,
    [{ item: 'like-a', artist: 'x', score: 400, evidence: 'c900' }],
    cellText(['b', 'after-b', 'once'], '2.100000', '0000000a 1.0 2.1\t0000000b -1.2'),
  );
  await h.putRelated(
    'b',
    ACTIVE,
    [{ item: 'like-b', artist: 'y', score: 300, evidence: 'c900' }],
    cellText(['a', 'after-b', 'rule-b'], '2.400000\t1.200000', '0000000a -1.0 1.1'),
  );
  await h.publishBuilds(ACTIVE);
});
afterEach(() => h.close());

const play = (itemId: string, minutesAgo: number, fields = {}) => ({
  itemId,
  recordingId: `r-${itemId}`,
  occurredAt: NOW - minutesAgo * MINUTE,
  ...fields,
});
const ask = async (query = '') => {
  const { status, body } = await h.request(nextUp(query));
  expect(status).toBe(200);
  expect(answerSchema().parse(body)).toEqual(body);
  return body;
};
/** Of what past sessions propose, how much is answered. */
const proposed = (items: readonly string[]) =>
  ['after-b', 'rule-b', 'once'].filter((item) => items.includes(item));

describe('a running session', () => {
  test('leads to what followed in sessions like it, each with its generators and seeds', async () => {
    await h.live(play('a', 10), play('b', 5));
    const body = await ask('?limit=12');
    expect(itemsOf(body).slice(0, 3).sort()).toEqual(['after-b', 'once', 'rule-b']);
    expect(itemsOf(body)[0]).toBe('after-b');
    expect(body).toMatchObject({ basis: 'signals', degraded: [] });
    const [first] = body.items;
    expect(first).toMatchObject({ source: 'session_neighbours', seedTracks: [{ itemId: 'b' }] });
    expect(first?.sources).toContainEqual({ source: 'session_neighbours', score: 1, seed: 'b' });
    expect(first?.sources.map(({ source }) => source)).toContain('transitions');
    const rule = body.items.find(({ itemId }) => itemId === 'rule-b');
    expect(rule).toMatchObject({ source: 'transitions', seedTracks: [{ itemId: 'b' }] });
    // The own pool and what goes with live plays still fill up.
    expect(itemsOf(body)).toContain('own0');
  });

  test('goes on from the seed, which is played now and comes last', async () => {
    await h.learn({ itemId: 'b', recordingId: 'r-b' });
    await h.live(play('a', 10));
    const body = await ask('?seed=b&limit=12');
    expect(itemsOf(body)[0]).toBe('after-b');
    expect(itemsOf(body)).toContain('like-b');
    expect(body.basis).toBe('item');
    // A seed alone is a session of one.
    h.clock.advance(60 * MINUTE);
    expect(proposed(itemsOf(await ask('?seed=b&limit=12')))).toEqual(['after-b', 'rule-b']);
  });

  test('has ended when the gap has passed', async () => {
    await h.live(play('a', 35), play('b', 30));
    expect(proposed(itemsOf(await ask('?limit=12')))).toHaveLength(3);
    h.clock.advance(MINUTE);
    expect(proposed(itemsOf(await ask('?limit=12')))).toEqual([]);
  });

  test('is the same whatever the order of arrival and however often events arrive', async () => {
    await h.live(play('a', 10), play('b', 5));
    const once = itemsOf(await ask('?limit=9')).slice(0, 5);
    await h.live(play('b', 5, { eventId: 'live-b-1' }), play('a', 10, { eventId: 'live-a-0' }));
    expect(itemsOf(await ask('?limit=9')).slice(0, 5)).toEqual(once);
  });

  test.each([
    ['skipped', { skipped: true }],
    ['private', { private: true }],
  ])('leads nowhere from a %s listen', async (_, fields) => {
    await h.live(play('b', 5, fields));
    expect(proposed(itemsOf(await ask('?limit=20')))).toEqual([]);
  });

  test.each([
    ['dislike', 'after-b'],
    ['dislike', 'r-after-b'],
    ['do-not-recommend', 'by-after-b'],
    ['snooze-track', 'after-b'],
  ])('never brings back what was ruled out: %s of %s', async (kind, target) => {
    await h.live(play('a', 10), play('b', 5));
    expect(itemsOf(await ask())).toContain('after-b');
    expect((await h.request(controlOf(kind, target), { method: 'PUT' })).status).toBeLessThan(300);
    expect(itemsOf(await ask('?limit=100'))).not.toContain('after-b');
    expect(itemsOf(await ask('?seed=b&limit=100'))).not.toContain('after-b');
  });

  test('nor what it has played, skipped or not', async () => {
    await h.live(play('a', 10), play('once', 9, { skipped: true }), play('b', 5), play('after-b', 4));
    const items = itemsOf(await ask('?limit=100'));
    for (const gone of ['a', 'b', 'once', 'after-b']) expect(items).not.toContain(gone);
    expect(items).toContain('rule-b');
  });

  test('of any length is read in one go, five rows at most', async () => {
    await h.live(
      ...Array.from({ length: 20 }, (_, index) => play(`t${index}`, 25 - index)),
      play('a', 3),
      play('a', 2),
      play('b', 1),
    );
    const readMany = vi.spyOn(h.rows, 'readMany');
    await ask();
    const reads = readMany.mock.calls.filter(([table, , filters]) =>
      filters?.some(({ qualifiers }) => table === 'catalog' && qualifiers?.includes('session')),
    );
    expect(reads.map(([, keys]) => keys)).toEqual([['b', 'a', 't19', 't18', 't17']]);
  });
});

describe('without what the build says of sessions', () => {
  test.each([
    ['there is no row', async () => h.live(play('nowhere', 5))],
    [
      'reading fails',
      async () => {
        await h.live(play('b', 5));
        h.faults.set('rows.readMany:catalog', new TransientError('gone'));
      },
    ],
    [
      'a cell is damaged',
      async () => {
        await h.live(play('b', 5));
        await h.putRelated('b', ACTIVE, [], cellText(['a'], '7.1', ''));
      },
    ],
  ])('%s: the rest answers, and says so', async (_, damage) => {
    await damage();
    const body = await ask('?limit=5');
    expect(body.degraded).toEqual(['session']);
    expect(body.items).toHaveLength(5);
    expect(proposed(itemsOf(body))).toEqual([]);
  });

  test('one track of several that has none is no loss to name', async () => {
    await h.live(play('b', 6), play('nowhere', 5));
    const body = await ask('?limit=12');
    expect(body.degraded).toEqual([]);
    expect(itemsOf(body)).toContain('after-b');
  });
});
