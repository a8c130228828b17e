/** What topics still hold of a listener who is being erased. */
import type { Topics } from '../../shared/ports/topics.ts';
import type { StoreReceipt } from '../../shared/rows/erasures.ts';
import { SUBSCRIPTIONS } from '../../shared/schema/topics.ts';

export interface Deliveries {
  /**
   * Resolves when no delivery is under way that may have looked for a tombstone before it was there: what such a
   * delivery writes lies before whatever is deleted afterwards.
   */
  settled(): Promise<void>;
  /** Removes what died of theirs, or says how it goes. */
  discardDeadLetters(listenerId: string): Promise<StoreReceipt>;
}

const SUBSCRIBERS = Object.values(SUBSCRIPTIONS).map(({ name }) => name);
const PAGE = 500;

/** Deliveries of topics that know what is under way. */
export function createDeliveries(topics: Pick<Topics, 'deadLetters' | 'discard' | 'settled'>): Deliveries {
  return {
    async settled() {
      await Promise.all(SUBSCRIBERS.map((subscription) => topics.settled(subscription)));
    },
    async discardDeadLetters(listenerId) {
      let removed = 0;
      let after: string | undefined;
      for (;;) {
        const letters = await topics.deadLetters({ limit: PAGE, ...(after !== undefined && { after }) });
        if (letters.length === 0) return { store: 'dead letters', removed };
        const theirs = letters.filter(({ orderingKey }) => orderingKey === listenerId).map(({ id }) => id);
        if (theirs.length > 0) removed += await topics.discard(theirs);
        after = letters.at(-1)?.id;
      }
    },
  };
}
