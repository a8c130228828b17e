/** Catalogues of few words, as search and its tests like them. */
import type { CatalogueSnapshot, IndexedItem } from '../../shared/domain/indexed-item.ts';

/** An item of which only what is given is known. */
export function indexed(item: Partial<IndexedItem> & { readonly itemId: string }): IndexedItem {
  return {
    recordingId: item.itemId,
    kind: 'track',
    title: null,
    artist: null,
    artistId: null,
    album: null,
    genres: [],
    tempo: null,
    key: null,
    mode: null,
    energy: null,
    valence: null,
    year: null,
    explicit: false,
    durationMs: null,
    popularity: 0,
    ...item,
  };
}

/** A snapshot of items in the order given. */
export function snapshotOf(items: readonly IndexedItem[], build = 1): CatalogueSnapshot {
  return { build, items, byId: new Map(items.map((item) => [item.itemId, item])) };
}

/** `id: title — artist (album)`, the artist's id being the artist's name; popularity falls with the place. */
export function tracks(...lines: readonly string[]): IndexedItem[] {
  return lines.map((line, place) => {
    const found = /^(\S+): (.*?)(?: — (.*?))?(?: \((.*)\))?$/.exec(line);
    const [, itemId = '', title = '', artist = null, album = null] = found ?? [];
    return indexed({ itemId, title, artist, artistId: artist, album, popularity: Math.max(0, 1000 - place) });
  });
}
