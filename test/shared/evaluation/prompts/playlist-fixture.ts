/** Tracks and worlds made by hand. */
import type { IndexedItem } from '../../../../shared/domain/indexed-item.ts';
import { bareItem } from '../../../../shared/domain/item.ts';
import { artistIdOf } from '../../../../shared/domain/recording.ts';
import type { CheckContext } from '../../../../shared/evaluation/prompts/check-playlist.ts';
import type { World } from '../../../../shared/evaluation/prompts/track-check.ts';

let made = 0;

/** A track of which only what is given is known. */
export function track(known: Partial<IndexedItem> = {}): IndexedItem {
  made += 1;
  const artist = known.artist ?? null;
  return {
    ...bareItem(`t${made}`, 'hand', 0),
    artistId: artist === null ? null : artistIdOf(artist),
    popularity: 0,
    ...known,
  };
}

export function tracks(count: number, known: (index: number) => Partial<IndexedItem>): IndexedItem[] {
  return Array.from({ length: count }, (_, index) => track(known(index)));
}

export function worldOf(
  items: readonly IndexedItem[],
  listener: { recordings?: readonly string[]; artists?: readonly string[] } = {},
): World {
  return {
    snapshot: { build: Date.UTC(2026, 0, 1), items, byId: new Map(items.map((item) => [item.itemId, item])) },
    listener: {
      heardRecordings: new Set(listener.recordings ?? []),
      heardArtists: new Set(listener.artists ?? []),
    },
  };
}

export function contextOf(items: readonly IndexedItem[], rest: Partial<CheckContext> = {}): CheckContext {
  return { ...worldOf(items), reported: [], constraints: [], ...rest };
}
