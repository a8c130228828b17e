/** A brief: what somebody asked for, as a plan that code can execute and check. It names no tracks that were not given. */
import type { EnergyArc } from './energy-arc.ts';

/** Inclusive; null: no bound on that side. */
export interface Range {
  readonly min: number | null;
  readonly max: number | null;
}

export const MOODS = [
  'happy',
  'sad',
  'calm',
  'energetic',
  'dark',
  'romantic',
  'angry',
  'dreamy',
  'uplifting',
  'melancholic',
] as const;
export type Mood = (typeof MOODS)[number];

/** Kinds of recording told by their titles. */
export const VERSIONS = ['live', 'remix', 'acoustic', 'cover', 'instrumental', 'remaster', 'demo'] as const;
export type Version = (typeof VERSIONS)[number];

/** Whether what is asked for may be known to the listener. */
export const FAMILIARITIES = ['any', 'unheard', 'new_artists', 'heard'] as const;
export type Familiarity = (typeof FAMILIARITIES)[number];

export interface Brief {
  readonly version: 1;
  /** Any of them; the catalogue's own names. Empty: no matter. */
  readonly genres: readonly string[];
  /** Any of them. */
  readonly moods: readonly Mood[];
  /** Artist ids: music of them and like them. */
  readonly seedArtists: readonly string[];
  /** Item ids: music like them. */
  readonly seedTracks: readonly string[];
  /** Artist ids: music of these only. */
  readonly onlyArtists: readonly string[];
  readonly years: Range | null;
  /** Beats per minute. */
  readonly bpm: Range | null;
  /** 0 to 1. */
  readonly energy: Range | null;
  /** 0 to 1. */
  readonly valence: Range | null;
  /** ISO 639-1 codes. */
  readonly languages: readonly string[];
  /** Only these kinds of recording; empty: no matter. */
  readonly versions: readonly Version[];
  /** True: nothing marked explicit, and nothing of which it is not known. */
  readonly cleanOnly: boolean;
  /** None of these. */
  readonly exclude: {
    readonly genres: readonly string[];
    /** Artist ids. */
    readonly artists: readonly string[];
    /** Item ids. */
    readonly tracks: readonly string[];
    readonly versions: readonly Version[];
    readonly moods: readonly Mood[];
  };
  /** Rather less of these: they cost score, and are not forbidden. */
  readonly less: {
    readonly genres: readonly string[];
    /** Artist ids. */
    readonly artists: readonly string[];
  };
  readonly familiarity: Familiarity;
  /** 0 familiar to 1 adventurous; null: as the listener usually is. */
  readonly discovery: number | null;
  /** −1 the least known to 1 the best known; 0: no matter. */
  readonly popularity: number;
  /** null: in the order that flows best. */
  readonly arc: EnergyArc | null;
  /** At most one of them is set; both null: DEFAULT_LENGTH tracks. */
  readonly length: { readonly tracks: number | null; readonly minutes: number | null };
  /** Words of the prompt that meant nothing to whoever wrote the brief. */
  readonly unread: readonly string[];
}

/** Tracks, where a brief does not say. */
export const DEFAULT_LENGTH = 25;
export const MOST_TRACKS = 200;
export const MOST_MINUTES = 720;

/** A brief that asks for nothing in particular; spread what is asked for over it. */
export const OPEN_BRIEF: Brief = {
  version: 1,
  genres: [],
  moods: [],
  seedArtists: [],
  seedTracks: [],
  onlyArtists: [],
  years: null,
  bpm: null,
  energy: null,
  valence: null,
  languages: [],
  versions: [],
  cleanOnly: false,
  exclude: { genres: [], artists: [], tracks: [], versions: [], moods: [] },
  less: { genres: [], artists: [] },
  familiarity: 'any',
  discovery: null,
  popularity: 0,
  arc: null,
  length: { tracks: null, minutes: null },
  unread: [],
};
