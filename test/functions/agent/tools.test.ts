import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACTIVE } from '../sessions/harness.ts';
import { type AgentHarness, openAgent, refuse, use } from './harness.ts';

let h: AgentHarness;
beforeAll(async () => {
  h = await openAgent();
  await h.putListener('bob', ACTIVE, {});
});
afterAll(() => h.close());

const pointersOf = ({ errors }: { errors?: readonly { pointer: string }[] }) =>
  errors?.map(({ pointer }) => pointer);

describe('an agent of a listener', () => {
  test('finds, begins, steers twice, explains, saves and reads back', async () => {
    const client = await h.connect();
    const found = await use(client, 'search', { query: 'Title 7', kinds: ['track'], limit: 3 });
    const hits = (found.results as { track: { id: string }[] }).track;
    expect(hits[0]?.id).toBe('track-7');

    const begun = await use(client, 'create_session', { seedTracks: [hits[0]?.id], count: 5 });
    expect(begun).toMatchObject({ listenerId: 'ann', turn: 0, turnId: null });
    expect(begun.items).toHaveLength(5);
    const { sessionId } = begun;

    const [first, second, third] = begun.items.map(({ itemId }) => itemId) as [string, string, string];
    const steered = await use(client, 'steer_session', {
      sessionId,
      played: [
        { itemId: first, msPlayed: 190_000 },
        { itemId: second, msPlayed: 4_000, skippedAtMs: 4_000 },
      ],
      disliked: [third],
      patch: [{ op: 'add', path: '/genres/-', value: 'jazz' }],
      count: 4,
    });
    expect(steered.turn).toBe(1);
    expect(steered.items.every(({ genres }) => genres.includes('jazz'))).toBe(true);
    const again = await use(client, 'steer_session', { sessionId, instruction: 'more upbeat', count: 3 });
    expect(again.turn).toBe(2);
    const served = [...begun.items, ...steered.items, ...again.items].map(({ itemId }) => itemId);
    expect(new Set(served).size).toBe(12);

    const overview = await use(client, 'get_session', { sessionId, turns: 2 });
    expect(overview).toMatchObject({ turns: 3, tracks: 12 });
    const history = overview.history as { turn: number; served: string[] }[];
    expect(history.map(({ turn }) => turn)).toEqual([1, 2]);
    expect(history[0]?.served).toEqual(steered.items.map(({ itemId }) => itemId));

    const why = await use(client, 'explain', { sessionId, itemId: steered.items[0]?.itemId });
    expect(why).toMatchObject({
      served: { surface: 'session', sessionId, turn: 1, position: 0 },
      title: steered.items[0]?.title,
      isWhole: true,
      blocked: null,
      constraints: { brief: { genres: expect.arrayContaining(['jazz']) } },
    });
    expect(why.reasons).toEqual(steered.items[0]?.reasons);

    const saved = await use(client, 'save_playlist', { sessionId, title: 'Evening' });
    const kept = served.filter((itemId) => itemId !== second && itemId !== third);
    expect(saved.tracks.map(({ itemId }) => itemId)).toEqual(kept);
    const read = await h.api(`/v1/listeners/ann/playlists/${saved.playlistId}`);
    expect(await read.json()).toEqual(saved);
  });

  test('what a dislike of the session rules out is told of everywhere', async () => {
    const client = await h.connect();
    const { sessionId, items } = await use(client, 'create_session', { seedTracks: ['track-12'], count: 3 });
    const itemId = items[0]?.itemId;
    await use(client, 'steer_session', { sessionId, disliked: [itemId], count: 1 });
    expect(await use(client, 'explain', { sessionId, itemId })).toMatchObject({ blocked: 'dislike' });
    const { controls } = await use(client, 'get_taste_profile');
    expect(controls).toContainEqual(expect.objectContaining({ kind: 'dislike' }));
  });

  test('the same call with an id of its own does nothing twice', async () => {
    const client = await h.connect();
    const beginning = { sessionId: 'mine-1', seedTracks: ['track-3'], count: 4 };
    const begun = await use(client, 'create_session', beginning);
    expect(await use(client, 'create_session', beginning)).toEqual(begun);
    const turn = { sessionId: 'mine-1', turnId: 't1', saved: [begun.items[0]?.itemId], count: 2 };
    const steered = await use(client, 'steer_session', turn);
    expect(await use(client, 'steer_session', turn)).toEqual(steered);
    expect(await use(client, 'get_session', { sessionId: 'mine-1' })).toMatchObject({ turns: 2 });
    const other = await refuse(client, 'steer_session', { ...turn, count: 3 });
    expect(other.status).toBe(409);
  });

  test('turns without an id are new ones', async () => {
    const client = await h.connect();
    const { sessionId } = await use(client, 'create_session', { seedTracks: ['track-4'], count: 2 });
    const turns = await Promise.all(
      [1, 2, 3].map(() => use(client, 'steer_session', { sessionId, count: 2 })),
    );
    expect(new Set(turns.map(({ turn }) => turn))).toEqual(new Set([1, 2, 3]));
    expect(new Set(turns.flatMap(({ items }) => items.map(({ itemId }) => itemId))).size).toBe(6);
  });

  test('explains what the build proposes where no session is named', async () => {
    const client = await h.connect();
    expect(await use(client, 'explain', { itemId: 'own1' })).toMatchObject({
      served: { surface: 'pool', sessionId: null },
      source: 'co_listening',
      constraints: null,
    });
    const unknown = await refuse(client, 'explain', { itemId: 'nobody-knows' });
    expect(unknown).toMatchObject({ status: 404, type: 'urn:segue:problem:not-found' });
  });

  test('nothing of another listener', async () => {
    const bob = await h.connect('l:bob');
    const { sessionId } = await use(bob, 'create_session', { seedTracks: ['track-9'], count: 2 });
    const ann = await h.connect();
    for (const [name, given] of [
      ['get_taste_profile', {}],
      ['search', { query: 'Title' }],
      ['create_session', { seedTracks: ['track-1'] }],
      ['steer_session', { sessionId }],
      ['get_session', { sessionId }],
      ['explain', { itemId: 'track-1', sessionId }],
      ['save_playlist', { sessionId, title: 'x' }],
    ] as const) {
      const refused = await refuse(ann, name, { ...given, listenerId: 'bob' });
      expect(refused).toMatchObject({ status: 403, type: 'urn:segue:problem:forbidden' });
    }
    // Without a name it is ann who asks, and she has no such session.
    expect((await refuse(ann, 'get_session', { sessionId })).status).toBe(404);
    expect((await refuse(ann, 'steer_session', { sessionId })).status).toBe(404);
    expect((await refuse(ann, 'save_playlist', { sessionId, title: 'x' })).status).toBe(404);
    expect((await refuse(ann, 'explain', { sessionId, itemId: 'track-1' })).status).toBe(404);
  });

  test('may name itself', async () => {
    const client = await h.connect();
    expect(await use(client, 'get_taste_profile', { listenerId: 'ann' })).toMatchObject({
      listenerId: 'ann',
    });
  });
});

