import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Explanation } from '../../../shared/api/explanation.ts';
import type { SessionState } from '../../../shared/domain/steered-session.ts';
import { createWeeklyPlaylists, type StoredTrack } from '../../../shared/rows/weekly-playlists.ts';
import { listenerHash } from '../../../shared/schema/rows.ts';
import { ACTIVE, fill, NOW, openSessions, type SessionsHarness } from './harness.ts';

let h: SessionsHarness;
beforeAll(async () => {
  h = openSessions();
  await fill(h);
});
afterAll(() => h.close());

const explain = (query: Record<string, string>, token: string | null = 'l:ann', listenerId = 'ann') =>
  h.request<Explanation>(
    'GET',
    `/v1/listeners/${listenerId}/explanation?${new URLSearchParams(query)}`,
    undefined,
    token,
  );

const stored = (itemId: string): StoredTrack => ({
  ...{ itemId, recordingId: `r-${itemId}`, artistId: 'a1', genre: null, explicit: false, artistPlays: null },
  ...{ tempo: null, key: null, mode: null, energy: null, score: 0.5 },
  evidence: [{ generator: 'co', score: 0.7, seed: 'seed-1' }],
  ...{ rankedScore: 0.9, parts: { evidence: 0.9 }, notion: 'new_track' },
});

describe('what a session served', () => {
  test('is told as it was answered, with the brief and the words of then', async () => {
    const { body: begun } = await h.begin({ sessionId: 's1', seed: { tracks: ['track-1'] }, count: 5 });
    const patch = [{ op: 'add', path: '/genres/-', value: 'jazz' }];
    const { body: turn } = await h.turn('s1', { turnId: 't1', patch, count: 3 });
    const { body: later } = await h.turn('s1', { turnId: 't2', steer: 'more upbeat', count: 3 });
    for (const [answer, steered] of [
      [begun, []],
      [turn, []],
      [later, [{ turn: 2, steer: 'more upbeat' }]],
    ] as const)
      for (const item of answer.items) {
        const { status, body } = await explain({ itemId: item.itemId, sessionId: 's1' });
        expect(status).toBe(200);
        expect(body).toEqual({
          listenerId: 'ann',
          itemId: item.itemId,
          recordingId: item.recordingId,
          title: item.title,
          artist: item.artist,
          artistId: item.artistId,
          album: item.album,
          served: {
            surface: 'session',
            sessionId: 's1',
            turn: answer.turn,
            week: null,
            at: new Date(NOW).toISOString(),
            position: item.position,
            impressionId: answer.impressionId,
            build: answer.build,
          },
          isWhole: true,
          source: item.source,
          sources: item.sources,
          seedTracks: item.seedTracks,
          seedArtists: item.seedArtists,
          notion: item.notion,
          score: item.score,
          scoreParts: item.scoreParts,
          reasons: item.reasons,
          constraints: {
            prompt: null,
            brief: answer.brief,
            steered: [...steered],
            gaveWay: item.reasons
              .filter(({ reason }) => reason === 'gave_way')
              .map(({ value }) => String(value)),
            unmet: answer.unmet,
          },
          blocked: null,
          degraded: [],
        } satisfies Explanation);
      }
  });

  test('is told from the history where the answer is no longer kept', async () => {
    const { body: begun } = await h.begin({ sessionId: 's2', seed: { tracks: ['track-2'] }, count: 3 });
    const id = `${listenerHash('ann').slice(0, 16)}-s2`;
    const document = await h.documents.get<SessionState>('sessions', id);
    await h.documents.put('sessions', id, { ...document?.value, answers: [] });
    const item = begun.items[1];
    const { body } = await explain({ itemId: item?.itemId ?? '', sessionId: 's2' });
    expect(body).toMatchObject({
      isWhole: false,
      recordingId: item?.recordingId,
      served: { turn: 0, position: 1, impressionId: null },
      source: null,
      sources: [],
      notion: null,
      score: null,
      reasons: item?.reasons,
      constraints: { brief: begun.brief },
    });
    expect(Object.keys(body.scoreParts)).toEqual(Object.keys(item?.scoreParts ?? {}));
  });

  test('is 404 where the session did not serve it or is not there', async () => {
    await h.begin({ sessionId: 's3', seed: { tracks: ['track-3'] }, count: 1 });
    expect((await explain({ itemId: 'track-3', sessionId: 's3' })).status).toBe(404);
    expect((await explain({ itemId: 'track-3', sessionId: 'none' })).status).toBe(404);
  });
});

