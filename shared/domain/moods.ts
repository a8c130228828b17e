/** Moods as regions of energy and valence (Russell's circumplex, in quadrants), and kinds of recording by their titles. */
import type { Mood, Range, Version } from './brief.ts';

/** Bounds of a mood; null where it does not matter. */
export interface MoodRegion {
  readonly energy: Range | null;
  readonly valence: Range | null;
}

const atLeast = (min: number): Range => ({ min, max: null });
const atMost = (max: number): Range => ({ min: null, max });
const within = (min: number, max: number): Range => ({ min, max });

export const MOOD_REGIONS: Readonly<Record<Mood, MoodRegion>> = {
  happy: { energy: null, valence: atLeast(0.6) },
  sad: { energy: atMost(0.6), valence: atMost(0.4) },
  calm: { energy: atMost(0.4), valence: null },
  energetic: { energy: atLeast(0.65), valence: null },
  dark: { energy: null, valence: atMost(0.35) },
  romantic: { energy: atMost(0.65), valence: within(0.4, 0.9) },
  angry: { energy: atLeast(0.7), valence: atMost(0.45) },
  dreamy: { energy: atMost(0.5), valence: within(0.2, 0.7) },
  uplifting: { energy: atLeast(0.5), valence: atLeast(0.55) },
  melancholic: { energy: atMost(0.55), valence: atMost(0.45) },
};

/** True where a known value lies within; what is not known lies nowhere. */
export function isWithin(value: number | null, range: Range | null): boolean {
  if (range === null) return true;
  if (value === null) return false;
  return (range.min === null || value >= range.min) && (range.max === null || value <= range.max);
}

export function hasMood(
  track: { readonly energy: number | null; readonly valence: number | null },
  mood: Mood,
): boolean {
  const region = MOOD_REGIONS[mood];
  return isWithin(track.energy, region.energy) && isWithin(track.valence, region.valence);
}

/** In brackets or after a dash, as catalogues write it: `Song (Live)`, `Song - 2011 Remaster`, `Song [Artist Remix]`. */
const MARKS: Readonly<Record<Version, RegExp>> = {
  live: /\blive\b/,
  remix: /\b(?:remix|mix|rework|edit)\b/,
  acoustic: /\b(?:acoustic|unplugged)\b/,
  cover: /\bcover\b/,
  instrumental: /\binstrumental\b/,
  remaster: /\bremaster(?:ed)?\b/,
  demo: /\bdemo\b/,
};
const NOTES = /[([]([^)\]]*)[)\]]|\s[-–—]\s(.+)$/g;

/** True where the title says that the recording is one of this kind. */
export function isVersion(title: string | null, version: Version): boolean {
  for (const [, bracketed, trailing] of (title ?? '').toLowerCase().matchAll(NOTES))
    if (MARKS[version].test(bracketed ?? trailing ?? '')) return true;
  return false;
}
