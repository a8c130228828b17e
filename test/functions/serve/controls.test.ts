import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createUpdateSignals } from '../../../functions/update-signals/handler.ts';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import { acceptedEvent } from '../fakes/events.ts';
import { fakeLogger, messageOfData } from '../fakes/stores.ts';
import { ACTIVE, controlOf, type Harness, itemsOf, NOW, nextUp, openServe, weekly } from './harness.ts';
import { someLines } from './pool-text.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let h: Harness;
beforeEach(async () => {
  h = openServe();
  const pool = someLines('p', 60).map((line, i) =>
    i === 0 ? { ...line, item: 'target', recording: 'rec', artist: 'art', explicit: true } : line,
  );
  await h.putPool('ann', ACTIVE, pool);
  await h.putPool('bob', ACTIVE, pool);
  await h.putRelated('seed', ACTIVE, [
    { item: 'target', recording: 'rec', artist: 'art', explicit: true, score: 900, evidence: 'c900' },
    { item: 'p7', artist: 'partist7', score: 500, evidence: 'c500' },
  ]);
  await h.publishBuilds(ACTIVE);
});
afterEach(() => h.close());

const put = (kind: string, target: string, body?: unknown, listener = 'ann') =>
  h.request(controlOf(kind, target, listener), {
    method: 'PUT',
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
const take = (kind: string, target: string) => h.request(controlOf(kind, target), { method: 'DELETE' });

/** On which personal surfaces the target is offered. */
async function offered(listener = 'ann'): Promise<string[]> {
  const surfaces = {
    weekly: weekly(listener),
    next: nextUp('?limit=5', listener),
    seeded: nextUp('?seed=seed', listener),
  };
  const found: string[] = [];
  for (const [name, path] of Object.entries(surfaces))
    if (itemsOf((await h.request(path)).body).includes('target')) found.push(name);
  return found;
}
const EVERYWHERE = ['weekly', 'next', 'seeded'];

const signals = (...events: Partial<ListeningEvent>[]) =>
  createUpdateSignals({ rows: h.rows, erasures: h.deps.erasures, logger: fakeLogger().logger })(
    events.map((event) => messageOfData(JSON.stringify(acceptedEvent({ receivedAt: NOW, ...event })))),
  );
const feedback = (type: 'like' | 'dislike' | 'unsave', occurredAt: number) =>
  signals({ type, eventId: `${type}-${occurredAt}`, itemId: 'target', recordingId: 'rec', occurredAt });

describe('what is blocked', () => {
  test.each([
    ['dislike', 'target'],
    ['dislike', 'rec'],
    ['dislike', 'art'],
    ['do-not-recommend', 'target'],
    ['do-not-recommend', 'rec'],
    ['do-not-recommend', 'art'],
    ['snooze-artist', 'art'],
    ['explicit-filter', 'on'],
  ])(
    '%s of %s acts on the very next answer of every surface, and its deletion as well',
    async (kind, target) => {
      expect(await offered()).toEqual(EVERYWHERE);
      expect((await put(kind, target)).status).toBe(200);
      expect(await offered()).toEqual([]);
      expect(await offered('bob')).toEqual(EVERYWHERE);
      expect(itemsOf((await h.request('/v1/tracks/seed/similar')).body)).toContain('target');
      expect((await take(kind, target)).status).toBe(200);
      expect(await offered()).toEqual(EVERYWHERE);
    },
  );

  test('a control until a date acts up to that instant and no longer', async () => {
    const { body } = await put('do-not-recommend', 'rec', { until: new Date(NOW + DAY).toISOString() });
    expect(body).toMatchObject({ active: true, until: new Date(NOW + DAY).toISOString() });
    h.clock.advance(DAY - 1);
    expect(await offered()).toEqual([]);
    h.clock.advance(1);
    expect(await offered()).toEqual(EVERYWHERE);
  });

  test('an artist is snoozed for 30 days, a session is private for 6 hours, the rest holds until taken back', async () => {
    const until = async (kind: string) => (await put(kind, 'x')).body.until;
    expect(await until('snooze-artist')).toBe(new Date(NOW + 30 * DAY).toISOString());
    expect(await until('private-session')).toBe(new Date(NOW + 6 * HOUR).toISOString());
    for (const kind of ['dislike', 'do-not-recommend', 'exclude-from-taste', 'explicit-filter'])
      expect(await until(kind)).toBeNull();
  });

  test('a dislike of one release is one of its recording, whichever release is offered', async () => {
    await h.learn({ itemId: 'remaster', recordingId: 'rec' }, { itemId: 'target', recordingId: 'rec' });
    expect((await put('dislike', 'remaster')).body.target).toBe('rec');
    expect(await offered()).toEqual([]);
    expect((await take('dislike', 'target')).body).toMatchObject({ target: 'rec', active: false });
    expect(await offered()).toEqual(EVERYWHERE);
  });

  test('a dislike set before the item’s recording was known is taken back by its item', async () => {
    await put('dislike', 'target');
    await h.learn({ itemId: 'target', recordingId: 'rec' });
    expect(await offered()).toEqual([]);
    await take('dislike', 'target');
    expect(await offered()).toEqual(EVERYWHERE);
  });

  test('an excluded playlist keeps its plays out of taste', async () => {
    await h.live({ itemId: 'x', artistId: 'parent-choice', context: { playlistId: 'kids' } });
    const artists = async () =>
      (await h.request('/v1/listeners/ann/profile')).body.artists as { id: string }[];
    expect((await artists()).map(({ id }) => id)).toEqual(['parent-choice']);
    await put('exclude-from-taste', 'kids');
    expect(await artists()).toEqual([]);
  });
});

describe('events and controls by time', () => {
  const minute = 60_000;

  test('a dislike by event blocks, a later like takes it back, in whatever order they arrive', async () => {
    await feedback('dislike', NOW - 5 * minute);
    expect(await offered()).toEqual([]);
    await feedback('like', NOW - 4 * minute);
    expect(await offered()).toEqual(EVERYWHERE);
    await feedback('dislike', NOW - 6 * minute);
    expect(await offered()).toEqual(EVERYWHERE);
  });

  test('deleting the control takes back a dislike that was said by event', async () => {
    await feedback('dislike', NOW - 5 * minute);
    await h.learn({ itemId: 'target', recordingId: 'rec' });
    expect((await take('dislike', 'target')).body).toMatchObject({ active: false });
    expect(await offered()).toEqual(EVERYWHERE);
  });

  test('a dislike by control yields to a later like by event, not to an earlier one', async () => {
    await put('dislike', 'rec');
    await feedback('like', NOW - minute);
    expect(await offered()).toEqual([]);
    await feedback('like', NOW + minute);
    expect(await offered()).toEqual(EVERYWHERE);
  });

  test('a deletion acts at once although the dislike’s player has a clock that is ahead', async () => {
    await feedback('dislike', NOW + 9 * minute);
    expect(await offered()).toEqual([]);
    await take('dislike', 'rec');
    expect(await offered()).toEqual(EVERYWHERE);
    await put('dislike', 'rec');
    expect(await offered()).toEqual([]);
  });
});

describe('writing controls', () => {
  test('repeating PUT or DELETE changes nothing that is seen', async () => {
    const first = await put('dislike', 'rec');
    h.clock.advance(1000);
    const again = await put('dislike', 'rec');
    expect(again.body).toEqual(first.body);
    const gone = await take('dislike', 'rec');
    h.clock.advance(1000);
    expect((await take('dislike', 'rec')).body).toEqual(gone.body);
  });

  test('deleting what was never set is no error', async () => {
    expect(await take('dislike', 'unheard-of')).toMatchObject({ status: 200, body: { active: false } });
    expect(await offered()).toEqual(EVERYWHERE);
  });

  test('the last write wins, also within one millisecond and with concurrent writers', async () => {
    for (let i = 0; i < 4; i++) {
      await put('dislike', 'rec');
      await take('dislike', 'rec');
    }
    expect(await offered()).toEqual(EVERYWHERE);
    await Promise.all([
      ...Array.from({ length: 8 }, () => put('dislike', 'rec')),
      put('snooze-artist', 'art'),
    ]);
    expect(await offered()).toEqual([]);
    const changes = h.published.filter(({ topic }) => topic === 'controls');
    expect(changes).toHaveLength(17);
    const stamps = changes.slice(0, 8).map(({ data }) => (data as { changed_at: number }).changed_at);
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
    expect(new Set(stamps).size).toBe(8);
  });

  test('the change reaches the topic for builds, under the listener', async () => {
    await put('do-not-recommend', 'rec', { until: '2027-01-01T00:00:00+01:00' });
    expect(h.published).toEqual([
      {
        topic: 'controls',
        orderingKey: 'ann',
        data: {
          listener_id: 'ann',
          kind: 'do-not-recommend',
          target: 'rec',
          active: true,
          until: Date.UTC(2026, 11, 31, 23),
          changed_at: NOW,
        },
      },
    ]);
  });

  test('a failed write is answered with 503 and may be repeated', async () => {
    const { TransientError } = await import('../../../shared/errors.ts');
    h.faults.set('rows.write:listeners', new TransientError('disk full'));
    const failed = await put('dislike', 'rec');
    expect(failed.status).toBe(503);
    expect(failed.headers.get('retry-after')).toBe('1');
    h.faults.clear();
    expect((await put('dislike', 'rec')).status).toBe(200);
    expect(await offered()).toEqual([]);
  });
});

describe('bad input', () => {
  test.each([
    ['until in the past', { until: '2020-01-01T00:00:00Z' }, '/until'],
    ['until now', { until: new Date(NOW).toISOString() }, '/until'],
    ['until without a zone', { until: '2030-01-01T00:00:00' }, '/until'],
    ['until as a number', { until: 1 }, '/until'],
    ['until on a day that is none', { until: '2030-02-30T00:00:00Z' }, '/until'],
    ['a misspelt field', { untill: '2030-01-01T00:00:00Z' }, '/untill'],
    ['a list', [], ''],
  ])('%s is 400 naming the field', async (_, body, pointer) => {
    const { status, body: problem } = await put('dislike', 'rec', body);
    expect(status).toBe(400);
    expect(problem.type).toBe('urn:segue:problem:invalid-input');
    expect(problem.errors.map((error) => error.pointer)).toEqual([pointer]);
    expect(await offered()).toEqual(EVERYWHERE);
  });

  test('a body that would go unread is refused and not silently dropped', async () => {
    const until = JSON.stringify({ until: '2030-01-01T00:00:00Z' });
    for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
      const { status, body } = await h.request(controlOf('dislike', 'rec'), {
        method: 'PUT',
        body: until,
        headers: { 'content-type': type },
      });
      expect(status).toBe(415);
      expect(body.type).toBe('urn:segue:problem:unsupported-media-type');
    }
    expect(await offered()).toEqual(EVERYWHERE);
  });

  test('malformed JSON is 400, too much of it 413', async () => {
    const send = (body: string) =>
      h.request(controlOf('dislike', 'rec'), {
        method: 'PUT',
        body,
        headers: { 'content-type': 'application/json' },
      });
    expect((await send('{"until":')).status).toBe(400);
    expect((await send(`{"until":"${'9'.repeat(2000)}"}`)).status).toBe(413);
  });

  test('an unknown kind is 400 naming the kind', async () => {
    for (const method of ['PUT', 'DELETE']) {
      const { status, body } = await h.request(controlOf('hate', 'rec'), { method });
      expect(status).toBe(400);
      expect(body.errors[0]?.pointer).toBe('/path/kind');
    }
  });

  test('targets over 128 bytes or beyond ASCII are 400 naming the target', async () => {
    for (const target of ['x'.repeat(129), 'björk', 'tab\there']) {
      const { status, body } = await put('dislike', target);
      expect(status).toBe(400);
      expect(body.errors[0]?.pointer).toBe('/path/target');
    }
    expect((await put('dislike', `${'x'.repeat(126)}/#`)).status).toBe(200);
  });
});
