/** What the pools kernel reads and gives: tables as typed arrays, which threads share. */
import type { SparseRows } from './generator.ts';
import type { PackedTexts } from './text-writer.ts';

export interface PoolsInput {
  /** Recordings that a listener starts from, in order of seed_no; scores are taste. */
  readonly seeds: SparseRows;
  readonly seedPreferences: Int32Array;
  /** 1 where the listener's seeds are artists. */
  readonly listenerKind: Int32Array;
  readonly neighbours: SparseRows;
  /** Artists by preference, only as many as the pool uses; scores are taste. */
  readonly artistSeeds: SparseRows;
  readonly artistNeighbours: SparseRows;
  /** Per kind, the artist's recordings by place, beyond those a pool takes; scores are places. */
  readonly artistTracks: readonly [SparseRows, SparseRows];
  /** Per kind, what came out lately by the artist, newest first; scores are freshness. */
  readonly newReleases: readonly [SparseRows, SparseRows];
  readonly audioNeighbours: SparseRows;
  readonly tagNeighbours: SparseRows;
  /** Per kind, the popular recordings by place. */
  readonly popular: readonly [
    { ids: Int32Array; scores: Float64Array },
    { ids: Int32Array; scores: Float64Array },
  ];
  readonly heard: { offsets: Int32Array; ids: Int32Array };
  readonly rejected: { offsets: Int32Array; ids: Int32Array };
  /** Artists a listener played; scores are plays. */
  readonly artistPlays: SparseRows;
  /** As many; those of them that are part of taste. */
  readonly openPlays: Float64Array;
  /** By recording, 0 where unknown. */
  readonly artistOf: Int32Array;
  /** By id, index 0 unused. */
  readonly listenerIds: readonly string[];
  /** Genres of each recording, numbered from 1. */
  readonly genres: { offsets: Int32Array; ids: Int32Array };
  /** Per listener the genres that are not foreign to them. */
  readonly homeGenres: { offsets: Int32Array; ids: Int32Array };
  /** By listener, 1 where they played anything whose genres are known. */
  readonly hasGenres: Int32Array;
  readonly genreCount: number;
  readonly itemIds: PackedTexts;
  readonly features: PackedTexts;
  readonly artistIds: PackedTexts;
  /** Of the ranking model, at index 1; empty where there is none. */
  readonly modelLine: PackedTexts;
  readonly parameters: {
    readonly own_artist_score: number;
    readonly pool_artists: number;
    readonly pool_own_artists: number;
    readonly pool_tracks_per_artist: number;
    readonly pool_tracks_per_own_artist: number;
    readonly pool_audio_seeds: number;
    readonly pool_tag_seeds: number;
    readonly pool_size: number;
    readonly weight_co_listening: number;
    readonly weight_artist: number;
    readonly weight_audio: number;
    readonly weight_tags: number;
    readonly weight_popularity: number;
  };
}

export interface PoolsOutput {
  readonly listenerIds: string[];
  readonly candidates: Int32Array;
  readonly pools: PackedTexts;
}
