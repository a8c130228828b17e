/** What a prompt asked for, gathered while it is read, and made a brief of in the end. */
import {
  type Brief,
  type Familiarity,
  MOST_TRACKS,
  type Mood,
  OPEN_BRIEF,
  type Range,
  type Version,
} from './brief.ts';
import type { Activity, Axis } from './brief-words.ts';
import type { EnergyArc } from './energy-arc.ts';
import { MOOD_REGIONS } from './moods.ts';
import type { WrittenBrief } from './written-brief.ts';

type SoundAxis = 'bpm' | 'energy' | 'valence';

export interface MoodGroup {
  /** The first is what the word means most. */
  readonly moods: readonly Mood[];
  /** True after `or`. */
  readonly isChoice: boolean;
}

/** Everything in the order in which it was said; empty or undefined: not said. */
export interface Draft {
  readonly genres: string[];
  /** Where no genre is named: what other words make think of, by any name. */
  readonly impliedGenres: string[];
  readonly seedArtists: string[];
  readonly onlyArtists: string[];
  readonly moods: MoodGroup[];
  readonly sounds: Map<SoundAxis, Range>;
  readonly activities: Activity[];
  readonly languages: string[];
  readonly versions: Version[];
  readonly exclude: { genres: string[]; artists: string[]; versions: Version[]; moods: Mood[] };
  readonly less: { genres: string[]; artists: string[] };
  /** `faster`, `less mainstream`: a direction from wherever it is now. */
  readonly relatives: Map<Axis, 1 | -1>;
  years: Range | undefined;
  cleanOnly: boolean | undefined;
  familiarity: Familiarity | undefined;
  discovery: number | undefined;
  popularity: number | undefined;
  arc: EnergyArc | undefined;
  tracks: number | undefined;
  minutes: number | undefined;
  /** Added to the length there is. */
  isFurther: boolean;
  /** Genres that stand alone instead of joining those there are. */
  isGenreOnly: boolean;
  /** Genres that join those there are: `more jazz`, `add some soul`. */
  isGenreAdded: boolean;
  isInstead: boolean;
  readonly unread: Set<string>;
}

export function createDraft(): Draft {
  return {
    genres: [],
    impliedGenres: [],
    seedArtists: [],
    onlyArtists: [],
    moods: [],
    sounds: new Map(),
    activities: [],
    languages: [],
    versions: [],
    exclude: { genres: [], artists: [], versions: [], moods: [] },
    less: { genres: [], artists: [] },
    relatives: new Map(),
    years: undefined,
    cleanOnly: undefined,
    familiarity: undefined,
    discovery: undefined,
    popularity: undefined,
    arc: undefined,
    tracks: undefined,
    minutes: undefined,
    isFurther: false,
    isGenreOnly: false,
    isGenreAdded: false,
    isInstead: false,
    unread: new Set(),
  };
}

/** Lists of a brief hold this many. */
const MOST_ENTRIES = 50;
const LONGEST_UNREAD = 200;

type Directions = Readonly<Record<SoundAxis, readonly [down: Range, up: Range]>>;
const towards = (down: number, up: number): readonly [Range, Range] => [
  { min: null, max: down },
  { min: up, max: null },
];
/** What a direction means where there is nothing yet to go from, and where there are examples: `like X but calmer`. */
const FROM_NOWHERE: Directions = {
  bpm: towards(100, 120),
  energy: towards(0.45, 0.6),
  valence: towards(0.42, 0.55),
};
const FROM_SEEDS: Directions = {
  bpm: towards(112, 116),
  energy: towards(0.62, 0.6),
  valence: towards(0.5, 0.5),
};
export const ABSOLUTE_POPULARITY = 0.7;
const ABSOLUTE_LENGTH: readonly [down: number, up: number] = [12, 40];
const ABSOLUTE_DISCOVERY: readonly [down: number, up: number] = [0.2, 0.8];

/** A brief of the draft alone; `now`: the current year. Directions count as from nowhere. */
export function briefOf(draft: Draft, now: number): WrittenBrief {
  const sounds = soundsOf(draft);
  for (const [axis, direction] of draft.relatives)
    if ((axis === 'bpm' || axis === 'energy' || axis === 'valence') && !draft.sounds.has(axis))
      sounds[axis] = (draft.seedArtists.length > 0 ? FROM_SEEDS : FROM_NOWHERE)[axis][direction < 0 ? 0 : 1];
  const leaning = (axis: Axis, [down, up]: readonly [number, number]): number | undefined => {
    const direction = draft.relatives.get(axis);
    return direction === undefined ? undefined : direction < 0 ? down : up;
  };
  const yearsBack = draft.relatives.get('years');
  const relativeYears = yearsBack === 1 ? { min: now - 10, max: null } : { min: null, max: 1999 };
  const exclude = trim(draft.exclude);
  const tracks =
    draft.tracks ?? (draft.minutes === undefined ? leaning('length', ABSOLUTE_LENGTH) : undefined);
  return {
    ...OPEN_BRIEF,
    ...sounds,
    seedTracks: [],
    genres: list(
      (draft.genres.length > 0 ? draft.genres : draft.impliedGenres).filter(
        (genre) => !exclude.genres.includes(genre),
      ),
    ),
    seedArtists: list(draft.seedArtists),
    onlyArtists: list(draft.onlyArtists),
    years: draft.years ?? (yearsBack === undefined ? null : relativeYears),
    languages: list(draft.languages),
    versions: list(draft.versions.filter((version) => !exclude.versions.includes(version))),
    cleanOnly: draft.cleanOnly ?? false,
    exclude: { ...exclude, tracks: [] },
    less: trim(draft.less),
    familiarity: draft.familiarity ?? 'any',
    discovery: draft.discovery ?? leaning('discovery', ABSOLUTE_DISCOVERY) ?? null,
    popularity: draft.popularity ?? leaning('popularity', [-ABSOLUTE_POPULARITY, ABSOLUTE_POPULARITY]) ?? 0,
    arc: draft.arc ?? draft.activities.find(({ arc }) => arc !== undefined)?.arc ?? null,
    length: {
      tracks: draft.minutes === undefined ? (tracks === undefined ? null : clampTracks(tracks)) : null,
      minutes: draft.minutes ?? null,
    },
    unread: unreadOf(draft),
  };
}

