import type { AddressInfo } from 'node:net';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { createCloudAgent } from '../../../functions/agent/cloud.ts';
import { createAgent } from '../../../functions/agent/handler.ts';
import { createFrameworkListener } from '../../../shared/google/framework-listener.ts';
import { MCP_HEADERS, openAgent } from './harness.ts';

const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

test('a wrong environment is told as a whole before anything is asked of anybody', () => {
  expect(() => createCloudAgent({})).toThrow(/GOOGLE_CLOUD_PROJECT[\s\S]*SEGUE_OIDC_ISSUER, SEGUE_KEYS/);
});

test('wired from its environment it knows its callers by their tokens', async () => {
  const { publicKey } = await generateKeyPair('Ed25519', { extractable: true });
  const key = { ...(await exportJWK(publicKey)), kid: 'k1' };
  const emulator = '127.0.0.1:1';
  const agent = createCloudAgent({
    GOOGLE_CLOUD_PROJECT: 'p',
    SEGUE_KEYS: JSON.stringify(key),
    SEGUE_LOG: 'silent',
    BIGTABLE_EMULATOR_HOST: emulator,
    BIGQUERY_EMULATOR_HOST: emulator,
    PUBSUB_EMULATOR_HOST: emulator,
    FIRESTORE_EMULATOR_HOST: emulator,
  });
  const response = await agent.request('/mcp', { method: 'POST', headers: MCP_HEADERS, body: message });
  expect(response.status).toBe(401);
  // The apps behind the tools are not in front of anybody.
  for (const path of ['/v1/search?q=x', '/v1/sessions/s', '/v1/listeners/ann/export', '/v1/healthz'])
    expect((await agent.request(path)).status).toBe(404);
});

test('the framework, which reads bodies itself, hands messages over whole', async () => {
  const h = await openAgent();
  http(
    'agent-under-test',
    createFrameworkListener(createAgent({ ...h.deps, call: async () => new Response() })),
  );
  const server = getTestServer('agent-under-test').listen(0);
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    const headers = { ...MCP_HEADERS, authorization: 'Bearer l:ann' };
    const response = await fetch(url, { method: 'POST', headers, body: message });
    expect(response.status).toBe(200);
    const { result } = (await response.json()) as { result: { tools: unknown[] } };
    expect(result.tools).toHaveLength(7);
    const large = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ x: 'x'.repeat(300_000) }),
    });
    expect(large.status).toBe(413);
  } finally {
    await new Promise((resolve) => server.close(resolve));
    await h.close();
  }
});
