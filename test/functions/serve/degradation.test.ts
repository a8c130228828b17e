import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerSchema } from '../../../shared/api/answer.ts';
import { weeklySchema } from '../../../shared/api/weekly.ts';
import { TransientError } from '../../../shared/errors.ts';
import { liveEventCell } from '../../../shared/rows/live-events.ts';
import { listenerKey } from '../../../shared/schema/rows.ts';
import { acceptedEvent } from '../fakes/events.ts';
import { ACTIVE, controlOf, type Harness, itemsOf, NOW, nextUp, openServe, weekly } from './harness.ts';
import { poolText, someLines, tasteText } from './pool-text.ts';

let h: Harness;
beforeEach(async () => {
  h = openServe();
  await h.putPool('ann', ACTIVE, someLines('own', 10));
  await h.putRelated('seed', ACTIVE, someLines('rel', 5));
  await h.putRelated('played', ACTIVE, someLines('near', 5));
  await h.putPopular(ACTIVE, someLines('pop', 40, { score: 40 }));
  await h.learn({ itemId: 'own0', title: 'Own' });
  await h.publishBuilds(ACTIVE);
  await h.live({ itemId: 'played' });
});
afterEach(() => h.close());

const SURFACES = [weekly(), nextUp('?seed=seed'), nextUp(), '/v1/tracks/seed/similar'] as const;

/** Store calls a surface makes, and the part it is missed as. Whatever a store throws, known or not. */
const FAULTS = [
  ['rows.read:pools/pointer', 'build'],
  ['rows.read:listeners/build', 'listener'],
  ['rows.read:listeners/live', 'listener'],
  ['catalogue.get', 'catalogue'],
  ['rows.read:catalog', 'related'],
  ['rows.read:pools/build', 'popularity'],
  ['topics.publish', 'impressions'],
  ['rows.read:listeners/made', 'weekly'],
] as const;

describe.each([new TransientError('a disk is gone'), new Error('nobody foresaw this')])('%s', (error) => {
  test.each(FAULTS)(
    '%s: every surface answers, names what it misses and leaks nothing',
    async (call, part) => {
      h.faults.set(call, error);
      let missed = 0;
      for (const path of SURFACES) {
        const { status, body } = await h.request(path);
        expect(status).toBe(200);
        expect((path === weekly() ? weeklySchema() : answerSchema()).parse(body)).toEqual(body);
        expect(body.degraded).toEqual([...body.degraded].sort());
        if (body.degraded.includes(part)) missed++;
        expect(JSON.stringify(body)).not.toContain(error.message);
      }
      expect(missed).toBeGreaterThan(0);
      h.faults.clear();
      for (const path of SURFACES) expect((await h.request(path)).body.degraded).toEqual([]);
    },
  );
});

describe('what is left of an answer', () => {
  const degraded = async (call: string, path: string) => {
    h.faults.set(call, new TransientError('gone'));
    return (await h.request(path)).body;
  };

  test('without the catalogue: the same items, untitled', async () => {
    const before = itemsOf((await h.request(weekly())).body);
    const body = await degraded('catalogue.get', weekly());
    expect(itemsOf(body)).toEqual(before);
    expect(body.items.every(({ title }) => title === null)).toBe(true);
    expect(body.degraded).toEqual(['catalogue']);
  });

  test('without neighbours: the own pool; the seed of next is not called unknown', async () => {
    expect(itemsOf(await degraded('rows.read:catalog', nextUp('?seed=seed&limit=2')))).toEqual([
      'own0',
      'own1',
    ]);
    expect((await h.request('/v1/tracks/no-such/similar')).status).toBe(200);
  });

  test('without popularity: what the own pool has', async () => {
    const body = await degraded('rows.read:pools/build', weekly());
    expect(body.items).toHaveLength(15);
    expect(body.degraded).toEqual(['popularity']);
  });

  test('without the listener’s row nothing is proposed: what they heard and ruled out is not known', async () => {
    await h.request(controlOf('explicit-filter', 'on'), { method: 'PUT' });
    for (const call of ['rows.read:listeners/live', 'rows.read:listeners'])
      for (const path of [weekly(), nextUp(), nextUp('?seed=seed')]) {
        const body = await degraded(call, path);
        expect(body.items).toEqual([]);
        expect(body.degraded).toContain('listener');
        h.faults.clear();
      }
  });

  test('without impressions the answer is whole', async () => {
    const before = itemsOf((await h.request(weekly())).body);
    expect(itemsOf(await degraded('topics.publish', weekly()))).toEqual(before);
  });

  test('without the pointer there is nothing to choose from', async () => {
    const body = await degraded('rows.read:pools/pointer', weekly());
    expect(body).toMatchObject({ build: null, items: [], degraded: ['build', 'popularity'] });
  });

  test('erasures are no part to do without: failing to read them fails the request', async () => {
    h.faults.set('erasures', new TransientError('gone'));
    for (const path of [weekly(), nextUp(), '/v1/listeners/ann/profile', '/v1/listeners/ann/export']) {
      const { status, headers } = await h.request(path);
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toBe('1');
    }
  });
});

