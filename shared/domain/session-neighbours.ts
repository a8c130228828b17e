/** What comes next in a running session: past sessions like it (V-SKNN) and rules of what follows what. Pure. */

/** A past session around the track that it is looked up by, which itself is left out. */
export interface PastSession<T> {
  /** The same in every lookup that finds the session. */
  readonly id: string;
  /** `distance` in tracks, positive where it was played after the track looked up; never 0. */
  readonly tracks: readonly { readonly track: T; readonly distance: number }[];
}

/** What a build knows of the sessions of one track; see stages/session_neighbours.sql. */
export interface TrackSessions<T> {
  /** Σ 1/distance over the sessions in which `track` follows within ten steps, per session of the track looked up. */
  readonly rules: readonly { readonly track: T; readonly share: number }[];
  /** Most recent first. */
  readonly sessions: readonly PastSession<T>[];
}

/** Versioned configuration of the ranking; fitted as shared/evaluation/session-tuning.ts says. */
export interface SessionWeights {
  /** How many of the latest distinct tracks of the running session are looked up. */
  readonly seeds: number;
  /** A track of the running session n tracks before its last weighs (n + 1)^−matchDecay in likeness. */
  readonly matchDecay: number;
  /** Exponent of a session's likeness: above 1, few sessions much alike outweigh many that share one track. */
  readonly likeness: number;
  /** A track n tracks from the match weighs n^−distanceDecay. */
  readonly distanceDecay: number;
  /** What a track before the match counts against one as far behind it. */
  readonly before: number;
  /** As matchDecay, in the sum of the rules. */
  readonly ruleDecay: number;
  /** Share of the rules beside the sessions, whose share is 1; both are scaled to their best track. */
  readonly rules: number;
  /** What tracks of the running session keep of what sessions and rules say of them. */
  readonly repeated: number;
  /** Bonus of the running session's last track, and of the n-th before it divided by n. */
  readonly repeatLast: number;
  readonly repeatEarlier: number;
}

export const SESSION_WEIGHTS: SessionWeights = {
  seeds: 5,
  matchDecay: 0.5,
  likeness: 3,
  distanceDecay: 0.5,
  before: 1,
  ruleDecay: 0.5,
  rules: 1,
  repeated: 0.1,
  repeatLast: 1.3,
  repeatEarlier: 1,
};

export interface NextTrack<T> {
  readonly track: T;
  /** The sum of its parts. */
  readonly score: number;
  readonly parts: { readonly sessions: number; readonly rules: number; readonly repeat: number };
  /** The track of the running session that speaks most for it by sessions and by rules; null where none does. */
  readonly seeds: { readonly sessions: T | null; readonly rules: T | null };
}

/** The distinct tracks of a running session, given oldest first, as they were played last: latest first. */
export function latestFirst<T>(running: readonly T[]): T[] {
  return [...new Set(running.toReversed())];
}

/**
 * Ranks what may come next, best first; equal scores by track, ascending. `running` oldest first; `known` holds what
 * the build knows of its latest tracks, of which the first `seeds` are looked up. Tracks of the running session are
 * ranked too: whoever does not want repeats leaves them out. After V-SKNN and sequential rules
 * (Ludewig & Jannach, Evaluation of Session-based Recommendation Algorithms, 2018).
 */
export function rankNext<T extends string | number>(
  running: readonly T[],
  known: ReadonlyMap<T, TrackSessions<T>>,
  weights: SessionWeights,
): NextTrack<T>[] {
  const latest = latestFirst(running);
  const placeOf = new Map(latest.map((track, place) => [track, place]));
  const seeds = latest.slice(0, weights.seeds);
  const bySessions = voteOfSessions(seeds, placeOf, known, weights);
  const byRules = voteOfRules(seeds, known, weights);
  const sessionScale = scaleOf(bySessions, 1);
  const ruleScale = scaleOf(byRules, weights.rules);
  const ranked: NextTrack<T>[] = [];
  for (const track of new Set([...bySessions.keys(), ...byRules.keys(), ...latest])) {
    const place = placeOf.get(track);
    const kept = place === undefined ? 1 : weights.repeated;
    const parts = {
      sessions: (bySessions.get(track)?.score ?? 0) * sessionScale * kept,
      rules: (byRules.get(track)?.score ?? 0) * ruleScale * kept,
      repeat: repeatBonus(place, weights),
    };
    const score = parts.sessions + parts.rules + parts.repeat;
    const seedOf = (votes: Votes<T>) => votes.get(track)?.seed ?? null;
    if (score > 0)
      ranked.push({ track, score, parts, seeds: { sessions: seedOf(bySessions), rules: seedOf(byRules) } });
  }
  return ranked.sort((a, b) => b.score - a.score || (a.track < b.track ? -1 : 1));
}

interface Vote<T> {
  score: number;
  seed: T;
  /** Greatest single addend, which is the seed's. */
  most: number;
}
type Votes<T> = Map<T, Vote<T>>;

function vote<T>(votes: Votes<T>, track: T, seed: T, score: number): void {
  const known = votes.get(track);
  if (known === undefined) votes.set(track, { score, seed, most: score });
  else {
    known.score += score;
    if (score > known.most) {
      known.most = score;
      known.seed = seed;
    }
  }
}

/**
 * Each past session once, by the latest seed that finds it: its likeness is the weight of the running tracks that it
 * holds, and its other tracks get that by their distance from the latest of those.
 */
function voteOfSessions<T>(
  seeds: readonly T[],
  placeOf: ReadonlyMap<T, number>,
  known: ReadonlyMap<T, TrackSessions<T>>,
  weights: SessionWeights,
): Votes<T> {
  const votes: Votes<T> = new Map();
  const counted = new Set<string>();
  for (const [seedPlace, seed] of seeds.entries())
    for (const { id, tracks } of known.get(seed)?.sessions ?? []) {
      if (counted.has(id)) continue;
      counted.add(id);
      let shared = weigh(seedPlace, weights.matchDecay);
      let match = { place: seedPlace, track: seed, distance: 0 };
      for (const { track, distance } of tracks) {
        const place = placeOf.get(track);
        if (place === undefined) continue;
        shared += weigh(place, weights.matchDecay);
        if (place < match.place) match = { place, track, distance };
      }
      const likeness = shared ** weights.likeness;
      for (const { track, distance } of tracks) {
        const steps = distance - match.distance;
        if (steps === 0) continue;
        const nearness = Math.abs(steps) ** -weights.distanceDecay;
        vote(votes, track, match.track, likeness * nearness * (steps > 0 ? 1 : weights.before));
      }
    }
  return votes;
}

function voteOfRules<T>(
  seeds: readonly T[],
  known: ReadonlyMap<T, TrackSessions<T>>,
  weights: SessionWeights,
): Votes<T> {
  const votes: Votes<T> = new Map();
  for (const [place, seed] of seeds.entries())
    for (const { track, share } of known.get(seed)?.rules ?? [])
      vote(votes, track, seed, share * weigh(place, weights.ruleDecay));
  return votes;
}

function weigh(place: number, decay: number): number {
  return (place + 1) ** -decay;
}

/** What scales the best vote to `share`; 0 where nothing was voted for. */
function scaleOf<T>(votes: Votes<T>, share: number): number {
  let best = 0;
  for (const { score } of votes.values()) best = Math.max(best, score);
  return best === 0 ? 0 : share / best;
}

function repeatBonus(place: number | undefined, weights: SessionWeights): number {
  if (place === undefined) return 0;
  return place === 0 ? weights.repeatLast : weights.repeatEarlier / place;
}
