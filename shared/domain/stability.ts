/** Is today's build like yesterday's: population stability index and the median it is held against. */

/**
 * `Σ (p−q)·ln(p/q)` over buckets of two distributions given as shares (each sums to 1). Empty buckets count as
 * one in ten thousand, the usual guard. Below .1 is alike, above .2 is drift.
 */
export function populationStability(expected: readonly number[], actual: readonly number[]): number {
  const floor = 1e-4;
  let index = 0;
  for (let bucket = 0; bucket < Math.max(expected.length, actual.length); bucket++) {
    const q = Math.max(expected[bucket] ?? 0, floor);
    const p = Math.max(actual[bucket] ?? 0, floor);
    index += (p - q) * Math.log(p / q);
  }
  return index;
}

/** The middle value, the mean of the two middle ones of an even number. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] ?? Number.NaN;
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
