/** What search can find: the items of a catalogue, the artists and shows behind them, and playlists given along. */
import type { CatalogueSnapshot, IndexedItem } from './indexed-item.ts';

export const SEARCH_KINDS = ['track', 'artist', 'show', 'episode', 'playlist'] as const;
export type SearchKind = (typeof SEARCH_KINDS)[number];

export interface SearchDocument {
  readonly kind: SearchKind;
  /** Item id, or artist id of an artist or a show. */
  readonly id: string;
  /** Title of an item or a playlist, name of an artist or a show. */
  readonly title: string | null;
  readonly artist: string | null;
  readonly artistId: string | null;
  readonly album: string | null;
  /** 0 to 1000; of an artist or a show that of its most popular item. */
  readonly popularity: number;
  /** The item itself, where it is one. */
  readonly item: IndexedItem | undefined;
}

export interface FindablePlaylist {
  readonly id: string;
  readonly title: string;
  /** Who made it, as shown. */
  readonly owner: string | null;
  /** 0 to 1000. */
  readonly popularity: number;
}

/** Items between two pauses. */
const SLICE = 5_000;

/** Everything that has a name, items in the snapshot's order, then who is behind them, then playlists. */
export async function searchDocuments(
  { items }: Pick<CatalogueSnapshot, 'items'>,
  playlists: readonly FindablePlaylist[],
  pause: () => Promise<void>,
): Promise<SearchDocument[]> {
  const documents: SearchDocument[] = [];
  const makers = { artist: new Map<string, SearchDocument>(), show: new Map<string, SearchDocument>() };
  for (const [i, item] of items.entries()) {
    const { kind, title, artist, artistId, album } = item;
    if (kind !== 'artist' && (title !== null || artist !== null || album !== null))
      documents.push(ofItem(item, kind));
    const made = makers[kind === 'episode' ? 'show' : 'artist'];
    const id = artistId ?? (kind === 'artist' ? item.itemId : null);
    const name = kind === 'artist' ? (title ?? artist) : artist;
    // Most popular first: the first item that names an artist is the one that is known for them.
    if (id !== null && name !== null && !made.has(id)) made.set(id, ofMaker(item, id, name));
    if (i % SLICE === 0) await pause();
  }
  for (const maker of [...makers.artist.values(), ...makers.show.values()]) documents.push(maker);
  return [...documents, ...playlists.map(ofPlaylist)];
}

function ofItem(item: IndexedItem, kind: 'track' | 'episode'): SearchDocument {
  const { itemId, title, artist, artistId, album, popularity } = item;
  return { kind, id: itemId, title, artist, artistId, album, popularity, item };
}

function ofMaker({ kind, popularity }: IndexedItem, id: string, title: string): SearchDocument {
  return {
    kind: kind === 'episode' ? 'show' : 'artist',
    id,
    title,
    artist: null,
    artistId: id,
    album: null,
    popularity,
    item: undefined,
  };
}

function ofPlaylist({ id, title, owner, popularity }: FindablePlaylist): SearchDocument {
  return {
    kind: 'playlist',
    id,
    title,
    artist: owner,
    artistId: null,
    album: null,
    popularity,
    item: undefined,
  };
}
