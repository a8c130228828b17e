/** The catalogue on rows: one cell per source that described an item, merged on reading, so that no writer reads. */
import { LRUCache } from 'lru-cache';
import { type CatalogueItem, mergeDescriptions } from '../domain/item.ts';
import type { ItemCatalogue } from '../ports/catalogue.ts';
import type { RowStore } from '../ports/row-store.ts';
import { ROW_TABLES } from '../schema/rows.ts';

/** How long an instance may answer from memory after another one learnt more. */
export const CATALOGUE_CACHE_MS = 30_000;
const CACHED_ITEMS = 50_000;
const FAMILY = ROW_TABLES.catalog.meta;

/** A catalogue over the table `catalog`. `now` in epoch ms drives the cache only. */
export function createCatalogue(rows: RowStore, now: () => number): ItemCatalogue {
  const cache = new LRUCache<string, CatalogueItem>({
    // Not as `max`, which makes room for all of them at once: milliseconds of every cold start.
    maxSize: CACHED_ITEMS,
    sizeCalculation: () => 1,
    ttl: CATALOGUE_CACHE_MS,
    perf: { now },
  });

  return {
    async get(itemIds) {
      const found = new Map<string, CatalogueItem>();
      const missing: string[] = [];
      for (const itemId of new Set(itemIds)) {
        const cached = cache.get(itemId);
        if (cached === undefined) missing.push(itemId);
        else found.set(itemId, cached);
      }
      const read = missing.length === 0 ? [] : await rows.readMany('catalog', missing, [{ family: FAMILY }]);
      for (const row of read) {
        if (row === undefined) continue;
        const item = mergeDescriptions(row.cells.map(({ value }) => JSON.parse(value) as CatalogueItem));
        cache.set(row.key, item);
        found.set(row.key, item);
      }
      return found;
    },

    async learn(items) {
      await rows.write(
        'catalog',
        items.map((item) => ({
          key: item.itemId,
          family: FAMILY,
          qualifier: `item#${item.source}`,
          timestamp: item.updatedAt,
          value: JSON.stringify(item),
        })),
      );
      for (const { itemId } of items) cache.delete(itemId);
    },
  };
}
