/** Weeks of ISO 8601 in UTC: Monday to Sunday, week 1 holding the year's first Thursday. */
import { DAY_MS, utcDay } from './time.ts';

const WEEK_MS = 7 * DAY_MS;
/** 1970-01-01 was a Thursday: days since the Monday of its week. */
const EPOCH_WEEKDAY = 3;

/** `2026-W47`. */
export function isoWeek(at: number): string {
  const thursday = (utcDay(at) - ((utcDay(at) + EPOCH_WEEKDAY) % 7) + 3) * DAY_MS;
  const year = new Date(thursday).getUTCFullYear();
  const week = 1 + Math.floor((thursday - Date.UTC(year, 0, 1)) / WEEK_MS);
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** Epoch ms of the week's Monday, 00:00 UTC; undefined for text that names no week. */
export function weekStart(week: string): number | undefined {
  const [, year, number] = /^(\d{4})-W(\d{2})$/.exec(week) ?? [];
  if (year === undefined) return undefined;
  const fourth = Date.UTC(Number(year), 0, 4);
  const monday = fourth - ((utcDay(fourth) + EPOCH_WEEKDAY) % 7) * DAY_MS + (Number(number) - 1) * WEEK_MS;
  return isoWeek(monday) === week ? monday : undefined;
}
