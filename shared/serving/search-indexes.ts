/** Indexes of search by build, made when first asked for and kept in memory. */
import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { buildSearchIndex, type SearchIndex } from '../domain/search-index.ts';
import type { SnapshotReader } from '../rows/catalogue-snapshot.ts';

/** The build that serves, and the one before it while requests change over. */
const KEPT_INDEXES = 2;

export interface SearchIndexes {
  /** The index of a build (epoch ms), undefined where it published no catalogue. Those who come together wait for one. */
  of(build: number): Promise<SearchIndex | undefined>;
}

export function createSearchIndexes(snapshots: SnapshotReader): SearchIndexes {
  const kept = new LRUCache<number, SearchIndex>({ max: KEPT_INDEXES });
  const making = new Map<number, Promise<SearchIndex | undefined>>();

  async function make(build: number): Promise<SearchIndex | undefined> {
    const snapshot = await snapshots.read(build);
    if (snapshot === undefined) return undefined;
    const index = await buildSearchIndex(snapshot, { pause: () => setImmediate() });
    kept.set(build, index);
    return index;
  }

  return {
    async of(build) {
      const index = kept.get(build);
      if (index !== undefined) return index;
      const already = making.get(build);
      if (already !== undefined) return already;
      const made = make(build).finally(() => making.delete(build));
      making.set(build, made);
      return made;
    },
  };
}
