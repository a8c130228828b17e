import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Jspf } from '../../../shared/api/jspf.ts';
import type { Playlist } from '../../../shared/api/playlist.ts';
import type { SessionState } from '../../../shared/domain/steered-session.ts';
import { TransientError } from '../../../shared/errors.ts';
import { listenerHash } from '../../../shared/schema/rows.ts';
import { createForgetting } from '../../../shared/serving/forgetting.ts';
import { fill, itemsOf, NOW, openSessions, type SessionsHarness } from './harness.ts';

let h: SessionsHarness;
beforeAll(async () => {
  h = openSessions();
  await fill(h);
  await h.learn({ itemId: 'track-0', title: 'Zero', artist: 'Nil', album: 'Null', durationMs: 61_000 });
});
afterAll(() => h.close());

const begin = async (sessionId: string, token = 'l:ann', count = 6) => {
  const listenerId = token === 'svc' ? { listenerId: 'ann' } : {};
  const body = { sessionId, ...listenerId, seed: { brief: { genres: ['rock'] } }, count };
  const { status, body: answer } = await h.begin(body, token);
  expect(status).toBe(200);
  return itemsOf(answer);
};
const save = (body: unknown, token = 'l:ann', listenerId = 'ann') =>
  h.request<Playlist>('POST', `/v1/listeners/${listenerId}/playlists`, body, token);
const read = (playlistId: string, token: string | null = 'l:ann', listenerId = 'ann') =>
  h.request<Playlist>('GET', `/v1/listeners/${listenerId}/playlists/${playlistId}`, undefined, token);

