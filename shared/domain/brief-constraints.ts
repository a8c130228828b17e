/** What a brief demands of each track: what never gives way, and what does, in which order. */
import type { Brief, Mood, Range } from './brief.ts';
import { bitsOf, type Columns } from './brief-columns.ts';
import type { IndexedItem } from './indexed-item.ts';
import { MOOD_REGIONS } from './moods.ts';

/** Constraints that give way where too few tracks satisfy them. */
export const RELAXABLE = [
  'moods',
  'energy',
  'valence',
  'bpm',
  'years',
  'versions',
  'familiarity',
  'genres',
] as const;
export type Relaxable = (typeof RELAXABLE)[number];

/**
 * In which order they give way, vague before exact: first a range is widened, at last it does not count any more. What
 * is not known of a track lies in no widened range. Level 0 satisfies everything; level n needs the first n steps.
 */
export const LADDER: readonly (readonly [constraint: Relaxable, how: 'widened' | 'dropped'])[] = [
  ['moods', 'widened'],
  ['energy', 'widened'],
  ['valence', 'widened'],
  ['moods', 'dropped'],
  ['bpm', 'widened'],
  ['years', 'widened'],
  ['energy', 'dropped'],
  ['valence', 'dropped'],
  ['bpm', 'dropped'],
  ['years', 'dropped'],
  ['versions', 'dropped'],
  ['familiarity', 'dropped'],
  ['genres', 'dropped'],
];
/** The level of tracks for which nothing is asked any more that may give way. */
export const LAST_LEVEL = LADDER.length;

/** How far a widened range reaches: of 0 to 1, of a tempo, in years. */
export const WIDENING = { sound: 0.1, tempo: 0.08, years: 3 } as const;

/** 0: satisfied, 1: only once widened, 2: only once dropped. */
export type Violation = 0 | 1 | 2;

export interface Demand {
  readonly constraint: Relaxable;
  /** Of a row of the columns. */
  readonly measure: (row: number) => Violation;
  /** Of a row that violates it: how far it is from satisfying it, in steps of widening, 0 to FARTHEST. */
  readonly distance: (row: number) => number;
}
/** What is not known, or not a matter of more or less, is this far off. */
export const FARTHEST = 5;
const far = () => FARTHEST;

export interface Demands {
  /** What the items themselves tell; familiarity is asked of the listener, later, as that costs more. */
  readonly relaxable: readonly Demand[];
  /** False for what must not be served whatever gives way, the listener's own matters apart. */
  readonly isAllowed: (row: number) => boolean;
}

/** `levels[violation]` of a constraint. */
export function levelsOf(constraint: Relaxable): readonly [number, number, number] {
  const step = (how: 'widened' | 'dropped') =>
    LADDER.findIndex(([name, kind]) => name === constraint && kind === how) + 1;
  const dropped = step('dropped');
  return [0, step('widened') || dropped, dropped];
}

/** Genres are compared without regard to case. */
export function compileDemands(brief: Brief, columns: Columns): Demands {
  const relaxable: Demand[] = [];
  const { moods, versions, genres } = brief;
  if (genres.length > 0) {
    const has = genreTest(columns, genres);
    relaxable.push({ constraint: 'genres', measure: (row) => (has(row) ? 0 : 2), distance: far });
  }
  const demandRange = (
    constraint: Relaxable,
    values: Float64Array,
    range: Range | null,
    wider: (range: Range) => Range,
  ) => {
    if (range === null || (range.min === null && range.max === null)) return;
    const near = wider(range);
    const [is, isNearly] = [rangeTest(values, range), rangeTest(values, near)];
    const step = Math.max((near.max ?? 0) - (range.max ?? 0), (range.min ?? 0) - (near.min ?? 0));
    relaxable.push({
      constraint,
      measure: (row) => (is(row) ? 0 : isNearly(row) ? 1 : 2),
      distance: (row) => capped(distanceTo(values[row] as number, range) / step),
    });
  };
  demandRange('bpm', columns.tempo, brief.bpm, widenTempo);
  demandRange('years', columns.year, brief.years, (range) => widen(range, WIDENING.years));
  demandRange('energy', columns.energy, brief.energy, (range) => widen(range, WIDENING.sound));
  demandRange('valence', columns.valence, brief.valence, (range) => widen(range, WIDENING.sound));
  if (moods.length > 0) {
    const is = moodTest(columns, moods, 0);
    const isNearly = moodTest(columns, moods, WIDENING.sound);
    const { energy, valence } = columns;
    relaxable.push({
      constraint: 'moods',
      measure: (row) => (is(row) ? 0 : isNearly(row) ? 1 : 2),
      distance: (row) => {
        const away = moods.map((mood) => {
          const region = MOOD_REGIONS[mood];
          const [e, v] = [energy[row] as number, valence[row] as number];
          return Math.max(distanceTo(e, region.energy), distanceTo(v, region.valence));
        });
        return capped(Math.min(...away) / WIDENING.sound);
      },
    });
  }
  if (versions.length > 0) {
    const [bits, asked] = [columns.versions(), bitsOf(versions)];
    relaxable.push({
      constraint: 'versions',
      measure: (row) => ((bits[row] as number) & asked ? 0 : 2),
      distance: far,
    });
  }
  return { relaxable, isAllowed: compileRules(brief, columns) };
}

