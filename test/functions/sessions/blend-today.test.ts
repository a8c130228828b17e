import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BlendSchema } from '../../../shared/api/blend.ts';
import { jspfSchema } from '../../../shared/api/jspf.ts';
import type { DocumentStore } from '../../../shared/ports/document-store.ts';
import { ACTIVE, controlOf, NOW } from '../serve/harness.ts';
import { heardText, historyText, poolText, someLines, tasteText } from '../serve/pool-text.ts';
import { AS_JSON, type BlendHarness, type Body, itemsOf, membersOf, openBlends } from './blend-harness.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let h: BlendHarness;
afterEach(() => h.close());

async function open(wrap?: (documents: DocumentStore) => DocumentStore): Promise<void> {
  h = openBlends(wrap);
  await h.putPool('ann', ACTIVE, [...someLines('ann', 60), ...someLines('both', 20, { score: 950 })]);
  await h.putPool('bob', ACTIVE, [...someLines('bob', 60), ...someLines('both', 20, { score: 950 })]);
  await h.putPool('cy', ACTIVE, someLines('cy', 60, { evidence: 'c900' }));
  await h.putPopular(ACTIVE, someLines('pop', 80));
  await h.publishBuilds(ACTIVE);
}
beforeEach(() => open());

const countOf = (body: Body, listenerId: string) =>
  body.items.filter(({ attributedTo }) => attributedTo === listenerId).length;

/** A control as the serve function writes it. */
async function rule(listenerId: string, kind: string, target: string, method = 'PUT') {
  const path = controlOf(kind, target, listenerId);
  const answer = await h.host.request(path, {
    method,
    headers: { authorization: 'Bearer svc', ...AS_JSON },
    ...(method === 'PUT' && { body: '{}' }),
  });
  expect(answer.status).toBe(200);
}

