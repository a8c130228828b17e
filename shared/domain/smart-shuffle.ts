/** Smart Shuffle: a playlist in an order that repeats little, with recommendations where they fit (algorithms §6). */
import { type TrackSound, transitionScore } from './harmony.ts';
import { ditheredOrder, groupByArtist, separateArtists } from './spread-order.ts';

/** A track of the listener's own playlist. */
export interface OwnTrack extends TrackSound {
  readonly itemId: string;
  readonly artistId: string | null;
  /** Whole or part days since it was last played; null: never, as far as is known. */
  readonly daysSincePlay: number | null;
}

export interface ShuffleCandidate extends TrackSound {
  readonly itemId: string;
  readonly artistId: string | null;
  /** To the playlist's own tracks, 0 to 1. */
  readonly similarity: number;
  /** The listener's, 0 to 1. */
  readonly affinity: number;
}

/** Versioned configuration of Smart Shuffle. */
export interface ShuffleWeights {
  readonly version: string;
  readonly similarity: number;
  readonly affinity: number;
  readonly transition: number;
  /** Shortest playlist that gets recommendations. */
  readonly fewest: number;
  /** Own tracks between two recommendations. */
  readonly every: number;
  /** Orders that are drawn, of which the one that repeats least is kept. */
  readonly orders: number;
  /** Days after which having been played counts half. */
  readonly halfLifeDays: number;
  readonly perArtist: number;
}

export const SHUFFLE_WEIGHTS: ShuffleWeights = {
  version: 'shuffle-1',
  similarity: 0.55,
  affinity: 0.3,
  transition: 0.15,
  fewest: 15,
  every: 3,
  orders: 20,
  halfLifeDays: 7,
  perArtist: 2,
};

/** Gaps that are looked at for one candidate; beyond, a spread sample of them. */
const GAPS_TRIED = 32;

export interface ShuffledTrack {
  /** Index into the playlist, or into the candidates where it is a recommendation. */
  readonly index: number;
  readonly recommended: boolean;
  readonly score: number;
  /** Addends of a recommendation's score; empty for own tracks. */
  readonly parts: Readonly<Record<string, number>>;
}

/**
 * `Σ_pos 2^(−daysSincePlay/halfLife) / log2(pos+2)`, positions from 0: how much of what was just played comes early.
 * Never played counts nothing.
 */
export function repeatCost(
  order: readonly number[],
  tracks: readonly Pick<OwnTrack, 'daysSincePlay'>[],
  halfLifeDays: number = SHUFFLE_WEIGHTS.halfLifeDays,
): number {
  return costOf(order, freshness(tracks, halfLifeDays), discounts(tracks.length));
}

/** `2^(−daysSincePlay/halfLife)` of each track. */
function freshness(tracks: readonly Pick<OwnTrack, 'daysSincePlay'>[], halfLifeDays: number): Float64Array {
  return Float64Array.from(tracks, ({ daysSincePlay }) =>
    daysSincePlay === null ? 0 : 2 ** (-Math.max(0, daysSincePlay) / halfLifeDays),
  );
}

/** `1 / log2(pos+2)` of each position. */
function discounts(length: number): Float64Array {
  return Float64Array.from({ length }, (_, place) => 1 / Math.log2(place + 2));
}

function costOf(order: readonly number[], fresh: Float64Array, discount: Float64Array): number {
  let cost = 0;
  for (let place = 0; place < order.length; place++)
    cost += (fresh[order[place] as number] ?? 0) * (discount[place] ?? 0);
  return cost;
}

/** Indices in the drawn order that repeats least; equal randomness gives an equal order. */
export function shuffleOrder(
  tracks: readonly OwnTrack[],
  random: () => number,
  weights: ShuffleWeights = SHUFFLE_WEIGHTS,
): number[] {
  const artists = tracks.map(({ artistId }) => artistId);
  const groups = groupByArtist(artists);
  const fresh = freshness(tracks, weights.halfLifeDays);
  const discount = discounts(tracks.length);
  let best: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let draw = 0; draw < weights.orders; draw++) {
    const order = ditheredOrder(groups, random);
    const cost = costOf(order, fresh, discount);
    if (cost < least) [best, least] = [order, cost];
  }
  return separateArtists(best, artists);
}

interface Gap {
  readonly before: OwnTrack;
  readonly after: OwnTrack | undefined;
}

