import { afterEach, beforeEach, expect, test } from 'vitest';
import { controlOf, type Harness, nextUp, openServe, weekly } from './harness.ts';

let h: Harness;
beforeEach(() => {
  h = openServe({ rateLimits: { listener: 3, service: 100 } });
});
afterEach(() => h.close());

test('a listener who asks too often is told when to ask again, on whatever surface', async () => {
  const token = 'l:ann';
  expect((await h.request(weekly(), { token })).status).toBe(200);
  expect((await h.request(nextUp(), { token })).status).toBe(200);
  expect((await h.request(controlOf('dislike', 'x'), { token, method: 'PUT' })).status).toBe(200);
  const refused = await h.request(weekly(), { token });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.headers.get('content-type')).toContain('application/problem+json');
});

test('one listener uses up no other listener, no service and no health check', async () => {
  for (let n = 0; n < 5; n++) await h.request(weekly(), { token: 'l:ann' });
  expect((await h.request(weekly('bob'), { token: 'l:bob' })).status).toBe(200);
  expect((await h.request(weekly(), { token: 'svc' })).status).toBe(200);
  for (let n = 0; n < 10; n++) expect((await h.request('/livez', { token: null })).status).toBe(200);
});
