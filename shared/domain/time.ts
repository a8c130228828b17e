/** Calendar arithmetic on epoch milliseconds, always UTC. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Whole days since 1970-01-01 UTC; negative before it. */
export function utcDay(at: number): number {
  return Math.floor(at / DAY_MS);
}

/** Hour of the day in UTC, 0 to 23. */
export function utcHour(at: number): number {
  return Math.floor(at / HOUR_MS) - utcDay(at) * 24;
}
