/** A brief turned into tracks: filter, score, relax as far as needed, spread, sequence; what was not met is told. */
import type { Brief } from './brief.ts';
import { DEFAULT_LENGTH, MOST_TRACKS } from './brief.ts';
import { columnsOf } from './brief-columns.ts';
import { FARTHEST, levelsOf, type Relaxable } from './brief-constraints.ts';
import { sortIntoLevels } from './brief-levels.ts';
import { type BriefReason, reasonsFor } from './brief-reasons.ts';
import { type BriefParts, createBriefScorer } from './brief-scoring.ts';
import { type Length, type Pick, Ranking, selectTracks } from './brief-selection.ts';
import { describeUnmet, type UnmetConstraint } from './brief-unmet.ts';
import type { EnergyArc } from './energy-arc.ts';
import type { CatalogueSnapshot, IndexedItem } from './indexed-item.ts';

/** Tracks that make a playlist where no length was asked for. */
export const ENOUGH = 10;
/** Length with whether there is a choice from which to spread over artists as well. */
interface WantedLength extends Length {
  readonly isRoomy: boolean;
}

/** Of the tracks that satisfy everything, what is served at most where a wish chooses among them. */
const WISHED_SHARE = 0.6;

/** What a playlist needs to know of who listens. */
export interface BriefListener {
  hasHeard(recordingId: string, itemId: string): boolean;
  knowsArtist(artistId: string): boolean;
  /** Any number; 0: none. */
  affinityOf(artistId: string): number;
  genreAffinity(genre: string): number;
  /** True where a control keeps it from being served. */
  isBlocked(item: IndexedItem): boolean;
}

/** Indices of `tracks` in playing order, each once; the same for the same seed. */
export type Sequence = (
  tracks: readonly IndexedItem[],
  options: { readonly arc: EnergyArc | null; readonly seed: number },
) => readonly number[];

export interface ExecutionInput {
  readonly snapshot: CatalogueSnapshot;
  readonly listener: BriefListener;
  /** What goes with the seeds by other evidence, 0 to 1 by item id; may be empty. */
  readonly candidates: ReadonlyMap<string, number>;
  /** Instead of the brief's length, in tracks. */
  readonly count?: number;
  /** Any whole number; equal input and seed give an equal playlist. */
  readonly seed: number;
  /** Recordings not to serve. */
  readonly exclude?: ReadonlySet<string>;
  readonly sequence: Sequence;
}

export interface ExecutedTrack {
  readonly item: IndexedItem;
  /** The sum of its parts. */
  readonly score: number;
  readonly parts: BriefParts;
  readonly reasons: readonly BriefReason[];
  /** Constraints of the brief that this track does not satisfy; each is in `unmet`. */
  readonly violated: readonly Relaxable[];
}

export interface Execution {
  /** In playing order. */
  readonly tracks: readonly ExecutedTrack[];
  readonly unmet: readonly UnmetConstraint[];
  /** Tracks of the catalogue that nothing rules out, and how many of them satisfy everything that gives way. */
  readonly considered: number;
  readonly matching: number;
}

/**
 * Executes a brief over one build's catalogue. Never served, whatever has to give way: what is excluded, blocked or
 * already there, explicit or unmarked tracks where only clean ones may be, other artists than `onlyArtists`, heard
 * ones where the unheard were asked for. Other constraints give way per track, in the order of LADDER.
 */
