import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Session, SessionAnswer } from '../../../shared/api/session.ts';
import { ACTIVE, fill, itemsOf, openSessions, type SessionsHarness } from './harness.ts';

let h: SessionsHarness;
beforeEach(async () => {
  h = openSessions();
  await fill(h);
});
afterEach(() => h.close());

const genres = ({ items }: SessionAnswer) => new Set(items.flatMap((item) => item.genres));
const reasonsOf = ({ items }: SessionAnswer) =>
  new Set(items.flatMap(({ reasons }) => reasons.map(({ reason }) => reason)));

describe('seeds', () => {
  test('tracks: music like them, not themselves; what nobody knows is named', async () => {
    const tracks = ['track-1', 'track-6', 'unheard-of'];
    const { status, body } = await h.begin({ seed: { tracks }, count: 15 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ briefBy: 'seeds', basis: 'item', unknown: ['unheard-of'] });
    expect(body.brief.seedTracks).toEqual(['track-1', 'track-6']);
    expect(itemsOf(body)).toHaveLength(15);
    expect(itemsOf(body).some((id) => tracks.includes(id))).toBe(false);
    expect(genres(body)).toEqual(new Set(['jazz']));
    expect(reasonsOf(body)).toContain('like_seeds');
  });

  test('what the build found to go with a seed leads, with its evidence', async () => {
    await h.putRelated('track-1', ACTIVE, [
      { item: 'track-3', recording: 'rec-3', score: 900, evidence: 'n1000' },
      { item: 'beyond', score: 800, evidence: 'c900' },
    ]);
    const { body } = await h.begin({ seed: { tracks: ['track-1'] }, count: 50 });
    const found = body.items.find(({ itemId }) => itemId === 'track-3');
    expect(found).toMatchObject({ source: 'transitions', seedTracks: [{ itemId: 'track-1' }] });
    expect(found?.reasons).toContainEqual({ reason: 'goes_with_seeds', value: null });
    // Too little known for the catalogue of the build, and there all the same.
    expect(itemsOf(body)).toContain('beyond');
  });

  test('artists: of them and like them; one beyond the catalogue is known by its neighbours', async () => {
    await h.putPopular(
      ACTIVE,
      [{ item: 'track-2', recording: 'rec-2', score: 700, evidence: 'a900' }],
      'artist#obscure',
    );
    const { body } = await h.begin({ seed: { artists: ['jazz-artist-1', 'obscure', 'nobody'] } });
    expect(body).toMatchObject({ unknown: ['nobody'], basis: 'item' });
    expect(body.items.map(({ artistId }) => artistId)).toContain('jazz-artist-1');
    expect(reasonsOf(body)).toContain('seed_artist');
  });

  test.each([
    ['tracks', { tracks: ['x', 'y'] }],
    ['playlist', { playlist: ['x', 'y'] }],
    ['artists', { artists: ['x', 'y'] }],
  ])('%s of which nobody knows one are refused by name, and nothing is begun', async (name, seed) => {
    const { status, body } = await h.begin({ sessionId: 's1', seed });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ pointer: `/seed/${name}`, detail: 'none of them is known' }]);
    expect(await h.documents.list('sessions')).toEqual([]);
  });

  test('a playlist of ten thousand goes on without repeating it, in a document that fits', async () => {
    const playlist = Array.from({ length: 10_000 }, (_, i) =>
      i < 500 ? `track-${i}` : `${i}`.padEnd(128, '-'),
    );
    const { status, body } = await h.begin({ seed: { playlist }, count: 50 });
    expect(status).toBe(200);
    expect(itemsOf(body)).toHaveLength(50);
    expect(itemsOf(body).filter((id) => playlist.includes(id))).toEqual([]);
    expect(body.brief.seedTracks).toHaveLength(50);
    expect(body.unknown).toHaveLength(100);
    const [document] = await h.documents.list('sessions');
    expect(Buffer.byteLength(JSON.stringify(document?.value))).toBeLessThan(900_000);
  }, 30_000);

  test('a playlist of one artist leads to others too', async () => {
    const playlist = Array.from({ length: 6 }, (_, i) => `track-${1 + 100 * i}`);
    const { body } = await h.begin({ seed: { playlist }, count: 20 });
    expect(new Set(body.items.map(({ artistId }) => artistId)).size).toBeGreaterThan(5);
    expect(genres(body)).toEqual(new Set(['jazz']));
  });

  test('one artist’s music only: exhausted, music like it follows and the answer says so', async () => {
    const seed = { brief: { onlyArtists: ['jazz-artist-1'] } };
    const { body } = await h.begin({ sessionId: 's1', seed, count: 6 });
    expect(new Set(body.items.map(({ artistId }) => artistId))).toEqual(new Set(['jazz-artist-1']));
    expect(body.unmet).toEqual([]);
    const more = await h.turn('s1', { turnId: 't1', count: 6 });
    expect(more.body.unmet).toEqual([
      expect.objectContaining({ constraint: 'onlyArtists', satisfied: 0, of: 6 }),
    ]);
    expect(reasonsOf(more.body)).toContain('related_instead');
    expect(more.body.brief.onlyArtists).toEqual(['jazz-artist-1']);
  });

  test('a brief that cannot be met is told, constraint by constraint', async () => {
    const seed = { brief: { genres: ['jazz'], bpm: { min: 180, max: 190 }, languages: ['is'] } };
    const { body } = await h.begin({ seed });
    const named = body.unmet.map(({ constraint }) => constraint);
    expect(named).toEqual(expect.arrayContaining(['bpm', 'languages']));
    expect(body.unmet.find(({ constraint }) => constraint === 'bpm')).toMatchObject({ satisfied: 0, of: 10 });
    expect(body.items[0]?.reasons).toContainEqual({ reason: 'gave_way', value: 'bpm' });
  });

  test('an empty catalogue but for tracks of which nothing is known', async () => {
    const bare = openSessions();
    await bare.putCatalogue(
      ACTIVE,
      Array.from({ length: 30 }, (_, i) => ({ item: `bare-${i}` })),
    );
    await bare.publishBuilds(ACTIVE);
    const { status, body } = await bare.begin({ seed: { tracks: ['bare-1'] }, count: 10 });
    expect(status).toBe(200);
    expect(itemsOf(body)).toHaveLength(10);
    const played = body.items.map(({ itemId }) => ({ itemId, msPlayed: 100, skippedAtMs: 100 }));
    const next = await bare.turn(body.sessionId, { turnId: 't1', played, count: 50 });
    expect(itemsOf(next.body)).toHaveLength(19);
    expect(next.body.unmet).toEqual([expect.objectContaining({ constraint: 'length', satisfied: 19 })]);
    await bare.close();
  });

  test('ids of no track in feedback are named, and change nothing else', async () => {
    await h.begin({ sessionId: 's1', seed: { artists: ['jazz-artist-1'] } });
    const feedback = { saved: ['who'], disliked: ['who'], played: [{ itemId: 'what', msPlayed: 1 }] };
    const { status, body } = await h.turn('s1', { turnId: 't1', ...feedback });
    expect(status).toBe(200);
    expect(body.unknown.toSorted()).toEqual(['what', 'who']);
    const session = await h.request<Session>('GET', '/v1/sessions/s1');
    expect(session.body.leanings.genres).toEqual([]);
  });
});
