/** One entry of the catalogue. Missing attributes are the normal case: null means unknown. */

export const ITEM_KINDS = ['track', 'episode', 'artist'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

export interface CatalogueItem {
  readonly itemId: string;
  readonly recordingId: string;
  readonly kind: ItemKind;
  readonly title: string | null;
  /** Display name of the primary artist, or of the show for an episode. */
  readonly artist: string | null;
  readonly artistId: string | null;
  readonly album: string | null;
  readonly genres: readonly string[];
  /** Beats per minute. */
  readonly tempo: number | null;
  /** Pitch class, 0 = C. */
  readonly key: number | null;
  /** 1 = major, 0 = minor. */
  readonly mode: number | null;
  /** 0 to 1. */
  readonly energy: number | null;
  /** 0 to 1. */
  readonly valence: number | null;
  readonly year: number | null;
  readonly explicit: boolean | null;
  readonly durationMs: number | null;
  readonly isrc: string | null;
  readonly mbid: string | null;
  /** 0 to 100, as its source counts it: how popular it is beyond this community. */
  readonly popularity: number | null;
  /** Epoch milliseconds: the start of the day (UTC) on which it came out, where that is known to the day. */
  readonly releasedAt: number | null;
  /** Who described it; see ListeningEvent.source. */
  readonly source: string;
  /** Epoch milliseconds; of two descriptions of one item each known attribute of the newer wins. */
  readonly updatedAt: number;
}

/** An item of which only the id is known; spread what is known over it. */
export function bareItem(itemId: string, source: string, updatedAt: number): CatalogueItem {
  return {
    itemId,
    recordingId: itemId,
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
    explicit: null,
    durationMs: null,
    isrc: null,
    mbid: null,
    popularity: null,
    releasedAt: null,
    source,
    updatedAt,
  };
}

/**
 * One description out of several of the same item: each attribute from the newest that knows it (ties: the later
 * source name). Throws RangeError when given none.
 */
export function mergeDescriptions(descriptions: readonly CatalogueItem[]): CatalogueItem {
  const [newest, ...older] = descriptions.toSorted(
    (a, b) => b.updatedAt - a.updatedAt || (a.source < b.source ? 1 : a.source > b.source ? -1 : 0),
  );
  if (newest === undefined) throw new RangeError('There is no description to merge.');
  const merged: Record<string, unknown> = { ...newest };
  for (const description of older)
    for (const [name, value] of Object.entries(description))
      if (isUnknown(merged[name]) && !isUnknown(value)) merged[name] = value;
  return merged as unknown as CatalogueItem;
}

function isUnknown(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}