/** `T(prev, x) + T(x, next)`, halved to 0…1; a neighbour of the same artist costs half a transition. */
function fitOf(candidate: ShuffleCandidate, { before, after }: Gap): number {
  const alike = (track: OwnTrack) => candidate.artistId !== null && track.artistId === candidate.artistId;
  const into = transitionScore(before, candidate) - (alike(before) ? 0.5 : 0);
  if (after === undefined) return into;
  return (into + transitionScore(candidate, after) - (alike(after) ? 0.5 : 0)) / 2;
}

/** The place in `gaps` that suits the candidate best, among at most GAPS_TRIED spread ones. */
function bestGap(candidate: ShuffleCandidate, gaps: readonly Gap[]): { place: number; fit: number } {
  let best = { place: -1, fit: Number.NEGATIVE_INFINITY };
  const stride = Math.max(1, gaps.length / GAPS_TRIED);
  for (let at = 0; at < gaps.length; at += stride) {
    const place = Math.floor(at);
    const fit = fitOf(candidate, gaps[place] as Gap);
    if (fit > best.fit) best = { place, fit };
  }
  return best;
}

/**
 * The whole playlist shuffled, and from `fewest` tracks on a recommendation after every `every` of them as far as there
 * are candidates. Candidates must be allowed and distinct; those of the playlist must not be among them.
 */
export function smartShuffle(
  tracks: readonly OwnTrack[],
  candidates: readonly ShuffleCandidate[],
  random: () => number,
  weights: ShuffleWeights = SHUFFLE_WEIGHTS,
): ShuffledTrack[] {
  const own = shuffleOrder(tracks, random, weights).map(
    (index): ShuffledTrack => ({ index, recommended: false, score: 0, parts: {} }),
  );
  if (tracks.length < weights.fewest) return own;
  const gapOf = (number: number): Gap => ({
    before: tracks[own[number * weights.every + weights.every - 1]?.index ?? 0] as OwnTrack,
    after: tracks[own[(number + 1) * weights.every]?.index ?? -1],
  });
  const gapCount = Math.floor(tracks.length / weights.every);
  const gaps = Array.from({ length: gapCount }, (_, number) => ({ number, ...gapOf(number) }));
  const chosen = scored(candidates, gaps, weights).slice(0, gapCount);
  const placed = new Map<number, ShuffledTrack>();
  for (const { index, parts } of chosen) {
    const candidate = candidates[index] as ShuffleCandidate;
    const { place, fit } = bestGap(candidate, gaps);
    const [gap] = gaps.splice(place, 1);
    const transition = weights.transition * fit;
    const all = { ...parts, transition };
    placed.set(gap?.number ?? -1, {
      index,
      recommended: true,
      score: all.similarity + all.affinity + all.transition,
      parts: all,
    });
  }
  return own.flatMap((track, place) => {
    const number = (place + 1) / weights.every - 1;
    const recommendation = placed.get(number);
    return recommendation === undefined ? [track] : [track, recommendation];
  });
}

interface Scored {
  readonly index: number;
  readonly score: number;
  readonly parts: { readonly similarity: number; readonly affinity: number; readonly transition: number };
}

/** Candidates that are tried for a gap: twice as many as there are gaps, by what does not depend on gaps. */
const TRIED_PER_GAP = 2;

/** Best first, each with the transition it could have at best, at most `perArtist` of an artist. */
function scored(
  candidates: readonly ShuffleCandidate[],
  gaps: readonly Gap[],
  weights: ShuffleWeights,
): Scored[] {
  const alone = candidates
    .map(({ similarity, affinity }, index) => ({
      index,
      parts: { similarity: weights.similarity * similarity, affinity: weights.affinity * affinity },
      score: weights.similarity * similarity + weights.affinity * affinity,
    }))
    .sort(bestFirst);
  const artists = new Map<string, number>();
  const allowed = alone.filter(({ index }) => {
    const artist = candidates[index]?.artistId ?? null;
    if (artist === null) return true;
    const used = artists.get(artist) ?? 0;
    artists.set(artist, used + 1);
    return used < weights.perArtist;
  });
  return allowed
    .slice(0, TRIED_PER_GAP * gaps.length)
    .map(({ index, parts, score }): Scored => {
      const transition = weights.transition * bestGap(candidates[index] as ShuffleCandidate, gaps).fit;
      return { index, score: score + transition, parts: { ...parts, transition } };
    })
    .sort(bestFirst);
}

function bestFirst(a: Pick<Scored, 'index' | 'score'>, b: Pick<Scored, 'index' | 'score'>): number {
  return b.score - a.score || a.index - b.index;
}