describe('a saved playlist', () => {
  test('has what the session served in order, but for what the listener last said no to', async () => {
    const [a, b, c, d, e, f] = (await begin('s1')) as [string, string, string, string, string, string];
    const turn = async (body: object) => itemsOf((await h.turn('s1', body)).body);
    const second = await turn({
      turnId: 't1',
      played: [
        { itemId: a, msPlayed: 200_000 },
        { itemId: b, msPlayed: 3_000, skippedAtMs: 3_000 },
        { itemId: c, msPlayed: 3_000, skippedAtMs: 3_000 },
      ],
      disliked: [d],
      count: 3,
    });
    // Skipped first, then kept after all.
    const third = await turn({ turnId: 't2', saved: [c], count: 2 });
    const { status, body } = await save({ sessionId: 's1', title: ' Evening ' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      listenerId: 'ann',
      sessionId: 's1',
      title: 'Evening',
      prompt: null,
      omittedTurns: 0,
      degraded: [],
      createdAt: new Date(NOW).toISOString(),
    });
    expect(body.tracks.map(({ itemId }) => itemId)).toEqual([a, c, e, f, ...second, ...third]);
    expect(body.tracks.map(({ position }) => position)).toEqual(body.tracks.map((_, i) => i));
    expect(body.tracks.map(({ turn: number }) => number)).toEqual([
      0,
      0,
      0,
      0,
      ...second.map(() => 1),
      ...third.map(() => 2),
    ]);
    expect(body.tracks[0]?.reasons.length).toBeGreaterThan(0);
    expect((await read(body.playlistId)).body).toEqual(body);
  });

  test('is as it was saved first, however often and whatever the session did since', async () => {
    await begin('s2');
    const first = (await save({ sessionId: 's2', title: 'Once' })).body;
    await h.turn('s2', { turnId: 't1', count: 4 });
    h.clock.advance(1_000);
    const again = await Promise.all([1, 2, 3, 4].map(() => save({ sessionId: 's2', title: 'Once' })));
    for (const { body } of again) expect(body).toEqual(first);
    const other = (await save({ sessionId: 's2', title: 'Twice' })).body;
    expect(other.playlistId).not.toBe(first.playlistId);
    expect(other.tracks.length).toBe(first.tracks.length + 4);
  });

  test('saved by many at once is one', async () => {
    await begin('s3');
    const saved = await Promise.all(
      Array.from({ length: 8 }, () => save({ sessionId: 's3', title: 'Race' })),
    );
    expect(saved.map(({ status }) => status)).toEqual(saved.map(() => 200));
    for (const { body } of saved) expect(body).toEqual(saved[0]?.body);
  });

  test('outlives its session', async () => {
    await begin('s4');
    const { body } = await save({ sessionId: 's4', title: 'Kept' });
    await h.request('DELETE', '/v1/sessions/s4');
    expect((await read(body.playlistId)).body).toEqual(body);
    expect((await save({ sessionId: 's4', title: 'Kept' })).body).toEqual(body);
    expect((await save({ sessionId: 's4', title: 'Another' })).status).toBe(404);
  });

  test('is JSPF where a player asks for it', async () => {
    await h.begin({ sessionId: 's5', seed: { tracks: ['track-5'] }, count: 5 });
    const { body } = await save({ sessionId: 's5', title: 'For "players"' });
    const headers = { authorization: 'Bearer l:ann', accept: 'application/jspf+json' };
    const response = await h.app().request(`/v1/listeners/ann/playlists/${body.playlistId}`, { headers });
    expect(response.headers.get('content-type')).toContain('application/jspf+json');
    const { playlist } = (await response.json()) as Jspf;
    expect(playlist).toMatchObject({
      title: 'For "players"',
      identifier: `urn:segue:playlist:${body.playlistId}`,
      date: body.createdAt,
    });
    expect(playlist.track.map(({ identifier }) => identifier)).toEqual(
      body.tracks.map(({ itemId }) => [`urn:segue:item:${itemId}`]),
    );
  });

  test('is named by the catalogue as it is now, and by ids alone where that cannot be read', async () => {
    const served = await begin('s6', 'l:ann', 3);
    const itemId = served[0] as string;
    const { body } = await save({ sessionId: 's6', title: 'Names' });
    await h.learn({ itemId, title: 'New name', artist: 'Somebody', updatedAt: NOW });
    expect((await read(body.playlistId)).body.tracks[0]).toMatchObject({
      title: 'New name',
      artist: 'Somebody',
    });
    h.faults.set('catalogue.get', new TransientError('down'));
    const degraded = (await read(body.playlistId)).body;
    h.faults.clear();
    expect(degraded.degraded).toEqual(['catalogue']);
    expect(degraded.tracks.map((track) => track.itemId)).toEqual(served);
    expect(degraded.tracks[0]?.title).toBeNull();
  });
});

describe('who may', () => {
  test('a listener saves and reads only their own, a service everybody’s', async () => {
    await begin('s7');
    const { body } = await save({ sessionId: 's7', title: 'Mine' });
    expect((await save({ sessionId: 's7', title: 'Mine' }, 'l:bob')).status).toBe(403);
    expect((await read(body.playlistId, 'l:bob')).status).toBe(403);
    expect((await read(body.playlistId, null)).status).toBe(401);
    // Bob's own, of a session that is not his.
    expect((await save({ sessionId: 's7', title: 'Mine' }, 'l:bob', 'bob')).status).toBe(404);
    expect((await read(body.playlistId, 'l:bob', 'bob')).status).toBe(404);
    expect((await read(body.playlistId, 'svc')).body).toEqual(body);
    expect((await save({ sessionId: 's7', title: 'Mine' }, 'svc')).body).toEqual(body);
  });

  test.each([
    [{ sessionId: 's7' }, '/title'],
    [{ sessionId: 's7', title: '   ' }, '/title'],
    [{ sessionId: 's7', title: 'x'.repeat(201) }, '/title'],
    [{ sessionId: '../s7', title: 'x' }, '/sessionId'],
    [{ sessionId: 's7', title: 'x', tracks: [] }, '/tracks'],
  ])('%j is 400 naming %s', async (body, pointer) => {
    const { status, body: problem } = await save(body);
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
  });

  test('an id that no playlist has is 400 or 404', async () => {
    expect((await read('nonsense')).status).toBe(400);
    expect((await read(`p${'0'.repeat(32)}`)).status).toBe(404);
  });

  test('what was skipped is left out, and a session of which nothing is left is 400', async () => {
    const refuseAll = async (itemIds: readonly string[], turnId: string) => {
      const played = itemIds.map((itemId) => ({ itemId, msPlayed: 1_000, skippedAtMs: 1_000 }));
      return itemsOf((await h.turn('s8', { turnId, played, count: 1 })).body);
    };
    const next = await refuseAll(await begin('s8', 'l:ann', 1), 't1');
    const kept = await refuseAll(next, 't2');
    const { body } = await save({ sessionId: 's8', title: 'One' });
    expect(body.tracks.map(({ itemId }) => itemId)).toEqual(kept);
    const id = `${listenerHash('ann').slice(0, 16)}-s8`;
    const { value } = (await h.documents.get<SessionState>('sessions', id)) ?? {};
    const history = value?.history.map((turn) => ({ ...turn, served: [] }));
    await h.documents.put('sessions', id, { ...value, history });
    const refused = await save({ sessionId: 's8', title: 'None' });
    expect(refused.status).toBe(400);
    expect(refused.body.errors?.map(({ pointer }) => pointer)).toEqual(['/sessionId']);
  });
});

