/** What BigQuery's errors mean to a caller; by reason first, since some permanent ones come as HTTP 500. */
import { PermanentError, TransientError } from '../errors.ts';

/** BigQuery's ErrorProto, of a response or of a job. */
export interface BigQueryProblem {
  readonly reason?: string;
  readonly message?: string;
  readonly location?: string;
}

/** What was asked, for whoever reads the error. */
export interface ErrorContext {
  /** What was being done: `Stage seeds`, `Deleting from listens`. */
  readonly what: string;
  /** The file of the SQL, where it has one. */
  readonly file?: string;
  /** Bytes a query may bill, where it has such a cap. */
  readonly maxBytesBilled?: number | undefined;
}

/** Reasons that may pass by themselves within seconds (cloud.google.com/bigquery/docs/error-messages). */
const PASSING = new Set([
  'backendError',
  'internalError',
  'jobBackendError',
  'jobInternalError',
  'jobRateLimitExceeded',
  'rateLimitExceeded',
  'tableUnavailable',
]);
/** Reasons that pass, but not while one request waits for it. */
const PASSING_LATER = new Set(['quotaExceeded', 'resourcesInUse']);
/** Reasons that no repetition cures, whatever status they came with. */
const LASTING = new Set([
  'accessDenied',
  'billingNotEnabled',
  'billingTierLimitExceeded',
  'blocked',
  'bytesBilledLimitExceeded',
  'duplicate',
  'invalid',
  'invalidQuery',
  'invalidUser',
  'notFound',
  'notImplemented',
  'resourcesExceeded',
  'responseTooLarge',
  'stopped',
]);
/** Given as invalidQuery, although they pass: another writer was quicker, or rows are still in insertAll's buffer. */
const PASSING_MESSAGES =
  /concurrent update|would affect rows in the streaming buffer|too many DML statements outstanding/i;

/** Whether the same request, sent again in a moment, may succeed. */
export function isPassing(status: number | undefined, problem: BigQueryProblem): boolean {
  if (problem.reason !== undefined && PASSING.has(problem.reason)) return true;
  if (problem.reason !== undefined && (LASTING.has(problem.reason) || PASSING_LATER.has(problem.reason)))
    return false;
  return status !== undefined && (status === 408 || status === 429 || status >= 500);
}

/** The error to throw: TransientError for what may pass, otherwise PermanentError, with the SQL's file and line. */
export function errorOf(
  status: number | undefined,
  problem: BigQueryProblem,
  context: ErrorContext,
): PermanentError | TransientError {
  const message = problem.message ?? (status === undefined ? 'no message' : `HTTP ${status}`);
  const reason = problem.reason === undefined ? '' : ` (${problem.reason})`;
  const text = `${context.what}: ${placeOf(message, context.file)}${message}${reason}${adviceOf(problem, context)}`;
  const passes =
    isPassing(status, problem) || PASSING_LATER.has(problem.reason ?? '') || PASSING_MESSAGES.test(message);
  return passes ? new TransientError(text) : new PermanentError(text);
}

/** `seeds.sql:12: `; BigQuery writes `[12:5]`, whose column is that of the qualified text and so left out. */
function placeOf(message: string, file: string | undefined): string {
  if (file === undefined) return '';
  const line = /\[(\d+):\d+\]/.exec(message)?.[1];
  return line === undefined ? `${file}: ` : `${file}:${line}: `;
}

function adviceOf({ reason, location }: BigQueryProblem, { maxBytesBilled }: ErrorContext): string {
  if (reason === 'bytesBilledLimitExceeded' && maxBytesBilled !== undefined)
    return `; the cap is SEGUE_MAX_BYTES_BILLED = ${maxBytesBilled}`;
  if (reason === 'responseTooLarge') return '; load by Dataflow instead (SEGUE_LOAD=dataflow)';
  if (reason === 'accessDenied' && location !== undefined) return ` at ${location}`;
  return '';
}
