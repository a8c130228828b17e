/** What to do with a gRPC failure: whether it may pass, how long to wait, when to give up. */
import { PermanentError, TransientError } from '../errors.ts';
import { CODE, GrpcFailure } from './grpc-channel.ts';

export interface Patience {
  /** Of one attempt, ms. */
  readonly attemptMs: number;
  /** Of all attempts and the pauses between them, ms. */
  readonly totalMs: number;
}

export interface RetryTools {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly random: () => number;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 2_000;

const PASSING: ReadonlySet<number> = new Set([
  CODE.UNAVAILABLE,
  CODE.DEADLINE_EXCEEDED,
  CODE.ABORTED,
  CODE.RESOURCE_EXHAUSTED,
  // A stream that was reset, or a connection that was cut in the middle of an answer.
  CODE.INTERNAL,
  CODE.UNKNOWN,
  CODE.CANCELLED,
]);

/** Whether the same call may work when it is sent again. */
export function mayPass(error: unknown): boolean {
  return error instanceof GrpcFailure ? PASSING.has(error.code) : error instanceof TransientError;
}

/** Milliseconds before attempt `attempt` (from 1): exponential with full jitter, so that callers do not come back together. */
export function pauseBefore(attempt: number, random: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)) * random;
}

/** The error that callers get: transient or permanent, and what was being done. */
export function asPortError(error: unknown, what: string): Error {
  if (!(error instanceof GrpcFailure)) return error as Error;
  const message = `${what}: ${error.message}`;
  return mayPass(error)
    ? new TransientError(message, { cause: error })
    : new PermanentError(message, { cause: error });
}

/**
 * Calls `attempt` until it works, fails for good, or its time is over. It is told how many ms it may take, and whether
 * an earlier one may have taken effect without its answer arriving.
 */
export async function retrying<T>(
  what: string,
  { attemptMs, totalMs }: Patience,
  { now, sleep, random }: RetryTools,
  attempt: (timeoutMs: number, isRepeat: boolean) => Promise<T>,
): Promise<T> {
  const deadline = now() + totalMs;
  for (let tried = 0; ; ) {
    try {
      return await attempt(Math.max(1, Math.min(attemptMs, deadline - now())), tried > 0);
    } catch (error) {
      tried += 1;
      const pause = pauseBefore(tried, random());
      if (!mayPass(error) || now() + pause >= deadline) throw asPortError(error, what);
      await sleep(pause);
    }
  }
}