describe('erasure', () => {
  test('finds every playlist of the listener and no other', async () => {
    const mine = await begin('e1', 'l:ann', 2);
    expect(mine).toHaveLength(2);
    for (let i = 0; i < 60; i++) await save({ sessionId: 'e1', title: `List ${i}` });
    await h.begin({ sessionId: 'e1', seed: { brief: { genres: ['jazz'] } }, count: 2 }, 'l:bob');
    const { body: bobs } = await save({ sessionId: 'e1', title: 'List 0' }, 'l:bob', 'bob');
    const stored = await h.documents.list('playlists', { prefix: listenerHash('ann') });
    const store = createForgetting(h.documents).find(({ store: name }) => name === 'playlists');
    expect(await store?.forget(listenerHash('ann'))).toBe(stored.length);
    expect(stored.length).toBeGreaterThanOrEqual(60);
    expect(await store?.forget(listenerHash('ann'))).toBe(0);
    expect((await read(bobs.playlistId, 'l:bob', 'bob')).body).toEqual(bobs);
  });

  test('what was saved before is not there, also before it is removed, and can be saved anew', async () => {
    await h.begin({ sessionId: 'e2', seed: { brief: { genres: ['jazz'] } }, count: 2 }, 'l:eve');
    const { body } = await save({ sessionId: 'e2', title: 'Old' }, 'l:eve', 'eve');
    await h.erase('eve', h.clock.now());
    expect((await read(body.playlistId, 'l:eve', 'eve')).status).toBe(404);
    h.clock.advance(1_000);
    await h.begin({ sessionId: 'e2', seed: { brief: { genres: ['metal'] } }, count: 2 }, 'l:eve');
    const anew = await save({ sessionId: 'e2', title: 'Old' }, 'l:eve', 'eve');
    expect(anew.status).toBe(200);
    expect(anew.body.playlistId).toBe(body.playlistId);
    expect(anew.body.tracks).not.toEqual(body.tracks);
    expect((await read(body.playlistId, 'l:eve', 'eve')).body).toEqual(anew.body);
  });

  test('nothing is saved while it is under way', async () => {
    await h.begin({ sessionId: 'e3', seed: { brief: { genres: ['jazz'] } }, count: 2 }, 'l:fay');
    await h.erase('fay', null);
    const { status } = await save({ sessionId: 'e3', title: 'Late' }, 'l:fay', 'fay');
    expect([404, 503]).toContain(status);
    expect(await h.documents.list('playlists', { prefix: listenerHash('fay') })).toEqual([]);
  });
});