export function executeBrief(brief: Brief, input: ExecutionInput): Execution {
  const { snapshot, listener, seed } = input;
  const { items } = snapshot;
  const sorted = sortIntoLevels(brief, columnsOf(snapshot), input.exclude);
  const { levels, considered } = sorted;
  const matching = (levels[0] as number[]).length;
  const scorer = createBriefScorer({ brief, ...input });
  const admission = createAdmission(brief, listener, levels);
  const shortfallOf = (index: number) =>
    sorted.shortfallOf(index) + (admission.wasPostponed(index) ? 1 + FARTHEST : 0);
  const wanted = lengthOf(brief, input.count, matching);
  const { picks, ms } = selectTracks({
    levels: levels.length,
    ranking: (level) =>
      new Ranking({
        items,
        indices: levels[level] as number[],
        score: (index) => scorer.score(index, shortfallOf(index)),
        extra: scorer.heardPart,
      }),
    admits: admission.admits,
    length: wanted,
    isSpread: brief.onlyArtists.length === 0 && wanted.isRoomy,
  });

  const chosen = picks.map(({ item }) => item);
  const tracks = input.sequence(chosen, { arc: brief.arc, seed }).map((at): ExecutedTrack => {
    const { item, index } = picks[at] as Pick;
    const isNew = !listener.hasHeard(item.recordingId, item.itemId);
    const violated = sorted.violatedBy(index);
    if (brief.familiarity === 'heard' && isNew) violated.push('familiarity');
    const parts = scorer.parts(index, shortfallOf(index));
    const score = Object.values(parts).reduce((sum, part) => sum + part, 0);
    return { item, score, parts, violated, reasons: reasonsFor(item, { brief, parts, violated, isNew }) };
  });
  const unmet = describeUnmet({ brief, tracks, wanted, ms, snapshot, considered, met: sorted.met });
  return { tracks, unmet, considered, matching };
}

/**
 * Whether the listener lets a track be served; asked late and once per track, since it may cost a digest. What they
 * have not heard, where the heard was asked for, is postponed to the level at which familiarity does not count.
 */
function createAdmission(brief: Brief, listener: BriefListener, levels: readonly number[][]) {
  const servable = new Map<number, boolean>();
  const postponed = new Set<number>();
  const [, , strangersFrom] = levelsOf('familiarity');
  const asksForHeard = brief.familiarity === 'heard';
  return {
    wasPostponed: (index: number) => postponed.has(index),
    admits({ item, index }: Pick, level: number): boolean {
      let answer = servable.get(index);
      if (answer === undefined) {
        answer = isServable(item, brief, listener);
        servable.set(index, answer);
      }
      if (!answer || !asksForHeard || level >= strangersFrom) return answer;
      if (postponed.has(index)) return false;
      if (listener.hasHeard(item.recordingId, item.itemId)) return true;
      postponed.add(index);
      (levels[strangersFrom] as number[]).push(index);
      return false;
    },
  };
}

/** False for what the listener ruled out, and for what they know where the unknown was asked for. */
function isServable(item: IndexedItem, { familiarity }: Brief, listener: BriefListener): boolean {
  if (listener.isBlocked(item)) return false;
  if (familiarity === 'any' || familiarity === 'heard') return true;
  if (listener.hasHeard(item.recordingId, item.itemId)) return false;
  // Of a track without an artist it cannot be told that its artist is new.
  return familiarity === 'unheard' || (item.artistId !== null && !listener.knowsArtist(item.artistId));
}

/**
 * Where no length was asked for, nothing gives way for more than ENOUGH tracks; and where the known or the new is
 * wished for, what suits that wish least is left out of a small choice, or the wish would change nothing.
 */
function lengthOf(brief: Brief, count: number | undefined, matching: number): WantedLength {
  const { tracks, minutes } = brief.length;
  const asked = count ?? tracks;
  if (asked !== null) {
    const most = Math.min(MOST_TRACKS, asked);
    return { tracks: most, enough: most, ms: null, isRoomy: true };
  }
  if (minutes !== null)
    return { tracks: MOST_TRACKS, enough: MOST_TRACKS, ms: minutes * 60_000, isRoomy: true };
  const isWishful = brief.popularity !== 0 || brief.discovery !== null;
  const most = isWishful ? Math.max(ENOUGH, Math.ceil(WISHED_SHARE * matching)) : DEFAULT_LENGTH;
  const isRoomy = !isWishful || matching > DEFAULT_LENGTH;
  return { tracks: Math.min(DEFAULT_LENGTH, most), enough: ENOUGH, ms: null, isRoomy };
}
