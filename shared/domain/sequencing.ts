/** In which order tracks are played: transitions, an energy arc, artists and albums apart; greedy, then local search. */
import { arcQuantile, type EnergyArc } from './energy-arc.ts';
import { type TrackSound, transitionScore } from './harmony.ts';

export interface SequencedTrack extends TrackSound {
  readonly artistId: string | null;
  readonly album: string | null;
}

/** What an order is judged by, beside its transitions, which count 1 each at most. */
export interface SequencingWeights {
  /** Times how far from where the arc wants it a track's energy lies, 0 to 1. */
  readonly arc: number;
  /** For a track right after one of its artist, less the further they are apart, none from `artistGap` on. */
  readonly artist: number;
  readonly artistGap: number;
  readonly album: number;
  readonly albumGap: number;
}

export const SEQUENCING_WEIGHTS: SequencingWeights = {
  arc: 2,
  artist: 1.5,
  artistGap: 4,
  album: 0.5,
  albumGap: 3,
};

export interface SequenceOptions {
  readonly arc?: EnergyArc;
  /** Indices of tracks by the position they must have, zero-based. */
  readonly pinned?: ReadonlyMap<number, number>;
  /** Uniform in [0, 1); chooses where the greedy starts begin. */
  readonly random: () => number;
  readonly weights?: SequencingWeights;
}

/** Greedy orders that are built and improved, of which the best is taken; each begins with another track. */
const startsFor = (length: number): number => (length <= 12 ? Math.min(length, 8) : length <= FAR ? 4 : 1);
/** Rounds of local search; it mostly ends by itself before. */
const MOST_ROUNDS = 12;
/** Up to this many tracks every segment may be reversed and every track moved anywhere; beyond, this far. */
const FAR = 40;
const NEAR = 24;
const TOLERANCE = 1e-9;

/**
 * Indices of `tracks` in playing order. Maximises `Σ T(a, b) − arc − spacing` over adjacent pairs (algorithms: BPM and
 * key) by greedy starts and 2-opt with moves of single tracks; equal input and randomness give an equal order. Throws
 * RangeError for a pin outside, or two pins of one track.
 */
export function sequence(tracks: readonly SequencedTrack[], options: SequenceOptions): number[] {
  const pinned = checkPins(tracks.length, options.pinned ?? new Map());
  const judge = createJudge(tracks, options.arc, options.weights ?? SEQUENCING_WEIGHTS);
  let best: number[] = [];
  let bestValue = Number.NEGATIVE_INFINITY;
  const n = tracks.length;
  const first = Math.floor(options.random() * n);
  for (let start = 0; start < startsFor(n); start++) {
    const order = greedyOrder(n, judge, pinned, (first + start) % n);
    improve(order, judge, pinned);
    const value = judge.valueOf(order, 0, order.length - 1);
    if (value > bestValue + TOLERANCE) [best, bestValue] = [order, value];
  }
  return best;
}

/** Mean transition score over adjacent pairs, 0 to 1; 1 where there are none. */
export function meanTransition(tracks: readonly TrackSound[]): number {
  let sum = 0;
  for (let i = 1; i < tracks.length; i++)
    sum += transitionScore(tracks[i - 1] as TrackSound, tracks[i] as TrackSound);
  return tracks.length < 2 ? 1 : sum / (tracks.length - 1);
}

function checkPins(length: number, pinned: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const inside = (value: number) => Number.isInteger(value) && value >= 0 && value < length;
  for (const [position, index] of pinned)
    if (!inside(position) || !inside(index))
      throw new RangeError(`Track ${index} cannot be pinned at ${position} of ${length}.`);
  if (new Set(pinned.values()).size < pinned.size) throw new RangeError('A track is pinned twice.');
  return pinned;
}

export interface SequenceJudge {
  /** What positions `from` to `to` of the order contribute. The higher the better. */
  valueOf(order: readonly number[], from: number, to: number): number;
  /** How far back a position looks; a change at p concerns the positions up to p + reach. */
  readonly reach: number;
}

/** What an order is worth, as a sum over its positions. */
export function createJudge(
  tracks: readonly SequencedTrack[],
  arc: EnergyArc | undefined,
  weights: SequencingWeights = SEQUENCING_WEIGHTS,
): SequenceJudge {
  const n = tracks.length;
  const transitions = createTransitions(tracks);
  const wanted = Array.from({ length: n }, (_, place) =>
    arcQuantile(arc ?? 'steady', place / Math.max(1, n - 1)),
  );
  const quantiles = energyQuantiles(tracks);
  const artists = numbered(tracks.map(({ artistId }) => artistId));
  const albums = numbered(
    tracks.map(({ artistId, album }) => (album === null ? null : `${artistId}\n${album}`)),
  );

  function contribution(order: readonly number[], place: number): number {
    const index = order[place] as number;
    let value = place === 0 ? 0 : transitions(order[place - 1] as number, index);
    const want = wanted[place];
    const has = quantiles[index];
    if (want !== null && want !== undefined && has !== null && has !== undefined)
      value -= weights.arc * Math.abs(want - has);
    value -= weights.artist * nearness(order, place, artists, weights.artistGap);
    value -= weights.album * nearness(order, place, albums, weights.albumGap);
    return value;
  }

  return {
    reach: Math.max(1, weights.artistGap, weights.albumGap),
    valueOf(order, from, to) {
      let sum = 0;
      for (let place = Math.max(0, from); place <= Math.min(to, n - 1); place++)
        sum += contribution(order, place);
      return sum;
    },
  };
}

