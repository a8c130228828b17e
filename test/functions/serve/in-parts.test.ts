import { afterEach, beforeEach, expect, test } from 'vitest';
import { createServe } from '../../../functions/serve/handler.ts';
import { createServeInParts } from '../../../functions/serve/in-parts.ts';
import { type Harness, openServe } from './harness.ts';

let h: Harness;
beforeEach(() => {
  h = openServe({ rateLimits: { listener: 4, service: 100 } });
});
afterEach(() => h.close());

const ask = (path: string, token: string | undefined, method = 'GET') =>
  new Request(`http://segue.test${path}`, {
    method,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

test('every path is answered as by the whole, whichever part has it', async () => {
  const parts = createServeInParts(h.deps, async (limit) => createServe(h.deps, limit));
  const asked: [string, string | undefined, string?][] = [
    ['/v1/listeners/ann/discover-weekly', 'svc'],
    ['/v1/listeners/ann/next?limit=0', 'svc'],
    ['/v1/listeners/ann/profile', 'svc'],
    ['/v1/listeners/ann/home', 'l:bob'],
    ['/v1/search?q=x', undefined],
    ['/v1/listeners/ann/discover-weekly', undefined],
    ['/v1/listeners/ann/discover-weekly', 'svc', 'DELETE'],
    ['/v1/nowhere', 'svc'],
    ['/livez', undefined],
  ];
  for (const [path, token, method] of asked) {
    const [one, other] = await Promise.all([
      parts.fetch(ask(path, token, method)),
      h.app.fetch(ask(path, token, method)),
    ]);
    expect([path, one.status, one.headers.get('allow')]).toEqual([
      path,
      other.status,
      other.headers.get('allow'),
    ]);
  }
});

test('a listener has one allowance for both parts', async () => {
  const parts = createServeInParts(h.deps, async (limit) => createServe(h.deps, limit));
  const token = 'l:ann';
  const paths = ['discover-weekly', 'profile', 'next', 'profile', 'discover-weekly', 'profile'];
  const statuses: number[] = [];
  for (const path of paths)
    statuses.push((await parts.fetch(ask(`/v1/listeners/ann/${path}`, token))).status);
  expect(statuses.slice(0, 4)).not.toContain(429);
  expect(statuses.slice(4)).toEqual([429, 429]);
});
