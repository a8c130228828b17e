/** Every function behind one port. */
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { createAgent } from '../../functions/agent/handler.ts';
import { createIngest } from '../../functions/ingest/handler.ts';
import { createDeliveries } from '../../functions/serve/deliveries.ts';
import { createServe } from '../../functions/serve/handler.ts';
import { createHistory } from '../../functions/serve/history.ts';
import { createSessions } from '../../functions/sessions/handler.ts';
import { createApi } from '../../shared/api/app.ts';
import { openApiDocument } from '../../shared/api/openapi.ts';
import { createAuthenticator } from '../../shared/auth/authenticator.ts';
import { loadSigningKeys } from '../../shared/auth/key-file.ts';
import { createOidcVerifier } from '../../shared/auth/oidc.ts';
import { createLocalVerifier } from '../../shared/auth/tokens.ts';
import { RANKING_WEIGHTS } from '../../shared/domain/ranking.ts';
import { PermanentError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging/logger.ts';
import { createSnapshotReader } from '../../shared/rows/catalogue-snapshot.ts';
import { createPrivateSessions } from '../../shared/rows/private-sessions.ts';
import { createForgetting } from '../../shared/serving/forgetting.ts';
import type { Core } from './core.ts';
import { VERSION } from './version.ts';

/** Creates the app that answers everything. */
export function createHostApp(core: Core, logger: Logger) {
  const { clock, settings, rows } = core;
  const verifiers = [createLocalVerifier({ keys: () => loadSigningKeys(core.directory.keys), clock })];
  if (settings.oidc !== undefined) verifiers.push(createOidcVerifier({ ...settings.oidc, clock }));
  const api = {
    logger,
    clock,
    authenticate: createAuthenticator({ verifiers, clock }),
    newId: () => crypto.randomUUID(),
  };
  const ingest = createIngest({
    ...api,
    topics: core.topics,
    catalogue: core.catalogue,
    erasures: core.erasures,
    privateSessions: createPrivateSessions(rows),
  });
  const answering = {
    ...api,
    rows,
    topics: core.topics,
    catalogue: core.catalogue,
    erasures: core.erasures,
    listeners: core.listeners,
    weights: RANKING_WEIGHTS,
    snapshots: createSnapshotReader(rows),
  };
  const forgetting = { forgetting: createForgetting(core.documents) };
  const serving = createServe({
    ...answering,
    ...forgetting,
    deliveries: createDeliveries(core.topics),
    history: createHistory(core.warehouse),
  });
  const sessions = createSessions({ ...answering, documents: core.documents });
  const host = createApi(api);
  const document = openApiDocument([ingest, serving, sessions], { version: VERSION });
  host.get('/v1/openapi.json', (c) => c.json(document));
  host.route('/', ingest);
  host.route('/', serving);
  host.route('/', sessions);
  // Its tools ask this very host, in the caller's name.
  host.route('/', createAgent({ ...api, call: async (path, init) => host.request(path, init) }));
  return host;
}

/** Listens; resolves to the server and its address once it does. Rejects when the port is taken. */
export function listen(
  app: ReturnType<typeof createHostApp>,
  { hostname, port }: { hostname: string; port: number },
): Promise<{ server: Server; address: string }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname, port }, (info) => {
      const name = info.family === 'IPv6' ? `[${info.address}]` : info.address;
      resolve({ server, address: `http://${name}:${info.port}` });
    }) as Server;
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, hostname, port)));
  });
}

function explain(error: NodeJS.ErrnoException, hostname: string, port: number): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: 'another process has it',
    EACCES: 'this user may not have it',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'the name is not known',
  };
  const reason = reasons[error.code ?? ''];
  if (reason === undefined) return error;
  const message = `Cannot listen on ${hostname} port ${port}: ${reason}. Choose with PORT and SEGUE_HOST.`;
  return new PermanentError(message, { cause: error });
}
