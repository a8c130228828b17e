/** Distances between embeddings, and how wide a listener's taste is. */

function dot(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new RangeError(`vectors of ${a.length} and ${b.length} dimensions`);
  let sum = 0;
  for (const [i, x] of a.entries()) sum += x * (b[i] ?? 0);
  return sum;
}

/** Cosine, −1 to 1; 0 where either vector is zero. Throws RangeError on unequal dimensions. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  const norms = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b));
  const product = dot(a, b);
  return norms === 0 ? 0 : Math.max(-1, Math.min(1, product / norms));
}

/** Cosine distance (1 − cosine, 0 to 2) to the nearest centroid; null without centroids. */
export function distanceToNearest(
  vector: readonly number[],
  centroids: readonly (readonly number[])[],
): number | null {
  let nearest: number | null = null;
  for (const centroid of centroids) {
    const distance = 1 - cosine(vector, centroid);
    if (nearest === null || distance < nearest) nearest = distance;
  }
  return nearest;
}

/** The q-quantile, 0 ≤ q ≤ 1, interpolated linearly between order statistics; null without values. */
export function quantile(values: readonly number[], q: number): number | null {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`q must lie between 0 and 1, not ${q}`);
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) return null;
  return below + (above - below) * (place - Math.floor(place));
}

/** One listened track: its embedding and how much of the listening it is (w ≥ 0). */
export interface WeightedVector {
  readonly vector: readonly number[];
  readonly weight: number;
}

/**
 * Generalist–specialist score `GS(u) = Σ w_j·cos(e_j, μ_u) / Σ w_j`, `μ_u = Σ w_j e_j / Σ w_j` (Anderson et al.,
 * WWW 2020): 1 for a listener of one sound, towards 0 for a wide one; null where no weight is positive.
 */
export function generalistSpecialist(listened: readonly WeightedVector[]): number | null {
  let total = 0;
  const centre: number[] = new Array<number>(listened[0]?.vector.length ?? 0).fill(0);
  for (const { vector, weight } of listened) {
    if (weight < 0) throw new RangeError(`a weight must be ≥ 0, not ${weight}`);
    if (vector.length !== centre.length)
      throw new RangeError(`vectors of ${centre.length} and ${vector.length} dimensions`);
    total += weight;
    for (const [i, x] of vector.entries()) centre[i] = (centre[i] ?? 0) + weight * x;
  }
  if (total === 0) return null;
  let sum = 0;
  for (const { vector, weight } of listened) sum += weight * cosine(vector, centre);
  return sum / total;
}
