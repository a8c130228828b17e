/** Percentile bootstrap over listeners: how far a mean would move with other listeners of the same kind. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface Estimate {
  readonly mean: number;
  /** Bounds of the confidence interval. */
  readonly low: number;
  readonly high: number;
}

export interface Difference extends Estimate {
  /** Share of the resamples in which the difference is 0 or less. */
  readonly shareNotAbove: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Resamples; 1,000 unless told. */
  readonly resamples?: number;
  /** Of the interval; 0.95 unless told. */
  readonly confidence?: number;
}

/**
 * Mean of one value per listener with its percentile interval. Equal values and options give equal bounds.
 * Throws RangeError for no values, for one that is not finite and for options out of range.
 */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions): Estimate {
  const means = resampledMeans(values, options);
  return { mean: meanOf(values), ...interval(means, options.confidence ?? 0.95) };
}

/**
 * Mean of `a[i] − b[i]`, both of listener i, with its interval: pairs are resampled together, which is what makes
 * small differences between rankers visible. Throws as bootstrapMean, and for unequal lengths.
 */
export function bootstrapDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: BootstrapOptions,
): Difference {
  if (a.length !== b.length) throw new RangeError(`Cannot pair ${a.length} values with ${b.length}.`);
  const differences = Float64Array.from(a, (value, index) => value - (b[index] ?? Number.NaN));
  const means = resampledMeans(differences, options);
  return {
    mean: meanOf(differences),
    ...interval(means, options.confidence ?? 0.95),
    shareNotAbove: means.filter((mean) => mean <= 0).length / means.length,
  };
}

/** Means of the resamples in ascending order. */
function resampledMeans(
  values: ArrayLike<number>,
  { seed, resamples = 1000 }: BootstrapOptions,
): Float64Array {
  const count = values.length;
  if (count === 0) throw new RangeError('There is nothing to resample.');
  if (!Number.isSafeInteger(resamples) || resamples < 1)
    throw new RangeError(`Resamples must be a positive whole number, not ${resamples}.`);
  const source = Float64Array.from(values);
  if (!source.every(Number.isFinite)) throw new RangeError('Every value must be a finite number.');
  const generator = xoroshiro128plus(seed);
  // The first outputs of neighbouring seeds resemble one another.
  for (let warming = 0; warming < 20; warming++) generator.next();
  const means = new Float64Array(resamples);
  for (let sample = 0; sample < resamples; sample++) {
    let sum = 0;
    for (let draw = 0; draw < count; draw++)
      sum += source[Math.floor(((generator.next() >>> 0) / 2 ** 32) * count)] ?? 0;
    means[sample] = sum / count;
  }
  return means.sort();
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0;
  return sum / values.length;
}

function interval(sorted: Float64Array, confidence: number): { low: number; high: number } {
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`Confidence must be between 0 and 1, not ${confidence}.`);
  const tail = (1 - confidence) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}

/** Linear interpolation between the two nearest order statistics. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
