/** The catalogue sorted by how much of a brief has to give way for each track. */
import type { Brief } from './brief.ts';
import type { Columns } from './brief-columns.ts';
import { compileDemands, LAST_LEVEL, levelsOf, type Relaxable } from './brief-constraints.ts';
import type { IndexedItem } from './indexed-item.ts';

export interface Levels {
  /** Indices of items by level, 0 first. */
  readonly levels: readonly number[][];
  /** How far a row is from satisfying what it violates, and one per constraint; 0: it satisfies all. */
  readonly shortfallOf: (row: number) => number;
  /** Tracks that nothing in the brief rules out. */
  readonly considered: number;
  /** How many of those satisfy each constraint. */
  readonly met: ReadonlyMap<Relaxable, number>;
  readonly violatedBy: (row: number) => Relaxable[];
}

/** One pass over the catalogue; `exclude`: recordings to leave out. */
export function sortIntoLevels(
  brief: Brief,
  columns: Columns,
  exclude: ReadonlySet<string> | undefined,
): Levels {
  const { relaxable, isAllowed } = compileDemands(brief, columns);
  const { items } = columns;
  const steps = relaxable.map(({ constraint, measure }) => ({
    constraint,
    measure,
    levels: levelsOf(constraint),
    met: 0,
  }));
  const levels: number[][] = Array.from({ length: LAST_LEVEL + 1 }, () => []);
  let considered = 0;
  for (let index = 0; index < items.length; index++) {
    if (!isAllowed(index)) continue;
    if (exclude?.has((items[index] as IndexedItem).recordingId)) continue;
    considered++;
    let level = 0;
    for (const step of steps) {
      const violation = step.measure(index);
      if (violation === 0) step.met++;
      else level = Math.max(level, step.levels[violation]);
    }
    (levels[level] as number[]).push(index);
  }
  return {
    levels,
    shortfallOf: (row) =>
      relaxable.reduce((sum, { measure, distance }) => sum + (measure(row) === 0 ? 0 : 1 + distance(row)), 0),
    considered,
    met: new Map(steps.map(({ constraint, met }) => [constraint, met])),
    violatedBy: (row) =>
      relaxable.filter(({ measure }) => measure(row) !== 0).map(({ constraint }) => constraint),
  };
}