describe('nothing published at all', () => {
  test('surfaces answer empty and say that there is no build; the host is alive and not ready', async () => {
    const empty = openServe();
    for (const path of SURFACES) {
      const { status, body } = await empty.request(path);
      expect(status).toBe(200);
      expect(body.items).toEqual([]);
      expect(body.build).toBeNull();
      expect(body.degraded).toContain('build');
    }
    expect(await empty.request('/livez', { token: null })).toMatchObject({
      status: 200,
      body: { status: 'alive' },
    });
    expect(await empty.request('/readyz', { token: null })).toMatchObject({
      status: 503,
      body: { status: 'unready', build: null, reason: 'nothing is published' },
    });
    await empty.close();
  });

  test('readiness tells the build and its age, and an unreadable store', async () => {
    expect(await h.request('/readyz', { token: null })).toMatchObject({
      status: 200,
      body: { status: 'ready', buildAgeHours: 6 },
    });
    h.faults.set('rows.read:pools', new Error('secret path'));
    const { status, body } = await h.request('/readyz', { token: null });
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'unready', reason: 'rows cannot be read' });
  });
});

describe('damaged cells', () => {
  const damage = (qualifier: string, value: string) =>
    h.rows.write('listeners', [{ ...liveEventCell(acceptedEvent({ receivedAt: NOW })), qualifier, value }]);

  test('a damaged live cell is named as signals and the others are counted', async () => {
    await h.live({ itemId: 'own0' }, { itemId: 'own1' });
    await damage('e#broken', '[9,"listen"]');
    await damage('e#truncated', '[1,"listen","own');
    const { body } = await h.request(weekly());
    expect(body.degraded).toEqual(['signals']);
    expect(itemsOf(body)).not.toContain('own0');
    expect(itemsOf(body)).not.toContain('own1');
    expect(body.items).toHaveLength(30);
    const errors = h.lines.filter(({ level }) => level === 'error');
    expect(errors[0]?.fields).toMatchObject({ damaged: 2 });
    expect(JSON.stringify(h.lines)).not.toContain('ann');
  });

  test.each([
    ['pool', `${poolText(someLines('own', 3))}\nown9\tcut`],
    ['heard', '10.7.AAAA'],
    ['taste', '{"artists":'],
  ])('a damaged %s never makes a discovery of something heard', async (qualifier, value) => {
    await h.putListener('eve', ACTIVE, {
      pool: poolText(someLines('own', 40)),
      taste: tasteText(ACTIVE),
      [qualifier]: value,
    });
    const { status, body } = await h.request(weekly('eve'));
    expect(status).toBe(200);
    expect(body.items).toEqual([]);
    expect(body.degraded).toContain('listener');
  });

  test('a control of a kind that a newer version wrote is passed over', async () => {
    await h.rows.write('listeners', [
      { key: listenerKey('ann'), family: 'control', qualifier: 'mood#x', timestamp: 1, value: 'whatever' },
    ]);
    expect((await h.request(weekly())).body.degraded).toEqual([]);
  });
});
