import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SearchAnswer, type SearchAnswerHit, SearchAnswerSchema } from '../../../shared/api/search.ts';
import { buildIdOf } from '../../../shared/domain/build-id.ts';
import { TransientError } from '../../../shared/errors.ts';
import { ACTIVE, controlOf, type Harness, NOW, OLDER, openServe } from './harness.ts';
import { tasteText } from './pool-text.ts';
import type { ShardItem } from './shard-text.ts';

const CATALOGUE: readonly ShardItem[] = [
  { item: 't1', title: 'Harbor Lights', artist: 'The Lanterns', artistId: 'lanterns', popularity: 1000 },
  {
    item: 'e1',
    kind: 'episode',
    title: 'Harbors of the North',
    artist: 'Sea Talk',
    artistId: 'talk',
    popularity: 1000,
  },
  { item: 't2', title: 'Harbor Road', artist: 'Artist A', artistId: 'artist-a', popularity: 900 },
  {
    item: 't3',
    recording: 'r3',
    title: 'Harbor Nights',
    artist: 'Third',
    artistId: 'third',
    album: 'Ferry',
    explicit: true,
    durationMs: 1000,
    popularity: 800,
  },
  { item: 't4', title: 'Полночь', artist: 'Кино', artistId: 'kino', popularity: 700 },
];

let h: Harness;
beforeEach(async () => {
  h = openServe();
  await h.putCatalogue(ACTIVE, CATALOGUE, 2);
  await h.putListener('ann', ACTIVE, { taste: tasteText(ACTIVE) });
  await h.publishBuilds(ACTIVE);
});
afterEach(() => h.close());

const path = (query: Readonly<Record<string, string>>) => `/v1/search?${new URLSearchParams(query)}`;

async function find(
  query: Readonly<Record<string, string>>,
  token = 'svc',
): Promise<SearchAnswer & { readonly tracks: readonly string[] }> {
  const { status, headers, body } = await h.request(path(query), { token });
  expect(status, JSON.stringify(body)).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  const answer = SearchAnswerSchema.parse(body);
  expect(answer).toEqual(body);
  return { ...answer, tracks: (answer.results.track ?? []).map(({ id }) => id) };
}

const hitsOf = ({ results }: SearchAnswer): SearchAnswerHit[] =>
  Object.values(results).flatMap((hits) => hits ?? []);
const hitOf = (answer: SearchAnswer, id: string): SearchAnswerHit | undefined =>
  hitsOf(answer).find((hit) => hit.id === id);

describe('an answer', () => {
  test('lists each kind with where it was found and what its score is the sum of', async () => {
    const answer = await find({ q: 'harbor nights' });
    expect(answer).toMatchObject({
      query: 'harbor nights',
      listenerId: null,
      build: buildIdOf(ACTIVE),
      generatedAt: new Date(NOW).toISOString(),
      degraded: [],
    });
    expect(Object.keys(answer.results)).toEqual(['track', 'artist', 'show', 'episode']);
    const [hit] = answer.results.track ?? [];
    expect(hit).toEqual({
      id: 't3',
      title: 'Harbor Nights',
      artist: 'Third',
      artistId: 'third',
      album: 'Ferry',
      recordingId: 'r3',
      durationMs: 1000,
      explicit: true,
      blocked: null,
      fields: ['title'],
      match: 'exact',
      score: 2.16,
      scoreParts: { text: 1, popularity: 0.16, affinity: 0, exact: 1 },
    });
    for (const { score, scoreParts } of hitsOf(answer)) {
      const sum = Object.values(scoreParts).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - score)).toBeLessThan(3e-4);
    }
  });

  test('has artists and shows by the names of their items', async () => {
    const answer = await find({ q: 'lanterns' });
    expect(answer.results.artist).toMatchObject([
      { id: 'lanterns', title: 'The Lanterns', recordingId: null },
    ]);
    expect((await find({ q: 'sea talk' })).results.show).toMatchObject([{ id: 'talk', title: 'Sea Talk' }]);
    expect((await find({ q: 'kino polnoch' })).tracks).toEqual(['t4']);
  });

  test('is of the kinds asked for, however often each is named, and no longer than asked', async () => {
    const answer = await find({ q: 'harbor', kinds: 'episode, track,episode', limit: '1' });
    expect(answer.results).toMatchObject({ episode: [{ id: 'e1' }], track: [{ id: 't1' }] });
    expect(Object.keys(answer.results).sort()).toEqual(['episode', 'track']);
  });

  test.each(['?!', '…', ' - ', '()'])('to %j is empty, not an error', async (q) => {
    const { results, degraded } = await find({ q });
    expect(results).toEqual({ track: [], artist: [], show: [], episode: [] });
    expect(degraded).toEqual([]);
  });
});

