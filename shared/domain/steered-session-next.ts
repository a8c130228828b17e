/** Which tracks a session plays next: what the brief found, moved by what the session leans to, artists apart. Pure. */
import type { Brief } from './brief.ts';
import { RELAXABLE } from './brief-constraints.ts';
import { type BriefListener, type ExecutedTrack, type Execution, executeBrief } from './brief-execution.ts';
import type { EnergyArc } from './energy-arc.ts';
import type { CatalogueSnapshot, IndexedItem } from './indexed-item.ts';
import { sequence } from './sequencing.ts';
import { idKey, type SessionState } from './steered-session.ts';
import { closenessTo, type SessionAverage } from './steered-session-average.ts';

/** Versioned configuration of a session's scores; see BRIEF_WEIGHTS for what the brief's own score is made of. */
export interface SessionWeights {
  readonly version: string;
  readonly artist: number;
  readonly genre: number;
  readonly sound: number;
  /** For an artist served right before, less the longer ago that is. */
  readonly recentArtist: number;
  /** From this leaning down an artist or genre counts as one there should be less of. */
  readonly lessFrom: number;
  /** What a leaning counts as affinity, where the brief weighs taste. */
  readonly asAffinity: number;
  /** Proposals per track that is wanted, and how many at least; the brief is executed for that many. */
  readonly proposalsPerTrack: number;
  readonly fewestProposals: number;
}

export const SESSION_WEIGHTS: SessionWeights = {
  version: 'session-1',
  artist: 0.6,
  genre: 0.8,
  sound: 1.2,
  recentArtist: 0.5,
  lessFrom: -0.3,
  asAffinity: 3,
  proposalsPerTrack: 4,
  fewestProposals: 120,
};

/** A track that could be next; tiers are exhausted in order. 0: all of the brief is met; then by what of it gave way. */
export interface SessionProposal extends ExecutedTrack {
  readonly tier: number;
}

export interface Proposals {
  readonly proposals: readonly SessionProposal[];
  /** Of what the brief demands and nobody can meet. */
  readonly unknowable: Execution['unmet'];
  /** The brief that was executed at last where the one asked for was exhausted; undefined where it was not. */
  readonly relaxedTo: Brief | undefined;
}

export interface ProposeInput {
  /** The build's catalogue, and what there is beside it. */
  readonly snapshots: readonly CatalogueSnapshot[];
  readonly listener: BriefListener;
  /** What goes with the seeds and with what was liked, 0 to 1 by item id. */
  readonly candidates: ReadonlyMap<string, number>;
  readonly seed: number;
  readonly count: number;
  readonly weights?: SessionWeights;
}

/**
 * Executes the session's brief over what it has not served yet. Where fewer than `count` are left and only some artists'
 * music was asked for, music like theirs follows; what is excluded or must be new never gives way.
 */
export function proposeTracks(state: SessionState, input: ProposeInput): Proposals {
  const { weights = SESSION_WEIGHTS, count } = input;
  const wanted = Math.max(weights.fewestProposals, weights.proposalsPerTrack * count);
  const listener = leaningListener(state, input.listener, weights);
  const brief = withLess(state.brief, state.average, weights);
  const run = (asked: Brief) => executeOver(input.snapshots, asked, { ...input, listener, count: wanted });
  const found = run(brief);
  const proposals = found.tracks.map((track) => ({ ...track, tier: tierOf(track) }));
  const unknowable = found.unmet.filter(({ constraint }) => UNKNOWABLE.has(constraint));
  if (proposals.length >= count || brief.onlyArtists.length === 0)
    return { proposals, unknowable, relaxedTo: undefined };
  const like = { seedArtists: [...new Set([...brief.seedArtists, ...brief.onlyArtists])], onlyArtists: [] };
  const taken = new Set(proposals.map(({ item }) => item.recordingId));
  const related = run({ ...brief, ...like }).tracks.filter(({ item }) => !taken.has(item.recordingId));
  return {
    proposals: [...proposals, ...related.map((track) => ({ ...track, tier: RELATED_TIER }))],
    unknowable,
    relaxedTo: { ...state.brief, ...like },
  };
}

/** What is beside the first catalogue that has anything is not ranked by popularity, of which nothing is known there. */
function executeOver(
  snapshots: readonly CatalogueSnapshot[],
  brief: Brief,
  input: Pick<ProposeInput, 'listener' | 'candidates' | 'seed' | 'count'>,
): Pick<Execution, 'tracks' | 'unmet'> {
  const [first, ...beside] = snapshots.filter(({ items }) => items.length > 0);
  if (first === undefined) return { tracks: [], unmet: [] };
  const found = executeBrief(brief, { ...input, snapshot: first, sequence: asSelected });
  const more = beside.flatMap(
    (snapshot) =>
      executeBrief({ ...brief, popularity: 0 }, { ...input, snapshot, sequence: asSelected }).tracks,
  );
  return { tracks: [...found.tracks, ...more], unmet: found.unmet };
}

/** What is served where the brief's own artists have no more. */
export const RELATED_TIER = RELAXABLE.length + 1;

/** The constraint that gives way last decides, as where a brief is executed. */
function tierOf({ violated }: Pick<ExecutedTrack, 'violated'>): number {
  return Math.max(0, ...violated.map((constraint) => RELAXABLE.indexOf(constraint) + 1));
}

const UNKNOWABLE: ReadonlySet<string> = new Set(['languages', 'seedArtists', 'seedTracks']);

