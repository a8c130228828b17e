/** A clock that stands still until a test moves it. */
import type { Clock } from '../../shared/ports/clock.ts';

export class ManualClock implements Clock {
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** Moves the clock by `ms` milliseconds. */
  advance(ms: number): void {
    this.#now += ms;
  }
}
