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
  /** Epoch ms. */
  readonly erasedAt: number;
  /** Null while stores are still to be emptied. */
  readonly completedAt: number | null;
  readonly stores: readonly StoreReceipt[];
}

const COLLECTION = 'erasures';

/** Tombstones over documents. */
export function createErasures(documents: DocumentStore): Erasures {
  return {
    async erasedAt(listenerIds) {
      const found = new Map<string, number>();
      await Promise.all(
        [...new Set(listenerIds)].map(async (listenerId) => {
          const tombstone = await documents.get<Erasure>(COLLECTION, listenerHash(listenerId));
          if (tombstone !== undefined) found.set(listenerId, tombstone.value.erasedAt);
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
