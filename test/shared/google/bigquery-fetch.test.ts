/** Credentials on every request, by Google's own library against a token service on loopback. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BIGQUERY_SCOPE, createAuthorizedFetch } from '../../../shared/google/bigquery-fetch.ts';

let seen: { path: string; authorization: string | undefined; body: string }[];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  seen.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      access_token: 'from-the-token-service',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 3600,
    }),
  );
});

let directory: string;
beforeEach(async () => {
  seen = [];
  directory = await mkdtemp(join(tmpdir(), 'segue-credentials-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
  await new Promise((resolve) => server.close(resolve));
});

test('looks for credentials at first use, again after it failed, and asks for one token only', async () => {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const path = join(directory, 'credentials.json');
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', path);
  vi.stubEnv('GOOGLE_CLOUD_PROJECT', 'demo-project');
  const authorized = createAuthorizedFetch([BIGQUERY_SCOPE]);
  await expect(authorized(`${endpoint}/early`)).rejects.toThrow(/credentials\.json/);

  await writeFile(join(directory, 'subject'), 'who-runs-this');
  await writeFile(
    path,
    JSON.stringify({
      type: 'external_account',
      audience:
        '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${endpoint}/token`,
      credential_source: { file: join(directory, 'subject') },
    }),
  );
  for (const name of ['one', 'two'])
    await authorized(`${endpoint}/${name}`, {
      headers: { 'content-type': 'text/plain' },
      method: 'POST',
      body: name,
    });
  expect(seen.map((request) => request.path)).toEqual(['/token', '/one', '/two']);
  expect(seen[0]?.body).toContain(encodeURIComponent(BIGQUERY_SCOPE));
  expect(seen.slice(1)).toEqual(
    ['one', 'two'].map((name) => ({
      path: `/${name}`,
      authorization: 'Bearer from-the-token-service',
      body: name,
    })),
  );
});
