import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SmartShuffleSchema } from '../../../shared/api/smart-shuffle.ts';
import { ACTIVE, controlOf, type Harness, NOW, openServe } from './harness.ts';
import { historyText, someLines } from './pool-text.ts';

let h: Harness;
const mine = Array.from({ length: 18 }, (_, i) => `mine${i}`);
beforeEach(async () => {
  h = openServe();
  await h.putPool('ann', ACTIVE, someLines('pool', 5), ['mine0']);
  await h.learn(
    ...mine.map((itemId, i) => ({
      itemId,
      recordingId: `rec-${itemId}`,
      title: `Title ${itemId}`,
      artistId: `artist${i % 6}`,
      tempo: 100 + i,
    })),
    { itemId: 'mine0-again', recordingId: 'rec-mine0', title: 'Title mine0 - Remastered' },
  );
  for (const itemId of mine)
    await h.putRelated(itemId, ACTIVE, [
      ...someLines('new', 9, { evidence: 'c900' }),
      { item: 'mine3', recording: 'rec-mine3', artist: 'artist3', score: 999, evidence: 'c1000' },
    ]);
  await h.publishBuilds(ACTIVE);
});
afterEach(() => h.close());

const shuffle = (body: unknown, token = 'l:ann') =>
  h.request('/v1/smart-shuffle', {
    method: 'POST',
    token,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const recommended = (body: { items: readonly { itemId: string }[] }) =>
  body.items.filter((item) => (item as { kind?: string }).kind === 'recommended');

describe('smart shuffle', () => {
  test('gives every track back, one recommendation after every three, each with its reasons', async () => {
    const { status, body } = await shuffle({ tracks: mine });
    expect(status).toBe(200);
    expect(SmartShuffleSchema.parse(body)).toEqual(body);
    expect(body.items.map(({ position }) => position)).toEqual(body.items.map((_, i) => i));
    const own = body.items.flatMap((item) => (item.itemId.startsWith('mine') ? [item.itemId] : []));
    expect([...own].sort()).toEqual([...mine].sort());
    expect(body.items.flatMap((item, i) => (item.itemId.startsWith('new') ? [i] : []))).toEqual([
      3, 7, 11, 15, 19, 23,
    ]);
    for (const item of body.items.filter(({ itemId }) => itemId.startsWith('new'))) {
      expect(item).toMatchObject({
        source: 'co_listening',
        notion: 'new_track',
        between: {
          after: body.items[item.position - 1]?.itemId,
          before: body.items[item.position + 1]?.itemId ?? null,
        },
      });
      expect(item.seedTracks.length).toBeGreaterThan(0);
      expect(mine).toContain(item.seedTracks[0]?.itemId);
    }
    const [impression] = h.published.filter(({ topic }) => topic === 'impressions');
    expect(impression?.data).toMatchObject({
      surface: 'smart-shuffle',
      items: [
        { position: 3 },
        { position: 7 },
        { position: 11 },
        { position: 15 },
        { position: 19 },
        { position: 23 },
      ],
    });
  });

  test('is the same for the same seed and another for another', async () => {
    const order = async (seed?: string) => {
      const { body } = await shuffle({ tracks: mine, ...(seed && { seed }) });
      return { seed: body.seed as string, ids: body.items.map(({ itemId }) => itemId) };
    };
    const drawn = await order();
    expect((await order(drawn.seed)).ids).toEqual(drawn.ids);
    expect((await order('other')).ids).not.toEqual(drawn.ids);
  });

  test('a recommendation that is taken out does not return this week, on any release, and does after it', async () => {
    const before = (await shuffle({ tracks: mine, seed: 's' })).body;
    const [gone] = recommended(before).map(({ itemId }) => itemId);
    const { body } = await h.request(controlOf('snooze-track', gone ?? ''), {
      method: 'PUT',
      token: 'l:ann',
    });
    expect(Date.parse(body.until as string) - NOW).toBe(7 * 86_400_000);
    for (const seed of ['s', 't', 'u'])
      expect(
        recommended((await shuffle({ tracks: mine, seed })).body).map(({ itemId }) => itemId),
      ).not.toContain(gone);
    h.clock.advance(8 * 86_400_000);
    expect(
      recommended((await shuffle({ tracks: mine, seed: 's' })).body).map(({ itemId }) => itemId),
    ).toContain(gone);
  });

  test('plays what was heard last later, as far as chance allows', async () => {
    await h.putListener('bob', ACTIVE, {
      recent: historyText(['rec-mine0', 'rec-mine1', 'rec-mine2'], Math.floor(NOW / 86_400_000)),
    });
    const places: number[] = [];
    for (let i = 0; i < 25; i++) {
      const { body } = await shuffle({ tracks: mine, seed: `${i}`, recommendations: false }, 'l:bob');
      for (const id of ['mine0', 'mine1', 'mine2'])
        places.push(body.items.findIndex(({ itemId }) => itemId === id));
    }
    expect(places.reduce((a, b) => a + b, 0) / places.length).toBeGreaterThan(9.5);
  });

  test('lists, of which little or nothing is known, are shuffled and it is told', async () => {
    const { body } = await shuffle({ tracks: [...mine, 'mine1', 'mine0-again', 'who', 'who'] });
    expect(body).toMatchObject({ repeated: ['mine1', 'mine0-again', 'who'], unknown: ['who'] });
    expect(body.items.filter(({ itemId }) => itemId === 'who')).toHaveLength(1);
    const strange = await shuffle({ tracks: ['x', 'y', 'z'] });
    expect(strange.status).toBe(200);
    expect(strange.body.items.map(({ itemId }) => itemId).sort()).toEqual(['x', 'y', 'z']);
    expect((await shuffle({ tracks: mine.slice(0, 14) })).body.items).toHaveLength(14);
    const many = Array.from({ length: 10_000 }, (_, i) => `unknown${i}`);
    const enormous = await shuffle({ tracks: many, listenerId: 'stranger' }, 'svc');
    expect(enormous.status).toBe(200);
    expect(enormous.body.items).toHaveLength(10_000);
  });

  test('one artist alone is no reason to fail', async () => {
    const songs = Array.from({ length: 30 }, (_, i) => `song${i}`);
    await h.learn(...songs.map((itemId) => ({ itemId, artistId: 'only' })));
    const { body } = await shuffle({ tracks: songs, recommendations: false });
    expect(new Set(body.items.map(({ itemId }) => itemId)).size).toBe(30);
  });

  test.each([
    ['no tracks', { tracks: [] }, '/tracks'],
    ['too many', { tracks: Array.from({ length: 10_001 }, (_, i) => `t${i}`) }, '/tracks'],
    ['an empty id', { tracks: ['a', ''] }, '/tracks/1'],
    ['no list', { tracks: 'a' }, '/tracks'],
    ['an unknown field', { tracks: ['a'], shuffel: true }, '/shuffel'],
    ['a long seed', { tracks: ['a'], seed: 'x'.repeat(65) }, '/seed'],
  ])('%s is refused by name', async (_, body, pointer) => {
    const answer = await shuffle(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error) => error.pointer)).toContain(pointer);
  });

  test('is the token’s own listener’s; a service says whose', async () => {
    expect((await shuffle({ tracks: ['a'], listenerId: 'bob' })).status).toBe(403);
    const { status, body } = await shuffle({ tracks: ['a'] }, 'svc');
    expect(status).toBe(400);
    expect(body.errors[0]?.pointer).toBe('/listenerId');
    expect((await shuffle({ tracks: ['a'], listenerId: 'bob' }, 'svc')).body.listenerId).toBe('bob');
  });

  test('neighbours or a row that cannot be read cost the recommendations, not the shuffle', async () => {
    h.faults.set('rows.readMany:catalog/build', new Error('away'));
    const { body } = await shuffle({ tracks: mine });
    expect(body.degraded).toEqual(['related']);
    expect(body.items.filter(({ itemId }) => itemId.startsWith('mine'))).toHaveLength(18);
    h.faults.clear();
    h.faults.set('rows.read:listeners', new Error('away'));
    const blind = (await shuffle({ tracks: mine })).body;
    expect(blind.degraded).toContain('listener');
    expect(blind.items).toHaveLength(18);
  });
});
