import { describe, expect, test } from 'vitest';
import { artistIdOf, recordingIdOf } from '../../../shared/domain/recording.ts';
import { TransientError } from '../../../shared/errors.ts';
import { ListenMaker } from '../../../shared/import/listen.ts';
import { fakeCatalogue, fakeErasures } from '../fakes/stores.ts';
import { ingestHarness, NOW } from './harness.ts';

const MBID = '8f3471b5-7e6a-48da-86a9-c1c07a0f47ae';
const ANN = { token: 'l:ann' };

function listen(info: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) {
  return {
    listened_at: NOW / 1000 - 300,
    track_metadata: {
      artist_name: 'Rick Astley',
      track_name: 'Never Gonna Give You Up',
      release_name: 'Whenever',
      additional_info: info,
    },
    ...rest,
  };
}

const single = (one: unknown = listen()) => ({ listen_type: 'single', payload: [one] });
const many = (...listens: unknown[]) => ({ listen_type: 'import', payload: listens });

describe('submitting listens', () => {
  test('publishes the listen as a scrobble of the token’s listener', async () => {
    const catalogue = fakeCatalogue();
    const h = ingestHarness({ catalogue });
    const { status, body, headers } = await h.send('/1/submit-listens', single(), ANN);
    expect([status, body]).toEqual([200, { status: 'ok' }]);
    for (const name of ['limit', 'remaining', 'reset-in', 'reset'])
      expect(Number(headers.get(`x-ratelimit-${name}`))).toBeGreaterThan(0);
    const recordingId = recordingIdOf({
      itemId: '',
      artist: 'Rick Astley',
      title: 'Never Gonna Give You Up',
    });
    expect(h.topics.events()).toMatchObject([
      {
        type: 'listen',
        listenerId: 'ann',
        itemId: recordingId,
        recordingId,
        artistId: artistIdOf('Rick Astley'),
        occurredAt: NOW - 300_000,
        receivedAt: NOW,
        msPlayed: null,
        durationMs: null,
        source: 'listenbrainz',
      },
    ]);
    expect(catalogue.learnt).toMatchObject([{ title: 'Never Gonna Give You Up', album: 'Whenever' }]);
  });

  test.each([
    [
      { spotify_id: 'https://open.spotify.com/track/4cOdK2wGLETKBW3PvgPWqT', recording_mbid: MBID },
      'spotify:track:4cOdK2wGLETKBW3PvgPWqT',
    ],
    [{ spotify_id: 'spotify:track:4cOdK2wGLETKBW3PvgPWqT' }, 'spotify:track:4cOdK2wGLETKBW3PvgPWqT'],
    [{ recording_mbid: MBID.toUpperCase() }, `mbid:${MBID}`],
    [{ recording_mbid: '' }, expect.stringMatching(/^r[0-9a-f]{16}$/)],
  ])('names the item of %j', async (info, itemId) => {
    const h = ingestHarness();
    await h.send('/1/submit-listens', single(listen(info)), ANN);
    expect(h.topics.events()[0]?.itemId).toEqual(itemId);
  });

  test.each([
    [{ duration_ms: 213_000, duration_played: 100 }, 213_000, 100_000],
    [{ duration: 213 }, 213_000, null],
    [{}, null, null],
  ])('reads durations of %j', async (info, durationMs, msPlayed) => {
    const h = ingestHarness();
    await h.send('/1/submit-listens', single(listen(info)), ANN);
    expect(h.topics.events()[0]).toMatchObject({ durationMs, msPlayed });
  });

  test('the same listen again is the same event, also from an export; another listener’s is not', async () => {
    const h = ingestHarness();
    await h.send('/1/submit-listens', single(), ANN);
    await h.send('/1/submit-listens', many(listen({ media_player: 'x' })), ANN);
    await h.send('/1/submit-listens', single(), { token: 'l:bob' });
    const [first, again, bobs] = h.topics.events().map(({ eventId }) => eventId);
    expect(again).toBe(first);
    expect(bobs).not.toBe(first);
    const identity = [NOW / 1000 - 300, 'Rick Astley', 'Never Gonna Give You Up'];
    expect(first).toBe(new ListenMaker('listenbrainz', 'ann', NOW).eventId('ann', identity));
  });

  test('one listen told twice in a submission is one event', async () => {
    const h = ingestHarness();
    const { body } = await h.send(
      '/1/submit-listens',
      many(listen(), listen(), listen({ duration: 5 })),
      ANN,
    );
    expect(body).toEqual({ status: 'ok' });
    expect(h.topics.events()).toHaveLength(1);
  });

  test('playing_now is accepted and no listen', async () => {
    const h = ingestHarness();
    const { track_metadata } = listen();
    const { status, body } = await h.send(
      '/1/submit-listens',
      { listen_type: 'playing_now', payload: [{ track_metadata }] },
      ANN,
    );
    expect([status, body]).toEqual([200, { status: 'ok' }]);
    expect(h.topics.published).toEqual([]);
  });

  test('of an import the good listens are kept and the bad ones named', async () => {
    const h = ingestHarness({ erasures: fakeErasures({ ann: NOW - 1_000_000 }) });
    const bad = [
      listen({}, { listened_at: 'now' }),
      listen({}, { listened_at: NOW / 1000 + 601 }),
      listen({}, { listened_at: 900_000_000 }),
      listen({}, { track_metadata: { artist_name: 'A' } }),
      listen({}, { track_metadata: null }),
      listen({ duration_ms: -1 }),
      listen({ duration: 100_000 }),
      listen({ tags: ['x'.repeat(10_240)] }),
      listen({}, { listened_at: NOW / 1000 - 1_000 }),
    ];
    const { status, body } = await h.send('/1/submit-listens', many(...bad, listen()), ANN);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', accepted: 1 });
    expect(body.rejected.map(({ index }: { index: number }) => index)).toEqual(bad.map((_, i) => i));
    expect(h.topics.events()).toHaveLength(1);
  });

  test('1,000 listens are accepted, also when they weigh megabytes; 1,001 are not', async () => {
    const h = ingestHarness();
    const listens = Array.from({ length: 1_001 }, (_, i) =>
      listen({ tags: ['x'.repeat(5_000)] }, { listened_at: NOW / 1000 - 1_000 - i }),
    );
    expect((await h.send('/1/submit-listens', many(...listens), ANN)).status).toBe(413);
    expect((await h.send('/1/submit-listens', many(...listens.slice(1)), ANN)).body).toEqual({
      status: 'ok',
    });
    expect(h.topics.events()).toHaveLength(1_000);
  });

  test.each([
    ['malformed JSON', '{"listen_type"', 400, /ends too early/],
    ['unknown type', { listen_type: 'sung', payload: [listen()] }, 400, /listen_type/],
    ['no payload', { listen_type: 'single' }, 400, /payload/],
    ['an empty payload', many(), 400, /payload/],
    ['two listens as a single', { listen_type: 'single', payload: [listen(), listen()] }, 400, /exactly one/],
    ['a bad single', single(listen({}, { listened_at: -5 })), 400, /\/payload\/0.*2000/],
    ['a body over the limit', `"${'x'.repeat(10_240_000)}"`, 413, /10240000/],
  ])('%s is refused in ListenBrainz’s own shape', async (_name, body, code, error) => {
    const h = ingestHarness();
    const refused = await h.send('/1/submit-listens', body, ANN);
    expect(refused.status).toBe(code);
    expect(refused.body).toEqual({ code, error: expect.stringMatching(error) });
    expect(h.topics.published).toEqual([]);
  });

  test('a service token, no token and a failing topic are told apart', async () => {
    const h = ingestHarness();
    expect((await h.send('/1/submit-listens', single())).status).toBe(403);
    const nobody = await h.send('/1/submit-listens', single(), { token: 'x' });
    expect([nobody.status, nobody.body.code]).toEqual([401, 401]);
    h.topics.failing.with = new TransientError('full');
    const failed = await h.send('/1/submit-listens', single(), ANN);
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, '1']);
  });

  test('too often is 429 with what clients wait by', async () => {
    const h = ingestHarness({ rateLimits: { listener: 1, service: 1 } });
    await h.send('/1/submit-listens', single(), ANN);
    const { status, headers, body } = await h.send('/1/submit-listens', single(), ANN);
    expect([status, body.code]).toEqual([429, 429]);
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
    expect(headers.get('retry-after')).toBe(headers.get('x-ratelimit-reset-in'));
    expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(NOW / 1000);
  });
});

