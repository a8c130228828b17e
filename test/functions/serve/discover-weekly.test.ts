import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { weeklySchema } from '../../../shared/api/weekly.ts';
import { buildIdOf } from '../../../shared/domain/build-id.ts';
import { ACTIVE, type Harness, itemsOf, NOW, openServe, weekly } from './harness.ts';
import { heardText, poolText, someLines, tasteText } from './pool-text.ts';

let h: Harness;
beforeEach(() => {
  h = openServe();
});
afterEach(() => h.close());

const HOUR = 3_600_000;

describe('Discover Weekly of a listener with a build', () => {
  test('30 items of the best 60, each with all its reasons, and why it was chosen', async () => {
    await h.putPool(
      'ann',
      ACTIVE,
      someLines('p', 60, { evidence: 'c900.1a400.0p50', plays: 0, genre: 'jazz', tempo: 120 }),
      ['h1'],
      ['seed0', 'seed1'],
    );
    await h.publishBuilds(ACTIVE);
    await h.learn(
      { itemId: 'p0', title: 'First', artist: 'Somebody', genres: ['bop'] },
      { itemId: 'seed1', title: 'Seed', artist: 'Else' },
    );
    const { status, body, headers } = await h.request(weekly());
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(weeklySchema().parse(body)).toEqual(body);
    expect(new Set(itemsOf(body)).size).toBe(30);
    expect(body).toMatchObject({
      basis: 'build',
      build: buildIdOf(ACTIVE),
      degraded: [],
      surface: 'discover-weekly',
    });
    for (const [position, item] of body.items.entries()) {
      expect(item.position).toBe(position);
      expect(item.source).toBe('co_listening');
      expect(item.sources).toEqual([
        { source: 'co_listening', score: 0.9, seed: 'seed1' },
        { source: 'artist_neighbours', score: 0.4, seed: null },
        { source: 'popularity', score: 0.05, seed: null },
      ]);
      expect(item.seedTracks).toEqual([{ itemId: 'seed1', title: 'Seed', artist: 'Else' }]);
      expect(item.notion).toBe('new_artist');
      expect(item.propensity).toBe(1);
      expect(item.impressionId).toBe(body.impressionId);
      const sum = Object.values(item.scoreParts).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - item.score)).toBeLessThan(3e-4);
    }
    expect(body.items.find(({ itemId }) => itemId === 'p0')).toMatchObject({
      title: 'First',
      artist: 'Somebody',
      genres: ['bop'],
    });
    expect(body.items.find(({ itemId }) => itemId !== 'p0')).toMatchObject({
      title: null,
      artist: null,
      genres: ['jazz'],
    });
    expect(Object.keys(body.items[0]?.scoreParts ?? {}).sort()).toEqual(['novelty', 'relevance', 'reward']);
  });

  test('what an artist led to names that artist and the favourite track by them', async () => {
    await h.putListener('ann', ACTIVE, {
      pool: poolText(someLines('p', 3, { evidence: 'a1000.0' }), [], ['artist-a']),
      taste: tasteText(ACTIVE),
    });
    await h.publishBuilds(ACTIVE);
    const favourite = (JSON.parse(tasteText(ACTIVE)) as { tracks: { id: string }[] }).tracks[0]?.id ?? '';
    await h.learn({ itemId: favourite, title: 'Loved', artist: 'Artist A', artistId: 'artist-a' });
    const { body } = await h.request(weekly());
    for (const item of body.items) {
      expect(item).toMatchObject({
        source: 'artist_neighbours',
        seedArtists: [{ artistId: 'artist-a', name: 'Artist A' }],
        seedTracks: [{ itemId: favourite, title: 'Loved', artist: 'Artist A' }],
      });
    }
    expect(body.items).toHaveLength(3);
  });

  test('what came out lately says so, and of whom', async () => {
    await h.putListener('ann', ACTIVE, {
      pool: poolText(someLines('p', 3, { evidence: 'a800.0r1000.0' }), [], ['artist-a']),
    });
    await h.publishBuilds(ACTIVE);
    const { body } = await h.request(weekly());
    expect(body.items).toHaveLength(3);
    for (const item of body.items)
      expect(item).toMatchObject({
        source: 'new_releases',
        sources: [
          { source: 'new_releases', score: 1, seed: 'artist-a' },
          { source: 'artist_neighbours', score: 0.8, seed: 'artist-a' },
        ],
        seedArtists: [{ artistId: 'artist-a' }],
        seedTracks: [],
        notion: 'new_track',
      });
  });

  test('nothing heard: not by filter, not by history, not since — plays, skips, private and excluded listens', async () => {
    await h.putListener('ann', ACTIVE, {
      pool: poolText(someLines('p', 60)),
      heard: heardText(['p0']),
      recent: 'p1\t20000\t1',
    });
    await h.publishBuilds(ACTIVE);
    await h.live(
      { itemId: 'p2' },
      { itemId: 'p3', msPlayed: 1_000 },
      { itemId: 'p4', skipped: true },
      { itemId: 'p5', private: true },
      { itemId: 'p6', context: { playlistId: 'not-me' } },
      { itemId: 'another-release', recordingId: 'p7' },
      { itemId: 'p8', recordingId: 'p8', occurredAt: NOW - 400 * 24 * HOUR },
    );
    await h.request('/v1/listeners/ann/controls/exclude-from-taste/not-me', { method: 'PUT' });
    const { body } = await h.request(weekly());
    expect(body.items).toHaveLength(30);
    const heard = new Set(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8']);
    expect(itemsOf(body).filter((item) => heard.has(item))).toEqual([]);
  });

  test('an item heard under its own id stays heard when its recording becomes known', async () => {
    await h.putPool(
      'ann',
      ACTIVE,
      [
        { item: 'x', recording: 'r-of-x', score: 900 },
        { item: 'y', recording: 'r-of-y', score: 800 },
        { item: 'z', recording: 'r-of-z', score: 700 },
      ],
      ['y'],
    );
    await h.putPopular(ACTIVE, []);
    await h.publishBuilds(ACTIVE);
    await h.live({ itemId: 'x', recordingId: 'x' });
    expect(itemsOf((await h.request(weekly())).body)).toEqual(['z']);
  });

  test('one per artist, and a second only where places stay empty', async () => {
    const crowded = someLines('p', 40).map((line, i) => ({ ...line, artist: `a${i % 20}` }));
    await h.putPool('ann', ACTIVE, crowded);
    await h.putPopular(ACTIVE, []);
    await h.publishBuilds(ACTIVE);
    const { body } = await h.request(weekly());
    const artists = body.items.map(({ artistId }) => artistId);
    expect(new Set(artists).size).toBe(20);
    expect(artists).toHaveLength(30);
    const most = Math.max(...[...new Set(artists)].map((a) => artists.filter((b) => b === a).length));
    expect(most).toBe(2);
  });

  test('the same request has the same answer, equal scores are chosen by item id', async () => {
    const level = someLines('p', 50, { score: 500 });
    await h.putPool('ann', ACTIVE, level.toReversed());
    await h.publishBuilds(ACTIVE);
    const first = itemsOf((await h.request(weekly())).body);
    expect([...first].sort()).toEqual(
      level
        .map(({ item }) => item)
        .sort()
        .slice(0, 30),
    );
    expect(itemsOf((await h.request(weekly())).body)).toEqual(first);
  });

  test('a pool that is too small is filled from popularity, in the same build', async () => {
    await h.putPool('ann', ACTIVE, someLines('own', 5), ['pop1']);
    await h.putPopular(ACTIVE, someLines('pop', 60, { score: 40 }));
    await h.publishBuilds(ACTIVE);
    const { body } = await h.request(weekly());
    expect(body.items).toHaveLength(30);
    expect(body.basis).toBe('build');
    expect(itemsOf(body)).toEqual(expect.arrayContaining(['own0', 'own1', 'own2', 'own3', 'own4']));
    expect(itemsOf(body)).not.toContain('pop1');
  });

  test('an artist beyond the profile is not claimed to be new; one of it counts by its plays', async () => {
    await h.putListener('ann', ACTIVE, {
      pool: poolText([{ item: 'own', artist: 'never', plays: 0, score: 900 }]),
      taste: tasteText(ACTIVE, {
        artists: [
          { id: 'known', name: 'K', affinity: 1, plays: 9 },
          { id: 'met', name: 'M', affinity: 1, plays: 2 },
        ],
      }),
    });
    await h.putPopular(ACTIVE, [
      { item: 'pop-unknown', artist: 'beyond', score: 40 },
      { item: 'pop-known', artist: 'known', score: 39 },
      { item: 'pop-met', artist: 'met', score: 38 },
    ]);
    await h.publishBuilds(ACTIVE);
    const { body } = await h.request(weekly());
    expect(Object.fromEntries(body.items.map(({ itemId, notion }) => [itemId, notion]))).toEqual({
      own: 'new_artist',
      'pop-unknown': 'new_track',
      'pop-known': 'new_track',
      'pop-met': 'emerging',
    });
  });

  test('a new artist of foreign genres would broaden their taste, until they play that artist', async () => {
    const foreign = { item: 'far', artist: 'stranger', plays: 0, score: 800, evidence: 'p100b1' };
    const met = { item: 'met', artist: 'met', plays: 1, score: 700, evidence: 'p100' };
    await h.putPool('ann', ACTIVE, [foreign, met]);
    await h.publishBuilds(ACTIVE);
    const notions = async () =>
      (await h.request(weekly())).body.items.map(({ itemId, notion }) => [itemId, notion]);
    expect(Object.fromEntries(await notions())).toEqual({ far: 'taste_broadening', met: 'emerging' });
    await h.live({ itemId: 'another', recordingId: 'another', artistId: 'stranger' });
    expect(Object.fromEntries(await notions())).toMatchObject({ far: 'emerging' });
  });

  test('what was played since moves the order and lends its neighbours', async () => {
    await h.putPool('ann', ACTIVE, [
      ...someLines('p', 20),
      { item: 'same-artist', artist: 'fav', score: 860 },
    ]);
    await h.putPopular(ACTIVE, []);
    await h.putRelated('now', ACTIVE, [{ item: 'near', artist: 'n', score: 800, evidence: 'c950n300' }]);
    await h.publishBuilds(ACTIVE);
    await h.live(...Array.from({ length: 5 }, () => ({ itemId: 'now', artistId: 'fav' })));
    const { body } = await h.request(weekly());
    expect(itemsOf(body)[0]).toBe('same-artist');
    const near = body.items.find(({ itemId }) => itemId === 'near');
    expect(near).toMatchObject({ source: 'co_listening', seedTracks: [{ itemId: 'now' }] });
  });
});

