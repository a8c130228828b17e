/** Calendar arithmetic on epoch milliseconds, always UTC. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Whole days since 1970-01-01 UTC; negative before it. */
export function utcDay(at: number): number {
  return Math.floor(at / DAY_MS);
}

/** The start of the day (UTC) that a date YYYY-MM-DD names; undefined where the calendar has no such day. */
export function dayOf(date: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const at = Date.parse(date);
  // Engines may read 02-30 as a day of March.
  return Number.isNaN(at) || dateOf(at) !== date ? undefined : at;
}

/** The date YYYY-MM-DD (UTC) of an instant. */
export function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Hour of the day in UTC, 0 to 23. */
export function utcHour(at: number): number {
  return Math.floor(at / HOUR_MS) - utcDay(at) * 24;
}
