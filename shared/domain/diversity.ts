/** Diverse lists: the greedy maximum a posteriori of a determinantal point process (Chen, Zhang and Zhou 2018). */

/** Below this what an item would add is rounding. */
const LEAST_GAIN = 1e-10;

/**
 * Indices of up to `count` items in the order chosen. `L_ij = quality_i · similarity(i, j) · quality_j`, similarity being 1
 * of an item with itself; each step takes the item that raises the determinant most, by
 * `e_i = (L_ji − ⟨c_j,c_i⟩)/d_j; d_i² −= e_i²`. What adds nothing any more follows by quality.
 */
export function diversify(
  qualities: readonly number[],
  similarity: (i: number, j: number) => number,
  count: number,
): number[] {
  const n = qualities.length;
  const gains = qualities.map((quality) => quality * quality);
  const vectors: number[][] = Array.from({ length: n }, () => []);
  const chosen: number[] = [];
  const left = new Set(qualities.keys());
  while (chosen.length < Math.min(count, n)) {
    let best = -1;
    for (const index of left)
      if (best < 0 || (gains[index] as number) > (gains[best] as number)) best = index;
    const gain = gains[best] as number;
    if (gain < LEAST_GAIN) break;
    chosen.push(best);
    left.delete(best);
    const own = vectors[best] as number[];
    const root = Math.sqrt(gain);
    for (const index of left) {
      const other = vectors[index] as number[];
      const kernel = (qualities[best] as number) * similarity(best, index) * (qualities[index] as number);
      const e = (kernel - own.reduce((sum, value, at) => sum + value * (other[at] as number), 0)) / root;
      other.push(e);
      gains[index] = (gains[index] as number) - e * e;
    }
  }
  const rest = [...left].sort((a, b) => (qualities[b] as number) - (qualities[a] as number) || a - b);
  return [...chosen, ...rest.slice(0, count - chosen.length)];
}
