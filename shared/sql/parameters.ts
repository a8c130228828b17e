/** Defaults of every stage parameter: versioned configuration, one number a name. A build records what it used. */
import { HALF_KNOWN_PLAYS } from '../domain/ranking-model.ts';
import type { StageParams } from './stage.ts';
import { TUNED_PARAMETERS, TUNED_VERSION } from './tuned-parameters.ts';

const DAY_MS = 86_400_000;

export const PARAMETERS_VERSION = `stages-5 ${TUNED_VERSION}`;

export const DEFAULT_PARAMETERS = {
  /** Half-life of an affinity (algorithms: vocabulary). */
  half_life_ms: 30 * DAY_MS,
  session_gap_ms: 30 * 60_000,
  /** Of `v·(age + offset)^-decay`, age in days: fitted to the first 60% of one listener's year. */
  activation_decay: 1.2,
  activation_offset_days: 3,
  /**
   * How tags count, the generators' weights, and how close a recording is to its company (stages/closeness): of how
   * many, counted how, how much of the candidate.
   */
  ...TUNED_PARAMETERS,
  /** Exponents of co-listening: the listener's, and of artists the source's and the candidate's. */
  gamma: 0.5,
  alpha: 0.5,
  beta: 0.3,
  history_cap: 200,
  neighbours: 200,
  /** Millionths; their product, times 65,536 seeds, fits an INT64 (stages/listener_pools). */
  most_near: 10_000_000,
  most_taste: 14_000_000,
  artist_history_cap: 100,
  artist_neighbours: 50,
  /** Pseudo-listens at the mean play rate. */
  prior_plays: 10,
  /** Pseudo-listeners of what its source calls most popular, 100 of 100; of 50 a quarter (stages/popularity). */
  prior_listeners: 3,
  /** Of each artist in the catalogue's pools, and of a listener's own artists as deep as what they have not heard. */
  tracks_per_artist: 50,
  /** For how long what came out is new: first of what is offered of its artist to those who play them. */
  new_release_ms: 28 * DAY_MS,
  /** Unless one in so many of its listeners had heard it so long before its day. */
  early_listeners: 10,
  early_ms: 7 * DAY_MS,
  block_size: 100,
  audio_neighbours: 20,
  /** Genres and tags of a recording that count, and recordings of a tag that are compared (stages/tag_neighbours). */
  tags_per_recording: 50,
  recordings_per_tag: 200,
  transitions: 100,
  pool_size: 300,
  /** Of how many artists those alike are wanted, and how many themselves; how deep. */
  pool_artists: 20,
  pool_own_artists: 100,
  pool_artist_neighbours: 15,
  pool_tracks_per_artist: 10,
  pool_tracks_per_own_artist: 20,
  /** What a listener's own artist scores beside its neighbours (millionths). */
  own_artist_score: 1_000_000,
  pool_audio_seeds: 20,
  pool_tag_seeds: 50,
  pool_popular: 500,
  /** Of the most popular of all, for whom nobody knows, beside the best of a listener's own pool: of a thousand. */
  popular_score: 30,
  /** Of known artists and those alike, which no split by artist can tell: searched in closed loop (docs/quality.md). */
  weight_artist: 1_500,
  weight_next: 250,
  /** Of the heard filter (algorithms: heard filter). */
  false_positive_rate: 0.01,
  favourite_plays: 5,
  favourite_days: 3,
  favourite_window_ms: 90 * DAY_MS,
  forgotten_ms: 180 * DAY_MS,
  /** The other thresholds of discovery, of shared/domain/discovery-history.ts (algorithms: discovery, defined). */
  emerging_plays: 2,
  locally_novel_from_ms: 90 * DAY_MS,
  locally_novel_to_ms: 180 * DAY_MS,
  tired_listens: 3,
  tired_skips: 2,
  broadening_genre_share: 0.01,
  retained_ms: 28 * DAY_MS,
  retained_days: 2,
  retained_tracks: 3,
  /** Servings the ranking model learns from: of so long, heard so soon, with so much time to stay. */
  ranking_span_ms: 56 * DAY_MS,
  ranking_heard_within_ms: 7 * DAY_MS,
  ranking_settled_ms: 3 * DAY_MS,
  half_known_plays: HALF_KNOWN_PLAYS,
  /** The model itself, in thousandths: a build fits its own (functions/rebuild/ranking). */
  model_co_listening: 0,
  model_artist: 0,
  model_audio: 0,
  model_tags: 0,
  model_popularity: 0,
  model_known_artist: 0,
  model_new_artist: 0,
  model_auc: 0,
  model_configured_auc: 0,
  recent_cap: 2_000,
  profile_size: 30,
  related_neighbours: 40,
  related_next: 15,
  related_audio: 10,
  /** Of a recording's sessions for "next": how many, how far around it, and the room for what they name. */
  item_sessions: 30,
  session_reach: 10,
  session_cell_bytes: 24_000,
  /** What search and prompts know of the catalogue: the most popular recordings, in cells of a few hundred kB. */
  indexed_items: 200_000,
  shard_items: 1_000,
} as const satisfies StageParams;

export type ParameterName = keyof typeof DEFAULT_PARAMETERS;
export type Parameters = Readonly<Record<ParameterName, number>>;
