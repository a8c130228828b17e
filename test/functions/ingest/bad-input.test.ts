import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idArbitrary } from '../fakes/events.ts';
import { ingestHarness, NOW, submitted } from './harness.ts';

const NDJSON = { headers: { 'content-type': 'application/x-ndjson' } };

const BAD_EVENTS: [string, unknown, string][] = [
  ['no object', 7, ''],
  ['null', null, ''],
  ['an array', [], ''],
  ['unknown version', submitted({ version: 2 }), '/version'],
  ['a version that is text', submitted({ version: '1' }), '/version'],
  ['unknown type', submitted({ type: 'sing' }), '/type'],
  ['no type', submitted({ type: undefined }), '/type'],
  ['empty id', submitted({ eventId: '' }), '/eventId'],
  ['an id of 129 bytes', submitted({ eventId: 'x'.repeat(129) }), '/eventId'],
  ['a non-ASCII id', submitted({ listenerId: 'zoë' }), '/listenerId'],
  ['a control character', submitted({ itemId: 'a\nb' }), '/itemId'],
  ['an id that is a number', submitted({ itemId: 12 }), '/itemId'],
  ['no time', submitted({ occurredAt: undefined }), '/occurredAt'],
  ['a time without a zone', submitted({ occurredAt: '2026-11-01T11:00:00' }), '/occurredAt'],
  ['a day that is none', submitted({ occurredAt: '2026-02-30T11:00:00Z' }), '/occurredAt'],
  ['a fractional epoch', submitted({ occurredAt: NOW - 0.5 }), '/occurredAt'],
  ['seconds for milliseconds', submitted({ occurredAt: NOW / 1000 }), '/occurredAt'],
  ['an ancient time', submitted({ occurredAt: '1999-12-31T23:59:59Z' }), '/occurredAt'],
  ['a future time', submitted({ occurredAt: NOW + 600_001 }), '/occurredAt'],
  ['a negative listen', submitted({ msPlayed: -1 }), '/msPlayed'],
  ['a negative duration', submitted({ durationMs: -1 }), '/durationMs'],
  ['a fraction of a millisecond', submitted({ msPlayed: 1.5 }), '/msPlayed'],
  ['more than a day', submitted({ durationMs: 86_400_001 }), '/durationMs'],
  ['text for a number', submitted({ msPlayed: '180000' }), '/msPlayed'],
  ['text for a flag', submitted({ skipped: 'yes' }), '/skipped'],
  ['a context that is text', submitted({ context: 'home' }), '/context'],
  ['a negative position', submitted({ context: { position: -1 } }), '/context/position'],
  ['an endless surface', submitted({ context: { surface: 'x'.repeat(129) } }), '/context/surface'],
  ['metadata that is no object', submitted({ metadata: [] }), '/metadata'],
  ['an endless title', submitted({ metadata: { title: 'x'.repeat(513) } }), '/metadata/title'],
  ['an ISRC that is none', submitted({ metadata: { isrc: 'abc' } }), '/metadata/isrc'],
  ['an mbid that is none', submitted({ metadata: { mbid: 'abc' } }), '/metadata/mbid'],
  ['a negative popularity', submitted({ metadata: { popularity: -1 } }), '/metadata/popularity'],
  ['a popularity of more than 100', submitted({ metadata: { popularity: 101 } }), '/metadata/popularity'],
  ['a popularity that is a share', submitted({ metadata: { popularity: 0.5 } }), '/metadata/popularity'],
  ['a release in a year alone', submitted({ metadata: { releaseDate: '2026' } }), '/metadata/releaseDate'],
  ['a day that is none', submitted({ metadata: { releaseDate: '2026-02-30' } }), '/metadata/releaseDate'],
  ['a day before records', submitted({ metadata: { releaseDate: '0000-01-01' } }), '/metadata/releaseDate'],
  ['a day in years', submitted({ metadata: { releaseDate: '9999-12-31' } }), '/metadata/releaseDate'],
  ['a release at an hour', submitted({ metadata: { releaseDate: 1.7e12 } }), '/metadata/releaseDate'],
  ['a popularity that is text', submitted({ metadata: { popularity: '50' } }), '/metadata/popularity'],
];

