/** Accuracy of one ranked list against what is relevant, binary relevance (algorithms: evaluation). */

/**
 * Hits among the first k of `ranked`, by place. An item that is ranked twice counts at its first place only.
 * Throws RangeError for a k that is not a positive whole number and when nothing is relevant, because then no
 * accuracy is defined: leave such a listener out.
 */
function hitPlaces<T>(ranked: readonly T[], relevant: ReadonlySet<T>, k: number): number[] {
  if (!Number.isSafeInteger(k) || k < 1) throw new RangeError(`k must be a positive whole number, not ${k}.`);
  if (relevant.size === 0) throw new RangeError('Accuracy is undefined where nothing is relevant.');
  const places: number[] = [];
  const hits = new Set<T>();
  for (const [place, item] of ranked.slice(0, k).entries()) {
    if (!relevant.has(item) || hits.has(item)) continue;
    hits.add(item);
    places.push(place);
  }
  return places;
}

/** `hits / min(k, |relevant|)`: 1 is reachable whatever the k. In [0, 1]; throws as hitPlaces. */
export function recallAtK<T>(ranked: readonly T[], relevant: ReadonlySet<T>, k: number): number {
  return hitPlaces(ranked, relevant, k).length / Math.min(k, relevant.size);
}

/** `hits / |relevant|`, as many published tables have it. In [0, 1]; throws as hitPlaces. */
export function plainRecallAtK<T>(ranked: readonly T[], relevant: ReadonlySet<T>, k: number): number {
  return hitPlaces(ranked, relevant, k).length / relevant.size;
}

/** `hits / k`: a list shorter than k is not forgiven. In [0, 1]; throws as hitPlaces. */
export function precisionAtK<T>(ranked: readonly T[], relevant: ReadonlySet<T>, k: number): number {
  return hitPlaces(ranked, relevant, k).length / k;
}

/** `1 / (place of the first hit, from 1)`, 0 without one. In [0, 1]; throws as hitPlaces. */
export function mrrAtK<T>(ranked: readonly T[], relevant: ReadonlySet<T>, k: number): number {
  const first = hitPlaces(ranked, relevant, k)[0];
  return first === undefined ? 0 : 1 / (first + 1);
}

/**
 * `Σ_hits 1/log2(place + 2)` over the same sum for a list that starts with min(k, |relevant|) hits (places from
 * 0). In [0, 1]; throws as hitPlaces.
 */
export function ndcgAtK<T>(ranked: readonly T[], relevant: ReadonlySet<T>, k: number): number {
  const gain = hitPlaces(ranked, relevant, k).reduce((sum, place) => sum + discount(place), 0);
  let ideal = 0;
  for (let place = 0; place < Math.min(k, relevant.size); place++) ideal += discount(place);
  return gain / ideal;
}

function discount(place: number): number {
  return 1 / Math.log2(place + 2);
}
