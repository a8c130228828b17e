/** The catalogue as a build publishes it for search and prompts: what can be asked for by name or by sound. */
import type { CatalogueItem } from './item.ts';

export interface IndexedItem
  extends Pick<
    CatalogueItem,
    | 'itemId'
    | 'recordingId'
    | 'kind'
    | 'title'
    | 'artist'
    | 'artistId'
    | 'album'
    | 'genres'
    | 'tempo'
    | 'key'
    | 'mode'
    | 'energy'
    | 'valence'
    | 'year'
    | 'explicit'
    | 'durationMs'
  > {
  /** 0 to 1000 within its kind: listeners, damped, times the smoothed play rate; 1000 is the most popular. */
  readonly popularity: number;
}

/** One build's catalogue, one entry per recording, most popular first. */
export interface CatalogueSnapshot {
  /** Epoch ms: the build it is of. */
  readonly build: number;
  readonly items: readonly IndexedItem[];
  /** By item id. */
  readonly byId: ReadonlyMap<string, IndexedItem>;
}
