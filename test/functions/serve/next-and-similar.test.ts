import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerSchema } from '../../../shared/api/answer.ts';
import { jspfSchema } from '../../../shared/api/jspf.ts';
import { ACTIVE, controlOf, type Harness, itemsOf, NOW, nextUp, openServe, weekly } from './harness.ts';
import { someLines } from './pool-text.ts';

const MINUTE = 60_000;

let h: Harness;
beforeEach(async () => {
  h = openServe();
  await h.putPool('ann', ACTIVE, someLines('own', 40), ['heard-long-ago']);
  await h.putRelated('seed', ACTIVE, [
    { item: 'then', artist: 'x', score: 700, evidence: 'n1000' },
    { item: 'near', artist: 'y', score: 600, evidence: 'c900' },
    { item: 'heard-long-ago', artist: 'z', score: 500, evidence: 'c800n100' },
  ]);
  await h.putPopular(ACTIVE, someLines('pop', 40));
  await h.publishBuilds(ACTIVE);
});
afterEach(() => h.close());

describe('next', () => {
  test('what goes with the seed leads, the own pool fills up, and each says why', async () => {
    const { status, body } = await h.request(nextUp('?seed=seed&limit=6'));
    expect(status).toBe(200);
    expect(answerSchema().parse(body)).toEqual(body);
    expect(itemsOf(body)).toEqual(['then', 'near', 'heard-long-ago', 'own0', 'own1', 'own2']);
    expect(body).toMatchObject({ basis: 'item', surface: 'next', listenerId: 'ann' });
    expect(body.items[0]).toMatchObject({ source: 'transitions', seedTracks: [{ itemId: 'seed' }] });
    expect(body.items[1]).toMatchObject({ source: 'co_listening', seedTracks: [{ itemId: 'seed' }] });
    // Something known may be played again here, and is not called a discovery.
    expect(body.items[2]?.notion).toBe('familiar');
    for (const item of body.items) {
      const sum = Object.values(item.scoreParts).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - item.score)).toBeLessThan(3e-4);
    }
  });

  test('what the build found foreign to the listener is so with a seed and without', async () => {
    const far = { item: 'far', artist: 'stranger', plays: 0, score: 990, evidence: 'c900b1' };
    await h.putPool('ann', ACTIVE, [far, ...someLines('own', 5)]);
    await h.putRelated('seed', ACTIVE, [{ item: 'far', artist: 'stranger', score: 700, evidence: 'n1000' }]);
    for (const query of ['?limit=3', '?seed=seed&limit=3']) {
      const { body } = await h.request(nextUp(query));
      expect(body.items.find(({ itemId }) => itemId === 'far')?.notion, query).toBe('taste_broadening');
    }
  });

  test('without a seed it is the own pool, for a stranger popularity', async () => {
    expect((await h.request(nextUp('?limit=2'))).body).toMatchObject({
      basis: 'build',
      items: [{ itemId: 'own0' }, { itemId: 'own1' }],
    });
    expect((await h.request(nextUp('?limit=2', 'stranger'))).body).toMatchObject({
      basis: 'popularity',
      items: [{ itemId: 'pop0' }, { itemId: 'pop1' }],
    });
  });

  test('a seed that no build knows is 404, also where a live cell is damaged', async () => {
    const { status, body } = await h.request(nextUp('?seed=nowhere'));
    expect(status).toBe(404);
    expect(body.type).toBe('urn:segue:problem:not-found');
    await h.rows.write('listeners', [{ ...(await liveCell()), qualifier: 'e#broken', value: 'no JSON' }]);
    expect((await h.request(nextUp('?seed=nowhere'))).status).toBe(404);
    expect((await h.request(nextUp('?seed=seed'))).body.degraded).toEqual(['signals']);
  });

  test('what was heard within the session span is left out, and comes back after it', async () => {
    await h.live(
      { itemId: 'then', occurredAt: NOW - 119 * MINUTE },
      { itemId: 'near', occurredAt: NOW - 121 * MINUTE },
      { itemId: 'own0', occurredAt: NOW - MINUTE, skipped: true },
    );
    expect(itemsOf((await h.request(nextUp('?seed=seed&limit=3'))).body)).toEqual(['near', 'own1', 'own2']);
    h.clock.advance(2 * MINUTE);
    expect(itemsOf((await h.request(nextUp('?seed=seed&limit=1'))).body)).toEqual(['then']);
  });

  test('one place in five is for what the listener knows, none or all of them as their dial says', async () => {
    const known = someLines('known', 6, { score: 900 });
    const strange = someLines('new', 20, { score: 500 });
    const heard = known.map(({ item }) => item);
    await h.putPool('ann', ACTIVE + 1, [...known, ...strange], heard);
    await h.publishBuilds(ACTIVE + 1);
    const knownOf = async (limit: number) =>
      itemsOf((await h.request(nextUp(`?limit=${limit}`))).body).filter((item) => item.startsWith('known'));
    expect(await knownOf(10)).toHaveLength(2);
    expect(await knownOf(1)).toHaveLength(1);
    // Rather something known than a list that is too short.
    expect(await knownOf(25)).toHaveLength(5);
    const dial = (target: string) =>
      h.request(controlOf('adventurousness', target), { token: 'l:ann', method: 'PUT' });
    await dial('0');
    expect(await knownOf(10)).toHaveLength(6);
    await dial('100');
    expect(await knownOf(10)).toEqual([]);
    expect(await knownOf(25)).toHaveLength(5);
  });

  test('neither the seed itself nor another release of its recording comes next', async () => {
    await h.putPool('ann', ACTIVE + 1, [
      { item: 'seed', recording: 'r-seed', score: 900 },
      { item: 'remaster', recording: 'r-seed', score: 800 },
      { item: 'other', score: 700 },
    ]);
    for (const seed of ['seed', 'remaster', 'third-release'])
      await h.putRelated(seed, ACTIVE + 1, [{ item: 'seed', recording: 'r-seed', score: 1000 }]);
    await h.publishBuilds(ACTIVE + 1);
    await h.learn(
      { itemId: 'seed', recordingId: 'r-seed' },
      { itemId: 'third-release', recordingId: 'r-seed' },
    );
    for (const seed of ['seed', 'third-release'])
      expect(itemsOf((await h.request(nextUp(`?seed=${seed}`))).body)).toEqual(['other']);
  });

  test('at most three of one artist while others are there', async () => {
    await h.putPool('ann', ACTIVE + 1, [
      ...someLines('a', 10, { artist: 'one' }),
      ...someLines('b', 10, { artist: 'two', score: 1 }),
    ]);
    await h.publishBuilds(ACTIVE + 1);
    const { body } = await h.request(nextUp('?limit=6'));
    expect(body.items.map(({ artistId }) => artistId)).toEqual(['one', 'one', 'one', 'two', 'two', 'two']);
  });

  test.each([
    ['0', false],
    ['1', true],
    ['100', true],
    ['101', false],
    ['-1', false],
    ['2.5', false],
    ['ten', false],
    ['', false],
  ])('limit=%s: %s', async (limit, isFine) => {
    for (const path of [nextUp(`?limit=${limit}`), `/v1/tracks/seed/similar?limit=${limit}`]) {
      const { status, body } = await h.request(path);
      expect(status).toBe(isFine ? 200 : 400);
      if (isFine) expect(body.items.length).toBeLessThanOrEqual(Number(limit));
      else expect(body.errors.map(({ pointer }) => pointer)).toEqual(['/query/limit']);
    }
  });

  async function liveCell() {
    const { liveEventCell } = await import('../../../shared/rows/live-events.ts');
    const { acceptedEvent } = await import('../fakes/events.ts');
    return liveEventCell(acceptedEvent({ receivedAt: NOW }));
  }
});

