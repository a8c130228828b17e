/** The generated community of a fresh start as a snapshot, with its showcase listener: what the prompts are written for. */
import type { CatalogueSnapshot, IndexedItem } from '../../domain/indexed-item.ts';
import { generateCommunity } from '../../simulation/community.ts';
import type { World } from './track-check.ts';

/** Seed of `npm start` unless told otherwise. */
const DEFAULT_SEED = 1;
const END_AT = Date.UTC(2026, 5, 1);

/** One entry per recording; popularity by the number of listeners, 0 to 1000. */
export function communityWorld(endAt = END_AT): World {
  const { items, events, showcase } = generateCommunity({ seed: DEFAULT_SEED, endAt });
  const listenersOf = new Map<string, Set<string>>();
  const heardRecordings = new Set<string>();
  const heardArtists = new Set<string>();
  for (const event of events) {
    if (event.type !== 'listen') continue;
    const listeners = listenersOf.get(event.recordingId) ?? new Set();
    listenersOf.set(event.recordingId, listeners.add(event.listenerId));
    if (event.listenerId !== showcase.listenerId) continue;
    heardRecordings.add(event.recordingId);
    if (event.artistId !== null) heardArtists.add(event.artistId);
  }
  const most = Math.max(...[...listenersOf.values()].map(({ size }) => size));
  const byRecording = new Map<string, IndexedItem>();
  for (const item of items)
    if (!byRecording.has(item.recordingId)) {
      const listeners = listenersOf.get(item.recordingId)?.size ?? 0;
      byRecording.set(item.recordingId, { ...item, popularity: Math.round((1000 * listeners) / most) });
    }
  const list = [...byRecording.values()].sort((a, b) => b.popularity - a.popularity);
  const snapshot: CatalogueSnapshot = {
    build: endAt,
    items: list,
    byId: new Map(list.map((item) => [item.itemId, item])),
  };
  return { snapshot, listener: { heardRecordings, heardArtists } };
}
