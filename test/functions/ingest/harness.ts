/** An ingest app over fakes, mounted on a host as the local host mounts it. */
import { createIngest, type IngestDeps } from '../../../functions/ingest/handler.ts';
import { createApi } from '../../../shared/api/app.ts';
import type { Principal } from '../../../shared/auth/principal.ts';
import { Unauthenticated } from '../../../shared/errors.ts';
import { fakeCatalogue, fakeErasures, fakeLogger, fakePrivateSessions, fakeTopics } from '../fakes/stores.ts';

export const NOW = Date.UTC(2026, 10, 1, 12);

/** `svc` is a service; `l:<id>` is the listener of that id. */
async function authenticate(header: string | undefined): Promise<Principal> {
  const token = /^(?:Bearer|Token) (.+)$/.exec(header ?? '')?.[1];
  if (token === 'svc') return { kind: 'service' };
  if (token?.startsWith('l:')) return { kind: 'listener', listenerId: token.slice(2) };
  throw new Unauthenticated('unknown token');
}

export function ingestHarness(options: Partial<IngestDeps> = {}) {
  const topics = fakeTopics();
  const { logger, lines } = fakeLogger();
  let ids = 0;
  const deps = {
    logger,
    authenticate,
    clock: { now: () => NOW },
    newId: () => `id-${++ids}`,
    topics,
    catalogue: fakeCatalogue(),
    erasures: fakeErasures(),
    privateSessions: fakePrivateSessions(),
    ...options,
  };
  const host = createApi(deps);
  const app = createIngest(deps);
  host.route('/', app);

  async function send(
    path: string,
    body: unknown,
    { token = 'svc', headers = {} }: { token?: string; headers?: Record<string, string> } = {},
  ) {
    const response = await host.request(path, {
      method: 'POST',
      body: typeof body === 'string' || body instanceof ArrayBuffer ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer };
  }
  return { host, app, topics, lines, send };
}

/** What any of the routes may answer. */
export interface Answer {
  readonly status: unknown;
  readonly type: string;
  readonly code: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly { index: number; errors: readonly { pointer: string; detail: string }[] }[];
  readonly errors: unknown;
}

export function submitted(rest: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'listen',
    eventId: 'e1',
    listenerId: 'ann',
    itemId: 'item-1',
    occurredAt: '2026-11-01T11:00:00Z',
    msPlayed: 180_000,
    durationMs: 200_000,
    ...rest,
  };
}
