/** Which places of a list are left to chance, so that what was served tells of what was not (algorithms: evaluation). */

/** Versioned configuration of exploration. */
export interface ExplorationWeights {
  /** Share of the places that are drawn instead of ranked, 0 to 1. */
  readonly share: number;
  /** Drawn places take one of so many of the best that are left, the very best among them, all equally likely. */
  readonly among: number;
}

export const NO_EXPLORATION: ExplorationWeights = { share: 0, among: 1 };

export interface Explored<T> {
  readonly item: T;
  /**
   * Probability that this item came to this place, given those before it: `1 − share + share/n` for the best one left,
   * `share/n` for each of the other n − 1 that could have been drawn. What IPS, SNIPS and RIPS divide by.
   */
  readonly propensity: number;
}

/**
 * The first `count` of `ranked` (best first) where nothing is explored; else ε-greedy, place by place, without
 * repetition. `random` gives numbers in [0, 1), two for each place at most. Throws RangeError for a share outside [0, 1]
 * and for `among` below 1.
 */
export function explore<T>(
  ranked: readonly T[],
  count: number,
  { share, among }: ExplorationWeights,
  random: () => number,
): Explored<T>[] {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`share must lie in [0, 1], not be ${share}.`);
  if (!(among >= 1)) throw new RangeError(`among must be 1 or more, not ${among}.`);
  const left = [...ranked];
  const chosen: Explored<T>[] = [];
  while (chosen.length < count && left.length > 0) {
    const n = Math.min(Math.floor(among), left.length);
    const place = share > 0 && random() < share ? Math.floor(random() * n) : 0;
    const [item] = left.splice(place, 1) as [T];
    chosen.push({ item, propensity: (place === 0 ? 1 - share : 0) + share / n });
  }
  return chosen;
}
