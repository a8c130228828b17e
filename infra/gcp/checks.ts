/** What is asked from outside, every few minutes from several places, and what is a good answer. */
import { FRESH_HOURS } from './alerts-on-data.ts';
import type { DoorName } from './sizes.ts';

/** Each of them answers people and has something to be asked for that changes nothing. */
export const CHECKED_DOORS = ['serve', 'sessions', 'agent'] as const satisfies readonly DoorName[];
export type CheckedDoor = (typeof CHECKED_DOORS)[number];

export interface Check {
  readonly id: 'live' | 'fresh' | 'sessions-live' | 'agent-live';
  readonly door: CheckedDoor;
  readonly path: string;
  /** Seconds. */
  readonly period: 60 | 300;
  /** The answer that is expected; any good one unless told. */
  readonly status?: number;
  /** What the answer has to hold. */
  readonly pattern?: string;
}

/**
 * Behind one's own name only serve's health has a path. The others are asked for something of theirs without a token: who
 * refuses that with a 401 was reached, has started, and has read its keys.
 */
export const CHECKS: readonly Check[] = [
  { id: 'live', door: 'serve', path: '/livez', period: 60 },
  { id: 'fresh', door: 'serve', path: '/readyz', period: 300, pattern: freshPattern(FRESH_HOURS) },
  { id: 'sessions-live', door: 'sessions', path: '/v1/sessions/check', period: 60, status: 401 },
  { id: 'agent-live', door: 'agent', path: '/mcp', period: 60, status: 401 },
];

/** Checks as Cloud Monitoring calls them. */
export type CheckIds = Readonly<Record<Check['id'], string>>;

/** Before they are there. */
export const UNKNOWN_CHECKS: CheckIds = { live: '', fresh: '', 'sessions-live': '', 'agent-live': '' };

/** Matches the readiness of a build younger than so many whole hours. */
export function freshPattern(hours: number): string {
  const young = Array.from({ length: hours }, (_, hour) => hour).join('|');
  return `"status":"ready".*"buildAgeHours":(${young})(\\.[0-9]+)?[,}]`;
}
