/** Whether the catalogue has what a case asks for, found by looking at every track. */
import type { IndexedItem } from '../../domain/indexed-item.ts';
import { LEAST_KNOWN } from './arc-check.ts';
import { ENOUGH_TRACKS, genresOf, LIKE_SHARE, median, minutesOf } from './check-playlist.ts';
import { type Constraint, isTrackConstraint, type SimpleConstraint } from './constraint.ts';
import { eligibleTracks, isBy, type World } from './track-check.ts';

export interface Satisfiability {
  readonly satisfiable: boolean;
  /** What is lacking; null where nothing is. */
  readonly lacking: string | null;
}

/**
 * Whether some playlist can meet all of the constraints: exact for those on single tracks and their number, necessary
 * conditions for length, arc, likeness and popularity. A report can always be made. Of `either` one way has to do.
 */
export function isSatisfiable(constraints: readonly Constraint[], world: World): Satisfiability {
  let lacking: string | null = null;
  for (const way of waysOf(constraints)) {
    const found = lackingOf(way, world);
    if (found === null) return { satisfiable: true, lacking: null };
    lacking ??= found;
  }
  return { satisfiable: false, lacking };
}

/** Every choice of one branch out of each `either`. */
function waysOf(constraints: readonly Constraint[]): SimpleConstraint[][] {
  return constraints.reduce<SimpleConstraint[][]>(
    (ways, constraint) =>
      ways.flatMap((way) =>
        constraint.kind === 'either' ? constraint.of.map((one) => [...way, one]) : [[...way, constraint]],
      ),
    [[]],
  );
}

function lackingOf(constraints: readonly SimpleConstraint[], world: World): string | null {
  if (constraints.every(({ kind }) => kind === 'reported')) return null;
  const tracks = eligibleTracks(constraints.filter(isTrackConstraint), world);
  const needed = tracksNeeded(constraints);
  if (tracks.length < needed) return `${tracks.length} of ${needed} tracks`;
  for (const constraint of constraints) {
    const problem = listProblem(constraint, tracks, needed, world);
    if (problem !== null) return problem;
  }
  return null;
}

/** The least number of tracks of a playlist that meets the constraints. */
function tracksNeeded(constraints: readonly SimpleConstraint[]): number {
  const least = constraints.flatMap((constraint) => (constraint.kind === 'tracks' ? [constraint.min] : []));
  if (least.length > 0) return Math.max(1, ...least);
  return constraints.some(({ kind }) => kind === 'minutes') ? 1 : ENOUGH_TRACKS;
}

function listProblem(
  constraint: SimpleConstraint,
  tracks: readonly IndexedItem[],
  needed: number,
  { snapshot }: World,
): string | null {
  switch (constraint.kind) {
    case 'minutes': {
      const all = minutesOf(tracks, snapshot.items);
      const shortest = Math.min(...tracks.map((track) => minutesOf([track], snapshot.items)));
      if (all < constraint.count - constraint.tolerance) return `${all.toFixed(0)} minutes`;
      return shortest > constraint.count + constraint.tolerance ? 'no track is that short' : null;
    }
    case 'arc': {
      const known = new Set(tracks.flatMap(({ energy }) => energy ?? []));
      const least = Math.max(LEAST_KNOWN, Math.ceil(needed / 2));
      const enough = tracks.filter(({ energy }) => energy !== null).length >= least;
      return enough && (known.size > 1 || constraint.arc === 'steady') ? null : 'energies for that arc';
    }
    case 'artist_like': {
      const genres = genresOf(constraint.names, snapshot.items);
      const alike = constraint.names.map((name, index) =>
        tracks.filter(
          (track) => isBy(track, [name]) || track.genres.some((genre) => genres[index]?.has(genre)),
        ),
      );
      if (alike.some((list) => list.length === 0)) return 'tracks like one of the artists';
      const union = new Set(alike.flat()).size;
      return union < Math.ceil(LIKE_SHARE * needed) ? 'tracks like the artists' : null;
    }
    case 'less_popular':
    case 'more_popular': {
      if (tracks.length <= needed) return null;
      const usual = median(tracks.map(({ popularity }) => popularity));
      const beyond = tracks.filter(({ popularity }) =>
        constraint.kind === 'less_popular' ? popularity < usual : popularity > usual,
      );
      return beyond.length <= needed / 2 ? 'tracks off the median popularity' : null;
    }
    default:
      return null;
  }
}
