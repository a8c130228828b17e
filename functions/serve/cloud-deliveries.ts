/** Deliveries that nobody can count: Pub/Sub does not tell what it is delivering, so an erasure gives them time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deliveries } from './deliveries.ts';

/** Longer than update-signals takes between asking for tombstones and having written: its store's deadline. */
const GRACE_MS = 10_000;

/**
 * Whatever outlasts the grace, and what the warehouse's subscriptions write later, is removed by the nightly sweep and
 * counted by nobody until then: every reader and every stage honours the tombstone.
 */
export function createCloudDeliveries(wait: (ms: number) => Promise<unknown> = sleep): Deliveries {
  return {
    async settled() {
      await wait(GRACE_MS);
    },
    async discardDeadLetters() {
      return {
        store: 'dead letters',
        removed: 0,
        note: 'letters are not searched: they expire within 31 days, and a replayed one is dropped by the tombstone',
      };
    },
  };
}