describe('bad input is 400 naming the field:', () => {
  test.each([
    ['no q', {}, '/query/q'],
    ['an empty q', { q: '' }, '/query/q'],
    ['a q of spaces', { q: '  ' }, '/query/q'],
    ['a q of 201 characters', { q: 'x'.repeat(201) }, '/query/q'],
    ['an unknown kind', { q: 'x', kinds: 'track,band' }, '/query/kinds'],
    ['no kind', { q: 'x', kinds: '' }, '/query/kinds'],
    ['a limit of 0', { q: 'x', limit: '0' }, '/query/limit'],
    ['a limit of 51', { q: 'x', limit: '51' }, '/query/limit'],
    ['a limit that is no number', { q: 'x', limit: 'all' }, '/query/limit'],
    ['a listener of no name', { q: 'x', listener: '' }, '/query/listener'],
  ] as [string, Record<string, string>, string][])('%s', async (_, query, pointer) => {
    const { status, body } = await h.request(path(query));
    expect(status).toBe(400);
    expect(body.errors.map((error) => error.pointer)).toEqual([pointer]);
  });

  test('200 characters and 50 hits are fine', async () => {
    await find({ q: 'x'.repeat(200), limit: '50' });
    await find({ q: 'ab '.repeat(66) });
  });
});

describe('who asks', () => {
  test('needs a token, and a listener’s searches for nobody else', async () => {
    expect((await h.request(path({ q: 'harbor' }), { token: null })).status).toBe(401);
    expect((await h.request(path({ q: 'harbor', listener: 'bob' }), { token: 'l:ann' })).status).toBe(403);
    expect((await find({ q: 'harbor', listener: 'ann' }, 'l:ann')).listenerId).toBe('ann');
  });

  test('gets the artists they play sooner; a service does for whom it names, else for nobody', async () => {
    expect((await find({ q: 'harbor' })).tracks).toEqual(['t1', 't2', 't3']);
    const own = await find({ q: 'harbor' }, 'l:ann');
    expect(own.tracks).toEqual(['t2', 't1', 't3']);
    expect(hitOf(own, 't2')?.scoreParts.affinity).toBe(0.3);
    expect((await find({ q: 'harbor', listener: 'ann' })).tracks).toEqual(own.tracks);
    expect((await find({ q: 'harbor' }, 'l:stranger')).tracks).toEqual(['t1', 't2', 't3']);
  });

  test('by what was played since the build, too', async () => {
    await h.live(
      ...[1, 2, 3, 4, 5, 6].map((n) => ({ itemId: `other${n}`, artistId: 'third', type: 'like' as const })),
    );
    const answer = await find({ q: 'harbor' }, 'l:ann');
    expect(answer.tracks[0]).toBe('t3');
    const share = hitOf(answer, 't2')?.scoreParts.affinity ?? 0;
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(0.3);
  });

  test('is answered alike however often and with whom at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => find({ q: 'harbor' }, n % 2 === 0 ? 'l:ann' : 'svc')),
    );
    for (const [n, { tracks }] of answers.entries())
      expect(tracks).toEqual(n % 2 === 0 ? ['t2', 't1', 't3'] : ['t1', 't2', 't3']);
  });
});

describe('controls', () => {
  const decide = (kind: string, target: string, method = 'PUT') =>
    h.request(controlOf(kind, target), { method, token: 'l:ann' });

  test('do not hide what is asked for by name: it says which one holds', async () => {
    await decide('dislike', 't1');
    await decide('snooze-artist', 'artist-a');
    const answer = await find({ q: 'harbor' }, 'l:ann');
    expect(new Set(answer.tracks)).toEqual(new Set(['t1', 't2', 't3']));
    expect(['t1', 't2', 't3'].map((id) => hitOf(answer, id)?.blocked)).toEqual([
      'dislike',
      'snooze-artist',
      null,
    ]);
    const artists = await find({ q: 'artist a', kinds: 'artist' }, 'l:ann');
    expect(hitOf(artists, 'artist-a')?.blocked).toBe('snooze-artist');
    expect(hitOf(await find({ q: 'harbor' }), 't1')?.blocked).toBeNull();
    await decide('dislike', 't1', 'DELETE');
    expect(hitOf(await find({ q: 'harbor' }, 'l:ann'), 't1')?.blocked).toBeNull();
  });

  test('of recordings hold for the item found', async () => {
    await h.learn({ itemId: 'other-release', recordingId: 'r3' });
    await decide('do-not-recommend', 'other-release');
    expect(hitOf(await find({ q: 'nights' }, 'l:ann'), 't3')?.blocked).toBe('do-not-recommend');
  });

  test('hide what is explicit where the filter is on, and only there', async () => {
    await decide('explicit-filter', 'all');
    const answer = await find({ q: 'harbor' }, 'l:ann');
    expect(answer.tracks).toEqual(['t2', 't1']);
    expect((await find({ q: 'harbor nights', limit: '1' }, 'l:ann')).tracks).not.toContain('t3');
    expect((await find({ q: 'harbor' }, 'l:bob')).tracks).toContain('t3');
  });
});

