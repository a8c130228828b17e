/** Whether a playlist, and what was told with it, meets a constraint. Knows nothing of how either was made. */
import type { IndexedItem } from '../../domain/indexed-item.ts';
import { foldText } from '../../domain/recording.ts';
import { checkArc, type Verdict } from './arc-check.ts';
import { type Constraint, isTrackConstraint, type SimpleConstraint } from './constraint.ts';
import { eligibleTracks, isBy, meets, type World } from './track-check.ts';

export interface CheckContext extends World {
  /** What the answer says that it could not read or meet, in any words. */
  readonly reported: readonly string[];
  /** All constraints of the case. */
  readonly constraints: readonly Constraint[];
}

/** Tracks that answer a prompt which gives no length; fewer only where the catalogue has fewer. */
export const ENOUGH_TRACKS = 10;
/** Share of a playlist "like X" that is by X or of a genre of theirs. */
export const LIKE_SHARE = 0.6;

/**
 * Checks one constraint of a case. Kinds for single tracks: every track meets it, and there are tracks; where no length
 * was asked for, as many as ENOUGH_TRACKS or the catalogue allows, so that leaving tracks out is no way to comply.
 */
export function checkConstraint(
  constraint: Constraint,
  playlist: readonly IndexedItem[],
  context: CheckContext,
): Verdict {
  if (constraint.kind !== 'either') return checkSimple(constraint, playlist, context);
  const verdicts = constraint.of.map((one) => checkSimple(one, playlist, context));
  return {
    met: verdicts.some(({ met }) => met),
    detail: verdicts.map(({ detail }, index) => `${constraint.of[index]?.kind}: ${detail}`).join('; or '),
  };
}

function checkSimple(
  constraint: SimpleConstraint,
  playlist: readonly IndexedItem[],
  context: CheckContext,
): Verdict {
  if (constraint.kind === 'reported') return checkReported(constraint.what, context.reported);
  if (constraint.kind === 'tracks') {
    const { length } = playlist;
    return { met: length >= constraint.min && length <= constraint.max, detail: `${length} tracks` };
  }
  const tooFew = shortage(playlist, context);
  if (tooFew !== null) return { met: false, detail: tooFew };
  if (isTrackConstraint(constraint)) {
    const failing = playlist.filter((track) => !meets(track, constraint, context));
    const some = failing.slice(0, 3).map(({ itemId }) => itemId);
    return {
      met: failing.length === 0,
      detail: failing.length === 0 ? 'all tracks' : `not ${failing.length}: ${some.join(', ')}`,
    };
  }
  switch (constraint.kind) {
    case 'artist_like':
      return checkLike(constraint.names, playlist, context);
    case 'minutes': {
      const minutes = minutesOf(playlist, context.snapshot.items);
      return {
        met: Math.abs(minutes - constraint.count) <= constraint.tolerance,
        detail: `${minutes.toFixed(1)} minutes`,
      };
    }
    case 'arc':
      return checkArc(
        constraint.arc,
        playlist.map(({ energy }) => energy),
      );
    case 'less_popular':
    case 'more_popular':
      return checkPopularity(constraint.kind === 'less_popular', playlist, context);
  }
}

/** Why a playlist is too short to be judged; null where it is not. */
function shortage(playlist: readonly IndexedItem[], context: CheckContext): string | null {
  if (playlist.length === 0) return 'no tracks';
  if (playlist.length >= ENOUGH_TRACKS) return null;
  const sized = context.constraints.some(({ kind }) => kind === 'tracks' || kind === 'minutes');
  if (sized) return null;
  const possible = eligibleTracks(context.constraints.filter(isTrackConstraint), context).length;
  return playlist.length < Math.min(ENOUGH_TRACKS, possible)
    ? `${playlist.length} tracks where ${possible} would do`
    : null;
}

function checkReported(what: readonly string[], reported: readonly string[]): Verdict {
  const told = reported.map(foldText).filter((text) => text !== '');
  const met =
    what.length === 0
      ? told.length > 0
      : told.some((text) => what.some((word) => text.includes(foldText(word))));
  return { met, detail: told.length === 0 ? 'nothing was reported' : `reported: ${reported.join('; ')}` };
}

/** Genres of the named artists over the whole catalogue, one set per name. */
export function genresOf(names: readonly string[], items: readonly IndexedItem[]): ReadonlySet<string>[] {
  return names.map(
    (name) => new Set(items.filter((item) => isBy(item, [name])).flatMap(({ genres }) => genres)),
  );
}

/** Enough of the tracks by the artists or of their genres, and something for every name. */
function checkLike(names: readonly string[], playlist: readonly IndexedItem[], { snapshot }: World): Verdict {
  const genres = genresOf(names, snapshot.items);
  const alike = names.map((name, index) =>
    playlist.map((track) => isBy(track, [name]) || track.genres.some((genre) => genres[index]?.has(genre))),
  );
  const share = playlist.filter((_, place) => alike.some((list) => list[place])).length / playlist.length;
  const missing = names.filter((_, index) => !alike[index]?.includes(true));
  return {
    met: share >= LIKE_SHARE && missing.length === 0,
    detail: `${(100 * share).toFixed(0)} % alike${missing.length > 0 ? `, nothing like ${missing.join(', ')}` : ''}`,
  };
}

/** Length of a playlist; a track of unknown length counts as the catalogue's mean. Throws RangeError if none is known. */
export function minutesOf(playlist: readonly IndexedItem[], items: readonly IndexedItem[]): number {
  let mean: number | undefined;
  const fallback = (): number => {
    if (mean !== undefined) return mean;
    const known = items.flatMap(({ kind, durationMs }) =>
      kind === 'track' && durationMs !== null ? [durationMs] : [],
    );
    if (known.length === 0) throw new RangeError('The catalogue knows the length of no track.');
    mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    return mean;
  };
  return playlist.reduce((sum, { durationMs }) => sum + (durationMs ?? fallback()), 0) / 60_000;
}

/** Median of the values, which must not be empty. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** Median popularity against that of all tracks which meet the case's other constraints; a list of all of them passes. */
function checkPopularity(less: boolean, playlist: readonly IndexedItem[], context: CheckContext): Verdict {
  const pool = eligibleTracks(context.constraints.filter(isTrackConstraint), context);
  if (pool.length === 0) return { met: false, detail: 'no track meets the other constraints' };
  const [own, usual] = [median(playlist.map(popularityOf)), median(pool.map(popularityOf))];
  const whole = playlist.length >= pool.length;
  return {
    met: less ? own < usual || (whole && own <= usual) : own > usual || (whole && own >= usual),
    detail: `median popularity ${own}, of such tracks ${usual}`,
  };
}

const popularityOf = ({ popularity }: IndexedItem): number => popularity;
