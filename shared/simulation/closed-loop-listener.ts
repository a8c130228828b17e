/** What a listener of the closed loop remembers, and how much they like a track at an instant. */
import { DAY_MS, HOUR_MS } from '../domain/time.ts';
import type { LoopParameters } from './closed-loop-parameters.ts';
import type { LoopListener } from './closed-loop-world.ts';

/** Of one recording, kept under its canonical track. */
export interface Familiarity {
  /** Plays, those before the first event too. */
  plays: number;
  /** Listens that events tell of, skips included. */
  listens: number;
  saved: boolean;
  /** Listens not forgotten yet, as of `at` (epoch ms). */
  load: number;
  at: number;
}

interface Load {
  load: number;
  at: number;
}

export interface ListenerState {
  readonly listener: LoopListener;
  /** Everything heard, skipped or not, by canonical track. */
  readonly heard: Map<number, Familiarity>;
  /** By artist: listens not digested yet. */
  readonly artists: Map<number, Load>;
  /** Played tracks, the latest first, at most RECENT_TRACKS. */
  readonly recent: number[];
  /** Played tracks in the order of the first play. */
  readonly library: number[];
  /** Running share of listens heard out, 0 to 1. */
  satisfaction: number;
  /** Epoch ms up to which the listener's time is taken. */
  busyUntil: number;
  /** Number of the seven-day span whose weekly playlist was taken. */
  weeklyTaken: number | undefined;
  /** How many of the day's listens the policy was told. */
  told: number;
}

const RECENT_TRACKS = 300;
/** What a listener expects before the first session. */
const FIRST_SATISFACTION = 0.5;

export function createListenerState(listener: LoopListener): ListenerState {
  return {
    listener,
    heard: new Map(),
    artists: new Map(),
    recent: [],
    library: [],
    satisfaction: FIRST_SATISFACTION,
    busyUntil: Number.NEGATIVE_INFINITY,
    weeklyTaken: undefined,
    told: 0,
  };
}

function faded(load: Load | undefined, at: number, halfLifeMs: number): number {
  if (load === undefined || load.load === 0) return 0;
  return load.load * 2 ** (-Math.max(0, at - load.at) / halfLifeMs);
}

/**
 * Liking of a track at `at` (epoch ms): its appeal, raised by familiarity (mere exposure, saturating), lowered by
 * recent listens to the track and by recent listens to its artist. In units of appeal.
 */
export function likingAt(
  state: ListenerState,
  parameters: LoopParameters,
  track: { readonly canonical: number; readonly artist: number },
  at: number,
): number {
  const known = state.heard.get(track.canonical);
  const appeal = state.listener.appeal[track.canonical] ?? 0;
  const exposure = parameters.exposureGain * (1 - Math.exp(-(known?.plays ?? 0) / parameters.exposurePlays));
  const tired = parameters.fatigue * faded(known, at, parameters.fatigueHalfDays * DAY_MS);
  const sated =
    parameters.satiation *
    faded(state.artists.get(track.artist), at, parameters.satiationHalfHours * HOUR_MS);
  return appeal + exposure - tired - sated;
}

/** Remembers a listen that ended at `at` (epoch ms); `share` of the track was heard, 0 to 1. */
export function rememberListen(
  state: ListenerState,
  parameters: LoopParameters,
  track: { readonly canonical: number; readonly artist: number },
  listen: { readonly at: number; readonly share: number; readonly played: boolean; readonly saved: boolean },
): void {
  const { at, share, played, saved } = listen;
  const before = state.heard.get(track.canonical);
  state.heard.set(track.canonical, {
    plays: (before?.plays ?? 0) + (played ? 1 : 0),
    listens: (before?.listens ?? 0) + 1,
    saved: saved || (before?.saved ?? false),
    load: faded(before, at, parameters.fatigueHalfDays * DAY_MS) + share,
    at,
  });
  const artist = state.artists.get(track.artist);
  state.artists.set(track.artist, {
    load: faded(artist, at, parameters.satiationHalfHours * HOUR_MS) + share,
    at,
  });
  if (!played) return;
  if ((before?.plays ?? 0) === 0) state.library.push(track.canonical);
  moveToFront(state, track.canonical);
}

/** Puts a track into the library that the listener knows from elsewhere: no event tells of it. */
export function knowFromElsewhere(state: ListenerState, canonical: number, plays: number): void {
  if (state.heard.has(canonical)) return;
  state.heard.set(canonical, { plays, listens: 0, saved: false, load: 0, at: Number.NEGATIVE_INFINITY });
  state.library.push(canonical);
  moveToFront(state, canonical);
}

function moveToFront(state: ListenerState, canonical: number): void {
  const place = state.recent.indexOf(canonical);
  if (place >= 0) state.recent.splice(place, 1);
  state.recent.unshift(canonical);
  if (state.recent.length > RECENT_TRACKS) state.recent.pop();
}
