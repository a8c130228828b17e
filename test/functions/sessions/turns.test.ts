import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Session, SessionAnswerSchema, SessionSchema } from '../../../shared/api/session.ts';
import { ACTIVE } from '../serve/harness.ts';
import { fill, itemsOf, NOW, openSessions, type SessionsHarness } from './harness.ts';

let h: SessionsHarness;
beforeEach(async () => {
  h = openSessions();
  await fill(h);
});
afterEach(() => h.close());

const DAY = 86_400_000;
const seed = { brief: { genres: ['rock', 'jazz', 'metal', 'disco', 'ambient'] } };
const begun = (rest: object = {}) => h.begin({ sessionId: 's1', seed, count: 10, ...rest });
const genresOf = (body: { items: readonly { genres: readonly string[] }[] }) =>
  body.items.flatMap(({ genres }) => genres);

describe('a session', () => {
  test('begins and goes on, each track once, each with its reasons, as documented', async () => {
    const first = await begun();
    expect(first.status).toBe(200);
    expect(SessionAnswerSchema.parse(first.body)).toEqual(first.body);
    expect(first.body).toMatchObject({
      sessionId: 's1',
      turn: 0,
      surface: 'session',
      briefBy: 'request',
      degraded: [],
    });
    const second = await h.turn('s1', { turnId: 't1', count: 10 });
    expect(second.status).toBe(200);
    expect(SessionAnswerSchema.parse(second.body)).toEqual(second.body);
    const all = [...itemsOf(first.body), ...itemsOf(second.body)];
    expect(new Set(all).size).toBe(20);
    for (const { reasons, score, scoreParts, source } of second.body.items) {
      expect(reasons.map(({ reason }) => reason)).toContain('genre');
      expect(Math.abs(Object.values(scoreParts).reduce((a, b) => a + b, 0) - score)).toBeLessThan(1e-3);
      expect(source).toBe('brief');
    }
    const stages = second.body.stages.map(({ stage }) => stage);
    expect(stages).toEqual(['retrieve', 'hydrate', 'score', 'rerank', 'sequence', 'serve']);
  });

  test('says as the build does what would broaden the listener’s taste', async () => {
    const foreign = Array.from({ length: 20 }, (_, at) => ({
      item: `track-${at * 5}`,
      recording: `rec-${at * 5}`,
      artist: `rock-artist-${at}`,
      plays: 0,
      score: 900,
      evidence: at < 10 ? 'c900b1' : 'c900',
    }));
    await h.putPool('ann', ACTIVE, foreign);
    const { body } = await begun({ seed: { brief: { genres: ['rock'] } }, count: 20 });
    const told = new Map(body.items.map(({ itemId, notion }) => [itemId, notion]));
    const notions = foreign.flatMap(({ item, evidence }) =>
      told.has(item) ? [[told.get(item), evidence.endsWith('b1') ? 'taste_broadening' : 'new_artist']] : [],
    );
    expect(notions.length).toBeGreaterThan(5);
    for (const [found, expected] of notions) expect(found).toBe(expected);
    expect(new Set(notions.map(([found]) => found)).size).toBe(2);
  });

  test('after three skips of one artist, genre and energy there is less of them, and the history tells why', async () => {
    const { body } = await begun({ count: 50 });
    const metal = body.items.filter(({ genres }) => genres.includes('metal'));
    expect(metal.length).toBeGreaterThan(3);
    const played = metal.slice(0, 3).map(({ itemId }) => ({ itemId, msPlayed: 3_000, skippedAtMs: 3_000 }));
    const next = await h.turn('s1', { turnId: 't1', played, count: 20 });
    expect(genresOf(next.body)).not.toContain('metal');
    const { body: session } = await h.request<Session>('GET', '/v1/sessions/s1');
    expect(SessionSchema.parse(session)).toEqual(session);
    expect(session.history.map(({ turn }) => turn)).toEqual([0, 1]);
    expect(session.history[1]?.feedback.map(({ kind }) => kind)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(session.history[1]?.served.map(({ itemId }) => itemId)).toEqual(itemsOf(next.body));
    expect(session.leanings.genres[0]).toMatchObject({ name: 'metal', strength: expect.closeTo(-0.772, 2) });
  });

  test('a dislike bars the track here and is a control everywhere', async () => {
    const { body } = await begun();
    const disliked = body.items[0]?.itemId ?? '';
    await h.turn('s1', { turnId: 't1', disliked: [disliked] });
    const again = await h.begin({ sessionId: 's2', seed, count: 50 });
    expect(itemsOf(again.body)).not.toContain(disliked);
    const controls = h.published.filter(({ topic }) => topic === 'controls').map(({ data }) => data);
    expect(controls).toEqual([
      expect.objectContaining({
        listener_id: 'ann',
        kind: 'dislike',
        target: disliked.replace('track', 'rec'),
        active: true,
      }),
    ]);
  });

  test('impressions are told of once per turn that was taken', async () => {
    const { body } = await begun();
    await begun();
    await h.turn('s1', { turnId: 't1' });
    await h.turn('s1', { turnId: 't1' });
    const impressions = h.published.filter(({ topic }) => topic === 'impressions').map(({ data }) => data);
    expect(impressions).toHaveLength(2);
    expect(impressions[0]).toMatchObject({
      impression_id: body.impressionId,
      listener_id: 'ann',
      surface: 'session',
    });
    const rows = (impressions[0] as { items: { item_id: string; source: string }[] }).items;
    expect(rows.map(({ item_id }) => item_id)).toEqual(itemsOf(body));
    expect(new Set(rows.map(({ source }) => source))).toEqual(new Set(['brief']));
  });

  test('expires thirty days after its last turn; its id is free again then', async () => {
    const { body } = await begun();
    expect(Date.parse(body.expiresAt)).toBe(NOW + 30 * DAY);
    h.clock.advance(29 * DAY);
    expect((await h.turn('s1', { turnId: 't1' })).status).toBe(200);
    h.clock.advance(29 * DAY);
    expect((await h.request('GET', '/v1/sessions/s1')).status).toBe(200);
    h.clock.advance(DAY);
    expect((await h.request('GET', '/v1/sessions/s1')).status).toBe(404);
    expect((await h.turn('s1', { turnId: 't2' })).status).toBe(404);
    const anew = await h.begin({ sessionId: 's1', seed: { artists: ['jazz-artist-1'] } });
    expect(anew).toMatchObject({ status: 200, body: { turn: 0 } });
  });

  test('ends where it is deleted, which may be said twice', async () => {
    await begun();
    expect((await h.request('DELETE', '/v1/sessions/s1')).status).toBe(204);
    expect((await h.request('DELETE', '/v1/sessions/s1')).status).toBe(204);
    expect((await h.turn('s1', { turnId: 't1' })).status).toBe(404);
  });
});

describe('repeats', () => {
  test('the same turn is answered as before, also after a restart; with another body it is 409', async () => {
    await begun();
    const first = await h.turn('s1', { turnId: 't1', count: 5 });
    await h.turn('s1', { turnId: 't2', count: 5 });
    h.restart();
    h.clock.advance(5_000);
    const again = await h.turn('s1', { count: 5, turnId: 't1' });
    expect(again).toEqual(first);
    const other = await h.turn('s1', { turnId: 't1', count: 6 });
    expect(other).toMatchObject({ status: 409, body: { type: 'urn:segue:problem:conflict' } });
    expect((await h.request<Session>('GET', '/v1/sessions/s1')).body.turns).toBe(3);
  });

  test('beginning again with the same body begins nothing, with another it is 409', async () => {
    const first = await begun();
    const next = await h.turn('s1', { turnId: 't1' });
    expect(await begun()).toEqual(first);
    expect((await begun({ count: 11 })).status).toBe(409);
    const after = await h.turn('s1', { turnId: 't2' });
    expect(itemsOf(after.body).filter((id) => itemsOf(next.body).includes(id))).toEqual([]);
  });

  test('the beginning is no turn that an app could ask for', async () => {
    await begun();
    expect((await h.turn('s1', { turnId: '' })).body.errors?.[0]?.pointer).toBe('/turnId');
  });

  test('a turn of long ago is not taken again, though its answer is gone', async () => {
    await begun();
    for (let i = 0; i < 25; i++) await h.turn('s1', { turnId: `t${i}`, count: 1 });
    const again = await h.turn('s1', { turnId: 't0', count: 1 });
    expect(again).toMatchObject({ status: 409, body: { detail: expect.stringContaining('too long ago') } });
    expect((await h.request<Session>('GET', '/v1/sessions/s1')).body.turns).toBe(26);
  }, 30_000);
});

describe('at once', () => {
  test('eight turns at once are taken one after the other: no track twice, none lost', async () => {
    await begun();
    const turns = await Promise.all(
      Array.from({ length: 8 }, (_, i) => h.turn('s1', { turnId: `t${i}`, count: 5 })),
    );
    expect(turns.map(({ status }) => status)).toEqual(turns.map(() => 200));
    const items = turns.flatMap(({ body }) => itemsOf(body));
    expect(new Set(items).size).toBe(40);
    expect(new Set(turns.map(({ body }) => body.turn)).size).toBe(8);
    const { body } = await h.request<Session>('GET', '/v1/sessions/s1');
    expect(body).toMatchObject({ turns: 9, tracks: 50 });
  });

  test('the same turn at once is one turn, the same beginning at once one session', async () => {
    const beginnings = await Promise.all(Array.from({ length: 4 }, () => begun()));
    expect(new Set(beginnings.map(({ body }) => body.impressionId)).size).toBe(1);
    const turns = await Promise.all(Array.from({ length: 4 }, () => h.turn('s1', { turnId: 't1' })));
    expect(new Set(turns.map(({ body }) => body.impressionId)).size).toBe(1);
    expect((await h.request<Session>('GET', '/v1/sessions/s1')).body.turns).toBe(2);
  });
});

test('two hundred turns are served without a track twice', async () => {
  const large = openSessions();
  const { someCatalogue } = await import('./harness.ts');
  await fill(large, someCatalogue(2_500));
  await large.begin({ sessionId: 's1', seed: { artists: ['jazz-artist-1'] }, count: 10 });
  const seen = new Set<string>();
  let served = 0;
  for (let i = 0; i < 200; i++) {
    const { status, body } = await large.turn('s1', { turnId: `t${i}`, count: 10 });
    expect(status).toBe(200);
    for (const { recordingId } of body.items) seen.add(recordingId);
    served += body.items.length;
  }
  expect(served).toBe(2_000);
  expect(seen.size).toBe(2_000);
  const [document] = await large.documents.list('sessions');
  expect(Buffer.byteLength(JSON.stringify(document?.value))).toBeLessThan(900_000);
  await large.close();
}, 120_000);
