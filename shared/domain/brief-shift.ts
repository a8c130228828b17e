/** Directions from where a playlist is: `faster`, `less mainstream`, `newer`. */
import { type Brief, MOST_MINUTES, type Range } from './brief.ts';
import { clampTracks, meet } from './brief-draft.ts';
import type { Axis } from './brief-words.ts';
import type { IndexedItem } from './indexed-item.ts';
import { MOOD_REGIONS } from './moods.ts';

/** How far beyond the mean of what was served every track of the next playlist has to be. */
const STEPS = { bpm: 0.03, energy: 0.05, valence: 0.05, years: 2 } as const;
/** Of −1 to 1, and of 0 to 1. */
const POPULARITY_STEP = 0.5;
const DISCOVERY_STEP = 0.3;
const LENGTH_STEP = 1.5;
/** Beyond these there is nearly nothing: no bound is set that asks for more. */
const LIMITS = { bpm: [50, 190], energy: [0.06, 0.94], valence: [0.06, 0.94], years: [1955, 2100] } as const;
/** Where nothing is known of what was served. */
const MIDDLE = { bpm: 110, energy: 0.5, valence: 0.5, years: 2000 } as const;

type RangeAxis = keyof typeof STEPS;

const READINGS: Readonly<Record<RangeAxis, (item: IndexedItem) => number | null>> = {
  bpm: ({ tempo }) => tempo,
  energy: ({ energy }) => energy,
  valence: ({ valence }) => valence,
  years: ({ year }) => year,
};

/** The brief moved one step from what it led to, so that the next playlist moves that way. */
export function shiftBrief(
  brief: Brief,
  axis: Axis,
  direction: 1 | -1,
  playlist: readonly IndexedItem[],
): Brief {
  switch (axis) {
    case 'bpm':
    case 'energy':
    case 'valence':
    case 'years':
      return withoutContraryMoods({ ...brief, [axis]: shiftRange(brief[axis], axis, direction, playlist) });
    case 'popularity':
      return { ...brief, popularity: clamp(brief.popularity + direction * POPULARITY_STEP, -1, 1) };
    case 'discovery': {
      const contrary = direction > 0 ? brief.familiarity === 'heard' : brief.familiarity !== 'heard';
      const discovery = clamp((brief.discovery ?? 0.5) + direction * DISCOVERY_STEP, 0, 1);
      return { ...brief, discovery, familiarity: contrary ? 'any' : brief.familiarity };
    }
    case 'length':
      return {
        ...brief,
        length: scaleLength(brief, direction > 0 ? LENGTH_STEP : 1 / LENGTH_STEP, playlist),
      };
  }
}

/** All of the next playlist lies beyond the mean of this one; the other bound gives way where it is in the way. */
function shiftRange(
  range: Range | null,
  axis: RangeAxis,
  direction: 1 | -1,
  playlist: readonly IndexedItem[],
): Range {
  const values = playlist.flatMap((item) => READINGS[axis](item) ?? []);
  const mean =
    values.length === 0
      ? middleOf(range, axis)
      : values.reduce((sum, value) => sum + value, 0) / values.length;
  const step = axis === 'bpm' ? mean * STEPS.bpm : STEPS[axis];
  const [lowest, highest] = LIMITS[axis];
  const bound = round(clamp(mean + direction * step, lowest, highest), axis);
  const other = direction > 0 ? (range?.max ?? null) : (range?.min ?? null);
  const moved = other === null ? null : round(other + direction * 2 * step, axis);
  const open =
    moved === null || (direction > 0 ? moved <= bound || moved > highest : moved >= bound || moved < lowest);
  const kept = open ? null : moved;
  return direction > 0 ? { min: bound, max: kept } : { min: kept, max: bound };
}

function middleOf(range: Range | null, axis: RangeAxis): number {
  if (range === null || (range.min === null && range.max === null)) return MIDDLE[axis];
  return ((range.min ?? range.max ?? 0) + (range.max ?? range.min ?? 0)) / 2;
}

/** Moods whose whole region the ranges now rule out would only be asked for in vain. */
export function withoutContraryMoods(brief: Brief): Brief {
  const isPossible = (mood: Brief['moods'][number]) =>
    (['energy', 'valence'] as const).every(
      (axis) => meet(MOOD_REGIONS[mood][axis], brief[axis]) !== undefined,
    );
  return { ...brief, moods: brief.moods.filter(isPossible) };
}

function scaleLength({ length }: Brief, factor: number, playlist: readonly IndexedItem[]): Brief['length'] {
  const scale = (value: number) => Math.round(value * factor) + (factor > 1 ? 1 : 0);
  if (length.minutes !== null)
    return { tracks: null, minutes: clamp(scale(length.minutes), 1, MOST_MINUTES) };
  return { tracks: clampTracks(scale(length.tracks ?? playlist.length)), minutes: null };
}

function round(value: number, axis: RangeAxis): number {
  return axis === 'years' || axis === 'bpm' ? Math.round(value) : Math.round(value * 100) / 100;
}

function clamp(value: number, low: number, high: number): number {
  return Math.round(Math.min(high, Math.max(low, value)) * 1000) / 1000;
}
