/** What ingest needs to know before it accepts an event; narrow, so that a fake is a Map. */
import type { CatalogueItem } from '../../shared/domain/item.ts';

export interface ItemCatalogue {
  /** Descriptions of the items that are known; the others are left out. */
  get(itemIds: readonly string[]): Promise<ReadonlyMap<string, CatalogueItem>>;

  /**
   * Adds what events told about items. Durable when resolved; repeating it is harmless. Of two descriptions of one
   * item each known attribute of the newer (`updatedAt`) wins.
   */
  learn(items: readonly CatalogueItem[]): Promise<void>;
}

/** Half-open, epoch milliseconds; `until` is null while the session goes on. */
export interface PrivateSession {
  readonly from: number;
  readonly until: number | null;
}

export interface PrivateSessions {
  /** The private sessions of the listeners that have any, in no promised order. */
  of(listenerIds: readonly string[]): Promise<ReadonlyMap<string, readonly PrivateSession[]>>;
}
