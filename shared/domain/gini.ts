/** How unevenly something is shared. */

/**
 * Gini coefficient of non-negative amounts: 0 when all are equal, (n−1)/n when one has everything; 0 when there
 * is nothing to share. Sum over ranks `Σ (2i − n − 1)·x_i / (n·Σ x)`, x ascending, i from 1. Throws RangeError
 * for a negative amount or one that is no number.
 */
export function gini(amounts: Iterable<number>): number {
  const sorted = Float64Array.from(amounts).sort();
  let total = 0;
  let ranked = 0;
  for (const [index, amount] of sorted.entries()) {
    if (!(amount >= 0)) throw new RangeError(`Amounts must be 0 or more, not ${amount}.`);
    total += amount;
    ranked += (2 * (index + 1) - sorted.length - 1) * amount;
  }
  return total === 0 ? 0 : ranked / (sorted.length * total);
}