/** 1 right behind one of the same group, falling to 0 at `gap` positions; unknown groups are groups of their own. */
function nearness(order: readonly number[], place: number, groups: Int32Array, gap: number): number {
  const own = groups[order[place] as number] as number;
  if (own < 0) return 0;
  for (let back = 1; back < gap && back <= place; back++)
    if (groups[order[place - back] as number] === own) return (gap - back) / (gap - 1);
  return 0;
}

/** Transition scores by index, computed once each. */
function createTransitions(tracks: readonly SequencedTrack[]): (from: number, to: number) => number {
  const n = tracks.length;
  if (n > 1_000) return (from, to) => transitionScore(tracks[from] as TrackSound, tracks[to] as TrackSound);
  const known = new Float64Array(n * n).fill(-1);
  return (from, to) => {
    const place = from * n + to;
    const before = known[place] as number;
    if (before >= 0) return before;
    const score = transitionScore(tracks[from] as TrackSound, tracks[to] as TrackSound);
    known[place] = score;
    return score;
  };
}

/** Where each track's energy lies among all, 0 to 1, the middle for equal ones; null where it is not known. */
function energyQuantiles(tracks: readonly SequencedTrack[]): (number | null)[] {
  const sorted = tracks.flatMap(({ energy }) => energy ?? []).sort((a, b) => a - b);
  const most = Math.max(1, sorted.length - 1);
  return tracks.map(({ energy }) =>
    energy === null ? null : (sorted.indexOf(energy) + sorted.lastIndexOf(energy)) / 2 / most,
  );
}

function numbered(names: readonly (string | null)[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(names, (name) => {
    if (name === null) return -1;
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
}

/** Position by position the track that adds most, the first free one being `first`. */
function greedyOrder(
  length: number,
  judge: SequenceJudge,
  pinned: ReadonlyMap<number, number>,
  first: number,
): number[] {
  const order: number[] = [];
  const free = new Set(Array.from({ length }, (_, index) => index));
  for (const index of pinned.values()) free.delete(index);
  for (let place = 0; place < length; place++) {
    const pin = pinned.get(place);
    if (pin !== undefined) {
      order.push(pin);
      continue;
    }
    let chosen = place === 0 && free.has(first) ? first : undefined;
    let most = Number.NEGATIVE_INFINITY;
    if (chosen === undefined)
      for (const index of free) {
        order[place] = index;
        const value = judge.valueOf(order, place, place);
        if (value > most) [chosen, most] = [index, value];
      }
    order[place] = chosen as number;
    free.delete(chosen as number);
  }
  return order;
}

/** Reverses segments, swaps and moves single tracks while that helps. In place. */
function improve(order: number[], judge: SequenceJudge, pinned: ReadonlyMap<number, number>): void {
  const n = order.length;
  const span = n <= FAR ? n : NEAR;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let improved = false;
    const attempt = (from: number, to: number, change: () => void, undo: () => void) => {
      const before = judge.valueOf(order, from, to + judge.reach);
      change();
      if (judge.valueOf(order, from, to + judge.reach) > before + TOLERANCE) improved = true;
      else undo();
    };
    for (let i = 0; i < n - 1; i++) {
      if (pinned.has(i)) continue;
      let hasPin = false;
      for (let j = i + 1; j < n && j - i < span; j++) {
        if (pinned.has(j)) {
          hasPin = true;
          continue;
        }
        attempt(
          i,
          j,
          () => swap(order, i, j),
          () => swap(order, i, j),
        );
        if (hasPin) continue;
        attempt(
          i,
          j,
          () => reverse(order, i, j),
          () => reverse(order, i, j),
        );
        attempt(
          i,
          j,
          () => move(order, i, j),
          () => move(order, j, i),
        );
        attempt(
          i,
          j,
          () => move(order, j, i),
          () => move(order, i, j),
        );
      }
    }
    if (!improved) return;
  }
}

function swap(order: number[], i: number, j: number): void {
  [order[i], order[j]] = [order[j] as number, order[i] as number];
}

function reverse(order: number[], from: number, to: number): void {
  for (let i = from, j = to; i < j; i++, j--) swap(order, i, j);
}

function move(order: number[], from: number, to: number): void {
  const [index] = order.splice(from, 1);
  order.splice(to, 0, index as number);
}