describe('today’s blend', () => {
  test('has fifty tracks, each with whose it is and why, and everybody has a share', async () => {
    const { blendId } = await h.blendOf('ann', 'bob', 'cy');
    const { status, body } = await h.today(blendId, 'ann');
    expect(status).toBe(200);
    expect(BlendSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      surface: 'blend',
      blendId,
      date: '2026-11-01',
      listenerId: 'ann',
      basis: 'build',
      ranking: 'blend-1',
      degraded: [],
    });
    expect(membersOf(body)).toEqual(['ann', 'bob', 'cy']);
    expect(body.items).toHaveLength(50);
    expect(new Set(body.items.map(({ recordingId }) => recordingId)).size).toBe(50);
    expect(body.items.map(({ position }) => position)).toEqual(body.items.map((_, i) => i));
    for (const { listenerId, attributed } of body.members) {
      expect(attributed).toBeGreaterThanOrEqual(15);
      expect(attributed).toBe(countOf(body, listenerId));
    }
    for (const item of body.items) {
      const sum = Object.values(item.scoreParts).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - item.score)).toBeLessThan(3e-4);
      expect(Object.keys(item.affinities)).toEqual(['ann', 'bob', 'cy']);
      const own = item.affinities[item.attributedTo];
      if (item.itemId.startsWith('both')) {
        expect(item.reason).toBe('several');
        expect(item.affinities.cy).toBe(0);
        expect(own).toBeGreaterThan(0);
      } else {
        expect(item.reason).toBe('one');
        expect(item.itemId.startsWith(item.attributedTo)).toBe(true);
      }
    }
    expect(itemsOf(body).some((id) => id.startsWith('both'))).toBe(true);
    // Each member's evidence is told.
    expect(body.items.find(({ itemId }) => itemId.startsWith('cy'))).toMatchObject({
      source: 'co_listening',
    });
  });

  test('is the same for all members all day, whatever is heard meanwhile, and another the next day', async () => {
    const { blendId } = await h.blendOf('ann', 'bob');
    const [mine, theirs] = [await h.today(blendId, 'ann'), await h.today(blendId, 'bob')];
    expect(itemsOf(theirs.body)).toEqual(itemsOf(mine.body));
    expect(theirs.body.impressionId).not.toBe(mine.body.impressionId);
    h.clock.advance(11 * HOUR);
    await h.live(
      { listenerId: 'ann', itemId: 'ann40', type: 'like' },
      { listenerId: 'ann', itemId: 'ann41' },
    );
    const later = await h.today(blendId, 'ann');
    expect(later.body.date).toBe('2026-11-01');
    expect(itemsOf(later.body)).toEqual(itemsOf(mine.body));
    expect(later.body.match).toEqual(mine.body.match);
    h.clock.advance(2 * HOUR);
    const tomorrow = await h.today(blendId, 'ann');
    expect(tomorrow.body.date).toBe('2026-11-02');
    expect(new Set(itemsOf(tomorrow.body))).not.toEqual(new Set(itemsOf(mine.body)));
    expect((await h.documents.list('blend-days')).map(({ id }) => id)).toEqual([`${blendId}~2026-11-02`]);
  });

  test('asked for by all at once is one', async () => {
    const { blendId } = await h.blendOf('ann', 'bob', 'cy');
    const answers = await Promise.all(['ann', 'bob', 'cy', 'ann', 'bob'].map((id) => h.today(blendId, id)));
    expect(new Set(answers.map(({ body }) => itemsOf(body).join())).size).toBe(1);
  });

  test('each is told what it is to them', async () => {
    await h.putPool('bob', ACTIVE + 1, someLines('bob', 60), ['ann0']);
    await h.putPool('ann', ACTIVE + 1, someLines('ann', 60));
    await h.publishBuilds(ACTIVE + 1);
    const { blendId } = await h.blendOf('ann', 'bob');
    const notion = (body: Body) => body.items.find(({ itemId }) => itemId === 'ann0')?.notion;
    expect(notion((await h.today(blendId, 'ann')).body)).not.toBe('familiar');
    expect(notion((await h.today(blendId, 'bob')).body)).toBe('familiar');
  });

  test('what would broaden one member’s taste tells the others nothing of it', async () => {
    const lines = someLines('ann', 60).map((line, at) => ({
      ...line,
      plays: 0,
      evidence: at % 2 ? 'c900' : 'c900b1',
    }));
    await h.putPool('ann', ACTIVE + 1, lines);
    await h.putPool('bob', ACTIVE + 1, someLines('bob', 60));
    await h.publishBuilds(ACTIVE + 1);
    const { blendId } = await h.blendOf('ann', 'bob');
    const notions = async (viewer: string) => {
      const { body } = await h.today(blendId, viewer);
      return new Set(body.items.filter(({ itemId }) => itemId.startsWith('ann')).map(({ notion }) => notion));
    };
    expect(await notions('ann')).toEqual(new Set(['taste_broadening', 'new_artist']));
    expect((await notions('bob')).size).toBe(1);
  });

  test('an impression is of who asked; a service that asks for nobody leaves none', async () => {
    const { blendId } = await h.blendOf('ann', 'bob');
    const { body } = await h.today(blendId, 'bob');
    expect(h.published).toMatchObject([
      {
        topic: 'impressions',
        orderingKey: 'bob',
        data: { impression_id: body.impressionId, surface: 'blend' },
      },
    ]);
    expect((await h.request(`/v1/blends/${blendId}`)).body).toMatchObject({ listenerId: null });
    expect(h.published).toHaveLength(1);
    const named = await h.request(`/v1/blends/${blendId}?listenerId=ann`);
    expect(named.body.listenerId).toBe('ann');
    expect(h.published).toHaveLength(2);
  });

  test('as a playlist each track says whose it is', async () => {
    const { blendId } = await h.blendOf('ann', 'bob');
    const answer = await h.request(`/v1/blends/${blendId}`, {
      token: 'l:ann',
      headers: { accept: 'application/jspf+json' },
    });
    expect(answer.headers.get('content-type')).toBe('application/jspf+json');
    expect(jspfSchema().parse(answer.body)).toEqual(answer.body);
    const { playlist } = jspfSchema().parse(answer.body);
    expect(playlist.track).toHaveLength(50);
    const told = playlist.track.map(({ extension }) => Object.values(extension)[0]?.additional_metadata);
    for (const each of told) expect(['ann', 'bob']).toContain(each?.attributedTo);
    expect(Object.values(playlist.extension)[0]?.additional_metadata).toMatchObject({ blendId });
  });
});

