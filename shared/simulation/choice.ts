/** What a listener puts on next: something familiar, more of the artist, or something new that fits. */

import { drawIndex, type Random } from '../random.ts';
import type { SimulatedCatalogue } from './catalogue.ts';
import { GENRES } from './genres.ts';
import type { Library } from './library.ts';
import type { ListenerProfile } from './tastes.ts';

/** Chance to stay with the artist that is playing, and to leave the sitting's genre for good. */
const SAME_ARTIST_CHANCE = 0.22;
const GENRE_CHANGE_CHANCE = 0.06;
/** Of how many candidates the one nearest in tempo and energy follows. */
const CANDIDATES = 4;

/** The thread of one sitting. */
export interface Thread {
  genre: number;
  previous: number | undefined;
}

/** Starts a sitting: a genre from the listener's taste, calmer ones preferred where the hour is calm (0 to 1). */
export function startThread(random: Random, profile: ListenerProfile, calm: number): Thread {
  let genre = drawIndex(random, profile.genreSums);
  for (let attempt = 0; attempt < 3; attempt++) {
    const energy = GENRES[genre]?.energy[0] ?? 0.5;
    if (!random.chance(calm * energy)) break;
    genre = drawIndex(random, profile.genreSums);
  }
  return { genre, previous: undefined };
}

/** Index of the next track; it may be one played before in the same sitting, never the one just played. */
export function chooseTrack(
  random: Random,
  thread: Thread,
  profile: ListenerProfile,
  library: Library,
  catalogue: SimulatedCatalogue,
): number {
  if (random.chance(GENRE_CHANGE_CHANCE)) thread.genre = drawIndex(random, profile.genreSums);
  const track = proposeTrack(random, thread, profile, library, catalogue);
  thread.previous = track;
  return track;
}

function proposeTrack(
  random: Random,
  thread: Thread,
  profile: ListenerProfile,
  library: Library,
  catalogue: SimulatedCatalogue,
): number {
  const { previous } = thread;
  const artist = previous === undefined ? undefined : catalogue.tracks[previous]?.artist;
  if (artist !== undefined && random.chance(SAME_ARTIST_CHANCE)) {
    const track = byArtist(random, artist, catalogue);
    if (track !== previous) return track;
  }
  const draw = random.chance(profile.exploration)
    ? () => byArtist(random, anyArtist(random, thread.genre, catalogue), catalogue)
    : () => familiar(random, profile, library, catalogue);
  return nearest(random, thread, draw, catalogue);
}

/** The best continuation among a few draws: same genre first, then closeness in tempo and energy. */
function nearest(random: Random, thread: Thread, draw: () => number, catalogue: SimulatedCatalogue): number {
  const previous = thread.previous === undefined ? undefined : catalogue.tracks[thread.previous];
  let best = draw();
  let bestCost = Number.POSITIVE_INFINITY;
  for (let candidate = 0; candidate < CANDIDATES; candidate++) {
    const index = candidate === 0 ? best : draw();
    const track = catalogue.tracks[index];
    if (!track || index === thread.previous) continue;
    const jump = previous
      ? Math.abs(Math.log2(track.tempo / previous.tempo)) + Math.abs(track.energy - previous.energy)
      : 0;
    const cost = (track.genre === thread.genre ? 0 : 1) + jump + 0.2 * random.next();
    if (cost < bestCost) {
      best = index;
      bestCost = cost;
    }
  }
  return best;
}

/** From the library most of the time, otherwise any track of a favourite artist. */
function familiar(
  random: Random,
  profile: ListenerProfile,
  library: Library,
  catalogue: SimulatedCatalogue,
): number {
  const known = random.chance(0.8) ? library.draw(random) : undefined;
  if (known !== undefined) return known;
  const artist = profile.favourites[drawIndex(random, profile.favouriteSums)];
  return byArtist(random, artist ?? 0, catalogue);
}

function anyArtist(random: Random, genre: number, catalogue: SimulatedCatalogue): number {
  const roster = catalogue.rosters[genre];
  return roster?.artists[drawIndex(random, roster.sums)] ?? 0;
}

function byArtist(random: Random, artist: number, catalogue: SimulatedCatalogue): number {
  const discography = catalogue.discographies[artist];
  return discography?.tracks[drawIndex(random, discography.sums)] ?? 0;
}
