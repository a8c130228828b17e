import { describe, expect, test } from 'vitest';
import { catalogueSink } from '../../../infra/local/sinks.ts';
import { openApiDocument } from '../../../shared/api/openapi.ts';
import type { RateLimits } from '../../../shared/api/rate-limit.ts';
import { bareItem } from '../../../shared/domain/item.ts';
import { artistIdOf, recordingIdOf } from '../../../shared/domain/recording.ts';
import { TransientError } from '../../../shared/errors.ts';
import type { TableRow } from '../../../shared/schema/tables.ts';
import { fakeCatalogue, fakeErasures, fakePrivateSessions, messageOfData } from '../fakes/stores.ts';
import { ingestHarness, NOW, submitted } from './harness.ts';

const NDJSON = { headers: { 'content-type': 'application/x-ndjson' } };

describe('an accepted event', () => {
  test('is published for its listener, whole and stamped, before the answer', async () => {
    const h = ingestHarness();
    const { status, body } = await h.send('/v1/events', [
      submitted({ context: { surface: 'home', position: 3, sessionId: null } }),
    ]);
    expect(status).toBe(202);
    expect(body).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect(h.topics.published[0]?.message.orderingKey).toBe('ann');
    expect(h.topics.events()).toEqual([
      {
        version: 1,
        type: 'listen',
        eventId: 'e1',
        listenerId: 'ann',
        itemId: 'item-1',
        recordingId: 'item-1',
        artistId: null,
        occurredAt: NOW - 3_600_000,
        receivedAt: NOW,
        msPlayed: 180_000,
        durationMs: 200_000,
        skipped: false,
        plays: 1,
        private: false,
        context: { surface: 'home', position: 3 },
        source: 'api',
      },
    ]);
  });

  test('may come alone in an array, in {"events"}, in NDJSON, with offsets or epoch milliseconds, or gzipped', async () => {
    const h = ingestHarness();
    const at = [NOW - 1, '2026-11-01T13:00:00.5+02:00'];
    await h.send('/v1/events', {
      events: at.map((occurredAt, i) => submitted({ occurredAt, eventId: `a${i}` })),
    });
    const lines = at.map((occurredAt, i) => JSON.stringify(submitted({ occurredAt, eventId: `b${i}` })));
    await h.send('/v1/events', `\n${lines.join('\r\n')}\n`, NDJSON);
    const packed = new Blob([JSON.stringify([submitted()])])
      .stream()
      .pipeThrough(new CompressionStream('gzip'));
    const { status } = await h.send('/v1/events', await new Response(packed).arrayBuffer(), {
      headers: { 'content-encoding': 'gzip' },
    });
    expect(status).toBe(202);
    expect(h.topics.events().map(({ eventId, occurredAt }) => [eventId, occurredAt])).toEqual([
      ['a0', NOW - 1],
      ['a1', NOW - 3_599_500],
      ['b0', NOW - 1],
      ['b1', NOW - 3_599_500],
      ['e1', NOW - 3_600_000],
    ]);
  });

  test('names fields that nothing reads, and is accepted all the same', async () => {
    const h = ingestHarness();
    const { status, body } = await h.send('/v1/events', [
      submitted({ msplayed: 1, context: { screen: 'x' }, metadata: { title: 'T', 'a/b': 1 } }),
    ]);
    expect(status).toBe(202);
    expect(body).toMatchObject({
      accepted: 1,
      ignoredFields: ['/msplayed', '/context/screen', '/metadata/a~1b'],
    });
  });

  test('receivedAt is stamped in the very tick in which publish is called', async () => {
    let now = NOW;
    const stamps: { called: number; receivedAt: number }[] = [];
    const slow = fakeCatalogue();
    const h = ingestHarness({
      clock: { now: () => now },
      catalogue: {
        ...slow,
        get: async (ids) => {
          now += 5_000;
          return slow.get(ids);
        },
      },
      topics: {
        publish: async (_topic, messages) => {
          stamps.push({ called: now, receivedAt: JSON.parse(messages[0]?.data ?? '').receivedAt });
        },
      },
    });
    await h.send('/v1/events', [submitted()]);
    expect(stamps).toEqual([{ called: NOW + 5_000, receivedAt: NOW + 5_000 }]);
  });

  test('is not acknowledged when the topic fails: 503, to be sent again', async () => {
    const h = ingestHarness();
    h.topics.failing.with = new TransientError('disk full');
    const { status, headers } = await h.send('/v1/events', [submitted()]);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('1');
  });
});

