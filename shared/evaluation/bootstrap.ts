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

/**
 * Interval of a statistic that is no mean (a ratio, say). `statistic` gets how often each of `count` listeners was drawn;
 * resamples of which it is null are left out. Null where all are. Throws RangeError for a count below 1 and as bootstrapMean.
 */
export function bootstrapInterval(
  count: number,
  statistic: (times: Int32Array) => number | null,
  options: BootstrapOptions,
): { readonly low: number; readonly high: number } | null {
  const draw = drawsOf(count, options);
  const times = new Int32Array(count);
  const found: number[] = [];
  for (let sample = 0; sample < (options.resamples ?? 1000); sample++) {
    times.fill(0);
    for (let index = 0; index < count; index++) {
      const drawn = draw();
      times[drawn] = (times[drawn] ?? 0) + 1;
    }
    const value = statistic(times);
    if (value !== null) found.push(value);
  }
  return found.length === 0 ? null : interval(Float64Array.from(found).sort(), options.confidence ?? 0.95);
}

/** Draws indices below `count`, the same ones for one seed. */
function drawsOf(count: number, { seed, resamples = 1000 }: BootstrapOptions): () => number {
  if (!(count >= 1)) throw new RangeError('There is nothing to resample.');
  if (!Number.isSafeInteger(resamples) || resamples < 1)
    throw new RangeError(`Resamples must be a positive whole number, not ${resamples}.`);
  const generator = xoroshiro128plus(seed);
  // The first outputs of neighbouring seeds resemble one another.
  for (let warming = 0; warming < 20; warming++) generator.next();
  return () => Math.floor(((generator.next() >>> 0) / 2 ** 32) * count);
}

/** Means of the resamples in ascending order. */
function resampledMeans(values: ArrayLike<number>, options: BootstrapOptions): Float64Array {
  const count = values.length;
  const resamples = options.resamples ?? 1000;
  const next = drawsOf(count, options);
  const source = Float64Array.from(values);
  if (!source.every(Number.isFinite)) throw new RangeError('Every value must be a finite number.');
  const means = new Float64Array(resamples);
  for (let sample = 0; sample < resamples; sample++) {
    let sum = 0;
    for (let draw = 0; draw < count; draw++) sum += source[next()] ?? 0;
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
