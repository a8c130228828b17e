import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { ApiApp } from '../../../shared/api/app.ts';
import { loadLater } from '../../../shared/api/load-later.ts';

const appOf = (paths: Readonly<Record<string, string>>): ApiApp => {
  const app = new Hono();
  app.use((_, next) => next());
  for (const [path, answer] of Object.entries(paths)) app.get(path, (c) => c.text(answer));
  return app as unknown as ApiApp;
};
const first = appOf({ '/v1/:id/next': 'next' });
const textOf = async (answer: Response | Promise<Response>) => (await answer).text();
const get = (path: string) => new Request(`http://segue.test${path}`);

test('what the first part knows is answered without the rest, queries aside', async () => {
  const app = loadLater(first, () => Promise.reject(new Error('was not to be loaded')));
  expect(await textOf(app.fetch(get('/v1/ann/next?limit=3')))).toBe('next');
});

test('whoever asks for the rest at once waits for one loading', async () => {
  let loadings = 0;
  const app = loadLater(first, async () => {
    loadings += 1;
    return appOf({ '/v1/search': 'found', '/v1/:id/home': 'home' });
  });
  const answers = ['/v1/search', '/v1/ann/home', '/v1/search'].map((path) => textOf(app.fetch(get(path))));
  expect(await Promise.all(answers)).toEqual(['found', 'home', 'found']);
  expect(loadings).toBe(1);
  expect((await app.fetch(get('/v1/nowhere'))).status).toBe(404);
});

test('a loading that failed is tried again by the next request', async () => {
  let fails = true;
  const app = loadLater(first, async () => {
    if (fails) throw new Error('no such file');
    return appOf({ '/v1/search': 'found' });
  });
  await expect(app.fetch(get('/v1/search'))).rejects.toThrow('no such file');
  fails = false;
  expect(await textOf(app.fetch(get('/v1/search')))).toBe('found');
});
