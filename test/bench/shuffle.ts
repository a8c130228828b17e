/** npm run bench -- shuffle: Smart Shuffle's time, and a sequence's transitions beside chance and the exact optimum. */
import { transitionScore } from '../../shared/domain/harmony.ts';
import { meanTransition, type SequencedTrack, sequence } from '../../shared/domain/sequencing.ts';
import { smartShuffle } from '../../shared/domain/smart-shuffle.ts';
import { createRandom, type Random } from '../../shared/random.ts';
import type { BenchResult } from './bench.ts';

const RUNS = 15;
const SIZES = [100, 1_000, 10_000];
/** Candidates there are at most: 60 seeds of 200 neighbours, merged. */
const MOST_CANDIDATES = 6_000;
const LISTS = 40;

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const round = (value: number, digits = 3) => Math.round(value * 10 ** digits) / 10 ** digits;

/** A quarter of real tracks has no audio features. */
function someSound(random: Random) {
  if (random.chance(0.25)) return { tempo: null, key: null, mode: null, energy: null };
  return { tempo: 80 + 80 * random.next(), key: random.int(12), mode: random.int(2), energy: random.next() };
}

function timeShuffle(count: number): Record<string, string | number> {
  const random = createRandom(count, 'bench');
  const tracks = Array.from({ length: count }, (_, index) => ({
    itemId: `own${index}`,
    artistId: `artist${random.int(Math.ceil(count / 5))}`,
    daysSincePlay: random.chance(0.3) ? random.int(60) : null,
    ...someSound(random),
  }));
  const candidates = Array.from({ length: Math.min(MOST_CANDIDATES, 3 * count) }, (_, index) => ({
    itemId: `new${index}`,
    artistId: `other${random.int(Math.ceil(count / 2))}`,
    similarity: random.next(),
    affinity: random.next(),
    ...someSound(random),
  }));
  const times: number[] = [];
  let length = 0;
  for (let run = 0; run < RUNS; run++) {
    const draws = createRandom(run, 'seed');
    const started = performance.now();
    length = smartShuffle(tracks, candidates, draws.next).length;
    times.push(performance.now() - started);
  }
  return {
    what: `Smart Shuffle of ${count}`,
    candidates: candidates.length,
    'served tracks': length,
    'median ms': round(median(times), 1),
    'worst ms': round(Math.max(...times), 1),
  };
}

/** The best mean transition of all orders, by dynamic programming over subsets (Held and Karp 1962). */
function exactMean(tracks: readonly SequencedTrack[]): number {
  const n = tracks.length;
  const best = Array.from({ length: 1 << n }, () => new Float64Array(n).fill(Number.NEGATIVE_INFINITY));
  for (let last = 0; last < n; last++) (best[1 << last] as Float64Array)[last] = 0;
  for (let set = 1; set < 1 << n; set++)
    for (let last = 0; last < n; last++) {
      const value = (best[set] as Float64Array)[last] as number;
      if (value === Number.NEGATIVE_INFINITY) continue;
      for (let next = 0; next < n; next++) {
        if ((set & (1 << next)) !== 0) continue;
        const row = best[set | (1 << next)] as Float64Array;
        const score = transitionScore(tracks[last] as SequencedTrack, tracks[next] as SequencedTrack);
        row[next] = Math.max(row[next] as number, value + score);
      }
    }
  return Math.max(...(best[(1 << n) - 1] as Float64Array)) / (n - 1);
}

function sequencingOf(count: number, withExact: boolean): Record<string, string | number> {
  const sums = { ours: 0, chance: 0, exact: 0 };
  const times: number[] = [];
  for (let list = 0; list < LISTS; list++) {
    const random = createRandom(list, `list of ${count}`);
    const tracks = Array.from({ length: count }, (_, index) => ({
      artistId: `artist${index}`,
      album: null,
      ...someSound(random),
    }));
    const started = performance.now();
    const order = sequence(tracks, { random: random.next });
    times.push(performance.now() - started);
    sums.ours += meanTransition(order.map((index) => tracks[index] as SequencedTrack));
    sums.chance += meanTransition(tracks);
    if (withExact) sums.exact += exactMean(tracks);
  }
  return {
    what: `sequence of ${count}`,
    'median ms': round(median(times), 1),
    'mean transition': round(sums.ours / LISTS),
    'at random': round(sums.chance / LISTS),
    ...(withExact && {
      'exact optimum': round(sums.exact / LISTS),
      'of the optimum': round(sums.ours / sums.exact),
    }),
  };
}

/** One core; each figure the median of RUNS after the first, or the mean over LISTS generated lists. */
export async function benchShuffle(): Promise<BenchResult> {
  for (const count of SIZES) timeShuffle(count);
  return {
    name: 'shuffle',
    parameters: { runs: RUNS, lists: LISTS },
    rows: [
      ...SIZES.map(timeShuffle),
      ...[6, 10, 12].map((count) => sequencingOf(count, true)),
      ...[30, 100].map((count) => sequencingOf(count, false)),
    ],
    summary: {},
  };
}
