/** The HTTP edge every function stands on: request identity, one log line, errors as problems, OpenAPI. */
import { type Hook, OpenAPIHono } from '@hono/zod-openapi';
import type { Context, Env, MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import type { Principal } from '../auth/principal.ts';
import { InvalidInput, Unauthenticated } from '../errors.ts';
import { type Logger, lazyChild, shortHash } from '../logging/logger.ts';
import { requestIdOf, traceIdOf } from '../logging/trace.ts';
import type { Clock } from '../ports/clock.ts';
import { allowedMethods } from './methods.ts';
import { fieldProblems, problem, problemOf, problemResponse } from './problem.ts';

export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

export interface ApiDeps {
  readonly logger: Logger;
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  /** A new unique printable id, for requests that bring none. */
  readonly newId: () => string;
  /** Google Cloud project, where there is one: log lines then name their trace in it. */
  readonly project?: string;
}

export interface ApiEnv extends Env {
  Variables: {
    requestId: string;
    traceId: string | undefined;
    logger: Logger;
    authenticate: Authenticate;
    /** Set by `authenticated`. */
    principal: Principal;
  };
}

export type ApiApp = OpenAPIHono<ApiEnv>;

/** Where each kind of parameter lives in a problem's pointers; the body's begin at the root. */
const POINTER_PREFIX: Readonly<Record<string, string>> = {
  json: '',
  form: '',
  query: '/query',
  param: '/path',
  header: '/header',
  cookie: '/cookie',
};

const rejectInvalid: Hook<unknown, ApiEnv, string, unknown> = (result) => {
  if (result.success) return;
  throw new InvalidInput(fieldProblems(result.error, POINTER_PREFIX[result.target] ?? ''));
};

/** The pattern of the route that answered, never the path itself, which holds ids. */
function routeOf(c: Context): string {
  return matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path ?? '(none)';
}

/** Gives each request its identity and logs it once, however many mounted apps it passes. */
function identifyAndLog(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    // Each mounted app brings this middleware along; the outermost does the work.
    if (c.get('requestId') !== undefined) return next();
    const started = deps.clock.now();
    const requestId = requestIdOf(c.req.header('x-request-id')) ?? deps.newId();
    const traceId = traceIdOf(c.req.header('traceparent'));
    const identity = {
      requestId,
      ...(traceId && { traceId }),
      ...(traceId &&
        deps.project && { 'logging.googleapis.com/trace': `projects/${deps.project}/traces/${traceId}` }),
    };
    c.set('requestId', requestId);
    c.set('traceId', traceId);
    c.set('logger', lazyChild(deps.logger, identity));
    c.set('authenticate', deps.authenticate);
    c.header('x-request-id', requestId);
    await next();
    const status = c.res.status;
    const principal = c.get('principal');
    const fields = {
      ...identity,
      method: c.req.method,
      route: routeOf(c),
      status,
      ms: deps.clock.now() - started,
      ...(principal && { principal: principal.kind }),
      ...(principal?.kind === 'listener' && { listener: shortHash(principal.listenerId) }),
      ...(status >= 500 && c.error && { error: c.error }),
    };
    if (status >= 500) deps.logger.error(fields, 'request failed');
    else deps.logger.info(fields, 'request');
  };
}

/**
 * Middleware for routes that need a known caller: authenticates before anything of the request is validated, and
 * leaves the principal in `c.var.principal`. Throws Unauthenticated.
 */
export const authenticated = createMiddleware<ApiEnv>(async (c, next) => {
  c.set('principal', await c.get('authenticate')(c.req.header('authorization')));
  await next();
});

/** Any app's error handler: the problem of what was thrown. */
export function answerWithProblem(error: unknown, c: Context): Response {
  const document = problemOf(error);
  const refused = error instanceof Unauthenticated && c.req.header('authorization') !== undefined;
  if (!refused) return problemResponse(c, document);
  // RFC 6750 §3.1: name the error only where a token was sent.
  const headers = { 'www-authenticate': 'Bearer realm="segue", error="invalid_token"' };
  return problemResponse(c, { ...document, headers });
}

/**
 * Creates an app with everything the edge promises. Apps are mounted on a host app made by this same function:
 * `host.route('/', app)`. Bodies are limited per route, by `limitBody` or `readBody` (body.ts).
 */
export function createApi(deps: ApiDeps): ApiApp {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: rejectInvalid });
  app.use(identifyAndLog(deps));
  app.onError(answerWithProblem);
  app.notFound((c) => {
    const allow = allowedMethods(app.routes, c.req.path);
    if (allow.length === 0) return problemResponse(c, problem(404, 'There is nothing at this path.'));
    const headers = { allow: allow.join(', ') };
    return problemResponse(c, problem(405, `${c.req.method} is not answered here.`, { headers }));
  });
  return app;
}
