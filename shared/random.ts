/** Seeded randomness in named streams, so that one part's draws never shift another's. */
import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform whole number in [0, n); n ≥ 1. */
  int(n: number): number;
  /** True with probability p. */
  chance(p: number): boolean;
  /** Normal variate (Box–Muller). */
  normal(mean: number, deviation: number): number;
  /** One element, all equally likely. Throws RangeError when there is none. */
  pick<T>(list: readonly T[]): T;
}

/** Independent stream `stream` of `seed`: equal arguments give equal sequences on every machine. */
export function createRandom(seed: number, stream: string): Random {
  // The generator's own seeding leaves neighbouring seeds correlated at first; a hash of seed and name does not.
  const hash = createHash('sha256').update(`${seed}:${stream}`).digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => hash.readInt32LE(offset)));
  const next = () => uniformFloat64(generator);
  return {
    next,
    int: (n) => Math.floor(next() * n),
    chance: (p) => next() < p,
    normal: (mean, deviation) =>
      mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (list) => {
      if (list.length === 0) throw new RangeError('Cannot pick from an empty list.');
      return list[Math.floor(next() * list.length)] as (typeof list)[number];
    },
  };
}

/** Normal variate held within [low, high]. */
export function clampedNormal(
  random: Random,
  mean: number,
  deviation: number,
  low: number,
  high: number,
): number {
  return Math.min(high, Math.max(low, random.normal(mean, deviation)));
}

/** Weights `1/(rank+1)^exponent` of Zipf's law for n ranks. */
export function zipfWeights(n: number, exponent: number): number[] {
  return Array.from({ length: n }, (_, rank) => (rank + 1) ** -exponent);
}

/** Running sums of weights, for drawIndex. */
export function cumulate(weights: Iterable<number>): Float64Array {
  const sums = Float64Array.from(weights);
  for (let index = 1; index < sums.length; index++) sums[index] = (sums[index] ?? 0) + (sums[index - 1] ?? 0);
  return sums;
}

/** An index with probability proportional to its weight; `sums` comes from cumulate and is not empty. */
export function drawIndex(random: Random, sums: Float64Array): number {
  const target = random.next() * (sums[sums.length - 1] ?? 0);
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] ?? 0) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