describe('what it is made of', () => {
  test('favourites and what was played since the build, with their names', async () => {
    const listen = { occurredAt: NOW - HOUR, durationMs: 100, msPlayed: 100 };
    const cells = (rest: Record<string, unknown>) => ({
      pool: poolText(someLines('zed', 3, { score: 100 })),
      heard: heardText([]),
      recent: historyText([]),
      taste: tasteText(ACTIVE, rest),
    });
    await h.putListener('dee', ACTIVE, cells({}));
    await h.learn(
      {
        itemId: 'item-a',
        recordingId: 'rec-a',
        title: 'A',
        artist: 'Artist A',
        artistId: 'artist-a',
        energy: 0.5,
      },
      { itemId: 'live', recordingId: 'rec-live', title: 'Live', artistId: 'artist-l', genres: ['jazz'] },
    );
    await h.live({
      listenerId: 'eve',
      itemId: 'live',
      recordingId: 'rec-live',
      artistId: 'artist-l',
      ...listen,
    });
    const { blendId } = await h.blendOf('dee', 'eve');
    const { body } = await h.today(blendId, 'dee');
    expect(body.members).toMatchObject([{ basis: 'build' }, { basis: 'signals' }]);
    expect(body.items.find(({ itemId }) => itemId === 'item-a')).toMatchObject({
      recordingId: 'rec-a',
      title: 'A',
      source: 'favourite',
      attributedTo: 'dee',
      favouriteOf: ['dee'],
      affinities: { dee: 1, eve: 0 },
    });
    expect(body.items.find(({ itemId }) => itemId === 'live')).toMatchObject({
      attributedTo: 'eve',
      source: 'favourite',
    });
    expect(itemsOf(body).some((id) => id.startsWith('pop'))).toBe(false);
    expect(body.match.explanation.genres).toEqual(['jazz']);
  });

  test('the match is of tastes: the same is 100, with what is shared by name', async () => {
    const cells = { pool: poolText(someLines('zed', 5)), taste: tasteText(ACTIVE) };
    for (const id of ['dee', 'eve']) await h.putListener(id, ACTIVE, cells);
    const { blendId } = await h.blendOf('dee', 'eve');
    const { match } = (await h.today(blendId, 'eve')).body;
    expect(match).toEqual({
      percent: 100,
      explanation: {
        parts: { artists: 1, sound: 1, tracks: 1 },
        artists: [{ artistId: 'artist-a', name: 'Artist A' }],
        genres: ['jazz'],
        pairs: [{ members: ['dee', 'eve'], percent: 100, parts: { artists: 1, sound: 1, tracks: 1 } }],
      },
    });
  });

  test('a track of somebody whom nobody knows is not made up; among such it is what is popular', async () => {
    const known = await h.blendOf('ann', 'new');
    const { body } = await h.today(known.blendId, 'new');
    expect(countOf(body, 'new')).toBe(0);
    expect(body.match.percent).toBeNull();
    const unknown = await h.blendOf('new', 'newer');
    const popular = (await h.today(unknown.blendId, 'new')).body;
    expect(popular).toMatchObject({ basis: 'popularity', degraded: [] });
    expect(popular.items).toHaveLength(50);
    expect(popular.items.every(({ itemId }) => itemId.startsWith('pop'))).toBe(true);
    expect(countOf(popular, 'new')).toBeGreaterThanOrEqual(24);
  });
});

describe('what one member rules out', () => {
  test('gives way at once for all, in its place, and comes back with the word taken back', async () => {
    const { blendId } = await h.blendOf('ann', 'bob');
    const before = (await h.today(blendId, 'ann')).body;
    const mine = before.items.find(({ attributedTo }) => attributedTo === 'ann');
    const place = mine?.position ?? -1;
    await rule('bob', 'dislike', mine?.itemId ?? '');
    const after = (await h.today(blendId, 'ann')).body;
    expect(itemsOf(after)).not.toContain(mine?.itemId);
    expect(after.items).toHaveLength(50);
    expect(after.items[place]?.attributedTo).toBe('ann');
    expect(itemsOf(after).filter((_, i) => i !== place)).toEqual(
      itemsOf(before).filter((_, i) => i !== place),
    );
    await rule('bob', 'dislike', mine?.itemId ?? '', 'DELETE');
    expect(itemsOf((await h.today(blendId, 'bob')).body)).toEqual(itemsOf(before));
  });

  test('keeps out artists and explicit tracks from the start', async () => {
    await h.putPool('ann', ACTIVE + 1, [
      ...someLines('clean', 30),
      ...someLines('dirty', 30, { explicit: true, score: 990 }),
      ...someLines('star', 30, { artist: 'star', score: 990 }),
    ]);
    await h.putPool('bob', ACTIVE + 1, someLines('bob', 60));
    await h.publishBuilds(ACTIVE + 1);
    await rule('bob', 'explicit-filter', 'on');
    await rule('bob', 'snooze-artist', 'star');
    const { blendId } = await h.blendOf('ann', 'bob');
    const { body } = await h.today(blendId, 'ann');
    expect(body.items.filter(({ itemId }) => /^(dirty|star)/.test(itemId))).toEqual([]);
    expect(countOf(body, 'ann')).toBeGreaterThanOrEqual(24);
  });

  test('is not known where their row cannot be read: then nothing is proposed, nor kept', async () => {
    const { blendId } = await h.blendOf('ann', 'bob');
    h.faults.set('rows.read:listeners', new Error('down'));
    const { status, body } = await h.today(blendId, 'ann');
    expect(status).toBe(200);
    expect(body.items).toEqual([]);
    expect(body.degraded).toContain('listener');
    expect(await h.documents.list('blend-days')).toEqual([]);
    h.faults.clear();
    expect((await h.today(blendId, 'ann')).body.items).toHaveLength(50);
    h.faults.set('rows.read:listeners', new Error('down'));
    expect((await h.today(blendId, 'ann')).body.items).toEqual([]);
  });
});

