/** BigQuery's REST API: one request with bounded retries. Every request made here may be repeated without harm. */
import { messageOf, type PermanentError, TransientError } from '../errors.ts';
import { type BigQueryProblem, type ErrorContext, errorOf, isPassing } from './bigquery-errors.ts';
import type { AuthorizedFetch } from './bigquery-fetch.ts';

export interface RestOptions {
  readonly fetch: AuthorizedFetch;
  /** `https://bigquery.googleapis.com`, or where a test listens. */
  readonly endpoint: string;
  /** Sends of one request before it is given up. */
  readonly tries: number;
  /** First pause between sends; it doubles, and is jittered down to half of that. */
  readonly pauseMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
}

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the endpoint: `/bigquery/v2/projects/…`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: { readonly type: string; readonly text: string };
  readonly context: ErrorContext;
}

/** What came back: the parsed JSON, or the status that the caller said it understands. */
export type RestAnswer<T> = { readonly body: T } | { readonly status: number };

const REQUEST_TIMEOUT_MS = 120_000;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Sends a request until it is answered. A status in `understood` (404, 409) is answered as it is; another failure
 * throws PermanentError, or TransientError when every try failed for a reason that may pass.
 */
export async function send<T>(
  options: RestOptions,
  request: RestRequest,
  understood: readonly number[] = [],
): Promise<RestAnswer<T>> {
  for (let tried = 1; ; tried++) {
    const outcome = await sendOnce<T>(options, request, understood);
    if ('answer' in outcome) return outcome.answer;
    if (!outcome.passing || tried >= options.tries) throw outcome.error;
    const pause = Math.min(LONGEST_PAUSE_MS, options.pauseMs * 2 ** (tried - 1));
    await options.sleep(pause * (0.5 + options.random() / 2));
  }
}

type Outcome<T> =
  | { readonly answer: RestAnswer<T> }
  | { readonly error: PermanentError | TransientError; readonly passing: boolean };

async function sendOnce<T>(
  { fetch, endpoint }: RestOptions,
  { method, path, query = {}, body, context }: RestRequest,
  understood: readonly number[],
): Promise<Outcome<T>> {
  const url = new URL(endpoint + path);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  let status: number;
  let text: string;
  try {
    const response = await fetch(url.href, {
      method,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body !== undefined && { body: body.text, headers: { 'content-type': body.type } }),
    });
    status = response.status;
    text = await response.text();
  } catch (cause) {
    // Unanswered or cut: whether it arrived is unknown, which is why only repeatable requests are sent.
    const error = new TransientError(`${context.what}: BigQuery did not answer: ${messageOf(cause)}`, {
      cause,
    });
    return { error, passing: true };
  }
  if (understood.includes(status)) return { answer: { status } };
  if (status >= 200 && status < 300) return parse<T>(text, context);
  const problem = problemOf(text);
  return { error: errorOf(status, problem, context), passing: isPassing(status, problem) };
}

function parse<T>(text: string, context: ErrorContext): Outcome<T> {
  try {
    return { answer: { body: (text === '' ? {} : JSON.parse(text)) as T } };
  } catch (cause) {
    const error = new TransientError(`${context.what}: BigQuery answered with half a document.`, { cause });
    return { error, passing: true };
  }
}

/** The first error of an error response; its text where it is no such document (a proxy's page). */
function problemOf(text: string): BigQueryProblem {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string; errors?: BigQueryProblem[] } };
    const [first] = error?.errors ?? [];
    return { ...(error?.message !== undefined && { message: error.message }), ...first };
  } catch {
    return { message: text.slice(0, 200) };
  }
}
