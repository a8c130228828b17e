/**
 * Fits the ranking model: logistic regression with a Gaussian prior by Newton's method, on counted examples of what was
 * served and heard, and whether it stayed. Judged by listeners that it did not see.
 */
import { invert } from './positive-definite.ts';
import { MODEL_FEATURES, type ModelWeights } from './ranking-model.ts';

/** Servings of the same age and features: how many were heard, and how many of those stayed. */
export interface ExampleCount {
  /** In the order of MODEL_FEATURES, each 0 to 1. */
  readonly features: readonly number[];
  /** Of listeners who are kept out of training, to judge by. */
  readonly heldOut: boolean;
  /** How many of its weeks to stay are over: who had as long is compared. */
  readonly weeks: number;
  readonly heard: number;
  readonly retained: number;
}

export interface TrainingOptions {
  /** What orders pools without a model: weights of the same features. */
  readonly configured: ModelWeights;
  /** Of both outcomes, in training and, a quarter of it, among those held out: fewer tell nothing. */
  readonly leastExamples: number;
  /** Of every weight: 1 keeps them within a few units of log-odds until there is evidence. */
  readonly priorPrecision: number;
  /** By how many standard errors a model must be ahead of the configured weights. */
  readonly leastLead: number;
}

export interface TrainedModel {
  /** Zeros where the configured weights are to stay. */
  readonly weights: ModelWeights;
  readonly used: boolean;
  /** Areas under the ROC curve on held-out listeners; null where there are too few of them. */
  readonly auc: number | null;
  readonly configuredAuc: number | null;
}

const MOST_STEPS = 50;
const SMALLEST_STEP = 1e-8;

/**
 * The model of these examples. It is used where it tells what stays from what does not clearly better than the configured
 * weights do, for listeners it was not trained on; otherwise, and while there are too few examples, its weights are zeros.
 */
export function trainRankingModel(
  examples: readonly ExampleCount[],
  { configured, leastExamples, priorPrecision, leastLead }: TrainingOptions,
): TrainedModel {
  const training = examples.filter(({ heldOut }) => !heldOut);
  const judges = examples.filter(({ heldOut }) => heldOut);
  const untold = { weights: MODEL_FEATURES.map(() => 0), used: false, auc: null, configuredAuc: null };
  if (!isEnough(training, leastExamples) || !isEnough(judges, leastExamples / 4)) return untold;
  const fitted = fitLogistic(training, priorPrecision);
  const compared = compareCurves(judges, fitted, configured);
  if (compared === undefined) return untold;
  const { auc, other, error } = compared;
  const used = auc > 0.5 && auc - other > leastLead * error;
  return { weights: used ? fitted : untold.weights, used, auc, configuredAuc: other };
}

function isEnough(examples: readonly ExampleCount[], least: number): boolean {
  const stayed = examples.reduce((sum, { retained }) => sum + retained, 0);
  const left = examples.reduce((sum, { heard, retained }) => sum + heard - retained, 0);
  return stayed >= least && left >= least;
}

/** Logarithm of the posterior, but for a constant: what Newton's steps go up. */
function logPosterior(
  rows: readonly Row[],
  weights: readonly number[],
  precisions: readonly number[],
): number {
  let sum =
    -dot(
      weights.map((weight) => weight * weight),
      precisions,
    ) / 2;
  for (const { values, heard, retained } of rows) {
    const logit = dot(weights, values);
    // ln(1 + e^x), which overflows nowhere.
    const softplus = Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit)));
    sum += retained * logit - heard * softplus;
  }
  return sum;
}

interface Row {
  /** 1 for the constant of its age and 0 for those of others, then the features. */
  readonly values: readonly number[];
  readonly heard: number;
  readonly retained: number;
}

/** The constants are hardly held to 0: how much of all that is heard stays, so long after, is for the examples to tell. */
const CONSTANT_PRECISION = 1e-3;

/**
 * Weights of greatest posterior probability, without the constants fitted beside them, one for each age. A step that would
 * go down is halved until it does not, so that it settles on any examples.
 */
export function fitLogistic(examples: readonly ExampleCount[], priorPrecision: number): number[] {
  const ages = [...new Set(examples.map(({ weeks }) => weeks))];
  const precisions = [...ages.map(() => CONSTANT_PRECISION), ...MODEL_FEATURES.map(() => priorPrecision)];
  const rows = examples.map(({ weeks, features, heard, retained }) => ({
    values: [...ages.map((age) => (age === weeks ? 1 : 0)), ...features],
    heard,
    retained,
  }));
  let weights = precisions.map(() => 0);
  let height = logPosterior(rows, weights, precisions);
  for (let step = 0; step < MOST_STEPS; step++) {
    const change = newtonStep(rows, weights, precisions);
    let share = 1;
    let next = weights;
    let reached = Number.NEGATIVE_INFINITY;
    for (; reached < height && share > SMALLEST_STEP; share /= 2) {
      next = weights.map((weight, at) => weight + share * (change[at] as number));
      reached = logPosterior(rows, next, precisions);
    }
    if (reached < height) break;
    [weights, height] = [next, reached];
    if (change.every((value) => Math.abs(value) < SMALLEST_STEP)) break;
  }
  return weights.slice(ages.length);
}

