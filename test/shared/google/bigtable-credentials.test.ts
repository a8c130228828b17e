import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import tls from 'node:tls';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { messageOf, TransientError } from '../../../shared/errors.ts';
import { type BigtableRows, createBigtableRows } from '../../../shared/google/bigtable-rows.ts';
import { startFrontEnd, startMetadata } from './bigtable-front-end.ts';

const HOST = 'bigtable.googleapis.com';
const token = (response: ServerResponse) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ access_token: 'of-the-instance', expires_in: 3_600, token_type: 'Bearer' }));
};

let answer: (response: ServerResponse) => void = token;
let frontEnd: Awaited<ReturnType<typeof startFrontEnd>>;
let metadata: Awaited<ReturnType<typeof startMetadata>>;
const dialled: unknown[] = [];
const stores: BigtableRows[] = [];

const open = (totalMs = 3_000) => {
  const reads = { attemptMs: 1_000, totalMs };
  const store = createBigtableRows({ project: 'p', instance: 'segue', appProfile: 'serving', reads });
  stores.push(store);
  return store;
};

beforeAll(async () => {
  frontEnd = await startFrontEnd(HOST);
  metadata = await startMetadata((response) => answer(response));
  // No credentials but the instance's: neither a file's nor those of whoever runs the tests.
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', undefined);
  vi.stubEnv('HOME', tmpdir());
  vi.stubEnv('APPDATA', tmpdir());
  vi.stubEnv('GCE_METADATA_HOST', metadata.address);
  vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present');
  const { connect } = tls;
  // Google's name leads to the front end above; everything else of TLS is as it is, the name's check included.
  vi.spyOn(tls, 'connect').mockImplementation(((port: unknown, host: unknown, options: object) => {
    dialled.push(`${host}:${port}`);
    return connect(frontEnd.port, '127.0.0.1', { ...options, servername: HOST, ca: frontEnd.cert });
  }) as typeof tls.connect);
});
beforeEach(() => {
  answer = token;
});
afterAll(async () => {
  for (const store of stores) await store.close();
  frontEnd?.close();
  metadata?.close();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test('a metadata server that hangs holds a read no longer than its deadline', async () => {
  answer = () => undefined;
  const began = performance.now();
  await expect(open(400).read('listeners', 'a')).rejects.toThrow(TransientError);
  expect(performance.now() - began).toBeLessThan(1_000);
  metadata.hangUp();
});

test('credentials that fail are told as what may pass and are not remembered; nothing goes out without them', async () => {
  answer = (response) => {
    response.statusCode = 403;
    response.end('no');
  };
  const store = open(300);
  await expect(store.read('listeners', 'a')).rejects.toThrow(TransientError);
  await expect(store.read('listeners', 'a')).rejects.toThrow(/^Reading listeners: [A-Z_]+: no credentials/);
  expect(frontEnd.calls).toEqual([]);
  answer = token;
  // As often as a first handshake takes on a busy machine; what is remembered would fail for ever.
  const read = () => store.read('listeners', 'a').then((row) => row ?? 'nothing', messageOf);
  await expect.poll(read, { timeout: 10_000 }).toBe('nothing');
});

test('a function in the cloud asks Bigtable over TLS in its own name, for data and nothing else', async () => {
  dialled.length = 0;
  frontEnd.calls.length = 0;
  const before = metadata.asked.length;
  const store = open();
  expect([dialled, metadata.asked.length]).toEqual([[], before]);
  await store.write('erasures', []);
  expect(await store.readMany('listeners', ['a', 'b'])).toEqual([undefined, undefined]);
  expect(dialled).toEqual([`${HOST}:443`]);
  expect(frontEnd.calls).toHaveLength(1);
  expect(frontEnd.calls[0]).toMatchObject({
    ':authority': expect.stringMatching(/^bigtable\.googleapis\.com(:443)?$/),
    ':scheme': 'https',
    ':path': '/google.bigtable.v2.Bigtable/ReadRows',
    authorization: 'Bearer of-the-instance',
    'x-goog-request-params':
      'table_name=projects%2Fp%2Finstances%2Fsegue%2Ftables%2Flisteners&app_profile_id=serving',
  });
  expect(new Set(metadata.asked)).toEqual(new Set(['https://www.googleapis.com/auth/bigtable.data']));
});

test('a token is kept for all calls of the process', async () => {
  const before = metadata.asked.length;
  const store = open();
  for (let i = 0; i < 5; i++) await store.read('listeners', `k${i}`);
  expect(metadata.asked.length).toBe(before);
});