const asSelected = (tracks: readonly IndexedItem[]) => tracks.map((_, index) => index);

/** The listener as the session has come to know them: its leanings are affinities, and what it barred is blocked. */
function leaningListener(
  state: SessionState,
  listener: BriefListener,
  weights: SessionWeights,
): BriefListener {
  const barred = new Set(state.barred);
  const artists = new Map(state.average.artists);
  const genres = new Map(state.average.genres);
  return {
    hasHeard: (recordingId, itemId) => listener.hasHeard(recordingId, itemId),
    knowsArtist: (artistId) => listener.knowsArtist(artistId),
    affinityOf: (id) => listener.affinityOf(id) + weights.asAffinity * (artists.get(id) ?? 0),
    genreAffinity: (name) => listener.genreAffinity(name) + weights.asAffinity * (genres.get(name) ?? 0),
    isBlocked: (item) =>
      listener.isBlocked(item) || barred.has(idKey(item.recordingId)) || barred.has(idKey(item.itemId)),
  };
}

/** What is skipped again and again is asked less of, unless the brief asks for just that. */
function withLess(brief: Brief, average: SessionAverage, { lessFrom }: SessionWeights): Brief {
  const disliked = (leanings: SessionAverage['artists'], asked: readonly string[]) =>
    leanings.flatMap(([name, strength]) => (strength <= lessFrom && !asked.includes(name) ? [name] : []));
  return {
    ...brief,
    less: {
      genres: [...new Set([...brief.less.genres, ...disliked(average.genres, brief.genres)])],
      artists: [...new Set([...brief.less.artists, ...disliked(average.artists, brief.onlyArtists)])],
    },
  };
}

export interface NextTrack {
  readonly proposal: SessionProposal;
  readonly score: number;
  /** Addends of the score. */
  readonly parts: Readonly<Record<'brief' | 'artist' | 'genre' | 'sound' | 'recentArtist', number>>;
}

/**
 * The best `count` of the proposals, tier by tier: the brief's score, plus closeness to what the session leans to, less
 * the more recently the artist was served. Each recording once, nothing that is barred; equal scores by item id.
 */
export function nextTracks(
  state: Pick<SessionState, 'average' | 'barred' | 'lastArtists'>,
  proposals: readonly SessionProposal[],
  count: number,
  weights: SessionWeights = SESSION_WEIGHTS,
): NextTrack[] {
  const barred = new Set(state.barred);
  const closeness = closenessTo(state.average);
  const open = new Map<string, NextTrack>();
  for (const proposal of proposals) {
    const { item, score } = proposal;
    if (open.has(item.recordingId)) continue;
    if (barred.has(idKey(item.recordingId)) || barred.has(idKey(item.itemId))) continue;
    const { artist, genre, sound } = closeness(item);
    const parts = {
      brief: score,
      artist: weights.artist * artist,
      genre: weights.genre * genre,
      sound: weights.sound * sound,
      recentArtist: 0,
    };
    open.set(item.recordingId, { proposal, parts, score: score + parts.artist + parts.genre + parts.sound });
  }
  const chosen: NextTrack[] = [];
  const artists = [...state.lastArtists];
  while (chosen.length < count && open.size > 0) {
    const best = pickNext(open.values(), artists, weights);
    chosen.push(best);
    open.delete(best.proposal.item.recordingId);
    if (best.proposal.item.artistId !== null) artists.unshift(best.proposal.item.artistId);
  }
  return chosen;
}

/** Artists served so many tracks ago do not count any more. */
const FORGOTTEN_AFTER = 8;

function pickNext(open: Iterable<NextTrack>, artists: readonly string[], weights: SessionWeights): NextTrack {
  const costs = new Map<string, number>();
  for (const [ago, artist] of artists.slice(0, FORGOTTEN_AFTER).entries())
    costs.set(artist, (costs.get(artist) ?? 0) - weights.recentArtist * (1 - ago / FORGOTTEN_AFTER));
  let best: NextTrack | undefined;
  for (const entry of open) {
    const { artistId } = entry.proposal.item;
    const recentArtist = artistId === null ? 0 : (costs.get(artistId) ?? 0);
    const score = entry.score + recentArtist;
    if (best === undefined || isBefore(entry.proposal, score, best))
      best = { ...entry, score, parts: { ...entry.parts, recentArtist } };
  }
  // The caller asks only while something is open.
  return best as NextTrack;
}

function isBefore({ tier, item }: SessionProposal, score: number, best: NextTrack): boolean {
  if (tier !== best.proposal.tier) return tier < best.proposal.tier;
  if (score !== best.score) return score > best.score;
  return item.itemId < best.proposal.item.itemId;
}

/** In the order that flows best from what was served last (null: nothing was). `random`: uniform in [0, 1). */
export function orderNext(
  tracks: readonly NextTrack[],
  previous: IndexedItem | null,
  { arc, random }: { readonly arc: EnergyArc | null; readonly random: () => number },
): NextTrack[] {
  if (tracks.length === 0) return [];
  const items = tracks.map(({ proposal }) => proposal.item);
  const order = sequence(previous === null ? items : [previous, ...items], {
    random,
    ...(arc !== null && { arc }),
    ...(previous !== null && { pinned: new Map([[0, 0]]) }),
  });
  const indices = previous === null ? order : order.slice(1).map((index) => index - 1);
  return indices.map((index) => tracks[index] as NextTrack);
}
