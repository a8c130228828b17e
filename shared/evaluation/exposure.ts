/** What many lists do to a catalogue: how much of it they show, how obscure it is, how evenly it is shared. */
import { gini } from '../domain/gini.ts';

/** Share of a catalogue of `size` items that is in at least one list. Throws RangeError for a size below 1. */
export function coverage<T>(lists: Iterable<readonly T[]>, size: number): number {
  if (!(size >= 1)) throw new RangeError(`A catalogue holds at least one item, not ${size}.`);
  const shown = new Set<T>();
  for (const list of lists) for (const item of list) shown.add(item);
  return shown.size / size;
}

/**
 * Mean self-information in bits, `mean −log2(pop/N)`: `popularity` gives how many of N listeners heard an item.
 * One that nobody heard counts as heard by one, so that it is finite. NaN for an empty list; throws RangeError
 * when N is below 1.
 */
export function novelty<T>(list: readonly T[], popularity: (item: T) => number, listeners: number): number {
  if (!(listeners >= 1)) throw new RangeError(`Novelty needs at least one listener, not ${listeners}.`);
  const bits = list.reduce((sum, item) => sum - Math.log2(Math.max(1, popularity(item)) / listeners), 0);
  return bits / list.length;
}

/**
 * Gini of how often each artist is shown, over those shown at all: `items` are all the places of all lists, and an item
 * whose artist is not known is left out. Null where no artist is known.
 */
export function artistGini<T>(items: Iterable<T>, artistOf: (item: T) => string | null): number | null {
  const shown = new Map<string, number>();
  for (const item of items) {
    const artist = artistOf(item);
    if (artist !== null) shown.set(artist, (shown.get(artist) ?? 0) + 1);
  }
  return shown.size === 0 ? null : gini(shown.values());
}