describe('a bad event', () => {
  test.each(BAD_EVENTS)(
    '%s is rejected by name, and the good one beside it kept',
    async (_name, bad, field) => {
      const h = ingestHarness();
      const { status, body } = await h.send('/v1/events', { events: [bad, submitted({ eventId: 'good' })] });
      expect(status).toBe(202);
      expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 0 }] });
      expect(body.rejected[0]?.errors[0]?.pointer).toBe(`/events/0${field}`);
      expect(body.rejected[0]?.errors[0]?.detail).not.toBe('');
      expect(h.topics.events().map(({ eventId }) => eventId)).toEqual(['good']);
    },
  );

  test('the edges of what is allowed are accepted', async () => {
    const h = ingestHarness();
    const { body } = await h.send('/v1/events', [
      submitted({ eventId: ' ~'.padEnd(128, '!') }),
      submitted({ eventId: 'b', occurredAt: NOW + 600_000 }),
      submitted({ eventId: 'c', occurredAt: '2000-01-01T00:00:00Z' }),
      submitted({ eventId: 'd', msPlayed: 86_400_000 }),
      submitted({ eventId: 'e', msPlayed: 0, version: 1 }),
      submitted({ eventId: 'f', msPlayed: undefined, durationMs: undefined }),
      submitted({ eventId: 'g', type: 'dislike', context: null, metadata: null, skipped: null }),
      submitted({ eventId: 'h', metadata: { popularity: 0 } }),
      submitted({ eventId: 'i', metadata: { popularity: 100 } }),
      submitted({ eventId: 'j', metadata: { popularity: null } }),
      submitted({ eventId: 'k', metadata: { releaseDate: '2024-02-29' } }),
      submitted({ eventId: 'l', metadata: { releaseDate: null } }),
    ]);
    expect(body).toMatchObject({ accepted: 12, rejected: [] });
  });

  test('a batch of bad ones only is a 400 problem with every reason', async () => {
    const h = ingestHarness();
    const { status, headers, body } = await h.send('/v1/events', [submitted({ msPlayed: -1 }), 7]);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({
      type: 'urn:segue:problem:invalid-input',
      errors: [{ pointer: '/0/msPlayed' }, { pointer: '/1' }],
      accepted: 0,
      rejected: [{ index: 0, eventId: 'e1' }, { index: 1 }],
    });
    expect(h.topics.published).toEqual([]);
  });
});

describe('a bad body', () => {
  test.each([
    ['malformed JSON', '[{"eventId": }]', /line 1, column 14 \(position 13\)/],
    ['cut off JSON', '[{"eventId": "a"', /ends too early/],
    ['nothing', '', /ends too early/],
    ['an empty batch', '[]', /no events/],
    ['an object without events', '{"event": []}', /events/],
    ['a number', '7', /array/],
  ])('%s is a 400 that says what', async (_name, text, message) => {
    const { status, body } = await ingestHarness().send('/v1/events', text);
    expect(status).toBe(400);
    expect(JSON.stringify(body.errors)).toMatch(message);
  });

  test('more than 1,000 events or 1 MiB is 413, and 1,000 events are not', async () => {
    const h = ingestHarness();
    const many = (n: number) => Array.from({ length: n }, (_, i) => submitted({ eventId: `e${i}` }));
    expect((await h.send('/v1/events', many(1_001))).status).toBe(413);
    const lines = many(1_001).map((event) => JSON.stringify(event));
    expect((await h.send('/v1/events', lines.join('\n'), NDJSON)).status).toBe(413);
    expect((await h.send('/v1/events', [submitted({ pad: 'x'.repeat(1_048_576) })])).status).toBe(413);
    expect(h.topics.published).toEqual([]);
    expect((await h.send('/v1/events', many(1_000))).body.accepted).toBe(1_000);
  });

  test('another media type or content encoding is 415', async () => {
    const h = ingestHarness();
    for (const headers of [{ 'content-type': 'text/plain' }, { 'content-encoding': 'br' }])
      expect((await h.send('/v1/events', [submitted()], { headers })).status).toBe(415);
  });

  test('a broken line of NDJSON is one rejection with its line', async () => {
    const h = ingestHarness();
    const good = (eventId: string) => JSON.stringify(submitted({ eventId }));
    const { status, body } = await h.send(
      '/v1/events',
      [good('a'), '', '{"eventId": "b', good('c')].join('\n'),
      NDJSON,
    );
    expect(status).toBe(202);
    expect(body).toMatchObject({
      accepted: 2,
      rejected: [{ index: 1, line: 3, errors: [{ pointer: '/1' }] }],
    });
    expect(h.topics.events().map(({ eventId }) => eventId)).toEqual(['a', 'c']);
  });
});

