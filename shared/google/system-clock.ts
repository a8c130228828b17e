/** The time it is, for whoever is wired in the cloud; decisions are handed it. */
import type { Clock } from '../ports/clock.ts';

export const SYSTEM_CLOCK: Clock = { now: () => Date.now() };