describe('who may see it', () => {
  test('members only, and two at least', async () => {
    const { blendId } = await h.blendOf('ann', 'bob');
    const [strange, unknown] = [await h.today(blendId, 'eve'), await h.today('nowhere', 'eve')];
    expect([strange.status, unknown.status]).toEqual([404, 404]);
    expect(strange.body.detail.replace(blendId, 'nowhere')).toBe(unknown.body.detail);
    expect((await h.request('/v1/blends/nowhere')).status).toBe(404);
    expect((await h.request(`/v1/blends/${blendId}?listenerId=eve`)).status).toBe(404);
    expect((await h.request(`/v1/blends/${blendId}?listenerId=bob`, { token: 'l:ann' })).status).toBe(403);
    expect((await h.request(`/v1/blends/${blendId}?listenerId=`)).body.errors).toMatchObject([
      { pointer: '/query/listenerId' },
    ]);
    const { body } = await h.create('ann');
    const alone = await h.today(body.blendId, 'ann');
    expect(alone.status).toBe(409);
    expect(alone.body.detail).toContain('at least 2 members');
  });

  test('who leaves is forgotten at once: their tracks, their name, and what was kept', async () => {
    const { blendId } = await h.blendOf('ann', 'bob', 'cy');
    expect(countOf((await h.today(blendId, 'ann')).body, 'cy')).toBeGreaterThan(0);
    await h.leave(blendId, 'cy');
    expect(await h.documents.list('blend-days')).toEqual([]);
    const { body } = await h.today(blendId, 'ann');
    expect(JSON.stringify(body)).not.toContain('cy');
    expect((await h.today(blendId, 'cy')).status).toBe(404);
    await h.leave(blendId, 'bob');
    expect((await h.today(blendId, 'ann')).status).toBe(409);
    expect(await h.documents.list('blend-days')).toEqual([]);
  });

  test('who is erased is gone from the next answer on', async () => {
    const { blendId } = await h.blendOf('ann', 'bob', 'cy');
    await h.today(blendId, 'ann');
    await h.erase('cy', NOW + 1);
    expect(membersOf((await h.today(blendId, 'ann')).body)).toEqual(['ann', 'bob']);
    const stored = await Promise.all(['blends', 'blend-days'].map((name) => h.documents.list(name)));
    expect(JSON.stringify(stored)).not.toContain('"cy"');
  });

  test('whoever joins is in today’s blend at once', async () => {
    const blend = await h.blendOf('ann', 'bob');
    const before = (await h.today(blend.blendId, 'ann')).body;
    await h.join(blend, 'cy');
    const { body } = await h.today(blend.blendId, 'ann');
    expect(countOf(body, 'cy')).toBeGreaterThanOrEqual(15);
    expect(itemsOf(body)).not.toEqual(itemsOf(before));
  });

  test('who leaves while the day is made is in neither the answer nor what is kept', async () => {
    await h.close();
    let duringDay = async () => {};
    await open((documents) => ({
      get: (collection, id) => documents.get(collection, id),
      list: (collection, options) => documents.list(collection, options),
      delete: (collection, id) => documents.delete(collection, id),
      async put(collection, id, value, options) {
        if (collection === 'blend-days') await duringDay();
        return documents.put(collection, id, value, options);
      },
    }));
    const { blendId } = await h.blendOf('ann', 'bob', 'cy');
    duringDay = async () => {
      duringDay = async () => {};
      await h.leave(blendId, 'cy');
    };
    const { status, body } = await h.today(blendId, 'ann');
    expect(status).toBe(200);
    expect(membersOf(body)).toEqual(['ann', 'bob']);
    expect(JSON.stringify(await h.documents.list('blend-days'))).not.toContain('cy');
    h.clock.advance(DAY);
    duringDay = () => h.remove(blendId, 'l:ann').then(() => undefined);
    expect((await h.today(blendId, 'ann')).status).toBe(404);
    expect(await h.documents.list('blend-days')).toEqual([]);
  });
});
