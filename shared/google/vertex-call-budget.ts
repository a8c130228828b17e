/** How often a model may be asked: so often a minute for one listener, so often a day by one instance. */
import { DAY_MS } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';

export interface CallBudgetOptions {
  /** Calls for one listener within any 60 seconds. */
  readonly perMinute: number;
  /** Calls of this process within a day of UTC. */
  readonly perDay: number;
  readonly clock: Clock;
}

export interface CallBudget {
  /** Takes one call, or says which of the two is used up and takes none. */
  take(listenerId: string): 'taken' | 'listener' | 'day';
}

const MINUTE_MS = 60_000;

export function createCallBudget({ perMinute, perDay, clock }: CallBudgetOptions): CallBudget {
  /** By listener, when the calls of the last minute were. */
  let calls = new Map<string, readonly number[]>();
  let swept = clock.now();
  let day = Math.floor(swept / DAY_MS);
  let today = 0;

  /** Listeners who have been silent for a minute cost no memory. */
  function sweep(now: number): void {
    if (now - swept < MINUTE_MS) return;
    calls = new Map([...calls].filter(([, times]) => now - (times.at(-1) ?? 0) < MINUTE_MS));
    swept = now;
  }

  return {
    take(listenerId) {
      const now = clock.now();
      sweep(now);
      const current = Math.floor(now / DAY_MS);
      // A clock that is set back begins no new day.
      if (current > day) {
        day = current;
        today = 0;
      }
      const recent = (calls.get(listenerId) ?? []).filter((time) => now - time < MINUTE_MS);
      if (recent.length >= perMinute) return 'listener';
      if (today >= perDay) return 'day';
      calls.set(listenerId, [...recent, now]);
      today += 1;
      return 'taken';
    },
  };
}