describe('a build', () => {
  test('without a catalogue leaves the one before it, and says so', async () => {
    await h.publishBuilds(ACTIVE + 1, [ACTIVE + 1, ACTIVE]);
    expect(await find({ q: 'harbor' })).toMatchObject({
      build: buildIdOf(ACTIVE),
      tracks: ['t1', 't2', 't3'],
      degraded: ['catalogue'],
    });
  });

  test('is followed as soon as it is published, and back on a rollback', async () => {
    expect((await find({ q: 'harbor' })).build).toBe(buildIdOf(ACTIVE));
    await h.putCatalogue(ACTIVE + 1, [{ item: 'new', title: 'Harbor New' }]);
    await h.publishBuilds(ACTIVE + 1, [ACTIVE + 1, ACTIVE]);
    expect(await find({ q: 'harbor' })).toMatchObject({ build: buildIdOf(ACTIVE + 1), tracks: ['new'] });
    await h.publishBuilds(ACTIVE, [ACTIVE, OLDER]);
    expect((await find({ q: 'harbor' })).tracks).toEqual(['t1', 't2', 't3']);
  });

  test('that nobody published leaves nothing to find, and says so', async () => {
    const empty = openServe();
    const { status, body } = await empty.request(path({ q: 'harbor' }), { token: 'l:ann' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ build: null, results: { track: [] }, degraded: ['build'] });
    await empty.close();
  });
});

describe('a store that fails', () => {
  test('for the shards leaves an empty answer that says so, until it answers again', async () => {
    h.faults.set('rows.scan:pools', new TransientError('down'));
    expect(await find({ q: 'harbor' })).toMatchObject({ build: null, tracks: [], degraded: ['catalogue'] });
    h.faults.clear();
    expect(await find({ q: 'harbor' })).toMatchObject({ tracks: ['t1', 't2', 't3'], degraded: [] });
  });

  test('for the pointer is as if nothing was published', async () => {
    h.faults.set('rows.read:pools/pointer', new Error('down'));
    expect(await find({ q: 'harbor' })).toMatchObject({ build: null, degraded: ['build'] });
  });

  test('for the listener leaves popularity, and what a filter might hide hidden', async () => {
    h.faults.set('rows.read:listeners', new TransientError('down'));
    expect(await find({ q: 'harbor' }, 'l:ann')).toMatchObject({
      listenerId: 'ann',
      tracks: ['t1', 't2'],
      degraded: ['listener'],
    });
  });

  test('for erasures is 503: what of a listener may be read is not known', async () => {
    h.faults.set('erasures', new TransientError('down'));
    expect((await h.request(path({ q: 'harbor' }), { token: 'l:ann' })).status).toBe(503);
    expect((await find({ q: 'harbor' })).tracks).toHaveLength(3);
  });
});

test('searches count against how often one may ask', async () => {
  const limited = openServe({ rateLimits: { listener: 2, service: 100 } });
  const statuses: number[] = [];
  for (let n = 0; n < 3; n++)
    statuses.push((await limited.request(path({ q: 'x' }), { token: 'l:ann' })).status);
  expect(statuses).toEqual([200, 200, 429]);
  await limited.close();
});

test('an erased listener’s taste orders nothing', async () => {
  expect((await find({ q: 'harbor' }, 'l:ann')).tracks[0]).toBe('t2');
  const { status } = await h.request('/v1/listeners/ann', { method: 'DELETE', token: 'l:ann' });
  expect(status).toBe(200);
  expect((await find({ q: 'harbor' }, 'l:ann')).tracks).toEqual(['t1', 't2', 't3']);
});
