/** What is known of items. Narrow, so that a fake is a Map. */
import type { CatalogueItem } from '../domain/item.ts';

export interface ItemCatalogue {
  /** Descriptions of the items that are known; the others are left out. */
  get(itemIds: readonly string[]): Promise<ReadonlyMap<string, CatalogueItem>>;

  /**
   * Adds what events told about items. Durable when resolved; repeating it is harmless. Of two descriptions of one
   * item each known attribute of the newer (`updatedAt`) wins.
   */
  learn(items: readonly CatalogueItem[]): Promise<void>;
}
