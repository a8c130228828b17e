/** The generated catalogue, with the indices from which listening draws. */
import type { CatalogueItem } from '../domain/item.ts';
import { createRandom, cumulate, zipfWeights } from '../random.ts';
import { type GenreRoster, generateArtists, rosters, type SimulatedArtist } from './artists.ts';
import { generateShows, type SimulatedShow } from './podcasts.ts';
import { generateTracks, type SimulatedTrack } from './tracks.ts';

const TRACKS_PER_ARTIST = 8;
const EPISODES_PER_SHOW = 10;
/** Zipf exponent of tracks' popularity within an artist. */
const TRACK_EXPONENT = 1;

/** An artist's tracks to draw from: `tracks[drawIndex(random, sums)]`, the best known first. */
export interface Discography {
  readonly tracks: readonly number[];
  readonly sums: Float64Array;
}

export interface SimulatedCatalogue {
  /** Tracks, then episodes. */
  readonly items: readonly CatalogueItem[];
  readonly tracks: readonly SimulatedTrack[];
  readonly artists: readonly SimulatedArtist[];
  /** discographies[i] belongs to artists[i]. */
  readonly discographies: readonly Discography[];
  /** By genre, in the order of GENRES; a roster may be empty in a very small catalogue. */
  readonly rosters: readonly GenreRoster[];
  readonly shows: readonly SimulatedShow[];
}

/** `tracks` tracks and `episodes` episodes, described at `updatedAt` (epoch ms); equal arguments, equal catalogue. */
export function generateCatalogue(options: {
  readonly seed: number;
  readonly tracks: number;
  readonly episodes: number;
  readonly updatedAt: number;
}): SimulatedCatalogue {
  const { seed, updatedAt } = options;
  const year = new Date(updatedAt).getUTCFullYear();
  const artistCount = Math.max(1, Math.round(options.tracks / TRACKS_PER_ARTIST));
  const artists = generateArtists(createRandom(seed, 'artists'), artistCount, year);
  const tracks = generateTracks(createRandom(seed, 'tracks'), artists, options.tracks, updatedAt);
  const showCount = Math.ceil(options.episodes / EPISODES_PER_SHOW);
  const shows = generateShows(createRandom(seed, 'podcasts'), showCount, options.episodes, updatedAt);
  const byArtist: number[][] = artists.map(() => []);
  for (const [index, track] of tracks.entries()) byArtist[track.artist]?.push(index);
  return {
    items: [
      ...tracks.map((track) => track.item),
      ...shows.flatMap((show) => show.episodes.map((episode) => episode.item)),
    ],
    tracks,
    artists,
    discographies: byArtist.map((list) => ({
      tracks: list,
      sums: cumulate(zipfWeights(list.length, TRACK_EXPONENT)),
    })),
    rosters: rosters(artists),
    shows,
  };
}
