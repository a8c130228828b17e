/** How alike the tastes of listeners are, in percent, and what they share (algorithms §6: Blend). */
import { cosine } from './vector.ts';

type Affinities = ReadonlyMap<string, number>;

/** A listener's taste as far as a match looks at it; affinities are 0 or more. */
export interface MatchTaste {
  readonly listenerId: string;
  /** By artist id. */
  readonly artists: Affinities;
  readonly genres: Affinities;
  /** By recording. */
  readonly tracks: Affinities;
  /** Mean of what is listened to, 0 to 1. */
  readonly energy: number | null;
  /** Mean BPM. */
  readonly tempo: number | null;
}

/** Each 0 to 1. */
export interface MatchParts {
  readonly artists: number;
  readonly sound: number;
  readonly tracks: number;
}

export const MATCH_WEIGHTS: MatchParts = { artists: 0.5, sound: 0.3, tracks: 0.2 };

/** Of energy and of tempo against the genres together, which count 1. */
const SOUND_SHARE = 0.5;
/** BPM in the middle of the scale; half and double of it are its ends. */
const MIDDLE_TEMPO = 120;
const TOLD = 5;

export interface PairMatch {
  readonly members: readonly [string, string];
  /** 0 to 100. */
  readonly percent: number;
  readonly parts: MatchParts;
}

export interface GroupMatch {
  /** Mean of the pairs of whom something is known, 0 to 100; null without such a pair. */
  readonly percent: number | null;
  readonly parts: MatchParts | null;
  readonly pairs: readonly PairMatch[];
  /** What adds most to the likeness, best first, at most five each. */
  readonly artists: readonly string[];
  readonly genres: readonly string[];
}

/** `100·(.5·cos artists + .3·cos centroids + .2·weighted Jaccard)`; null where of one nothing is known. */
export function matchPercent(a: MatchTaste, b: MatchTaste): PairMatch | null {
  if (isBlank(a) || isBlank(b)) return null;
  const parts: MatchParts = {
    artists: cosineOf(a.artists, b.artists),
    sound: soundLikeness(a, b),
    tracks: weightedJaccard(a.tracks, b.tracks),
  };
  const { artists, sound, tracks } = MATCH_WEIGHTS;
  const share = artists * parts.artists + sound * parts.sound + tracks * parts.tracks;
  return { members: [a.listenerId, b.listenerId], percent: Math.min(100, 100 * share), parts };
}

/** The mean over all pairs, and the artists and genres that make it. */
export function matchGroup(tastes: readonly MatchTaste[]): GroupMatch {
  const pairs: PairMatch[] = [];
  const artists = new Map<string, number>();
  const genres = new Map<string, number>();
  for (const [index, a] of tastes.entries())
    for (const b of tastes.slice(index + 1)) {
      const match = matchPercent(a, b);
      if (match === null) continue;
      pairs.push(match);
      addProducts(artists, a.artists, b.artists);
      addProducts(genres, a.genres, b.genres);
    }
  const mean = (of: (match: PairMatch) => number) => pairs.reduce((sum, p) => sum + of(p), 0) / pairs.length;
  return {
    percent: pairs.length === 0 ? null : mean(({ percent }) => percent),
    parts:
      pairs.length === 0
        ? null
        : {
            artists: mean(({ parts }) => parts.artists),
            sound: mean(({ parts }) => parts.sound),
            tracks: mean(({ parts }) => parts.tracks),
          },
    pairs,
    artists: top(artists),
    genres: top(genres),
  };
}

function isBlank({ artists, genres, tracks }: MatchTaste): boolean {
  return artists.size + genres.size + tracks.size === 0;
}

function cosineOf(a: Affinities, b: Affinities): number {
  const keys = [...new Set([...a.keys(), ...b.keys()])];
  return cosine(
    keys.map((key) => a.get(key) ?? 0),
    keys.map((key) => b.get(key) ?? 0),
  );
}

/**
 * Cosine of the centroids, none below 0: genre affinities at unit length, energy −1 to 1 and octaves from 120 BPM −1
 * to 1 at half of that; energy or tempo counts where it is known of both.
 */
function soundLikeness(a: MatchTaste, b: MatchTaste): number {
  const axes: [number | null, number | null][] = [
    [energyAxis(a.energy), energyAxis(b.energy)],
    [tempoAxis(a.tempo), tempoAxis(b.tempo)],
  ];
  const known = axes.flatMap(([x, y]) => (x === null || y === null ? [] : [[x, y] as const]));
  const genres = [...new Set([...a.genres.keys(), ...b.genres.keys()])];
  const vector = (taste: MatchTaste, sound: readonly number[]) => {
    const length = norm(taste.genres) || 1;
    return [
      ...genres.map((genre) => (taste.genres.get(genre) ?? 0) / length),
      ...sound.map((x) => x * SOUND_SHARE),
    ];
  };
  return Math.max(
    0,
    cosine(
      vector(
        a,
        known.map(([x]) => x),
      ),
      vector(
        b,
        known.map(([, y]) => y),
      ),
    ),
  );
}

const energyAxis = (energy: number | null) => (energy === null ? null : 2 * energy - 1);
const tempoAxis = (tempo: number | null) =>
  tempo === null || tempo <= 0 ? null : Math.max(-1, Math.min(1, Math.log2(tempo / MIDDLE_TEMPO)));

/** `Σ min / Σ max` of shares that sum to 1, so that who listens more is not less alike; 0 where one has none. */
function weightedJaccard(a: Affinities, b: Affinities): number {
  const total = (affinities: Affinities) => [...affinities.values()].reduce((sum, x) => sum + x, 0);
  const [ofA, ofB] = [total(a), total(b)];
  if (ofA === 0 || ofB === 0) return 0;
  let [low, high] = [0, 0];
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const [x, y] = [(a.get(key) ?? 0) / ofA, (b.get(key) ?? 0) / ofB];
    low += Math.min(x, y);
    high += Math.max(x, y);
  }
  return low / high;
}

function norm(affinities: Affinities): number {
  let squares = 0;
  for (const affinity of affinities.values()) squares += affinity * affinity;
  return Math.sqrt(squares);
}

/** Adds what each key contributes to the cosine of the two. */
function addProducts(sums: Map<string, number>, a: Affinities, b: Affinities): void {
  const norms = norm(a) * norm(b);
  if (norms === 0) return;
  for (const [key, affinity] of a) {
    const product = (affinity * (b.get(key) ?? 0)) / norms;
    if (product > 0) sums.set(key, (sums.get(key) ?? 0) + product);
  }
}

function top(sums: ReadonlyMap<string, number>): string[] {
  return [...sums]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, TOLD)
    .map(([key]) => key);
}