describe('the week', () => {
  const DAY = 24 * HOUR;
  beforeEach(async () => {
    await h.putPool('ann', ACTIVE, someLines('p', 120, { genre: 'jazz' }));
    await h.publishBuilds(ACTIVE);
  });
  const read = async (query = '') => (await h.request(`${weekly()}${query}`)).body;

  test('is the same until Monday, whatever a build says meanwhile, and new then', async () => {
    const made = await read();
    expect(made).toMatchObject({
      week: '2026-W44',
      madeAt: new Date(NOW).toISOString(),
      replaced: [],
      outcomes: null,
    });
    await h.putPool('ann', ACTIVE + 1, someLines('other', 120));
    await h.publishBuilds(ACTIVE + 1, [ACTIVE, ACTIVE + 1]);
    h.clock.advance(11 * HOUR);
    expect(itemsOf(await read())).toEqual(itemsOf(made));
    h.clock.advance(2 * HOUR);
    const monday = await read();
    expect(monday.week).toBe('2026-W45');
    expect(itemsOf(monday).every((item) => item.startsWith('other'))).toBe(true);
    expect(itemsOf(await read('?week=2026-W44'))).toEqual(itemsOf(made));
    expect((await h.request(`${weekly()}/weeks`)).body.weeks).toEqual(['2026-W45', '2026-W44']);
  });

  test('what was heard or ruled out since is replaced in its place by the reserves, and told', async () => {
    const made = itemsOf(await read());
    await h.live({ itemId: made[3] ?? '' });
    await h.request(`/v1/listeners/ann/controls/dislike/${made[7]}`, { method: 'PUT' });
    const body = await read();
    const replaced = body.replaced as { itemId: string; reason: string; by: string }[];
    expect(replaced.map(({ itemId, reason }) => [itemId, reason])).toEqual([
      [made[3], 'heard'],
      [made[7], 'dislike'],
    ]);
    const expected = made.with(3, replaced[0]?.by ?? '').with(7, replaced[1]?.by ?? '');
    expect(itemsOf(body)).toEqual(expected);
    expect(made).not.toContain(replaced[0]?.by);
    // Taken back, it is as it was made.
    await h.request(`/v1/listeners/ann/controls/dislike/${made[7]}`, { method: 'DELETE' });
    expect(itemsOf(await read())[7]).toBe(made[7]);
  });

  test('made at once by many is made once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => read()));
    expect(new Set(answers.map((body) => JSON.stringify([itemsOf(body), body.madeAt]))).size).toBe(1);
  });

  test('is made anew by request only, and then kept', async () => {
    const made = await read();
    await h.putPool('ann', ACTIVE, someLines('fresh', 120));
    h.deps.listeners.forgetAll();
    expect(itemsOf(await read())).toEqual(itemsOf(made));
    const { status, body } = await h.request(weekly(), { method: 'POST' });
    expect(status).toBe(200);
    expect(itemsOf(body).every((item) => item.startsWith('fresh'))).toBe(true);
    expect(itemsOf(await read())).toEqual(itemsOf(body));
  });

  test('later tells what came of it: played, skipped, saved, retained', async () => {
    const made = itemsOf(await read());
    const [liked = '', skipped = '', again = '', hidden = ''] = made;
    const at = (days: number) => ({ occurredAt: NOW + days * DAY, receivedAt: NOW + days * DAY });
    await h.live(
      { itemId: liked, eventId: 'l1', ...at(1) },
      { itemId: liked, eventId: 'l2', type: 'save', ...at(1) },
      { itemId: skipped, eventId: 's1', skipped: true, ...at(1) },
      ...[1, 2, 3].map((day) => ({ itemId: again, eventId: `a${day}`, ...at(day) })),
      { itemId: hidden, eventId: 'h1', private: true, ...at(1) },
    );
    h.clock.advance(8 * DAY);
    const body = await read('?week=2026-W44');
    expect(itemsOf(body)).toEqual(made);
    const outcomes = body.outcomes as { itemId: string }[];
    expect(outcomes.map(({ itemId }) => itemId)).toEqual(made);
    expect(outcomes.slice(0, 5)).toMatchObject([
      { plays: 1, skips: 0, saved: true, retained: true },
      { plays: 0, skips: 1, saved: false, retained: false },
      { plays: 3, skips: 0, saved: false, retained: true },
      { plays: 0, skips: 0, saved: false, retained: false },
      { plays: 0, skips: 0, saved: false, retained: false },
    ]);
    // A look back is no impression.
    expect(h.published.filter(({ topic }) => topic === 'impressions')).toHaveLength(1);
    h.clock.advance(30 * DAY);
    expect((await read('?week=2026-W44')).outcomes).toBeNull();
  });

  test('weeks that are none, or have none, are told apart', async () => {
    await read();
    expect((await h.request(`${weekly()}?week=2026-W43`)).status).toBe(404);
    for (const week of ['2026-W54', '2026', 'last', '2025-W53']) {
      const { status, body } = await h.request(`${weekly()}?week=${week}`);
      expect(status).toBe(400);
      expect(body.errors[0]?.pointer).toBe('/query/week');
    }
  });

  test('is gone with the listener’s erasure', async () => {
    await read();
    expect((await h.request('/v1/listeners/ann', { method: 'DELETE' })).status).toBe(200);
    h.clock.advance(1);
    expect((await h.request(`${weekly()}/weeks`)).body.weeks).toEqual([]);
    expect((await h.request(`${weekly()}?week=2026-W44`)).status).toBe(200);
    expect((await read()).madeAt).toBeNull();
  });

  test('what rests on popularity alone is not kept', async () => {
    await h.putPopular(ACTIVE, someLines('pop', 40));
    const { body } = await h.request(weekly('stranger'));
    expect(body).toMatchObject({ basis: 'popularity', madeAt: null });
    expect((await h.request(`${weekly('stranger')}/weeks`)).body.weeks).toEqual([]);
  });

  test('in JSPF as in JSON', async () => {
    const { body, headers } = await h.request(weekly(), { headers: { accept: 'application/jspf+json' } });
    expect(headers.get('content-type')).toBe('application/jspf+json');
    expect((body.playlist as { title: string }).title).toBe('Discover Weekly 2026-W44');
  });
});

