/** What another policy would have earned, from what this one logged: importance sampling (algorithms: evaluation). */

/**
 * `w = π(a)/π₀(a)` of each logged choice, at most `clip` (∞ unless told). Throws RangeError naming the place for a logged
 * propensity outside (0, 1], a target probability outside [0, 1], lists of unequal length and a clip that is not above 0.
 */
export function importanceWeights(
  target: readonly number[],
  logged: readonly number[],
  clip: number = Number.POSITIVE_INFINITY,
): number[] {
  if (target.length !== logged.length)
    throw new RangeError(`${target.length} target probabilities do not fit ${logged.length} propensities.`);
  if (!(clip > 0)) throw new RangeError(`The clip must be above 0, not ${clip}.`);
  return logged.map((propensity, place) => {
    const probability = target[place] as number;
    if (!(propensity > 0 && propensity <= 1))
      throw new RangeError(
        `The propensity at place ${place} must be above 0 and at most 1, not ${propensity}.`,
      );
    if (!(probability >= 0 && probability <= 1))
      throw new RangeError(`The target probability at place ${place} must be 0 to 1, not ${probability}.`);
    return Math.min(clip, probability / propensity);
  });
}

/** IPS, `mean(w·r)`: unbiased, of high variance. Throws RangeError as requirePairs. */
export function ips(weights: readonly number[], rewards: readonly number[]): number {
  requirePairs(weights, rewards);
  return (
    weights.reduce((sum, weight, index) => sum + weight * (rewards[index] as number), 0) / weights.length
  );
}

/** SNIPS, `Σwr / Σw`: a little biased, of far less variance; null where no weight is above 0. Throws as ips. */
export function snips(weights: readonly number[], rewards: readonly number[]): number | null {
  requirePairs(weights, rewards);
  let earned = 0;
  let total = 0;
  for (const [index, weight] of weights.entries()) {
    earned += weight * (rewards[index] as number);
    total += weight;
  }
  return total === 0 ? null : earned / total;
}

/** `(Σw)² / Σw²`: how many equally weighted choices these are worth; 0 where no weight is above 0. */
export function effectiveSampleSize(weights: readonly number[]): number {
  let total = 0;
  let squares = 0;
  for (const weight of weights) {
    requireWeight(weight);
    total += weight;
    squares += weight * weight;
  }
  return squares === 0 ? 0 : total ** 2 / squares;
}

export interface SlateValue {
  /** Expected sum of the rewards of one slate. */
  readonly value: number;
  /** Places, from the top, down to which some slate agrees with the target; below them `value` counts nothing. */
  readonly supportedPlaces: number;
}

/**
 * RIPS (McInerney et al., KDD 2020), for rewards that depend on what stands above: `W_nl = N·W_n,l−1·w_nl / Σ_m W_m,l−1·w_ml`
 * with `W_n0 = 1`, value `1/N ΣΣ W_nl·r_nl`. weights, rewards: [slate][place]. `times`: how often each slate counts (1 unless
 * told), for resampling. Throws RangeError for ragged slates, no slate and what is no number.
 */
export function rips(
  weights: readonly (readonly number[])[],
  rewards: readonly (readonly number[])[],
  times?: ArrayLike<number>,
): SlateValue {
  const places = requireSlates(weights, rewards);
  let slates = 0;
  const running = Float64Array.from(weights, () => 1);
  const count = (slate: number): number => times?.[slate] ?? (times === undefined ? 1 : 0);
  for (let slate = 0; slate < weights.length; slate++) slates += count(slate);
  if (slates === 0) throw new RangeError('There is no slate to estimate from.');
  let earned = 0;
  for (let place = 0; place < places; place++) {
    let total = 0;
    for (const [slate, row] of weights.entries()) {
      running[slate] = (running[slate] as number) * (row[place] as number);
      total += count(slate) * (running[slate] as number);
    }
    if (total === 0) return { value: earned / slates, supportedPlaces: place };
    for (const [slate, row] of rewards.entries()) {
      running[slate] = (slates * (running[slate] as number)) / total;
      earned += count(slate) * (running[slate] as number) * (row[place] as number);
    }
  }
  return { value: earned / slates, supportedPlaces: places };
}

function requireWeight(weight: number): void {
  if (!(weight >= 0 && Number.isFinite(weight)))
    throw new RangeError(`A weight must be 0 or more, not ${weight}.`);
}

/** Throws RangeError for no choice, unequal lengths, a weight below 0 and a reward that is not finite. */
function requirePairs(weights: readonly number[], rewards: readonly number[]): void {
  if (weights.length === 0) throw new RangeError('There is no choice to estimate from.');
  if (weights.length !== rewards.length)
    throw new RangeError(`${weights.length} weights do not fit ${rewards.length} rewards.`);
  for (const weight of weights) requireWeight(weight);
  for (const reward of rewards)
    if (!Number.isFinite(reward)) throw new RangeError(`A reward must be a finite number, not ${reward}.`);
}

/** Places per slate; throws RangeError naming the first slate that does not fit. */
function requireSlates(
  weights: readonly (readonly number[])[],
  rewards: readonly (readonly number[])[],
): number {
  if (weights.length !== rewards.length)
    throw new RangeError(`${weights.length} slates of weights do not fit ${rewards.length} of rewards.`);
  const places = weights[0]?.length ?? 0;
  if (places === 0) throw new RangeError('There is no slate to estimate from.');
  for (const [slate, row] of weights.entries()) {
    const earned = rewards[slate] as readonly number[];
    if (row.length !== places || earned.length !== places)
      throw new RangeError(
        `Slate ${slate} has ${row.length} weights and ${earned.length} rewards; the first has ${places} places.`,
      );
    requirePairs(row, earned);
  }
  return places;
}
