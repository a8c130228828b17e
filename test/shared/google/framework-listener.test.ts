import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFrameworkListener } from '../../../shared/google/framework-listener.ts';

let seen: { body: string; encoding: string | null; domain: unknown };
let server: ReturnType<typeof getTestServer>;

beforeEach(async () => {
  http(
    'listening',
    createFrameworkListener({
      async fetch(request) {
        await Promise.resolve();
        seen = {
          body: await request.text(),
          encoding: request.headers.get('content-encoding'),
          domain: (process as { domain?: unknown }).domain ?? null,
        };
        if (new URL(request.url).pathname === '/throws') throw new Error('on purpose');
        return new Response('fine', { status: 202, headers: { 'x-told': 'yes' } });
      },
    }),
  );
  server = getTestServer('listening').listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

test('an app answers through the framework, outside of any domain', async () => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url()}/x`, { method: 'POST', headers, body: '{"a": 1}' });
  expect([answer.status, answer.headers.get('x-told'), await answer.text()]).toEqual([202, 'yes', 'fine']);
  expect(seen).toEqual({ body: '{"a": 1}', encoding: null, domain: null });
});

test('what was packed arrives unpacked, and no header says otherwise', async () => {
  const { gzipSync } = await import('node:zlib');
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  await fetch(url(), { method: 'POST', headers, body: gzipSync('{"a": 2}') });
  expect(seen).toMatchObject({ body: '{"a": 2}', encoding: null });
});

test('an error of the app is answered, and the next request as well', async () => {
  expect((await fetch(`${url()}/throws`)).status).toBe(500);
  expect((await fetch(url())).status).toBe(202);
});