describe('similar', () => {
  test('is about the item and for nobody: no listener, no impression, no controls', async () => {
    await h.live({ itemId: 'then' });
    const { status, body } = await h.request('/v1/tracks/seed/similar', { token: 'l:ann' });
    expect(status).toBe(200);
    expect(answerSchema().parse(body)).toEqual(body);
    expect(body).toMatchObject({ basis: 'item', listenerId: null, surface: 'similar', degraded: [] });
    expect(itemsOf(body)).toEqual(['then', 'near', 'heard-long-ago']);
    expect(h.published).toEqual([]);
  });

  test('an unknown item is 404 naming it', async () => {
    const { status, body } = await h.request('/v1/tracks/no%22where/similar');
    expect(status).toBe(404);
    expect(body.detail).toContain('no\\"where');
  });
});

describe('JSPF', () => {
  const surfaces = [weekly(), nextUp('?seed=seed'), '/v1/tracks/seed/similar'];
  const jspf = 'application/jspf+json';

  test.each(surfaces)('%s answers a playlist where that is asked for', async (path) => {
    await h.learn({ itemId: 'then', title: 'Then', artist: 'X', album: 'Al', durationMs: 1234 });
    const { status, headers, body } = await h.request(path, { headers: { accept: jspf } });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe(jspf);
    expect(headers.get('vary')?.toLowerCase()).toBe('accept');
    expect(jspfSchema().parse(body)).toEqual(body);
    const { playlist } = jspfSchema().parse(body);
    expect(playlist.track.length).toBeGreaterThan(0);
    expect(playlist.creator).toBe('Segue');
    expect(Number.isNaN(Date.parse(playlist.date))).toBe(false);
    for (const { title, identifier } of playlist.track) {
      expect(title).not.toBe('');
      for (const uri of identifier) expect(URL.canParse(uri)).toBe(true);
    }
  });

  test.each([
    [jspf, jspf],
    ['Application/JSPF+JSON', jspf],
    [`${jspf}, application/json;q=0.5`, jspf],
    [`application/json;q=0.2, ${jspf};q=0.1`, 'application/json'],
    [`${jspf};q=0, */*`, 'application/json'],
    ['*/*', 'application/json'],
    ['text/html', 'application/json'],
    ['', 'application/json'],
  ])('accept: %s gives %s', async (accept, type) => {
    const { headers } = await h.request(weekly(), { headers: { accept } });
    expect(headers.get('content-type')?.split(';')[0]).toBe(type);
    expect(headers.get('vary')?.toLowerCase()).toBe('accept');
  });
});