describe('one id twice in a batch', () => {
  test('counts once with equal bodies, however they are spelt', async () => {
    const h = ingestHarness();
    const { body } = await h.send('/v1/events', [
      submitted(),
      { ...submitted(), occurredAt: NOW - 3_600_000, skipped: false, unknown: 1 },
    ]);
    expect(body).toMatchObject({ accepted: 1, duplicates: 1, rejected: [] });
    expect(h.topics.events()).toHaveLength(1);
  });

  test('keeps the first and rejects later ones with other bodies', async () => {
    const h = ingestHarness();
    const { body } = await h.send('/v1/events', [submitted(), submitted({ itemId: 'x' }), submitted()]);
    expect(body).toMatchObject({ accepted: 1, duplicates: 1, rejected: [{ index: 1, eventId: 'e1' }] });
    expect(body.rejected[0]?.errors[0]).toMatchObject({
      pointer: '/1/eventId',
      detail: expect.stringContaining('conflict'),
    });
    expect(h.topics.events()).toMatchObject([{ itemId: 'item-1' }]);
  });
});

test('whatever the mix: accepted + duplicates + rejected = sent, and exactly the valid events are published', async () => {
  const valid = fc
    .record({ id: fc.integer({ min: 0, max: 30 }), item: fc.constantFrom('x', 'y'), listener: idArbitrary })
    .map(({ id, item, listener }) => submitted({ eventId: `e${id}`, itemId: item, listenerId: listener }));
  const invalid = fc.constantFrom(...BAD_EVENTS.map(([, event]) => event));
  const anything = fc
    .jsonValue()
    .filter((value) => (value as { eventId?: unknown } | null)?.eventId === undefined);
  const kinds = fc.oneof(
    fc.record({ good: fc.constant(true), raw: valid }),
    fc.record({ good: fc.constant(false), raw: fc.oneof(invalid, anything) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(kinds, { minLength: 1, maxLength: 40 }), fc.boolean(), async (sent, lines) => {
      const h = ingestHarness();
      const raws = sent.map(({ raw }) => raw);
      const { body, status } = lines
        ? await h.send('/v1/events', raws.map((raw) => JSON.stringify(raw)).join('\n'), NDJSON)
        : await h.send('/v1/events', raws);
      const first = new Map<unknown, Record<string, unknown>>();
      for (const { good, raw } of sent) {
        const event = raw as Record<string, unknown>;
        if (good && !first.has(event.eventId)) first.set(event.eventId, event);
      }
      expect(body.accepted + body.duplicates + body.rejected.length).toBe(sent.length);
      expect(body.accepted).toBe(first.size);
      expect(status).toBe(first.size > 0 ? 202 : 400);
      expect(
        h.topics.events().map(({ eventId, itemId, listenerId }) => [eventId, itemId, listenerId]),
      ).toEqual([...first.values()].map(({ eventId, itemId, listenerId }) => [eventId, itemId, listenerId]));
    }),
    { numRuns: 150 },
  );
});
