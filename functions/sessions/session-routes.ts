/** Sessions over HTTP: begun once, gone on with turn by turn, told of, ended. */
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiApp } from '../../shared/api/app.ts';
import { limitBody } from '../../shared/api/body.ts';
import { Id } from '../../shared/api/ids.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import {
  MAX_SESSION_BYTES,
  SessionAnswerSchema,
  SessionId,
  SessionRequestSchema,
  SessionSchema,
  TurnRequestSchema,
} from '../../shared/api/session.ts';
import { actedFor, type Principal } from '../../shared/auth/principal.ts';
import { InvalidInput } from '../../shared/errors.ts';
import { removeSession } from '../../shared/serving/session-documents.ts';
import type { SessionDeps } from './deps.ts';
import { beginSession, continueSession } from './steps.ts';
import { tellSession } from './telling.ts';
import { findSession } from './writing.ts';

const MAX_TURN_BYTES = 262_144;

const place = {
  params: z.object({ id: SessionId }),
  query: z.object({ listenerId: Id.optional().describe('Needed with a service token.') }),
};
const answer = {
  description: 'The next tracks, each with its reasons.',
  content: { 'application/json': { schema: SessionAnswerSchema } },
};

const begin = createRoute({
  method: 'post',
  path: '/v1/sessions',
  summary: 'Begin a session from tracks, artists, a playlist, a brief or a prompt',
  security: BEARER,
  middleware: [limitBody(MAX_SESSION_BYTES)] as const,
  request: { body: { content: { 'application/json': { schema: SessionRequestSchema } }, required: true } },
  responses: { 200: answer, ...problemResponses(400, 401, 403, 409, 413, 415, 429, 503) },
});

const turn = createRoute({
  method: 'post',
  path: '/v1/sessions/{id}/turns',
  summary: 'Go on: what was heard, what to change, the next tracks',
  security: BEARER,
  middleware: [limitBody(MAX_TURN_BYTES)] as const,
  request: {
    ...place,
    body: { content: { 'application/json': { schema: TurnRequestSchema } }, required: true },
  },
  responses: { 200: answer, ...problemResponses(400, 401, 403, 404, 409, 413, 415, 429, 503) },
});

const tell = createRoute({
  method: 'get',
  path: '/v1/sessions/{id}',
  summary: 'What a session has become, and how',
  security: BEARER,
  request: place,
  responses: {
    200: { description: 'The session.', content: { 'application/json': { schema: SessionSchema } } },
    ...problemResponses(400, 401, 403, 404, 429, 503),
  },
});

const end = createRoute({
  method: 'delete',
  path: '/v1/sessions/{id}',
  summary: 'End and forget a session',
  security: BEARER,
  request: place,
  responses: {
    204: { description: 'There is no such session, any more or ever.' },
    ...problemResponses(400, 401, 403, 429, 503),
  },
});

/** Whose session it is; a service says so in the query. */
function listenerOf(principal: Principal, named: string | undefined): string {
  if (principal.kind === 'service' && named === undefined)
    throw new InvalidInput([{ pointer: '/query/listenerId', detail: 'is needed with a service token' }]);
  return actedFor(principal, named);
}

export function addSessionRoutes(app: ApiApp, deps: SessionDeps): void {
  app.openapi(begin, async (c) => {
    const request = c.req.valid('json');
    const listenerId = actedFor(c.get('principal'), request.listenerId);
    c.header('cache-control', 'no-store');
    return c.json(await beginSession(deps, c.get('logger'), listenerId, request), 200);
  });

  app.openapi(turn, async (c) => {
    const listenerId = listenerOf(c.get('principal'), c.req.valid('query').listenerId);
    const sessionId = c.req.valid('param').id;
    const where = { listenerId, sessionId };
    c.header('cache-control', 'no-store');
    return c.json(await continueSession(deps, c.get('logger'), where, c.req.valid('json')), 200);
  });

  app.openapi(tell, async (c) => {
    const listenerId = listenerOf(c.get('principal'), c.req.valid('query').listenerId);
    const state = await findSession(deps, { listenerId, sessionId: c.req.valid('param').id });
    c.header('cache-control', 'no-store');
    return c.json(tellSession(state), 200);
  });

  app.openapi(end, async (c) => {
    const listenerId = listenerOf(c.get('principal'), c.req.valid('query').listenerId);
    await removeSession(deps.documents, { listenerId, sessionId: c.req.valid('param').id });
    return c.body(null, 204);
  });
}
