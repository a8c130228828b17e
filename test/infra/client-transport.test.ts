/** The client for apps against a real server that answers from a script. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Problem, SegueClient } from '../../clients/typescript/segue.ts';
import {
  type ProblemDocument,
  SegueProblem,
  type TransportOptions,
} from '../../clients/typescript/transport.ts';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

type Answer = (response: ServerResponse) => void;
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const problemOf = (status: number): Problem => ({
  type: 'urn:segue:problem:x',
  title: 'No',
  status,
  detail: 'Not so.',
  errors: [{ pointer: '/query/limit', detail: 'too much' }],
});
const problem = (status: number, headers: Record<string, string> = {}) =>
  json(status, problemOf(status), headers);
const ALIVE = json(200, { status: 'ok' });

let asked: Asked[] = [];
let script: Answer[] = [];
let baseUrl = '';
const server = createServer(async (request: IncomingMessage, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { method, url, headers } = request;
  asked.push({
    method,
    url,
    authorization: headers.authorization,
    contentType: headers['content-type'],
    body,
  });
  (script.length > 1 ? script.shift() : script[0])?.(response);
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function open(answers: Answer[], options: Partial<TransportOptions> = {}): SegueClient {
  script = [...answers];
  return new SegueClient({ baseUrl, token: 'secret', ...options });
}
const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a request', () => {
  test('has its parameters where they belong, encoded, and nothing that was not given', async () => {
    const segue = open([json(200, {})], { baseUrl: `${baseUrl}/music//` });
    await segue.getListenerNext({ id: 'a/b ?ü%2e', seed: 'x&limit=9', limit: undefined });
    await segue.putListenerControl({
      id: 'ann',
      kind: 'dislike',
      target: 't1',
      body: { until: '2027-01-01T00:00:00Z' },
    });
    await segue.deleteListenerControl({ id: 'ann', kind: 'dislike', target: '..x' });
    expect(asked).toEqual([
      {
        method: 'GET',
        url: '/music/v1/listeners/a%2Fb%20%3F%C3%BC%252e/next?seed=x%26limit%3D9',
        authorization: 'Bearer secret',
        contentType: undefined,
        body: '',
      },
      {
        method: 'PUT',
        url: '/music/v1/listeners/ann/controls/dislike/t1',
        authorization: 'Bearer secret',
        contentType: 'application/json',
        body: '{"until":"2027-01-01T00:00:00Z"}',
      },
      expect.objectContaining({
        method: 'DELETE',
        url: '/music/v1/listeners/ann/controls/dislike/..x',
        body: '',
      }),
    ]);
  });

  test.each(['', '.', '..'])('for %j is not sent, since a URL would lead elsewhere', async (id) => {
    expect(await errorOf(open([ALIVE]).getListenerProfile({ id }))).toBeInstanceOf(TypeError);
    expect(asked).toEqual([]);
  });

  test('carries a token only where the operation wants one, and asks for it each time', async () => {
    let made = 0;
    const token = async () => `token-${++made}`;
    const segue = open([problem(503, { 'retry-after': '0' }), json(200, {})], { token });
    await segue.getListenerProfile({ id: 'ann' });
    await segue.getLivez();
    await new SegueClient({ baseUrl }).getSearch({ q: 'x' });
    expect(asked.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      undefined,
      undefined,
    ]);
  });
});

describe('an answer', () => {
  test('of success has its status and data, also where it is empty', async () => {
    expect(await open([ALIVE]).getLivez()).toEqual({ status: 200, data: { status: 'ok' } });
    const empty: Answer = (response) => response.writeHead(204).end();
    expect(await open([empty]).deleteSession({ id: 's' })).toEqual({ status: 204, data: undefined });
  });

  test('of failure is thrown with its problem', async () => {
    const error = await errorOf(open([problem(400)]).getSearch({ q: '', limit: 999 }));
    expect(error).toBeInstanceOf(SegueProblem);
    expect(error).toMatchObject({
      status: 400,
      problem: problemOf(400),
      message: 'GET /v1/search: 400 Not so.',
    });
    expect(asked).toHaveLength(1);
    // One document, told in the API's own type and in the transport's.
    const document: ProblemDocument = problemOf(400);
    const same: Problem = document;
    expect(same).toBe(document);
  });

  test('of somebody in between is thrown as it is', async () => {
    const page: Answer = (response) =>
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad</h1>');
    expect(await errorOf(open([page]).getLivez())).toMatchObject({
      status: 502,
      problem: undefined,
      body: '<h1>Bad</h1>',
    });
    const portal: Answer = (response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>');
    expect(await errorOf(open([portal]).getLivez())).toMatchObject({ status: 200, body: '<h1>Log in</h1>' });
    expect(await errorOf(open([json(503, { status: 'no' })], { retries: 0 }).getReadyz())).toMatchObject({
      status: 503,
      problem: undefined,
      body: { status: 'no' },
    });
  });

  test('that never comes is an error of fetch', async () => {
    expect(await errorOf(open([], { baseUrl: 'http://127.0.0.1:1' }).getLivez())).toBeInstanceOf(TypeError);
  });
});

describe('429 and 503', () => {
  test.each([429, 503])('%i is asked again when Retry-After says, with the same body', async (status) => {
    const segue = open([problem(status, { 'retry-after': '0.2' }), json(202, { accepted: 1 })]);
    const began = performance.now();
    await segue.postEvents({ body: [] });
    expect(performance.now() - began).toBeGreaterThan(190);
    expect(asked.map(({ body }) => body)).toEqual(['[]', '[]']);
  });

  test('so often and no more', async () => {
    const always = problem(503, { 'retry-after': '0' });
    expect(await errorOf(open([always]).getLivez())).toMatchObject({ status: 503 });
    expect(asked).toHaveLength(3);
    expect(await errorOf(open([always], { retries: 0 }).getLivez())).toMatchObject({ status: 503 });
    expect(asked).toHaveLength(4);
  });

  test('not where it would take longer than is waited for', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    for (const retryAfter of ['11', date])
      expect(await errorOf(open([problem(429, { 'retry-after': retryAfter })]).getLivez())).toMatchObject({
        status: 429,
      });
    expect(asked).toHaveLength(2);
  });

  test.each([400, 401, 403, 404, 409, 500])('%i is not asked again', async (status) => {
    expect(await errorOf(open([problem(status, { 'retry-after': '0' })]).getLivez())).toMatchObject({
      status,
    });
    expect(asked).toHaveLength(1);
  });

  test('without Retry-After, or with one that cannot be read, it is asked again after a second', async () => {
    for (const headers of [{}, { 'retry-after': 'soon' }] as Record<string, string>[]) {
      const began = performance.now();
      await open([problem(503, headers), ALIVE]).getLivez();
      expect(performance.now() - began).toBeGreaterThan(950);
    }
  });
});

describe('a signal', () => {
  test('ends a request, and a wait', async () => {
    const reason = new Error('gone');
    const aborted = await errorOf(open([ALIVE]).getLivez({ signal: AbortSignal.abort(reason) }));
    expect(aborted).toBe(reason);
    expect(asked).toEqual([]);

    const controller = new AbortController();
    const silent = errorOf(open([() => undefined]).getLivez({ signal: controller.signal }));
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    controller.abort(reason);
    expect(await silent).toBe(reason);

    const patient = new AbortController();
    const waiting = errorOf(
      open([problem(503, { 'retry-after': '9' })]).getLivez({ signal: patient.signal }),
    );
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    await new Promise((resolve) => setTimeout(resolve, 50));
    patient.abort(reason);
    expect(await waiting).toBe(reason);
    expect(asked).toHaveLength(2);
  });
});
