/** Snapshots of catalogues to execute briefs on. */

import type { BriefListener, Sequence } from '../../shared/domain/brief-execution.ts';
import type { CatalogueSnapshot, IndexedItem } from '../../shared/domain/indexed-item.ts';
import { sequence } from '../../shared/domain/sequencing.ts';
import { createRandom } from '../../shared/random.ts';
import { generateCatalogue } from '../../shared/simulation/catalogue.ts';

const UPDATED_AT = Date.UTC(2026, 5, 1);

export const someItem = (itemId: string, rest: Partial<IndexedItem> = {}): IndexedItem => ({
  itemId,
  recordingId: `r-${itemId}`,
  kind: 'track',
  title: `Title ${itemId}`,
  artist: `Artist of ${itemId}`,
  artistId: `artist-of-${itemId}`,
  album: null,
  genres: [],
  tempo: null,
  key: null,
  mode: null,
  energy: null,
  valence: null,
  year: null,
  explicit: null,
  durationMs: null,
  popularity: 500,
  ...rest,
});

export function snapshotOf(items: readonly IndexedItem[]): CatalogueSnapshot {
  return { build: 1, items, byId: new Map(items.map((item) => [item.itemId, item])) };
}

/** The generated catalogue, one item per recording, popular ones first by an arbitrary but fixed standing. */
export function generatedSnapshot(tracks: number, seed = 7): CatalogueSnapshot {
  const { tracks: made, artists } = generateCatalogue({ seed, tracks, episodes: 10, updatedAt: UPDATED_AT });
  const random = createRandom(seed, 'popularity');
  const byRecording = new Map<string, IndexedItem>();
  for (const { item, artist } of made)
    byRecording.set(item.recordingId, {
      ...item,
      popularity: Math.round(1000 * (artists[artist]?.standing ?? 0) ** 0.3 * random.next()),
    });
  return snapshotOf([...byRecording.values()].sort((a, b) => b.popularity - a.popularity));
}

export const stranger: BriefListener = {
  hasHeard: () => false,
  knowsArtist: () => false,
  affinityOf: () => 0,
  genreAffinity: () => 0,
  isBlocked: () => false,
};

export const inOrder: Sequence = (tracks) => tracks.map((_, index) => index);

/** The order that is served. */
export const sequenced: Sequence = (tracks, { arc, seed }) => {
  const random = createRandom(seed, 'sequence');
  return sequence(tracks, { ...(arc === null ? {} : { arc }), random: () => random.next() });
};