describe('without a session', () => {
  test('the newest week that has the track tells, its reserves too', async () => {
    const weeks = createWeeklyPlaylists(h.rows);
    const base = { build: ACTIVE, version: 'w1' };
    await weeks.keep('ann', {
      ...{ ...base, week: '2026-W43', createdAt: NOW - 8 * 86_400_000 },
      ...{ tracks: [stored('w-1'), stored('w-2')], reserves: [] },
    });
    await weeks.keep('ann', {
      ...{ ...base, week: '2026-W44', createdAt: NOW - 86_400_000 },
      ...{ tracks: [stored('w-0'), stored('w-1')], reserves: [stored('w-3')] },
    });
    const newest = (await explain({ itemId: 'w-1' })).body;
    expect(newest).toMatchObject({
      served: { surface: 'discover-weekly', week: '2026-W44', position: 1 },
      sources: [{ source: 'co_listening', score: 0.7, seed: 'seed-1' }],
      seedTracks: [{ itemId: 'seed-1' }],
      notion: 'new_track',
      score: 0.9,
      constraints: null,
    });
    expect((await explain({ itemId: 'w-2' })).body.served).toMatchObject({ week: '2026-W43', position: 1 });
    expect((await explain({ itemId: 'w-3' })).body.served).toMatchObject({
      week: '2026-W44',
      position: null,
    });
  });

  test('then what the build proposes, blocked or not', async () => {
    const { body } = await explain({ itemId: 'own3' });
    expect(body).toMatchObject({ served: { surface: 'pool' }, source: 'co_listening', blocked: null });
    await h.begin({ sessionId: 's4', seed: { tracks: ['track-4'] }, count: 1 });
    await h.turn('s4', { turnId: 't', disliked: ['own3'] });
    expect((await explain({ itemId: 'own3' })).body.blocked).toBe('dislike');
  });

  test('what nobody proposed is 404', async () => {
    expect((await explain({ itemId: 'nobody-knows' })).status).toBe(404);
  });

  test('weeks from before an erasure tell nothing', async () => {
    const weeks = createWeeklyPlaylists(h.rows);
    const week = { week: '2026-W44', createdAt: NOW - 5, build: ACTIVE, version: 'w', reserves: [] };
    await weeks.keep('gil', { ...week, tracks: [stored('w-9')] });
    expect((await explain({ itemId: 'w-9' }, 'l:gil', 'gil')).status).toBe(200);
    await h.erase('gil', NOW);
    expect((await explain({ itemId: 'w-9' }, 'l:gil', 'gil')).status).toBe(404);
  });
});

test('asking is no impression', async () => {
  const before = h.published.length;
  await explain({ itemId: 'own1' });
  await explain({ itemId: 'w-1' });
  expect(h.published.length).toBe(before);
});

test('strangers are refused and nonsense is named', async () => {
  expect((await explain({ itemId: 'own1' }, 'l:bob')).status).toBe(403);
  expect((await explain({ itemId: 'own1' }, null)).status).toBe(401);
  const { status, body } = await explain({ sessionId: 'a/b' });
  expect(status).toBe(400);
  expect(body.errors?.map(({ pointer }) => pointer).sort()).toEqual(['/query/itemId', '/query/sessionId']);
});
