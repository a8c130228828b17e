/** The one place that turns errors into RFC 9457 problem documents. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ZodError } from 'zod';
import {
  Forbidden,
  InvalidInput,
  NotFound,
  RateLimited,
  TooLarge,
  TransientError,
  Unauthenticated,
} from '../errors.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** Seconds after which a caller may try again what a store failed to do. */
export const RETRY_AFTER_SECONDS = 1;

/** One thing wrong; `pointer` is an RFC 6901 JSON pointer into the body, or `/query/…`, `/path/…`, `/header/…`. */
export interface FieldProblem {
  readonly pointer: string;
  readonly detail: string;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: ContentfulStatusCode;
  readonly detail: string;
  readonly instance?: string;
  readonly errors?: readonly FieldProblem[];
  /** Further members of the document (RFC 9457 §3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const TITLES: Readonly<Record<number, readonly [name: string, title: string]>> = {
  400: ['invalid-input', 'The request is not valid'],
  401: ['unauthenticated', 'Authentication is needed'],
  403: ['forbidden', 'Not allowed'],
  404: ['not-found', 'Not found'],
  405: ['method-not-allowed', 'Method not allowed'],
  409: ['conflict', 'Conflict'],
  413: ['too-large', 'The request is too large'],
  415: ['unsupported-media-type', 'Unsupported media type'],
  429: ['rate-limited', 'Too many requests'],
  500: ['internal', 'Internal error'],
  503: ['unavailable', 'Not available just now'],
};

/** A problem of a status: type `urn:segue:problem:<name>` and a title that is the same for every such problem. */
export function problem(
  status: ContentfulStatusCode,
  detail: string,
  rest: Pick<Problem, 'errors' | 'extensions' | 'headers'> = {},
): Problem {
  const [name, title] = TITLES[status] ?? [`http-${status}`, 'Request failed'];
  return { type: `urn:segue:problem:${name}`, title, status, detail, ...rest };
}

/** A JSON pointer (RFC 6901) of a path of keys and indices below a prefix. */
export function pointerTo(path: readonly PropertyKey[], prefix = ''): string {
  return prefix + path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** What a zod error names, as pointers below `prefix`. Unknown keys of a strict object point at the key. */
export function fieldProblems(error: ZodError, prefix = ''): FieldProblem[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          pointer: pointerTo([...issue.path, key], prefix),
          detail: 'unknown field',
        }))
      : [{ pointer: pointerTo(issue.path, prefix), detail: issue.message }],
  );
}

function ofClientError(error: unknown): Problem | undefined {
  if (error instanceof InvalidInput) return problem(400, error.message, { errors: error.problems });
  if (error instanceof ZodError) {
    const errors = fieldProblems(error);
    return problem(400, new InvalidInput(errors).message, { errors });
  }
  if (error instanceof Unauthenticated)
    return problem(401, error.message, { headers: { 'www-authenticate': 'Bearer realm="segue"' } });
  if (error instanceof Forbidden) return problem(403, error.message);
  if (error instanceof NotFound) return problem(404, error.message);
  // What is left of the body goes unread, so the connection cannot carry another request.
  if (error instanceof TooLarge) return problem(413, error.message, { headers: { connection: 'close' } });
  if (error instanceof RateLimited)
    return problem(429, error.message, { headers: { 'retry-after': String(error.retryAfterSeconds) } });
  return undefined;
}

/**
 * Maps anything thrown to a problem. TransientError is 503 with Retry-After; what nobody foresaw is 500. Neither
 * tells what is inside: the log has it, under the request id.
 */
export function problemOf(error: unknown): Problem {
  const known = ofClientError(error);
  if (known !== undefined) return known;
  if (error instanceof TransientError)
    return problem(503, 'A part that is needed did not answer; the same request may be sent again.', {
      headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
    });
  if (error instanceof HTTPException && error.status < 500)
    return problem(error.status as ContentfulStatusCode, error.message || 'The request was refused.', {
      headers: Object.fromEntries(error.res?.headers ?? []),
    });
  return problem(500, 'Something failed that should not; the request id finds it in the log.');
}

/** The answer that carries a problem; `instance` names the request by its id. */
export function problemResponse(c: Context, { headers, extensions, ...document }: Problem): Response {
  const requestId: unknown = c.get('requestId');
  const instance =
    typeof requestId === 'string' ? `urn:segue:request:${encodeURIComponent(requestId)}` : undefined;
  return c.body(
    JSON.stringify({ ...document, ...(instance && { instance }), ...extensions }),
    document.status,
    {
      ...headers,
      'content-type': PROBLEM_TYPE,
    },
  );
}
