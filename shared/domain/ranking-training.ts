/**
 * Fits the ranking model: logistic regression with a Gaussian prior by Newton's method, on counted examples of what was
 * served and heard, and whether it stayed. Judged by listeners that it did not see.
 */
import { invert } from './positive-definite.ts';
import { MODEL_FEATURES, type ModelWeights } from './ranking-model.ts';

/** Servings with the same features: how many were heard, and how many of those stayed. */
export interface ExampleCount {
  /** In the order of MODEL_FEATURES, each 0 to 1. */
  readonly features: readonly number[];
  /** Of listeners who are kept out of training, to judge by. */
  readonly heldOut: boolean;
  readonly heard: number;
  readonly retained: number;
}

export interface TrainingOptions {
  /** What orders pools without a model: weights of the same features. */
  readonly configured: ModelWeights;
  /** Of both outcomes, in training and, a tenth of it, among those held out: fewer tell nothing. */
  readonly leastExamples: number;
  /** Of every weight: 1 keeps them within a few units of log-odds until there is evidence. */
  readonly priorPrecision: number;
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
 * The model of these examples. It is used where it tells what stays from what does not better than the configured weights
 * do, for listeners it was not trained on; otherwise, and while there are too few examples, its weights are zeros.
 */
export function trainRankingModel(
  examples: readonly ExampleCount[],
  { configured, leastExamples, priorPrecision }: TrainingOptions,
): TrainedModel {
  const training = examples.filter(({ heldOut }) => !heldOut);
  const judges = examples.filter(({ heldOut }) => heldOut);
  const none = MODEL_FEATURES.map(() => 0);
  if (!isEnough(training, leastExamples) || !isEnough(judges, leastExamples / 10))
    return { weights: none, used: false, auc: null, configuredAuc: null };
  const fitted = fitLogistic(training, priorPrecision);
  const auc = areaUnderCurve(judges, fitted);
  const configuredAuc = areaUnderCurve(judges, configured);
  const used = auc > configuredAuc;
  return { weights: used ? fitted : none, used, auc, configuredAuc };
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
  /** 1 for the constant, then the features. */
  readonly values: readonly number[];
  readonly heard: number;
  readonly retained: number;
}

/** The constant is hardly held to 0: how much of all that is heard stays is for the examples to tell. */
const CONSTANT_PRECISION = 1e-3;

/**
 * Weights of greatest posterior probability, without the constant fitted beside them. A step that would go down is halved
 * until it does not, so that it settles on any examples.
 */
export function fitLogistic(examples: readonly ExampleCount[], priorPrecision: number): number[] {
  const size = MODEL_FEATURES.length + 1;
  const precisions = [CONSTANT_PRECISION, ...MODEL_FEATURES.map(() => priorPrecision)];
  const rows = examples.map(({ features, heard, retained }) => ({
    values: [1, ...features],
    heard,
    retained,
  }));
  let weights = new Array<number>(size).fill(0);
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
  return weights.slice(1);
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

/** Probability that of two servings, one of which stayed, the weights put that one first; ties count half. */
export function areaUnderCurve(examples: readonly ExampleCount[], weights: ModelWeights): number {
  const scored = examples
    .map(({ features, heard, retained }) => ({ score: dot(weights, features), heard, retained }))
    .sort((a, b) => a.score - b.score);
  let left = 0;
  let pairs = 0;
  for (const tied of Map.groupBy(scored, ({ score }) => score).values()) {
    const stayed = tied.reduce((sum, { retained }) => sum + retained, 0);
    const gone = tied.reduce((sum, { heard, retained }) => sum + heard - retained, 0);
    pairs += stayed * (left + gone / 2);
    left += gone;
  }
  const stayed = scored.reduce((sum, { retained }) => sum + retained, 0);
  return pairs / (stayed * left);
}

function dot(a: readonly number[], b: ArrayLike<number>): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
}
