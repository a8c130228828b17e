/** Discover Weekly: which tracks of a pool make the week's playlist, and how it reads later (algorithms §6). */
import { calibrate } from './calibration.ts';
import type { Candidate } from './candidate.ts';
import { diversify } from './diversity.ts';
import { type ExplorationWeights, explore, NO_EXPLORATION } from './exploration.ts';
import { sequence } from './sequencing.ts';

export const WEEKLY_SIZE = 30;
export const WEEKLY_RESERVES = 30;

/** Versioned configuration of what a week is chosen by. */
export interface WeeklyWeights {
  readonly version: string;
  readonly relevance: number;
  readonly novelty: number;
  readonly reward: number;
  /** Plays of an artist after which their music is half as novel. */
  readonly halfNovelPlays: number;
  /** Candidates by which genres are calibrated, in lists of WEEKLY_SIZE. */
  readonly calibrated: number;
  /** Similarity of two tracks by the same genre and by the same artist, and the rest by their sound. */
  readonly sameGenre: number;
  readonly sameArtist: number;
  /** How much diversity weighs against quality: 1 lets near-copies exclude each other. */
  readonly diversity: number;
}

export const WEEKLY_WEIGHTS: WeeklyWeights = {
  version: 'weekly-1',
  relevance: 0.6,
  novelty: 0.2,
  reward: 0.2,
  halfNovelPlays: 5,
  calibrated: 75,
  sameGenre: 0.35,
  sameArtist: 0.3,
  diversity: 0.9,
};

/** What is expected of a track that nobody has judged yet, while there are no rewards: the middle. */
const NEUTRAL_REWARD = 0.5;

export interface WeeklyCandidate {
  readonly candidate: Candidate;
  /** What ranking gave it. */
  readonly score: number;
  readonly knownArtist: boolean;
}

export interface WeeklyTrack {
  /** Index into the candidates. */
  readonly index: number;
  readonly score: number;
  readonly parts: { readonly relevance: number; readonly novelty: number; readonly reward: number };
  /** See explore(); 1 of a reserve. */
  readonly propensity: number;
}

/** How many places are left to chance, and what decides them. */
export interface Chance {
  readonly exploration: ExplorationWeights;
  readonly random: () => number;
}

/** At these places among the first five stand known artists, at the others of the five new ones, as far as there are. */
const ANCHORS = [0, 2, 4];
const STRANGERS = [1, 3];

/**
 * The week's tracks in order, WEEKLY_SIZE of them sequenced and then the reserves, best first. Candidates are allowed and
 * unheard; at most one per artist where there are artists enough. `genres` are the listener's shares; `random` orders the
 * tracks, `chance` gives places to others; both give numbers in [0, 1).
 */
export function chooseWeekly(
  candidates: readonly WeeklyCandidate[],
  genres: ReadonlyMap<string, number>,
  random: () => number,
  chance: Chance = { exploration: NO_EXPLORATION, random },
  weights: WeeklyWeights = WEEKLY_WEIGHTS,
): { readonly tracks: readonly WeeklyTrack[]; readonly reserves: readonly WeeklyTrack[] } {
  const scored = onePerArtist(scoreTracks(candidates, weights), candidates);
  const calibrated = calibrate(
    scored.map(({ index, score }) => ({ score, genre: candidates[index]?.candidate.genre ?? null })),
    genres,
    weights.calibrated,
  ).map((place) => scored[place] as WeeklyTrack);
  const alike = (i: number, j: number) => {
    const [a, b] = [calibrated[i], calibrated[j]].map((track) => candidates[track?.index ?? 0]?.candidate);
    return a === undefined || b === undefined ? 0 : weights.diversity * similarity(a, b, weights);
  };
  const diverse = diversify(
    calibrated.map(({ score }) => score),
    alike,
    WEEKLY_SIZE + WEEKLY_RESERVES,
  ).map((place) => calibrated[place] as WeeklyTrack);
  const { tracks, reserves } = withChance(withAnchors(diverse, scored, candidates), chance);
  return { tracks: sequenced(tracks, candidates, random), reserves };
}

function scoreTracks(candidates: readonly WeeklyCandidate[], weights: WeeklyWeights): WeeklyTrack[] {
  const relevance = relevances(candidates);
  return candidates
    .map(({ candidate }, index): WeeklyTrack => {
      const plays = candidate.artistPlays ?? 0;
      const parts = {
        relevance: weights.relevance * (relevance[index] ?? 0),
        novelty: weights.novelty * (weights.halfNovelPlays / (weights.halfNovelPlays + plays)),
        reward: weights.reward * NEUTRAL_REWARD,
      };
      return { index, score: parts.relevance + parts.novelty + parts.reward, parts, propensity: 1 };
    })
    .sort((a, b) => b.score - a.score || compareIds(candidates, a.index, b.index));
}

/** Shares of the candidates that ranking put behind each, 0 to 1: one that leads by far leaves the others their places. */
function relevances(candidates: readonly WeeklyCandidate[]): number[] {
  const ascending = candidates.map(({ score }) => score).sort((a, b) => a - b);
  const most = Math.max(1, ascending.length - 1);
  const behind = new Map<number, number>();
  for (const [place, score] of ascending.entries()) if (!behind.has(score)) behind.set(score, place / most);
  return candidates.map(({ score }) => behind.get(score) ?? 0);
}

