/** `agent` behind a real port, in front of `serve` and `sessions` over embedded stores; the SDK's own client talks to it. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Call } from '../../../functions/agent/api-calls.ts';
import { type AgentDeps, createAgent } from '../../../functions/agent/handler.ts';
import { createServe } from '../../../functions/serve/handler.ts';
import { createApi } from '../../../shared/api/app.ts';
import { fill, openSessions, someCatalogue } from '../sessions/harness.ts';

export type AgentHarness = Awaited<ReturnType<typeof openAgent>>;

/** Opens it with the catalogue of `fill`; `deps` are laid over the agent's own. */
export async function openAgent(
  options: {
    deps?: Partial<AgentDeps>;
    catalogue?: Parameters<typeof fill>[1];
    wrap?: (call: Call) => Call;
  } = {},
) {
  const sessions = openSessions();
  const catalogue = options.catalogue ?? someCatalogue();
  await fill(sessions, catalogue);
  await sessions.learn(
    ...catalogue.map(({ item, recording, title, artist, artistId, genres }) => ({
      ...{ itemId: item, recordingId: recording ?? item, title: title ?? null, artist: artist ?? null },
      ...{ artistId: artistId ?? null, genres: genres ?? [] },
    })),
  );
  const { deps } = sessions;
  const host = createApi(deps);
  host.route('/', createServe({ ...deps, rateLimits: { listener: 100_000, service: 100_000 } }));
  host.route('/', sessions.app());
  const ask: Call = async (path, init) => host.request(path, init);
  const call = options.wrap?.(ask) ?? ask;
  host.route('/', createAgent({ ...deps, call, ...options.deps }));
  const server = await new Promise<Server>((resolve) => {
    const listening = serve({ fetch: host.fetch, hostname: '127.0.0.1', port: 0 }, () =>
      resolve(listening as Server),
    );
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: Client[] = [];

  return {
    ...sessions,
    address,
    url: `${address}/mcp`,

    /** A client of the SDK, connected. */
    async connect(token = 'l:ann'): Promise<Client> {
      const client = new Client({ name: 'test', version: '0' });
      await client.connect(transportTo(`${address}/mcp`, token));
      clients.push(client);
      return client;
    },

    /** Any message over HTTP. */
    post: (body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${address}/mcp`, {
        method: 'POST',
        headers: { ...MCP_HEADERS, authorization: 'Bearer l:ann', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),

    /** The API beside the agent. */
    api: (path: string, headers: Record<string, string> = {}) =>
      fetch(address + path, { headers: { authorization: 'Bearer l:ann', ...headers } }),

    async close(): Promise<void> {
      await Promise.all(clients.map((client) => client.close()));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await sessions.close();
    },
  };
}

export const MCP_HEADERS = {
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
};

/** The SDK's transport as it comes. Its optional members are not written for exactOptionalPropertyTypes. */
export function transportTo(url: string, token: string): Parameters<Client['connect']>[0] {
  return new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  }) as Parameters<Client['connect']>[0];
}

/** What tools answer, as far as tests look at it. */
export interface Told {
  readonly sessionId: string;
  readonly listenerId: string;
  readonly turn: number;
  readonly turns: number;
  readonly playlistId: string;
  readonly items: readonly {
    itemId: string;
    title: string;
    genres: string[];
    reasons: { reason: string }[];
  }[];
  readonly tracks: readonly { itemId: string; title: string | null }[];
  readonly [other: string]: unknown;
}

/** Calls a tool that is to succeed. */
export async function use(client: Client, name: string, given: Record<string, unknown> = {}): Promise<Told> {
  const result = (await client.callTool({ name, arguments: given })) as CallToolResult;
  if (result.isError) throw new Error(JSON.stringify(result.content));
  return result.structuredContent as unknown as Told;
}

export interface Refusal {
  readonly type: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { pointer: string; detail: string }[];
  readonly retryAfterSeconds?: number;
}

/** Calls a tool that is to fail; what it says. */
export async function refuse(
  client: Client,
  name: string,
  given: Record<string, unknown> = {},
): Promise<Refusal> {
  const result = (await client.callTool({ name, arguments: given })) as CallToolResult;
  if (result.isError !== true) throw new Error(`${name} succeeded: ${JSON.stringify(result)}`);
  const last = result.content.at(-1);
  return JSON.parse(last?.type === 'text' ? last.text : '') as Refusal;
}
