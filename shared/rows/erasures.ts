/** Tombstones of erased listeners as documents, under a hash: the id itself is personal data. */
import type { DocumentStore } from '../ports/document-store.ts';
import type { Erasures } from '../ports/erasures.ts';
import { listenerHash } from '../schema/rows.ts';

export interface StoreReceipt {
  readonly store: string;
  readonly removed: number;
  readonly note?: string;
}

export interface Erasure {
  readonly receiptId: string;
  /** SHA-256 of the listener id in hex. */
  readonly listenerHash: string;
  /** Epoch ms at which it was asked for. */
  readonly erasedAt: number;
  /** Epoch ms at which every store was empty: nothing received up to then comes back. Null until then. */
  readonly completedAt: number | null;
  readonly stores: readonly StoreReceipt[];
}

const COLLECTION = 'erasures';

/** While stores are being emptied nothing of the listener may come in anywhere, whenever it was received. */
const UNDER_WAY = Number.MAX_SAFE_INTEGER - 1;

/**
 * Tombstones over documents. An erasure takes effect at its end: a build that looked at the history before it was
 * all gone has its cutoff before that end, and so is never loaded or read for the listener.
 */
export function createErasures(documents: DocumentStore): Erasures {
  return {
    async erasedAt(listenerIds) {
      const found = new Map<string, number>();
      await Promise.all(
        [...new Set(listenerIds)].map(async (listenerId) => {
          const tombstone = await documents.get<Erasure>(COLLECTION, listenerHash(listenerId));
          if (tombstone !== undefined) found.set(listenerId, tombstone.value.completedAt ?? UNDER_WAY);
        }),
      );
      return found;
    },
  };
}

/** Writes the tombstone, or its completion. */
export async function saveErasure(documents: DocumentStore, erasure: Erasure): Promise<void> {
  await documents.put(COLLECTION, erasure.listenerHash, erasure);
}
