import { createRoute, z } from '@hono/zod-openapi';
import { describe, expect, test } from 'vitest';
import { authenticated, createApi } from '../../../shared/api/app.ts';
import { limitBody, readBody } from '../../../shared/api/body.ts';
import { openApiDocument, problemResponses } from '../../../shared/api/openapi.ts';
import type { Principal } from '../../../shared/auth/principal.ts';
import {
  Forbidden,
  InvalidInput,
  NotFound,
  PermanentError,
  RateLimited,
  TooLarge,
  TransientError,
  Unauthenticated,
} from '../../../shared/errors.ts';
import { createLogger } from '../../../shared/logging/logger.ts';

const LISTENER: Principal = { kind: 'listener', listenerId: 'listener-of-secret-name' };

function harness(options: { project?: string } = {}) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  let now = 1_000;
  let ids = 0;
  const deps = {
    logger: createLogger({ destination }),
    authenticate: async (header: string | undefined) => {
      if (header === 'Bearer good') return LISTENER;
      throw new Unauthenticated('no');
    },
    clock: { now: () => (now += 5) },
    newId: () => `id-${++ids}`,
    ...options,
  };
  return { deps, lines };
}

const echo = createRoute({
  method: 'post',
  path: '/v1/listeners/{id}/echo',
  middleware: [authenticated, limitBody(200)],
  request: {
    params: z.object({ id: z.string().max(30) }),
    query: z.object({ seed: z.coerce.number().int().optional() }),
    body: {
      required: true,
      content: {
        'application/json': { schema: z.object({ tracks: z.array(z.object({ 'a/b': z.int() })) }) },
      },
    },
  },
  responses: {
    200: { description: 'ok', content: { 'application/json': { schema: z.object({ n: z.int() }) } } },
    ...problemResponses(400, 401),
  },
});

function hostWith(options: { project?: string } = {}) {
  const { deps, lines } = harness(options);
  const app = createApi(deps);
  app.openapi(echo, (c) => c.json({ n: c.req.valid('json').tracks.length }, 200));
  const thrown: Record<string, unknown> = {
    invalid: new InvalidInput([{ pointer: '/x', detail: 'bad' }]),
    zod: new Error('replaced below'),
    unauthenticated: new Unauthenticated('who'),
    forbidden: new Forbidden('no'),
    notfound: new NotFound('gone'),
    toolarge: new TooLarge('big'),
    limited: new RateLimited(7),
    transient: new TransientError('disk at /secret/path'),
    permanent: new PermanentError('internal secret'),
    error: new TypeError('internal secret'),
  };
  app.get('/fail/:kind', (c) => {
    if (c.req.param('kind') === 'zod') z.object({ y: z.string() }).parse({ y: 1 });
    throw thrown[c.req.param('kind')];
  });
  app.post('/body', async (c) => c.text(await readBody(c, 64)));
  const other = createApi(deps);
  other.get('/other/:id', (c) => c.text('other'));
  const host = createApi(deps);
  host.route('/', app);
  host.route('/', other);
  return { host, app, other, lines };
}

const post = (body: string, headers: Record<string, string> = {}) => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/json', authorization: 'Bearer good', ...headers },
});

describe('request identity', () => {
  test("keeps a caller's request id and makes one where it is unusable", async () => {
    const { host } = hostWith();
    const given = await host.request('/other/1', { headers: { 'x-request-id': 'abc' } });
    expect(given.headers.get('x-request-id')).toBe('abc');
    for (const id of ['', 'a b', 'x'.repeat(129), 'é']) {
      const made = await host.request('/other/1', { headers: { 'x-request-id': id } });
      expect(made.headers.get('x-request-id')).toMatch(/^id-\d+$/);
    }
  });

  test('carries the request id on errors too, and in the problem', async () => {
    const { host } = hostWith();
    const res = await host.request('/fail/error', { headers: { 'x-request-id': 'abc' } });
    expect(res.headers.get('x-request-id')).toBe('abc');
    expect(await res.json()).toMatchObject({ instance: 'urn:segue:request:abc' });
  });
});