/** Curvature⁻¹ · gradient of the log posterior. */
function newtonStep(
  rows: readonly Row[],
  weights: readonly number[],
  precisions: readonly number[],
): number[] {
  const size = weights.length;
  const gradient = weights.map((weight, at) => -(precisions[at] as number) * weight);
  const curvature = new Float64Array(size * size);
  for (let at = 0; at < size; at++) curvature[at * size + at] = precisions[at] as number;
  for (const { values, heard, retained } of rows) {
    const chance = 1 / (1 + Math.exp(-dot(weights, values)));
    const residual = retained - heard * chance;
    const variance = heard * chance * (1 - chance);
    for (let a = 0; a < size; a++) {
      gradient[a] = (gradient[a] as number) + residual * (values[a] as number);
      for (let b = 0; b < size; b++)
        curvature[a * size + b]! += variance * (values[a] as number) * (values[b] as number);
    }
  }
  const inverse = invert(curvature, size);
  return weights.map((_, at) => dot(gradient, inverse.subarray(at * size, (at + 1) * size)));
}

export interface ComparedCurves {
  /** Probability that of two servings of one age, one of which stayed, these weights put that one first; ties count half. */
  readonly auc: number;
  /** That of the other weights. */
  readonly other: number;
  /** Standard error of the difference (DeLong, DeLong and Clarke-Pearson 1988). */
  readonly error: number;
}

/**
 * Areas under two ROC curves over the same servings, compared within each age, ages weighed by their pairs. Undefined where
 * no age has both outcomes.
 */
export function compareCurves(
  examples: readonly ExampleCount[],
  weights: ModelWeights,
  otherWeights: ModelWeights,
): ComparedCurves | undefined {
  const sums = { pairs: 0, auc: 0, other: 0, variance: 0 };
  for (const ofAge of Map.groupBy(examples, ({ weeks }) => weeks).values()) {
    const stayed = ofAge.reduce((sum, { retained }) => sum + retained, 0);
    const left = ofAge.reduce((sum, { heard, retained }) => sum + heard - retained, 0);
    const pairs = stayed * left;
    if (pairs === 0) continue;
    const [own, other] = [weights, otherWeights].map((of) => placements(ofAge, of, stayed, left));
    const ofStayed = spread(
      ofAge,
      (at) => (own?.stayed[at] ?? 0) - (other?.stayed[at] ?? 0),
      ({ retained }) => retained,
    );
    const ofLeft = spread(
      ofAge,
      (at) => (own?.left[at] ?? 0) - (other?.left[at] ?? 0),
      ({ heard, retained }) => heard - retained,
    );
    sums.pairs += pairs;
    sums.auc += pairs * (own?.auc ?? 0);
    sums.other += pairs * (other?.auc ?? 0);
    sums.variance += pairs ** 2 * (ofStayed / stayed + ofLeft / left);
  }
  if (sums.pairs === 0) return undefined;
  return {
    auc: sums.auc / sums.pairs,
    other: sums.other / sums.pairs,
    error: Math.sqrt(sums.variance) / sums.pairs,
  };
}

/** For each example: of what left, which share stands behind it; of what stayed, which share stands before it. */
function placements(
  examples: readonly ExampleCount[],
  weights: ModelWeights,
  allStayed: number,
  allLeft: number,
) {
  const scored = examples
    .map(({ features, heard, retained }, at) => ({ at, score: dot(weights, features), heard, retained }))
    .sort((a, b) => a.score - b.score);
  const stayed = new Float64Array(examples.length);
  const left = new Float64Array(examples.length);
  let [stayedBehind, leftBehind, auc] = [0, 0, 0];
  for (const tied of Map.groupBy(scored, ({ score }) => score).values()) {
    const stayedHere = tied.reduce((sum, { retained }) => sum + retained, 0);
    const leftHere = tied.reduce((sum, { heard, retained }) => sum + heard - retained, 0);
    for (const { at } of tied) {
      stayed[at] = (leftBehind + leftHere / 2) / allLeft;
      left[at] = (allStayed - stayedBehind - stayedHere / 2) / allStayed;
    }
    auc += (stayedHere * (leftBehind + leftHere / 2)) / (allStayed * allLeft);
    stayedBehind += stayedHere;
    leftBehind += leftHere;
  }
  return { stayed, left, auc };
}

/** Variance of values by example, each as often as it is counted; 0 of fewer than two. */
function spread(
  examples: readonly ExampleCount[],
  value: (at: number) => number,
  count: (example: ExampleCount) => number,
): number {
  let [total, mean, squares] = [0, 0, 0];
  for (const [at, example] of examples.entries()) {
    const times = count(example);
    if (times === 0) continue;
    total += times;
    const off = value(at) - mean;
    mean += (off * times) / total;
    squares += times * off * (value(at) - mean);
  }
  return total < 2 ? 0 : squares / (total - 1);
}

function dot(a: readonly number[], b: ArrayLike<number>): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
}