describe('feedback', () => {
  test.each([
    [1, 'like'],
    [-1, 'dislike'],
    [0, 'unsave'],
  ])('score %i is %s', async (score, type) => {
    const h = ingestHarness();
    const { status, body } = await h.send(
      '/1/feedback/recording-feedback',
      { recording_mbid: MBID, score },
      ANN,
    );
    expect([status, body]).toEqual([200, { status: 'ok' }]);
    expect(h.topics.events()).toMatchObject([
      { type, itemId: `mbid:${MBID}`, listenerId: 'ann', occurredAt: NOW },
    ]);
  });

  test('names a recording by msid too, and each is its own event', async () => {
    const h = ingestHarness();
    for (let i = 0; i < 2; i++)
      await h.send('/1/feedback/recording-feedback', { recording_msid: MBID, score: 1 }, ANN);
    expect(h.topics.events()).toMatchObject([{ itemId: `msid:${MBID}` }, { itemId: `msid:${MBID}` }]);
    expect(new Set(h.topics.events().map(({ eventId }) => eventId)).size).toBe(2);
  });

  test.each([
    [{ recording_mbid: MBID, score: 2 }],
    [{ score: 1 }],
    [{ recording_mbid: 'x', score: 1 }],
    [[]],
  ])('%j is refused', async (body) => {
    const h = ingestHarness();
    const { status, body: answer } = await h.send('/1/feedback/recording-feedback', body, ANN);
    expect([status, answer.code]).toEqual([400, 400]);
    expect(h.topics.published).toEqual([]);
  });
});

describe('validating a token', () => {
  const validate = async (path: string, authorization?: string) => {
    const response = await ingestHarness().host.request(path, {
      headers: authorization ? { authorization } : {},
    });
    return [response.status, await response.json()];
  };

  test('in the header or the query', async () => {
    const valid = [200, { code: 200, message: 'Token valid.', valid: true, user_name: 'ann' }];
    expect(await validate('/1/validate-token', 'Token l:ann')).toEqual(valid);
    expect(await validate('/1/validate-token?token=l:ann')).toEqual(valid);
  });

  test('invalid, of a service, or missing', async () => {
    expect(await validate('/1/validate-token', 'Token x')).toMatchObject([200, { valid: false }]);
    expect(await validate('/1/validate-token', 'Token svc')).toMatchObject([200, { valid: false }]);
    expect(await validate('/1/validate-token')).toMatchObject([
      400,
      { code: 400, error: expect.any(String) },
    ]);
  });
});
