/** What a playlist owes the brief it was made from, in words and numbers. */
import type { Brief, Range } from './brief.ts';
import { RELAXABLE, type Relaxable } from './brief-constraints.ts';
import type { ExecutedTrack } from './brief-execution.ts';
import { type Length, tolerance, USUAL_CAP } from './brief-selection.ts';
import type { CatalogueSnapshot, IndexedItem } from './indexed-item.ts';

export type UnmetName = Relaxable | 'languages' | 'seedArtists' | 'seedTracks' | 'length' | 'spread';

export interface UnmetConstraint {
  /** The brief's field; `spread` is the wish for several artists, which no brief states. */
  readonly constraint: UnmetName;
  /** As the brief says it. */
  readonly wanted: Range | string | number | readonly string[] | Brief['length'];
  readonly reason: string;
  /** What was served instead: the span of known values, or the number of tracks, minutes or of one artist. */
  readonly relaxed?: Range | number | null;
  /** How many of the tracks served satisfy it, and how many were served. */
  readonly satisfied: number;
  readonly of: number;
}

export interface Outcome {
  readonly brief: Brief;
  readonly tracks: readonly ExecutedTrack[];
  readonly wanted: Length;
  readonly ms: number;
  readonly snapshot: CatalogueSnapshot;
  readonly considered: number;
  /** How many of those considered satisfy each constraint. */
  readonly met: ReadonlyMap<Relaxable, number>;
}

/** Everything asked for that was not served, in the order in which it gives way, the unknowable first. */
export function describeUnmet(outcome: Outcome): UnmetConstraint[] {
  return [
    ...unknowable(outcome),
    ...RELAXABLE.flatMap((constraint) => gaveWay(outcome, constraint)),
    ...spread(outcome),
    ...tooShort(outcome),
  ];
}

function unknowable({ brief, snapshot, tracks }: Outcome): UnmetConstraint[] {
  const unmet: UnmetConstraint[] = [];
  const add = (constraint: UnmetName, wanted: readonly string[], reason: string) =>
    unmet.push({ constraint, wanted, reason, satisfied: 0, of: tracks.length });
  if (brief.languages.length > 0)
    add('languages', brief.languages, 'The catalogue does not know in which language a track is sung.');
  const strangers = brief.seedArtists.filter((id) => !snapshot.items.some(({ artistId }) => artistId === id));
  if (strangers.length > 0) add('seedArtists', strangers, 'The catalogue has no tracks of these artists.');
  const missing = brief.seedTracks.filter((id) => !snapshot.byId.has(id));
  if (missing.length > 0) add('seedTracks', missing, 'The catalogue does not have these tracks.');
  return unmet;
}

function gaveWay(outcome: Outcome, constraint: Relaxable): UnmetConstraint[] {
  const { brief, tracks, considered, met } = outcome;
  const satisfied = tracks.filter(({ violated }) => !violated.includes(constraint)).length;
  if (satisfied === tracks.length) return [];
  const served = tracks.map(({ item }) => item);
  const wanted = brief[constraint];
  const inAll = met.get(constraint);
  const reason =
    inAll === undefined
      ? `${satisfied} of ${tracks.length} tracks satisfy it; there were no more.`
      : `${satisfied} of ${tracks.length} tracks satisfy it, of ${inAll} among the ${considered} that nothing rules out.`;
  const relaxed = servedSpan(constraint, served);
  return wanted === null ? [] : [{ constraint, wanted, reason, relaxed, satisfied, of: tracks.length }];
}

const READINGS: Partial<Record<Relaxable, (item: IndexedItem) => number | null>> = {
  energy: ({ energy }) => energy,
  valence: ({ valence }) => valence,
  bpm: ({ tempo }) => tempo,
  years: ({ year }) => year,
};

function servedSpan(constraint: Relaxable, served: readonly IndexedItem[]): Range | null {
  const read = READINGS[constraint];
  const values = read === undefined ? [] : served.flatMap((item) => read(item) ?? []);
  return values.length === 0 ? null : { min: Math.min(...values), max: Math.max(...values) };
}

function spread({ brief, tracks }: Outcome): UnmetConstraint[] {
  if (brief.onlyArtists.length > 0) return [];
  const counts = new Map<string, number>();
  for (const { item } of tracks)
    if (item.artistId !== null) counts.set(item.artistId, (counts.get(item.artistId) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  if (most <= USUAL_CAP) return [];
  const within = [...counts.values()].filter((count) => count <= USUAL_CAP).length;
  const reason = `Up to ${most} tracks are of one artist: fewer would have cost what was asked for.`;
  return [
    { constraint: 'spread', wanted: USUAL_CAP, reason, relaxed: most, satisfied: within, of: counts.size },
  ];
}

function tooShort({ brief, tracks, wanted, ms }: Outcome): UnmetConstraint[] {
  const told = { satisfied: tracks.length, of: tracks.length };
  const items = tracks.map(({ item }) => item);
  if (wanted.ms === null) {
    if (tracks.length >= wanted.enough) return [];
    const reason = `Only ${tracks.length} tracks are left by what never gives way: exclusions, controls and what must be new.`;
    return [{ constraint: 'length', wanted: wanted.enough, reason, relaxed: tracks.length, ...told }];
  }
  const minutes = Math.round(ms / 6_000) / 10;
  const untimed = items.filter(({ durationMs }) => durationMs === null).length;
  const isOff = Math.abs(ms - wanted.ms) > tolerance(wanted.ms, ms, items.length);
  if (!isOff && untimed === 0) return [];
  const reason = isOff
    ? `The tracks that may be served last about ${minutes} minutes.`
    : `How long ${untimed} of the tracks last is not known; they were taken for 4 minutes each.`;
  return [{ constraint: 'length', wanted: brief.length, reason, relaxed: minutes, ...told }];
}
