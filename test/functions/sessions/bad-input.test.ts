import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fill, openSessions, type SessionsHarness } from './harness.ts';

let h: SessionsHarness;
beforeAll(async () => {
  h = openSessions();
  await fill(h);
  await h.begin({ sessionId: 's1', seed: { artists: ['jazz-artist-1'] } });
});
afterAll(() => h.close());

const artists = ['jazz-artist-1'];

describe('a body that is wrong names the field', () => {
  test.each([
    [{}, '/seed'],
    [{ seed: {} }, '/seed'],
    [{ seed: { artists, prompt: 'jazz' } }, '/seed'],
    [{ seed: { tracks: [] } }, '/seed/tracks'],
    [{ seed: { tracks: Array(51).fill('x') } }, '/seed/tracks'],
    [{ seed: { playlist: Array(10_001).fill('x') } }, '/seed/playlist'],
    [{ seed: { artists: [''] } }, '/seed/artists/0'],
    [{ seed: { prompt: '  ' } }, '/seed/prompt'],
    [{ seed: { prompt: 'x'.repeat(2_001) } }, '/seed/prompt'],
    [{ seed: { prompt: 'x'.repeat(100_000) } }, '/seed/prompt'],
    [{ seed: { brief: { energy: { min: 2 } } } }, '/seed/brief/energy/min'],
    [{ seed: { brief: { mood: 'calm' } } }, '/seed/brief/mood'],
    [{ seed: { artists }, count: 0 }, '/count'],
    [{ seed: { artists }, count: 51 }, '/count'],
    [{ seed: { artists }, sessionId: '../x' }, '/sessionId'],
    [{ seed: { artists }, sessionId: 'x'.repeat(65) }, '/sessionId'],
    [{ seed: { artists }, size: 3 }, '/size'],
  ])('begin %#', async (body, pointer) => {
    const { status, body: problem } = await h.begin(body);
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  test.each([
    [{}, '/turnId'],
    [{ turnId: 't', count: 1.5 }, '/count'],
    [{ turnId: 't', played: [{ itemId: 'x' }] }, '/played/0/msPlayed'],
    [{ turnId: 't', played: [{ itemId: 'x', msPlayed: -1 }] }, '/played/0/msPlayed'],
    [{ turnId: 't', played: [{ itemId: 'x', msPlayed: 1, skippedAtMs: 1e12 }] }, '/played/0/skippedAtMs'],
    [{ turnId: 't', saved: 'x' }, '/saved'],
    [{ turnId: 't', disliked: Array(51).fill('x') }, '/disliked'],
    [{ turnId: 't', steer: '' }, '/steer'],
    [{ turnId: 't', steer: 'x'.repeat(501) }, '/steer'],
    [{ turnId: 't', steer: 'calmer', patch: [] }, '/steer'],
    [{ turnId: 't', patch: [{ op: 'move', from: '/a', path: '/b' }] }, '/patch/0/op'],
    [{ turnId: 't', patch: [{ op: 'replace', path: '/nowhere', value: 1 }] }, '/patch'],
    [{ turnId: 't', patch: [{ op: 'replace', path: '/energy', value: { min: 7, max: null } }] }, '/patch'],
    [{ turnId: 't', patch: [{ op: 'test', path: '/popularity', value: 1 }] }, '/patch'],
  ])('turn %#', async (body, pointer) => {
    const { status, body: problem } = await h.turn('s1', body);
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  test('a refused turn was not taken: the same id is free', async () => {
    await h.turn('s1', { turnId: 'free', patch: [{ op: 'remove', path: '/nowhere' }] });
    expect((await h.turn('s1', { turnId: 'free' })).status).toBe(200);
  });

  test('no JSON, and more of it than anybody sends', async () => {
    expect((await h.begin('{"seed":')).status).toBe(400);
    expect((await h.begin(JSON.stringify({ seed: { prompt: 'x'.repeat(3_000_000) } }))).status).toBe(413);
  });
});

describe('whose session it is', () => {
  test('another listener finds nothing, and may not name its owner', async () => {
    for (const [method, path, body] of [
      ['GET', '/v1/sessions/s1', undefined],
      ['POST', '/v1/sessions/s1/turns', { turnId: 't' }],
    ] as const) {
      expect((await h.request(method, path, body, 'l:bob')).status).toBe(404);
      expect((await h.request(method, `${path}?listenerId=ann`, body, 'l:bob')).status).toBe(403);
      expect((await h.request(method, path, body, null)).status).toBe(401);
      expect((await h.request(method, path, body, 'nonsense')).status).toBe(401);
    }
    const seed = { artists };
    expect((await h.begin({ listenerId: 'ann', seed }, 'l:bob')).status).toBe(403);
    expect((await h.request('DELETE', '/v1/sessions/s1', undefined, 'l:bob')).status).toBe(204);
    expect((await h.request('GET', '/v1/sessions/s1')).status).toBe(200);
  });

  test('two listeners may have sessions of one id', async () => {
    const { body } = await h.begin({ sessionId: 's1', seed: { artists: ['metal-artist-1'] } }, 'l:bob');
    expect(body).toMatchObject({ listenerId: 'bob', turn: 0 });
  });

  test('a service says whose', async () => {
    const seed = { artists };
    const refused = await h.begin({ seed }, 'svc');
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/listenerId' }] } });
    const begun = await h.begin({ seed, listenerId: 'eve' }, 'svc');
    expect(begun).toMatchObject({ status: 200, body: { listenerId: 'eve' } });
    const path = `/v1/sessions/${begun.body.sessionId}`;
    const unnamed = await h.request('GET', path, undefined, 'svc');
    expect(unnamed).toMatchObject({ status: 400, body: { errors: [{ pointer: '/query/listenerId' }] } });
    expect((await h.request('GET', `${path}?listenerId=eve`, undefined, 'svc')).status).toBe(200);
    expect((await h.request('GET', `${path}?listenerId=ann`, undefined, 'svc')).status).toBe(404);
  });
});

test.each([34, 60_000])('a patch value nested %i levels deep is refused as what it is', async (levels) => {
  const value = `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const body = `{"turnId":"deep","patch":[{"op":"add","path":"/genres","value":${value}}]}`;
  const { status, body: problem } = await h.turn('s1', body);
  expect(status).toBe(400);
  expect(problem.errors?.map((error) => error.pointer)).toContain('/patch/0/value');
});
