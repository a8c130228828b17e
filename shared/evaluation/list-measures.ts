/** What one list is like beside its accuracy: how alike its items are, whose tastes it mirrors, how new, how popular. */
import { calibrationDivergence, sharesOf } from '../domain/calibration.ts';

/** `1 − |A∩B| / |A∪B|` of two sets of genres, 0 to 1; null where either is not known. */
export function genreDistance(a: readonly string[], b: readonly string[]): number | null {
  if (a.length === 0 || b.length === 0) return null;
  const left = new Set(a);
  const right = new Set(b);
  return 1 - left.intersection(right).size / left.union(right).size;
}

/** Intra-list distance: mean over the pairs whose distance is known; null without any. */
export function intraListDistance<T>(
  list: readonly T[],
  distance: (a: T, b: T) => number | null,
): number | null {
  let sum = 0;
  let pairs = 0;
  for (const [index, a] of list.entries())
    for (const b of list.slice(index + 1)) {
      const apart = distance(a, b);
      if (apart === null) continue;
      sum += apart;
      pairs += 1;
    }
  return pairs === 0 ? null : sum / pairs;
}

/** How often each genre occurs, an item of several counting 1/n for each; items of none are left out. */
export function genreCounts<T>(
  items: Iterable<T>,
  genresOf: (item: T) => readonly string[],
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const genres = new Set(genresOf(item));
    for (const genre of genres) counts.set(genre, (counts.get(genre) ?? 0) + 1 / genres.size);
  }
  return counts;
}

/** `KL(history ‖ list)` of genres in nats, smoothed (Steck 2018); null where the history has no genre. */
export function calibrationGap<T>(
  list: readonly T[],
  history: Iterable<T>,
  genresOf: (item: T) => readonly string[],
): number | null {
  const wanted = sharesOf(genreCounts(history, genresOf));
  if (wanted.size === 0) return null;
  const counts = genreCounts(list, genresOf);
  const total = counts.values().reduce((sum, count) => sum + count, 0);
  return calibrationDivergence(wanted, counts, total);
}

/** Share of the list that the listener never had; null for an empty list. */
export function discoveryRate<T>(list: readonly T[], known: ReadonlySet<T>): number | null {
  if (list.length === 0) return null;
  return list.filter((item) => !known.has(item)).length / list.length;
}

/**
 * Percentile of a popularity among the catalogue's: share of items below it and half of those equal to it, 0 to 1. Items
 * beyond `popularities`, up to `size`, nobody has. Throws RangeError for a size below the number of popularities or below 1.
 */
export function percentileAmong(
  popularities: Iterable<number>,
  size: number,
): (popularity: number) => number {
  const sorted = Float64Array.from(popularities).sort();
  const unheard = size - sorted.length;
  if (!(size >= 1 && unheard >= 0))
    throw new RangeError(`A catalogue of ${size} items cannot hold ${sorted.length} popularities.`);
  const below = (value: number): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low + (value > 0 ? unheard : 0);
  };
  // The popularities are counts: the next one above `value` is at least half a listener away.
  return (popularity) => (below(popularity) + below(popularity + 0.5)) / 2 / size;
}

/** Mean of the values that are known; null without any. */
export function meanOfKnown(values: Iterable<number | null>): number | null {
  let sum = 0;
  let known = 0;
  for (const value of values) {
    if (value === null) continue;
    sum += value;
    known += 1;
  }
  return known === 0 ? null : sum / known;
}