describe('an agent of a service', () => {
  test('must say whom every tool is for', async () => {
    const client = await h.connect('svc');
    const { tools } = await client.listTools();
    const given: Record<string, Record<string, unknown>> = {
      search: { query: 'x' },
      create_session: { prompt: 'jazz' },
      steer_session: { sessionId: 's' },
      get_session: { sessionId: 's' },
      explain: { itemId: 'x' },
      save_playlist: { sessionId: 's', title: 'x' },
    };
    expect(tools).toHaveLength(7);
    for (const { name } of tools) {
      const refused = await refuse(client, name, given[name]);
      expect(refused).toMatchObject({ status: 400, type: 'urn:segue:problem:invalid-input' });
      expect(pointersOf(refused)).toEqual(['/listenerId']);
    }
  });

  test('acts for whom it names', async () => {
    const client = await h.connect('svc');
    const listenerId = 'bob';
    const { sessionId } = await use(client, 'create_session', {
      listenerId,
      seedTracks: ['track-2'],
      count: 2,
    });
    expect(await use(client, 'steer_session', { listenerId, sessionId, count: 1 })).toMatchObject({
      listenerId,
    });
    expect(await use(client, 'get_session', { listenerId, sessionId })).toMatchObject({
      listenerId,
      turns: 2,
    });
    const { playlistId } = await use(client, 'save_playlist', { listenerId, sessionId, title: 'x' });
    expect((await h.api(`/v1/listeners/bob/playlists/${playlistId}`)).status).toBe(403);
  });
});

describe('arguments that are wrong', () => {
  test.each([
    ['search', { query: ' ' }, ['/query']],
    ['search', {}, ['/query']],
    ['search', { query: 'x', limit: 51 }, ['/limit']],
    ['search', { query: 'x', kinds: ['opera'] }, ['/kinds/0']],
    ['search', { query: 'x', sql: 'DROP' }, ['/sql']],
    ['create_session', {}, ['']],
    ['create_session', { prompt: 'jazz', seedTracks: ['track-1'] }, ['']],
    ['create_session', { seedTracks: ['nobody-knows'] }, ['/seedTracks']],
    ['create_session', { seedTracks: ['a\nb'] }, ['/seedTracks/0']],
    ['create_session', { brief: { genres: 'jazz' } }, ['/brief/genres']],
    ['create_session', { prompt: 'jazz', count: 0 }, ['/count']],
    ['create_session', { prompt: 'jazz', sessionId: '../x' }, ['/sessionId']],
    ['steer_session', { sessionId: 's', instruction: 'x', patch: [] }, ['/instruction']],
    ['steer_session', { sessionId: 's', played: [{ itemId: 'a' }] }, ['/played/0/msPlayed']],
    ['explain', { itemId: '' }, ['/itemId']],
    ['save_playlist', { sessionId: 's', title: '' }, ['/title']],
    ['get_taste_profile', { listenerId: 'x'.repeat(129) }, ['/listenerId']],
  ])('%s %j names them', async (name, given, pointers) => {
    const client = await h.connect();
    const refused = await refuse(client, name, given);
    expect(refused).toMatchObject({ status: 400, type: 'urn:segue:problem:invalid-input' });
    expect(pointersOf(refused)).toEqual(pointers);
    for (const pointer of pointers) expect(refused.detail).toContain(pointer);
  });

  test('a patch that does not apply is the argument patch', async () => {
    const client = await h.connect();
    const { sessionId } = await use(client, 'create_session', { seedTracks: ['track-5'], count: 1 });
    const patch = [{ op: 'replace', path: '/nothing', value: 1 }];
    expect(pointersOf(await refuse(client, 'steer_session', { sessionId, patch }))).toEqual(['/patch']);
  });

  test('a value nested beyond any stack is refused as what it is', async () => {
    const deep = `${'['.repeat(60_000)}${']'.repeat(60_000)}`;
    const given = `{"sessionId":"s","patch":[{"op":"add","path":"/genres","value":${deep}}]}`;
    const response = await h.post(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"steer_session","arguments":${given}}}`,
    );
    const { result } = (await response.json()) as { result: CallToolResult };
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain('400');
  });
});