function compareIds(candidates: readonly WeeklyCandidate[], a: number, b: number): number {
  const [left = '', right = ''] = [a, b].map((index) => candidates[index]?.candidate.itemId);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Every artist's best first, then, only where places would stay empty, their second, and so on. */
function onePerArtist(scored: readonly WeeklyTrack[], candidates: readonly WeeklyCandidate[]): WeeklyTrack[] {
  const seen = new Map<string, number>();
  const rounds: WeeklyTrack[][] = [];
  for (const track of scored) {
    const { artistId, itemId } = (candidates[track.index] as WeeklyCandidate).candidate;
    const name = artistId ?? `item ${itemId}`;
    const round = seen.get(name) ?? 0;
    seen.set(name, round + 1);
    rounds[round] = [...(rounds[round] ?? []), track];
  }
  const list: WeeklyTrack[] = [];
  for (const round of rounds) if (list.length < WEEKLY_SIZE) list.push(...round);
  return list;
}

/** 0 to 1: alike in genre, artist and sound; what is not known is not alike. */
function similarity(a: Candidate, b: Candidate, weights: WeeklyWeights): number {
  const genre = a.genre !== null && a.genre === b.genre ? weights.sameGenre : 0;
  const artist = a.artistId !== null && a.artistId === b.artistId ? weights.sameArtist : 0;
  const sound = 1 - weights.sameGenre - weights.sameArtist;
  if (a.tempo === null || b.tempo === null || a.energy === null || b.energy === null) return genre + artist;
  const distance = (Math.log2(a.tempo / b.tempo) / 0.25) ** 2 + ((a.energy - b.energy) / 0.2) ** 2;
  return genre + artist + sound * Math.exp(-distance / 2);
}

/** The first WEEKLY_SIZE, with as many known artists as anchors need, from the reserves and then from all there are. */
function withAnchors(
  ordered: readonly WeeklyTrack[],
  scored: readonly WeeklyTrack[],
  candidates: readonly WeeklyCandidate[],
) {
  const isKnown = ({ index }: WeeklyTrack) => candidates[index]?.knownArtist === true;
  const tracks = ordered.slice(0, WEEKLY_SIZE);
  const reserves = ordered.slice(WEEKLY_SIZE);
  const taken = new Set(tracks.map(({ index }) => index));
  const spare = [...reserves, ...scored].filter((track) => isKnown(track) && !taken.has(track.index));
  for (let at = tracks.length - 1; at >= 0 && tracks.filter(isKnown).length < ANCHORS.length; at--) {
    const track = tracks[at] as WeeklyTrack;
    if (isKnown(track)) continue;
    const known = spare.shift();
    if (known === undefined) break;
    tracks[at] = known;
    const found = reserves.indexOf(known);
    if (found >= 0) reserves[found] = track;
  }
  return { tracks, reserves };
}

/** Reserves take the places that are left to chance; whom they took them from stands by before the other reserves. */
function withChance(
  { tracks, reserves }: { tracks: readonly WeeklyTrack[]; reserves: readonly WeeklyTrack[] },
  { exploration, random }: Chance,
) {
  const explored = explore([...tracks, ...reserves], tracks.length, exploration, random);
  const chosen = new Set(explored.map(({ item }) => item));
  return {
    tracks: explored.map(({ item, propensity }) => ({ ...item, propensity })),
    reserves: [...tracks, ...reserves].filter((track) => !chosen.has(track)),
  };
}

function sequenced(
  tracks: readonly WeeklyTrack[],
  candidates: readonly WeeklyCandidate[],
  random: () => number,
): WeeklyTrack[] {
  const pinned = new Map<number, number>();
  const known = (place: number) => candidates[tracks[place]?.index ?? -1]?.knownArtist === true;
  const places = [...tracks.keys()];
  const pin = (at: readonly number[], from: readonly number[]) => {
    for (const [i, position] of at.entries()) {
      const place = from[i];
      if (place !== undefined && position < tracks.length) pinned.set(position, place);
    }
  };
  if (places.some(known)) {
    pin(ANCHORS, places.filter(known));
    pin(
      STRANGERS,
      places.filter((place) => !known(place)),
    );
  }
  const sounds = tracks.map(({ index }) => {
    const { tempo, key, mode, energy, artistId } = (candidates[index] as WeeklyCandidate).candidate;
    return { tempo, key, mode, energy, artistId, album: null };
  });
  return sequence(sounds, { pinned, random }).map((place) => tracks[place] as WeeklyTrack);
}

export interface Replacement {
  readonly itemId: string;
  readonly reason: string;
  /** What took its place; null where no reserve was left. */
  readonly by: string | null;
}

/**
 * How a stored week reads now: what `refuse` gives a reason for is replaced in its place by the next reserve that it
 * gives none for. The stored lists stay as they are.
 */
export function readWeekly<T extends { readonly itemId: string }>(
  stored: { readonly tracks: readonly T[]; readonly reserves: readonly T[] },
  refuse: (track: T) => string | undefined,
): { readonly tracks: readonly T[]; readonly replaced: readonly Replacement[] } {
  const left = stored.reserves.filter((track) => refuse(track) === undefined);
  const replaced: Replacement[] = [];
  const tracks = stored.tracks.flatMap((track) => {
    const reason = refuse(track);
    if (reason === undefined) return [track];
    const by = left.shift();
    replaced.push({ itemId: track.itemId, reason, by: by?.itemId ?? null });
    return by === undefined ? [] : [by];
  });
  return { tracks, replaced };
}