describe('request log', () => {
  test('writes one line per request with the route and no ids, tokens or bodies', async () => {
    const { host, lines } = hostWith({ project: 'my-project' });
    const trace = '0af7651916cd43dd8448eb211c80319c';
    await host.request(
      '/v1/listeners/listener-of-secret-name/echo?seed=1',
      post('{"tracks":[]}', { traceparent: `00-${trace}-b7ad6b7169203331-01`, 'x-request-id': 'r1' }),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      severity: 'INFO',
      message: 'request',
      requestId: 'r1',
      traceId: trace,
      'logging.googleapis.com/trace': `projects/my-project/traces/${trace}`,
      method: 'POST',
      route: '/v1/listeners/:id/echo',
      status: 200,
      ms: 5,
      principal: 'listener',
      listener: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    expect(JSON.stringify(lines)).not.toMatch(/secret|good|tracks/);
  });

  test('ignores a malformed traceparent', async () => {
    const { host, lines } = hostWith({ project: 'p' });
    await host.request('/other/1', { headers: { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` } });
    expect(lines[0]).not.toHaveProperty('traceId');
    expect(lines[0]).not.toHaveProperty('logging.googleapis.com/trace');
  });

  test('writes failures as errors with what failed', async () => {
    const { host, lines } = hostWith();
    await host.request('/fail/error');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ severity: 'ERROR', status: 500, route: '/fail/:kind' });
    expect(JSON.stringify(lines[0])).toContain('internal secret');
  });

  test('logs a path nobody answers without naming it', async () => {
    const { host, lines } = hostWith();
    await host.request('/nothing/listener-of-secret-name');
    expect(lines[0]).toMatchObject({ status: 404, route: '(none)' });
  });
});

describe('problems', () => {
  test.each([
    ['invalid', 400, 'invalid-input'],
    ['zod', 400, 'invalid-input'],
    ['unauthenticated', 401, 'unauthenticated'],
    ['forbidden', 403, 'forbidden'],
    ['notfound', 404, 'not-found'],
    ['toolarge', 413, 'too-large'],
    ['limited', 429, 'rate-limited'],
    ['transient', 503, 'unavailable'],
    ['permanent', 500, 'internal'],
    ['error', 500, 'internal'],
  ])('%s is %i %s', async (kind, status, name) => {
    const { host } = hostWith();
    const res = await host.request(`/fail/${kind}`);
    expect(res.status).toBe(status);
    expect(res.headers.get('content-type')).toBe('application/problem+json');
    const body = (await res.json()) as Record<string, unknown>;
    expect(body).toMatchObject({ type: `urn:segue:problem:${name}`, status, title: expect.any(String) });
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(res.headers.has('retry-after')).toBe(status === 429 || status === 503);
    expect(res.headers.has('www-authenticate')).toBe(status === 401);
  });

  test('retry-after of a rate limit is what the limiter said', async () => {
    const { host } = hostWith();
    expect((await host.request('/fail/limited')).headers.get('retry-after')).toBe('7');
  });

  test.each([
    ['body field', '/v1/listeners/a/echo', '{"tracks":[{"a/b":1},{"a/b":"x"}]}', '/tracks/1/a~1b'],
    ['missing body', '/v1/listeners/a/echo', '{}', '/tracks'],
    ['query', '/v1/listeners/a/echo?seed=x', '{"tracks":[]}', '/query/seed'],
    ['path', `/v1/listeners/${'a'.repeat(31)}/echo`, '{"tracks":[]}', '/path/id'],
  ])('points at the %s', async (_name, path, body, pointer) => {
    const { host } = hostWith();
    const res = await host.request(path, post(body));
    expect(res.status).toBe(400);
    expect(((await res.json()) as { errors: { pointer: string }[] }).errors[0]?.pointer).toBe(pointer);
  });

  test('malformed JSON, a foreign media type and a large body are problems as well', async () => {
    const { host } = hostWith();
    const path = '/v1/listeners/a/echo';
    expect((await host.request(path, post('{"tracks":'))).status).toBe(400);
    expect((await host.request(path, post('a=b', { 'content-type': 'text/csv' }))).status).toBe(415);
    const large = await host.request(path, post(`{"tracks":[],"pad":"${'x'.repeat(300)}"}`));
    expect(large.status).toBe(413);
    expect(large.headers.get('content-type')).toBe('application/problem+json');
  });

  test('authenticates before validating', async () => {
    const { host } = hostWith();
    const bad = await host.request('/v1/listeners/a/echo', post('{', { authorization: 'Bearer bad' }));
    expect(bad.status).toBe(401);
    expect(bad.headers.get('www-authenticate')).toBe('Bearer realm="segue", error="invalid_token"');
  });

  test('404 for an unknown path, 405 with Allow for a wrong method', async () => {
    const { host } = hostWith();
    expect((await host.request('/v1/nothing')).status).toBe(404);
    const wrong = await host.request('/other/1', { method: 'PUT' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('GET, HEAD');
    expect(wrong.headers.get('content-type')).toBe('application/problem+json');
    expect((await host.request('/v1/listeners/a/echo')).headers.get('allow')).toBe('POST');
  });
});

describe('reading a body', () => {
  const gzip = async (text: string) =>
    new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();

  test('unpacks gzip, refuses broken gzip, other encodings, bombs and bytes that are not UTF-8', async () => {
    const { host } = hostWith();
    const send = (body: string | ArrayBuffer | Uint8Array<ArrayBuffer>, encoding?: string) =>
      host.request('/body', {
        method: 'POST',
        body,
        headers: encoding ? { 'content-encoding': encoding } : {},
      });
    const packed = await gzip('hello');
    expect(await (await send(packed, 'gzip')).text()).toBe('hello');
    expect((await send(packed.slice(0, 12), 'gzip')).status).toBe(400);
    expect((await send(await gzip('x'.repeat(1_000)), 'gzip')).status).toBe(413);
    const brotli = await send('x', 'br');
    expect(brotli.status).toBe(415);
    expect(brotli.headers.get('accept-encoding')).toBe('gzip');
    expect((await send(new Uint8Array([0xff, 0xfe]))).status).toBe(400);
    expect((await send('x'.repeat(65))).status).toBe(413);
    expect((await send('x'.repeat(64))).status).toBe(200);
  });

  test('refuses by content-length before reading', async () => {
    const { host } = hostWith();
    const res = await host.request('/body', {
      method: 'POST',
      body: 'x',
      headers: { 'content-length': '65' },
    });
    expect(res.status).toBe(413);
  });
});

describe('OpenAPI', () => {
  test('is one 3.1 document of all apps with security schemes, problems and servers', () => {
    const { app, other } = hostWith();
    const document = openApiDocument([app, other], { version: '1.2.3' });
    expect(document.openapi).toBe('3.1.0');
    expect(document.info.version).toBe('1.2.3');
    expect(document.paths?.['/v1/listeners/{id}/echo']?.post?.responses).toHaveProperty('401');
    expect(Object.keys(document.components?.securitySchemes ?? {})).toEqual(['bearer', 'listenBrainzToken']);
    expect(document.components?.schemas).toHaveProperty('Problem');
    expect(document.servers).toHaveLength(1);
  });

  test('refuses two apps that answer one route', () => {
    const { app } = hostWith();
    expect(() => openApiDocument([app, app], { version: '1' })).toThrow(/post \/v1\/listeners/);
  });
});