describe('what an item is', () => {
  const known = {
    ...bareItem('item-1', 'features', 1),
    recordingId: 'r1',
    artistId: 'a1',
    durationMs: 222_000,
    title: 'T',
    artist: 'A',
  };

  test('is taken from the catalogue, and the event itself knows its duration best', async () => {
    const h = ingestHarness({ catalogue: fakeCatalogue([known]) });
    await h.send('/v1/events', [
      submitted({ durationMs: null, metadata: { title: 'Other', artist: 'Other' } }),
      submitted({ eventId: 'e2' }),
    ]);
    expect(h.topics.events()).toMatchObject([
      { recordingId: 'r1', artistId: 'a1', durationMs: 222_000 },
      { recordingId: 'r1', artistId: 'a1', durationMs: 200_000 },
    ]);
    expect(h.topics.published.every(({ topic }) => topic === 'listens')).toBe(true);
  });

  test('is learnt from the first event that tells, for the whole batch, before the events are published', async () => {
    const catalogue = fakeCatalogue();
    const h = ingestHarness({ catalogue });
    const metadata = {
      title: 'Help! - Remastered 2009',
      artist: 'The Beatles',
      durationMs: 139_000,
      isrc: 'gb-aye-09-00001',
      popularity: 77,
      releaseDate: '2009-09-09',
    };
    await h.send('/v1/events', [
      submitted({ durationMs: 0 }),
      submitted({ eventId: 'e2', durationMs: null, metadata }),
      submitted({ eventId: 'e3', metadata: { title: 'Else', artist: 'Else' } }),
    ]);
    const recordingId = recordingIdOf({ itemId: 'item-1', title: 'Help!', artist: 'The Beatles' });
    expect(catalogue.learnt).toMatchObject([
      {
        itemId: 'item-1',
        recordingId,
        title: metadata.title,
        artist: 'The Beatles',
        isrc: 'GBAYE0900001',
        popularity: 77,
        releasedAt: Date.UTC(2009, 8, 9),
        source: 'api',
        updatedAt: NOW,
        durationMs: 139_000,
      },
    ]);
    expect(h.topics.published.map(({ topic }) => topic)).toEqual([
      'catalogue',
      'listens',
      'listens',
      'listens',
    ]);
    for (const event of h.topics.events())
      expect(event).toMatchObject({ recordingId, artistId: artistIdOf('The Beatles') });
    expect(h.topics.events()[0]?.durationMs).toBe(139_000);
    const rows: TableRow[] = [];
    const append = async (_: string, appended: readonly TableRow[]) => void rows.push(...appended);
    await catalogueSink({ append })([messageOfData(h.topics.published[0]?.message.data ?? '')]);
    expect(rows).toMatchObject([
      { item_id: 'item-1', recording_id: recordingId, popularity: 77, released_at: Date.UTC(2009, 8, 9) },
    ]);
  });

  test('is completed where the catalogue knows only the id', async () => {
    const known = { ...bareItem('item-1', 'features', 1), tempo: 120, popularity: 0 };
    const catalogue = fakeCatalogue([known]);
    const h = ingestHarness({ catalogue });
    const event = submitted({ metadata: { title: 'T', artist: 'A', popularity: 50 } });
    await h.send('/v1/events', [event]);
    expect(catalogue.learnt).toMatchObject([
      { title: 'T', artist: 'A', tempo: 120, popularity: 0, recordingId: expect.stringMatching(/^r/) },
    ]);
    await h.send('/v1/events', [event]);
    expect(catalogue.learnt).toHaveLength(1);
  });
});

