import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACTIVE, type Harness, openServe } from './harness.ts';
import { someLines } from './pool-text.ts';

let h: Harness;
beforeAll(async () => {
  h = openServe();
  await h.putRelated('seed', ACTIVE, someLines('rel', 5));
  await h.putPopular(ACTIVE, someLines('pop', 40));
  await h.publishBuilds(ACTIVE);
});
afterAll(() => h.close());

const OF_LISTENER = [
  ['GET', (id: string) => `/v1/listeners/${id}/discover-weekly`],
  ['POST', (id: string) => `/v1/listeners/${id}/discover-weekly`],
  ['GET', (id: string) => `/v1/listeners/${id}/discover-weekly/weeks`],
  ['GET', (id: string) => `/v1/listeners/${id}/home`],
  ['GET', (id: string) => `/v1/listeners/${id}/next`],
  ['GET', (id: string) => `/v1/listeners/${id}/profile`],
  ['GET', (id: string) => `/v1/listeners/${id}/export`],
  ['PUT', (id: string) => `/v1/listeners/${id}/controls/dislike/x`],
  ['DELETE', (id: string) => `/v1/listeners/${id}/controls/dislike/x`],
  ['DELETE', (id: string) => `/v1/listeners/${id}`],
] as const;

test('the routes tested here are all that name a listener', () => {
  const named = h.app.routes
    .filter(({ method, path }) => method !== 'ALL' && path.includes('/listeners/:id'))
    .map(({ method, path }) => `${method} ${path}`);
  expect(new Set(named)).toEqual(
    new Set(
      OF_LISTENER.map(([method, path]) => `${method} ${path(':id').replace('dislike/x', ':kind/:target')}`),
    ),
  );
});

describe.each(OF_LISTENER.map(([method, path]) => ({ name: `${method} ${path(':id')}`, method, path })))(
  '$name',
  ({ method, path }) => {
    test('no token and an unknown one are 401, before anything is said of the request', async () => {
      for (const token of [null, 'wrong'])
        for (const id of ['ann', 'x'.repeat(200)]) {
          const { status, headers } = await h.request(path(id), { method, token });
          expect(status).toBe(401);
          expect(headers.get('www-authenticate')).toContain('Bearer');
        }
    });

    test('a listener reads and writes only their own, a service everybody’s', async () => {
      for (const id of ['bob', 'ann%20', 'ANN']) {
        const { status, body } = await h.request(path(id), { method, token: 'l:ann' });
        expect(status).toBe(403);
        expect(body.type).toBe('urn:segue:problem:forbidden');
        expect(JSON.stringify(body)).not.toContain('ann');
      }
      expect((await h.request(path('ann'), { method, token: 'l:ann' })).status).toBe(200);
      expect((await h.request(path('bob'), { method, token: 'svc' })).status).toBe(200);
    });

    test('a forbidden write leaves nothing behind', async () => {
      const before = h.published.length;
      await h.request(path('carl'), { method, token: 'l:ann' });
      expect(h.published.length).toBe(before);
      const { listenerKey } = await import('../../../shared/schema/rows.ts');
      expect(await h.rows.read('listeners', listenerKey('carl'))).toBeUndefined();
    });

    test.each([
      ['129 bytes', 'x'.repeat(129)],
      ['beyond ASCII', 'bj%C3%B6rk'],
      ['a control character', 'a%0Ab'],
    ])('an id of %s is 400 naming the id', async (_, id) => {
      const { status, body } = await h.request(path(id), { method });
      expect(status).toBe(400);
      expect(body.errors.map(({ pointer }) => pointer)).toEqual(['/path/id']);
    });

    test('an id of 128 bytes with every sign that URLs escape is fine', async () => {
      const id = encodeURIComponent(`a/b?c#d%e f'"${'x'.repeat(113)}`);
      expect((await h.request(path(id), { method })).status).toBe(200);
    });
  },
);

test('similar is for every token and for none without', async () => {
  expect((await h.request('/v1/tracks/seed/similar', { token: 'l:ann' })).status).toBe(200);
  expect((await h.request('/v1/tracks/seed/similar', { token: null })).status).toBe(401);
  const { status, body } = await h.request(`/v1/tracks/${'x'.repeat(129)}/similar`);
  expect(status).toBe(400);
  expect(body.errors[0]?.pointer).toBe('/path/id');
});

test('an unknown path is 404 and a wrong method 405 with what is allowed', async () => {
  expect((await h.request('/v1/listeners/ann')).status).toBe(405);
  const { status, headers } = await h.request('/v1/listeners/ann/next', { method: 'POST' });
  expect(status).toBe(405);
  expect(headers.get('allow')).toBe('GET, HEAD');
  expect((await h.request('/v1/listeners/ann/secrets')).status).toBe(404);
});

test('no log line holds a listener’s id', () => {
  expect(h.lines.length).toBeGreaterThan(50);
  expect(JSON.stringify(h.lines)).not.toMatch(/ann|bob|carl/i);
});
