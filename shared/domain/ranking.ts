/** From candidates to an order: the build's score, moved by what the listener did since. Pure. */
import { squash } from './affinity.ts';
import { type Candidate, listenersPartOf } from './candidate.ts';
import type { ExplorationWeights } from './exploration.ts';
import { type TrackSound, transitionScore } from './harmony.ts';
import type { Signals } from './signals.ts';

/** Versioned configuration of the online ranking; every share is of a sum that need not be 1. */
export interface RankingWeights {
  readonly version: string;
  /** The build's score, 0 to 1. */
  readonly pool: number;
  /** Liking of the artist since the build, −1 to 1. */
  readonly liveArtist: number;
  readonly liveGenre: number;
  /** How well it goes with what is being listened to right now, 0 to 1. */
  readonly liveSound: number;
  /** Listens within this span are "right now". Milliseconds. */
  readonly sessionMs: number;
  /** What a candidate found from a live play counts against one of the build's best. */
  readonly liveSeed: number;
  /** Added to the build's score of what goes with the seed of `next`, 0 to 1000, so that it leads. */
  readonly seedLead: number;
  /** What the listener's dial adds at most, for or against what is strange to them. */
  readonly dial: number;
  /** Share of what is next that may be music the listener knows, where the dial is not set. */
  readonly familiar: number;
  /** How much of being strange is an artist never played; the rest is not being popular. */
  readonly strangeArtist: number;
  /** Plays of an artist after which they are half as strange. */
  readonly halfStrangePlays: number;
  /** Places of a week and of what is next that are left to chance. */
  readonly exploration: ExplorationWeights;
}

export const RANKING_WEIGHTS: RankingWeights = {
  version: 'ranking-3',
  pool: 1,
  liveArtist: 0.15,
  liveGenre: 0.1,
  liveSound: 0.1,
  sessionMs: 2 * 3_600_000,
  liveSeed: 0.6,
  seedLead: 1000,
  dial: 0.4,
  familiar: 0.2,
  strangeArtist: 0.7,
  halfStrangePlays: 5,
  exploration: { share: 0.05, among: 20 },
};

/** Addends of a score, by the name of their weight. */
export type ScoreParts = Readonly<Record<'pool' | 'liveArtist' | 'liveGenre' | 'liveSound', number>> & {
  /** Only of a listener who has set their dial. */
  readonly dial?: number;
};

export interface Ranked {
  readonly candidate: Candidate;
  /** The sum of its parts, which are computed again for the few that are chosen. */
  readonly score: number;
}

/** What is playing right now: the latest unskipped listens within the session span, at most five. */
export function currentSounds(
  signals: Signals,
  weights: RankingWeights,
  describe: (itemId: string) => TrackSound | undefined,
): TrackSound[] {
  return signals.recent
    .filter(({ skipped, occurredAt }) => !skipped && occurredAt > signals.now - weights.sessionMs)
    .slice(0, 5)
    .flatMap(({ itemId }) => describe(itemId) ?? []);
}

/** What a candidate's score is made of, with `sounds` as currentSounds() finds them and `dial` from −1 to 1. */
export function scoreParts(
  candidate: Candidate,
  signals: Signals,
  sounds: readonly TrackSound[],
  weights: RankingWeights,
  dial = 0,
): ScoreParts {
  const artist = candidate.artistId === null ? undefined : signals.artists.get(candidate.artistId);
  const genre = candidate.genre === null ? undefined : signals.genres.get(candidate.genre);
  let sound = 0;
  for (const now of sounds) sound += transitionScore(now, candidate) / sounds.length;
  return {
    pool: (weights.pool * candidate.score) / 1000,
    liveArtist: weights.liveArtist * squash(artist?.affinity ?? 0),
    liveGenre: weights.liveGenre * squash(genre?.affinity ?? 0),
    liveSound: weights.liveSound * sound,
    ...(dial !== 0 && { dial: weights.dial * dial * (2 * strangeness(candidate, weights) - 1) }),
  };
}

/** 0 (an artist played for years, whom everybody plays) to 1 (an artist never played, whom few play). */
function strangeness({ artistPlays, evidence }: Candidate, weights: RankingWeights): number {
  const artist = weights.halfStrangePlays / (weights.halfStrangePlays + (artistPlays ?? 0));
  const popular = evidence.find(({ generator }) => generator === 'popular')?.score ?? 0;
  return weights.strangeArtist * artist + (1 - weights.strangeArtist) * (1 - popular);
}

/** Best first; equal scores by item id, so that the same input gives the same order everywhere. */
export function rank(
  candidates: readonly Candidate[],
  signals: Signals,
  sounds: readonly TrackSound[],
  weights: RankingWeights,
  dial = 0,
): Ranked[] {
  const ranked = candidates.map((candidate): Ranked => {
    const parts = scoreParts(candidate, signals, sounds, weights, dial);
    const { pool, liveArtist, liveGenre, liveSound } = parts;
    return { candidate, score: pool + liveArtist + liveGenre + liveSound + (parts.dial ?? 0) };
  });
  return ranked.sort((a, b) => b.score - a.score || (a.candidate.itemId < b.candidate.itemId ? -1 : 1));
}

/**
 * The first `count` with at most `perArtist` of one artist; where that leaves places empty, the cap is raised one
 * by one. Items of unknown artist count as artists of their own.
 */
export function capArtists(ranked: readonly Ranked[], count: number, perArtist: number): Ranked[] {
  const taken = new Map<string, number>();
  const chosen = new Set<Ranked>();
  for (let cap = perArtist; chosen.size < Math.min(count, ranked.length); cap++) {
    for (const entry of ranked) {
      if (chosen.size === count) break;
      const artist = entry.candidate.artistId ?? `item ${entry.candidate.itemId}`;
      const used = taken.get(artist) ?? 0;
      if (chosen.has(entry) || used >= cap) continue;
      chosen.add(entry);
      taken.set(artist, used + 1);
    }
  }
  return [...chosen];
}

/** How many of `count` places may be familiar: the weights' share, with the dial (−1 to 1) at one end all, at the other none. */
export function familiarPlaces({ familiar }: RankingWeights, count: number, dial = 0): number {
  const share = dial < 0 ? familiar - (1 - familiar) * dial : familiar * (1 - dial);
  // Not one more for the rounding of a product.
  return Math.ceil(Math.round(share * count * 1e6) / 1e6);
}

/**
 * The same in the same order, but for familiar ones after the first `places` of them, which stand behind all others.
 * Nobody is asked whether an entry is familiar once `wanted` stand before those.
 */
export function demoteFamiliar<T>(
  ranked: readonly T[],
  isFamiliar: (entry: T) => boolean,
  places: number,
  wanted: number,
): T[] {
  const kept: T[] = [];
  const demoted: T[] = [];
  let familiar = 0;
  for (const entry of ranked) {
    if (kept.length >= wanted) kept.push(entry);
    else if (!isFamiliar(entry)) kept.push(entry);
    else if (familiar < places) {
      familiar += 1;
      kept.push(entry);
    } else demoted.push(entry);
  }
  return [...kept, ...demoted];
}

/** One candidate per recording: scores of the same recording add up, evidence is put together. */
export function mergeCandidates(candidates: readonly Candidate[]): Candidate[] {
  const merged = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const known = merged.get(candidate.recordingId);
    merged.set(
      candidate.recordingId,
      known === undefined
        ? candidate
        : {
            ...known,
            score: known.score + candidate.score,
            ...(known.artistPlays === null ? listenersPartOf(candidate) : {}),
            evidence: [...known.evidence, ...candidate.evidence],
          },
    );
  }
  return [...merged.values()];
}
