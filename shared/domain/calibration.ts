/** Calibrated recommendations: a list whose genres are spread as the listener's own (Steck 2018). */

/** λ: 0 goes by score alone, 1 by genres alone. */
export const CALIBRATION_WEIGHT = 0.3;
/** α of `q̃ = (1−α)·q + α·p`, which keeps the divergence finite. */
const SMOOTHING = 0.01;

export interface Calibrated {
  /** 0 to 1. */
  readonly score: number;
  readonly genre: string | null;
}

/** Shares that sum to 1, of weights ≥ 0; empty where all weights are 0. */
export function sharesOf(weights: ReadonlyMap<string, number>): Map<string, number> {
  const positive = [...weights].filter(([, weight]) => weight > 0);
  const sum = positive.reduce((total, [, weight]) => total + weight, 0);
  return new Map(positive.map(([name, weight]) => [name, weight / sum]));
}

/** `KL(p ‖ q̃) = Σ p·ln(p / q̃)` in nats; q of an empty list is 0 everywhere. */
export function calibrationDivergence(
  wanted: ReadonlyMap<string, number>,
  counts: ReadonlyMap<string, number>,
  total: number,
): number {
  let divergence = 0;
  for (const [genre, p] of wanted) {
    const q = total === 0 ? 0 : (counts.get(genre) ?? 0) / total;
    divergence += p * Math.log(p / ((1 - SMOOTHING) * q + SMOOTHING * p));
  }
  return divergence;
}

/**
 * Indices of `count` items, in the order they were chosen: greedily the one that maximises
 * `(1−λ)·Σ score − λ·KL(p ‖ q̃)` of the list with it. Items of unknown genre are of none. Without wanted shares it is the
 * order of scores; ties go to the earlier item.
 */
export function calibrate(
  items: readonly Calibrated[],
  wanted: ReadonlyMap<string, number>,
  count: number,
  weight: number = CALIBRATION_WEIGHT,
): number[] {
  const chosen: number[] = [];
  const left = new Set(items.keys());
  const counts = new Map<string, number>();
  let scores = 0;
  let ofGenre = 0;
  while (chosen.length < count && left.size > 0) {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    // Of one genre only the score differs: what a genre does to the divergence is asked once.
    const divergences = new Map<string | null, number>();
    for (const index of left) {
      const { score, genre } = items[index] as Calibrated;
      let divergence = divergences.get(genre);
      if (divergence === undefined) {
        divergence = divergenceWith(wanted, counts, ofGenre, genre);
        divergences.set(genre, divergence);
      }
      const value = (1 - weight) * (scores + score) - weight * divergence;
      if (value > most) [best, most] = [index, value];
    }
    const { score, genre } = items[best] as Calibrated;
    chosen.push(best);
    left.delete(best);
    scores += score;
    if (genre === null) continue;
    counts.set(genre, (counts.get(genre) ?? 0) + 1);
    ofGenre += 1;
  }
  return chosen;
}

function divergenceWith(
  wanted: ReadonlyMap<string, number>,
  counts: ReadonlyMap<string, number>,
  total: number,
  genre: string | null,
): number {
  if (genre === null) return calibrationDivergence(wanted, counts, total);
  return calibrationDivergence(wanted, new Map(counts).set(genre, (counts.get(genre) ?? 0) + 1), total + 1);
}
