/** Home's shelves in order, no recording on two of them. */
import type { KindValue, ListeningKind } from './home-context.ts';

export const SHELVES = [
  'made-for-you',
  'jump-back-in',
  'new-releases',
  'discover',
  'because-you-listened',
  'forgotten-favourites',
  'podcasts',
] as const;
export type ShelfId = (typeof SHELVES)[number];

/** What listening each shelf is. */
export const SHELF_KINDS: Readonly<Record<ShelfId, ListeningKind>> = {
  'made-for-you': 'discovery',
  'jump-back-in': 'familiar',
  'new-releases': 'discovery',
  discover: 'discovery',
  'because-you-listened': 'discovery',
  'forgotten-favourites': 'familiar',
  podcasts: 'podcast',
};

/** Of shelves of one kind the later are worth this much less each: a page of discoveries alone tires. */
const REPEATED_KIND = 0.6;

/** Known artists, and often a single item: it takes nothing from the shelves after it. */
const UNTIRING: ShelfId = 'new-releases';

export interface Shelf<T> {
  readonly id: ShelfId;
  readonly items: readonly T[];
}

export interface RankedShelf<T> extends Shelf<T> {
  readonly score: number;
  /** Factors of the score. */
  readonly parts: { readonly stream: number; readonly reward: number; readonly variety: number };
}

/**
 * Shelves by `P(stream) · E[reward]`, each further one of a kind worth less, ties in the order of SHELVES. A recording stays
 * on the first shelf that has it; at most `perShelf` items each, and no shelf is empty.
 */
export function rankShelves<T extends { readonly recordingId: string }>(
  shelves: readonly Shelf<T>[],
  values: Readonly<Record<ListeningKind, KindValue>>,
  perShelf: number,
): RankedShelf<T>[] {
  const left = SHELVES.flatMap((id) => shelves.filter((shelf) => shelf.id === id && shelf.items.length > 0));
  const ranked: RankedShelf<T>[] = [];
  const shown = new Set<string>();
  const used = new Map<ListeningKind, number>();
  while (left.length > 0) {
    const scored = left.map((shelf) => {
      const kind = SHELF_KINDS[shelf.id];
      const parts = { ...values[kind], variety: REPEATED_KIND ** (used.get(kind) ?? 0) };
      return { shelf, kind, parts, score: parts.stream * parts.reward * parts.variety };
    });
    const best = scored.reduce((most, one) => (one.score > most.score ? one : most));
    left.splice(left.indexOf(best.shelf), 1);
    const items: T[] = [];
    for (const item of best.shelf.items) {
      if (items.length === perShelf) break;
      if (shown.has(item.recordingId)) continue;
      shown.add(item.recordingId);
      items.push(item);
    }
    if (items.length === 0) continue;
    if (best.shelf.id !== UNTIRING) used.set(best.kind, (used.get(best.kind) ?? 0) + 1);
    ranked.push({ id: best.shelf.id, items, score: best.score, parts: best.parts });
  }
  return ranked;
}
