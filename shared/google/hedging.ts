/** Hedged requests (Dean and Barroso, The Tail at Scale): a second attempt when the first is slow, within a budget. */

export interface HedgeOptions {
  /** Milliseconds after which the second attempt is sent. */
  readonly afterMs: number;
  /** Seconds attempts as a share of first ones, at most; when everything is slow, twice the load would not help. */
  readonly share: number;
}

/** Second attempts that may be sent at once after a quiet time. */
const MOST_SAVED = 10;

export type Hedged = <T>(attempt: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * Returns a function that calls `attempt`, and once more when it has not answered in time and the budget allows. The
 * first answer wins and the other is aborted; it fails when every attempt that was sent has failed, with the first's error.
 */
export function createHedging({ afterMs, share }: HedgeOptions): Hedged {
  let saved = 1;
  return (attempt) => {
    saved = Math.min(MOST_SAVED, saved + share);
    return new Promise((resolve, reject) => {
      const aborts: AbortController[] = [];
      let failed = 0;
      let firstError: unknown;
      const timer = setTimeout(() => {
        if (saved < 1) return;
        saved -= 1;
        send();
      }, afterMs);
      const send = () => {
        const abort = new AbortController();
        aborts.push(abort);
        attempt(abort.signal).then(
          (answer) => {
            clearTimeout(timer);
            resolve(answer);
            for (const other of aborts) if (other !== abort) other.abort();
          },
          (error: unknown) => {
            failed += 1;
            firstError ??= error;
            if (failed < aborts.length) return;
            clearTimeout(timer);
            reject(firstError);
          },
        );
      };
      send();
    });
  };
}