describe('whose events', () => {
  test("a listener token submits its own; another's are rejected and the rest kept", async () => {
    const h = ingestHarness();
    const batch = [submitted(), submitted({ eventId: 'e2', listenerId: 'bob' })];
    const { status, body } = await h.send('/v1/events', batch, { token: 'l:ann' });
    expect(status).toBe(202);
    expect(body.rejected).toEqual([
      {
        index: 1,
        eventId: 'e2',
        errors: [{ pointer: '/1/listenerId', detail: expect.stringContaining('another listener') }],
      },
    ]);
    expect(h.topics.events()).toHaveLength(1);
    expect((await h.send('/v1/events', batch.slice(1), { token: 'l:ann' })).status).toBe(403);
  });

  test('what an erased listener heard up to the erasure is rejected, what came later is welcome', async () => {
    const h = ingestHarness({ erasures: fakeErasures({ ann: NOW - 1000 }) });
    const at = [NOW - 1001, NOW - 1000, NOW - 999];
    const { body } = await h.send(
      '/v1/events',
      at.map((occurredAt, i) => submitted({ occurredAt, eventId: `e${i}` })),
    );
    expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 0 }, { index: 1 }] });
    expect(body.rejected[0]?.errors[0]).toMatchObject({
      pointer: '/0/occurredAt',
      detail: expect.stringContaining('erased'),
    });
    expect(h.topics.events().map(({ eventId }) => eventId)).toEqual(['e2']);
  });

  test('what happened within a private session is marked so', async () => {
    const privateSessions = fakePrivateSessions({
      ann: [
        { from: NOW - 100, until: NOW - 50 },
        { from: NOW - 10, until: null },
      ],
    });
    const h = ingestHarness({ privateSessions });
    const at = [NOW - 101, NOW - 100, NOW - 51, NOW - 50, NOW - 10, NOW + 5];
    await h.send(
      '/v1/events',
      at.map((occurredAt, i) => submitted({ occurredAt, eventId: `e${i}` })),
    );
    expect(h.topics.events().map((event) => event.private)).toEqual([false, true, true, false, true, true]);
  });

  test('nobody without a token', async () => {
    const { status, headers } = await ingestHarness().send('/v1/events', '{', { token: 'nobody' });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('Bearer');
  });
});

test('beyond the limit a principal gets 429 with Retry-After, and others are served', async () => {
  const rateLimits: RateLimits = { listener: 2, service: 100 };
  const h = ingestHarness({ rateLimits });
  const ann = () => h.send('/v1/events', [submitted()], { token: 'l:ann' });
  expect((await ann()).headers.get('x-ratelimit-remaining')).toBe('1');
  await ann();
  const refused = await ann();
  expect(refused.status).toBe(429);
  expect(refused.body.type).toBe('urn:segue:problem:rate-limited');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
  expect(h.topics.events()).toHaveLength(2);
  expect((await h.send('/v1/events', [submitted()], { token: 'l:bob' })).status).not.toBe(429);
  expect((await h.send('/v1/events', [submitted()])).status).toBe(202);
});

test('the log names neither listeners nor bodies', async () => {
  const h = ingestHarness();
  await h.send('/v1/events', [submitted({ listenerId: 'secret-ann', msPlayed: -1 })], {
    token: 'l:secret-ann',
  });
  expect(h.lines.map(({ fields }) => fields)).toMatchObject([{ route: '/v1/events', status: 400 }]);
  expect(JSON.stringify(h.lines)).not.toContain('secret');
});

test('the routes are in the OpenAPI document', () => {
  const document = openApiDocument([ingestHarness().app], { version: '0' });
  expect(Object.keys(document.paths ?? {}).sort()).toEqual([
    '/1/feedback/recording-feedback',
    '/1/submit-listens',
    '/1/validate-token',
    '/v1/events',
  ]);
  expect(document.components?.schemas).toHaveProperty('Event');
});