describe('Discover Weekly without a build of the listener', () => {
  beforeEach(async () => {
    await h.putPopular(ACTIVE, someLines('pop', 60, { score: 50 }));
    await h.publishBuilds(ACTIVE);
  });

  test('a listener nobody has seen gets popularity, and it says so', async () => {
    const { status, body } = await h.request(weekly('stranger'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ basis: 'popularity', build: buildIdOf(ACTIVE), degraded: [] });
    expect(body.items).toHaveLength(30);
    expect(new Set(body.items.map(({ source }) => source))).toEqual(new Set(['popularity']));
    expect(body.items[0]?.seedTracks).toEqual([]);
  });

  test('a listener with only live plays gets signals, with those plays as seeds, and nothing heard', async () => {
    await h.putRelated('first', ACTIVE, someLines('rel', 10, { evidence: 'c700' }));
    await h.live({ itemId: 'first' }, { itemId: 'pop0' }, { itemId: 'rel0', skipped: true });
    const { body } = await h.request(weekly());
    expect(body.basis).toBe('signals');
    expect(itemsOf(body)).toHaveLength(30);
    expect(itemsOf(body)).toContain('rel1');
    expect(body.items.find(({ itemId }) => itemId === 'rel1')).toMatchObject({
      source: 'co_listening',
      seedTracks: [{ itemId: 'first' }],
    });
    expect(itemsOf(body)).not.toContain('pop0');
    expect(itemsOf(body)).not.toContain('rel0');
  });

  test('private plays and skips are no seeds', async () => {
    await h.putRelated('secret', ACTIVE, someLines('rel', 10));
    await h.putRelated('skipped', ACTIVE, someLines('skp', 10));
    await h.live({ itemId: 'secret', private: true }, { itemId: 'skipped', skipped: true });
    const { body } = await h.request(weekly());
    expect(body.basis).toBe('popularity');
    expect(itemsOf(body).filter((item) => !item.startsWith('pop'))).toEqual([]);
  });

  test('where people listen by artist alone, popular artists stand in', async () => {
    await h.publishBuilds(ACTIVE + 1);
    await h.putPopular(ACTIVE + 1, someLines('artist', 40), 'popular#artist');
    const { body } = await h.request(weekly('stranger'));
    expect(body).toMatchObject({ basis: 'popularity', degraded: [] });
    expect(body.items).toHaveLength(30);
  });
});

describe('impressions', () => {
  test('one message per answer, under the listener, with what was served where', async () => {
    const evidence = { plays: 3, evidence: 'c512.0a1000.0p7' };
    await h.putPool('ann', ACTIVE, someLines('p', 40, evidence));
    await h.publishBuilds(ACTIVE);
    const { body } = await h.request(weekly());
    expect(h.published).toEqual([
      {
        topic: 'impressions',
        orderingKey: 'ann',
        data: {
          impression_id: body.impressionId,
          listener_id: 'ann',
          surface: 'discover-weekly',
          build_id: buildIdOf(ACTIVE),
          served_at: NOW,
          items: body.items.map((item) => ({
            position: item.position,
            item_id: item.itemId,
            recording_id: item.recordingId,
            source: item.source,
            notion: item.notion,
            score: item.score,
            propensity: 1,
            evidence: 'c512a1000p7',
            artist_plays: 3,
          })),
        },
      },
    ]);
  });

  test('nothing is remembered of an answer without items', async () => {
    await h.request(weekly());
    expect(h.published).toEqual([]);
  });
});