function compileRules(brief: Brief, columns: Columns): (row: number) => boolean {
  const { isTrack, explicit, artist, artistNumbers, items } = columns;
  const { exclude, onlyArtists, cleanOnly } = brief;
  const rules: ((row: number) => boolean)[] = [(row) => isTrack[row] === 1];
  const numbersOf = (ids: readonly string[]) => new Set(ids.map((id) => artistNumbers.get(id) ?? -2));
  if (cleanOnly) rules.push((row) => explicit[row] === 0);
  if (onlyArtists.length > 0) {
    const only = numbersOf(onlyArtists);
    rules.push((row) => only.has(artist[row] as number));
  }
  if (exclude.artists.length > 0) {
    const excluded = numbersOf(exclude.artists);
    rules.push((row) => !excluded.has(artist[row] as number));
  }
  if (exclude.genres.length > 0) {
    const has = genreTest(columns, exclude.genres);
    rules.push((row) => !has(row));
  }
  if (exclude.moods.length > 0) {
    const is = moodTest(columns, exclude.moods, 0);
    rules.push((row) => !is(row));
  }
  if (exclude.versions.length > 0) {
    const [bits, excluded] = [columns.versions(), bitsOf(exclude.versions)];
    rules.push((row) => ((bits[row] as number) & excluded) === 0);
  }
  // Who asks for music like a track has that track.
  const tracks = new Set([...exclude.tracks, ...brief.seedTracks]);
  if (tracks.size > 0) rules.push((row) => !tracks.has((items[row] as IndexedItem).itemId));
  return (row) => {
    for (const rule of rules) if (!rule(row)) return false;
    return true;
  };
}

/** Whether a row has one of the genres, in whatever case. */
export function genreTest(
  { genres, genre, genreStart }: Columns,
  asked: readonly string[],
): (row: number) => boolean {
  const names = new Set(asked.map((name) => name.toLowerCase()));
  const isAsked = Uint8Array.from(genres, (name) => (names.has(name.toLowerCase()) ? 1 : 0));
  return (row) => {
    const end = genreStart[row + 1] as number;
    for (let at = genreStart[row] as number; at < end; at++)
      if (isAsked[genre[at] as number] === 1) return true;
    return false;
  };
}

/** NaN lies nowhere. */
function rangeTest(values: Float64Array, { min, max }: Range): (row: number) => boolean {
  const [least, most] = [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY];
  return (row) => {
    const value = values[row] as number;
    return value >= least && value <= most;
  };
}

/** How far a value lies outside; NaN where it is not known. */
function distanceTo(value: number, range: Range | null): number {
  if (range === null) return 0;
  return Math.max(0, (range.min ?? value) - value, value - (range.max ?? value));
}

function capped(steps: number): number {
  return Number.isNaN(steps) ? FARTHEST : Math.min(FARTHEST, steps);
}

/** Whether a row is in one of the moods' regions, each reaching further by `wider`. */
function moodTest(
  { energy, valence }: Columns,
  moods: readonly Mood[],
  wider: number,
): (row: number) => boolean {
  const tests = moods.map((mood) => {
    const region = MOOD_REGIONS[mood];
    const bounds = [
      region.energy === null ? undefined : rangeTest(energy, widen(region.energy, wider)),
      region.valence === null ? undefined : rangeTest(valence, widen(region.valence, wider)),
    ].filter((test) => test !== undefined);
    return (row: number) => bounds.every((test) => test(row));
  });
  return tests.length === 1
    ? (tests[0] as (row: number) => boolean)
    : (row) => tests.some((test) => test(row));
}

function widen({ min, max }: Range, by: number): Range {
  return { min: min === null ? null : min - by, max: max === null ? null : max + by };
}

function widenTempo({ min, max }: Range): Range {
  return {
    min: min === null ? null : min * (1 - WIDENING.tempo),
    max: max === null ? null : max * (1 + WIDENING.tempo),
  };
}