export function clampTracks(tracks: number): number {
  return Math.max(1, Math.min(MOST_TRACKS, Math.round(tracks)));
}

export function unreadOf({ unread }: Draft): string[] {
  return [...unread].slice(0, MOST_ENTRIES).map((word) => word.slice(0, LONGEST_UNREAD));
}

const list = <T>(entries: readonly T[]): T[] => [...new Set(entries)].slice(0, MOST_ENTRIES);

function trim<T extends Readonly<Record<string, readonly unknown[]>>>(lists: T): T {
  return Object.fromEntries(
    Object.entries(lists).map(([name, entries]) => [name, list(entries)]),
  ) as unknown as T;
}

type Sounds = { moods: readonly Mood[]; bpm: Range | null; energy: Range | null; valence: Range | null };

/** What was said of the sound outright, then by moods, then by what is done to the music. */
export function soundsOf({ moods, sounds, activities }: Draft): Sounds {
  const { ranges, moods: asked } = combineMoods(moods);
  const taken = (axis: 'energy' | 'valence') =>
    moods.some((group) => MOOD_REGIONS[group.moods[0] as Mood][axis] !== null);
  const fromActivities = (axis: SoundAxis): Range | null => {
    if (axis !== 'bpm' && taken(axis)) return null;
    return activities.reduce<Range | null>((sum, activity) => meet(sum, activity[axis] ?? null) ?? sum, null);
  };
  const of = (axis: SoundAxis) =>
    sounds.get(axis) ?? (axis === 'bpm' ? undefined : ranges[axis]) ?? fromActivities(axis);
  return { moods: asked, bpm: of('bpm'), energy: of('energy'), valence: of('valence') };
}

/**
 * Several moods are all meant, unless `or` stands between them: then any of them. A brief's moods are any of them, so
 * that all of them become ranges of energy and valence: where their regions meet, or, where they do not meet, each
 * axis from the moods that are about this axis alone (`energetic but sad`).
 */
function combineMoods(groups: readonly MoodGroup[]): {
  moods: readonly Mood[];
  ranges: { energy?: Range; valence?: Range };
} {
  const [first] = groups;
  if (first === undefined) return { moods: [], ranges: {} };
  const words = new Set(groups.map(({ moods }) => moods.join()));
  const any = [...new Set(groups.flatMap(({ moods }) => moods))];
  if (words.size === 1 || groups.some(({ isChoice }) => isChoice)) return { moods: any, ranges: {} };
  const primary = [...new Set(groups.map(({ moods }) => moods[0] as Mood))];
  const energy = meetAll(primary.map((mood) => MOOD_REGIONS[mood].energy));
  const valence = meetAll(primary.map((mood) => MOOD_REGIONS[mood].valence));
  const ranges = (e: Range | null, v: Range | null) => ({
    ...(e === null ? {} : { energy: e }),
    ...(v === null ? {} : { valence: v }),
  });
  if (energy !== undefined && valence !== undefined)
    return { moods: primary, ranges: ranges(energy, valence) };
  const isAbout = (mood: Mood, axis: 'energy' | 'valence') =>
    MOOD_REGIONS[mood][axis === 'energy' ? 'valence' : 'energy'] === null;
  const e = energy ?? meetAll(primary.filter((m) => isAbout(m, 'energy')).map((m) => MOOD_REGIONS[m].energy));
  const v =
    valence ?? meetAll(primary.filter((m) => isAbout(m, 'valence')).map((m) => MOOD_REGIONS[m].valence));
  return e === undefined || v === undefined
    ? { moods: any, ranges: {} }
    : { moods: [], ranges: ranges(e, v) };
}

function meetAll(ranges: readonly (Range | null)[]): Range | null | undefined {
  return ranges.reduce<Range | null | undefined>(
    (sum, range) => (sum === undefined ? undefined : meet(sum, range)),
    null,
  );
}

/** What both allow; null where both allow everything, undefined where they allow nothing together. */
export function meet(a: Range | null, b: Range | null): Range | null | undefined {
  if (a === null || b === null) return a ?? b;
  const min = Math.max(a.min ?? Number.NEGATIVE_INFINITY, b.min ?? Number.NEGATIVE_INFINITY);
  const max = Math.min(a.max ?? Number.POSITIVE_INFINITY, b.max ?? Number.POSITIVE_INFINITY);
  if (min > max) return undefined;
  return { min: Number.isFinite(min) ? min : null, max: Number.isFinite(max) ? max : null };
}

/** True where the brief asks for nothing in particular. */
export function isOpen(brief: Brief | WrittenBrief): boolean {
  return JSON.stringify({ ...brief, unread: [] }) === JSON.stringify(OPEN_BRIEF);
}
