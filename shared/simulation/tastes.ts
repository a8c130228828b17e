/** Listeners of the generated community: what they like, when they listen, how they treat what is new. */

import { clampedNormal, createRandom, cumulate, drawIndex, type Random, zipfWeights } from '../random.ts';
import type { SimulatedCatalogue } from './catalogue.ts';
import { GENRES, genreIndex } from './genres.ts';

/** Shares of a listener's listening that go to the first, second and third genre; the rest follows the crowd. */
const GENRE_SHARES = [0.56, 0.22, 0.12] as const;
const CROWD_SHARE = 0.1;
/** Log-normal spread of activity: the busiest tenth does about 40% of the listening. */
const ACTIVITY_SPREAD = 1;
const LARGEST_ACTIVITY = 12;
const FAVOURITE_ARTISTS = { fewest: 5, most: 18 } as const;
/** Share of listeners who join during the window. */
const NEWCOMER_SHARE = 0.2;
const PODCAST_LISTENER_SHARE = 0.45;

export interface ListenerProfile {
  readonly listenerId: string;
  /** Share of listening per genre in the order of GENRES; sums to 1. */
  readonly genreShares: readonly number[];
  readonly genreSums: Float64Array;
  /** Indices into the catalogue's artists, dearest first. */
  readonly favourites: readonly number[];
  readonly favouriteSums: Float64Array;
  /** Running sums of weights of the 24 UTC hours. */
  readonly hourSums: Float64Array;
  /** How many times as likely a day of the weekend is as a working day. */
  readonly weekend: number;
  /** 0 to 1: how often something unfamiliar is chosen. */
  readonly exploration: number;
  /** 0 to 1: how readily a track is skipped. */
  readonly impatience: number;
  /** Share of sittings that are podcasts, and the shows followed. */
  readonly podcastShare: number;
  readonly shows: readonly number[];
  /** Share of the window that passes before the first listen. */
  readonly joinedAfter: number;
  /** About how many listens the window holds. */
  readonly plannedListens: number;
}

/**
 * Relative activity per listener, mean 1: few listen a lot, most a little. Kept apart from profiles so that the
 * total is known before any listener is made.
 */
export function drawActivity(seed: number, listeners: number): Float64Array {
  const random = createRandom(seed, 'activity');
  const activity = Float64Array.from({ length: listeners }, () =>
    Math.min(LARGEST_ACTIVITY, Math.exp(random.normal(0, ACTIVITY_SPREAD))),
  );
  const mean = activity.reduce((sum, value) => sum + value, 0) / listeners;
  return activity.map((value) => value / mean);
}

/** The taste and habits of one listener. */
export function generateListener(
  random: Random,
  catalogue: SimulatedCatalogue,
  listener: { readonly listenerId: string; readonly plannedListens: number },
): ListenerProfile {
  const genreShares = drawGenreShares(random, catalogue);
  const genreSums = cumulate(genreShares);
  const favourites = drawFavourites(random, catalogue, genreSums);
  const likesPodcasts = catalogue.shows.length > 0 && random.chance(PODCAST_LISTENER_SHARE);
  return {
    ...listener,
    genreShares,
    genreSums,
    favourites,
    favouriteSums: cumulate(zipfWeights(favourites.length, 0.7)),
    hourSums: cumulate(drawHours(random)),
    weekend: 0.6 + random.next() * 1.4,
    exploration: clampedNormal(random, 0.3, 0.16, 0.03, 0.85),
    impatience: clampedNormal(random, 0.35, 0.12, 0.05, 0.75),
    podcastShare: likesPodcasts ? 0.04 + random.next() * 0.25 : 0,
    shows: likesPodcasts
      ? Array.from({ length: 1 + random.int(4) }, () => random.int(catalogue.shows.length))
      : [],
    joinedAfter: random.chance(NEWCOMER_SHARE) ? random.next() * 0.9 : 0,
  };
}

/** Three favourite genres, the second usually related to the first, over a background of the crowd's mix. */
function drawGenreShares(random: Random, catalogue: SimulatedCatalogue): number[] {
  const crowd = GENRES.map((genre, index) => (catalogue.rosters[index]?.artists.length ? genre.weight : 0));
  const crowdTotal = crowd.reduce((sum, weight) => sum + weight, 0);
  const crowdSums = cumulate(crowd);
  const first = drawIndex(random, crowdSums);
  const related = genreIndex(random.pick(GENRES[first]?.related ?? []));
  const second = random.chance(0.6) && crowd[related] ? related : drawIndex(random, crowdSums);
  const shares = crowd.map((weight) => (weight / crowdTotal) * CROWD_SHARE);
  for (const [place, genre] of [first, second, drawIndex(random, crowdSums)].entries())
    shares[genre] = (shares[genre] ?? 0) + (GENRE_SHARES[place] ?? 0);
  return shares;
}

function drawFavourites(random: Random, catalogue: SimulatedCatalogue, genreSums: Float64Array): number[] {
  const { fewest, most } = FAVOURITE_ARTISTS;
  const wanted = fewest + random.int(most - fewest + 1);
  const found = new Set<number>();
  for (let attempt = 0; attempt < wanted * 3 && found.size < wanted; attempt++) {
    const roster = catalogue.rosters[drawIndex(random, genreSums)];
    if (!roster || roster.artists.length === 0) continue;
    found.add(roster.artists[drawIndex(random, roster.sums)] ?? 0);
  }
  return [...found];
}

/** One or two habitual times of day, in local time, moved by the listener's offset from UTC. */
function drawHours(random: Random): number[] {
  const offset = Math.round(clampedNormal(random, 0, 4, -10, 12));
  const peaks = [
    { hour: random.pick([7, 8, 12, 17, 18]), width: 1.5, weight: 1 },
    { hour: random.pick([19, 20, 21, 22, 23]), width: 2, weight: 0.5 + random.next() },
  ];
  return Array.from({ length: 24 }, (_, utcHour) => {
    const local = (utcHour + offset + 24) % 24;
    return peaks.reduce((sum, { hour, width, weight }) => {
      const distance = Math.min(Math.abs(local - hour), 24 - Math.abs(local - hour));
      return sum + weight * Math.exp(-0.5 * (distance / width) ** 2);
    }, 0.03);
  });
}
