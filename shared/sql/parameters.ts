/** Defaults of every stage parameter: versioned configuration, one number a name. A build records what it used. */
import type { StageParams } from './stage.ts';

const DAY_MS = 86_400_000;

export const PARAMETERS_VERSION = 'stages-1';

export const DEFAULT_PARAMETERS = {
  /** Half-life of an affinity (algorithms: vocabulary). */
  half_life_ms: 30 * DAY_MS,
  session_gap_ms: 30 * 60_000,
  /** Exponents of degree-normalised co-listening: source, candidate, listener (algorithms: candidate generation). */
  alpha: 0.6,
  beta: 0.4,
  gamma: 0.5,
  history_cap: 200,
  neighbours: 200,
  artist_history_cap: 100,
  artist_neighbours: 50,
  /** Pseudo-listens at the mean play rate. */
  prior_plays: 10,
  tracks_per_artist: 10,
  block_size: 100,
  audio_neighbours: 20,
  transitions: 20,
  pool_size: 300,
  pool_artists: 20,
  pool_artist_neighbours: 15,
  pool_tracks_per_artist: 4,
  /** What a listener's own artist scores beside its neighbours (millionths). */
  own_artist_score: 200_000,
  pool_audio_seeds: 20,
  pool_popular: 500,
  /** Shares of the generators, out of a thousand. */
  weight_co_listening: 600,
  weight_artist: 200,
  weight_audio: 150,
  weight_popularity: 50,
  weight_next: 250,
  /** Of the heard filter (algorithms: heard filter). */
  false_positive_rate: 0.01,
  favourite_plays: 5,
  favourite_days: 3,
  favourite_window_ms: 90 * DAY_MS,
  forgotten_ms: 180 * DAY_MS,
  recent_cap: 2_000,
  profile_size: 30,
  related_neighbours: 40,
  related_next: 15,
  related_audio: 10,
  /** What search and prompts know of the catalogue: the most popular recordings, in cells of a few hundred kB. */
  indexed_items: 200_000,
  shard_items: 1_000,
} as const satisfies StageParams;

export type ParameterName = keyof typeof DEFAULT_PARAMETERS;
export type Parameters = Readonly<Record<ParameterName, number>>;
