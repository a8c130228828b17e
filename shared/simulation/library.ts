/** The tracks a listener returns to, loosely ordered by fondness; favourites wear out and give way. */

import { drawIndex, type Random } from '../random.ts';
import type { SimulatedCatalogue } from './catalogue.ts';
import type { ListenerProfile } from './tastes.ts';

/** How strongly choices favour the front: place = size·u^FONDNESS. */
const FONDNESS = 2.2;
/** Chance that a track moves to the back after it was played: listeners tire of what they love. */
const WEARINESS = 0.03;

export class Library {
  readonly #tracks: number[] = [];
  readonly #known = new Set<number>();

  get size(): number {
    return this.#tracks.length;
  }

  has(track: number): boolean {
    return this.#known.has(track);
  }

  /** Adds a track somewhere in the front half; one that is there already stays where it is. */
  add(random: Random, track: number): void {
    if (this.#known.has(track)) return;
    this.#known.add(track);
    this.#tracks.splice(Math.floor((this.#tracks.length * random.next()) / 2), 0, track);
  }

  /** A track to play again, undefined when the library is empty. */
  draw(random: Random): number | undefined {
    const place = Math.floor(this.#tracks.length * random.next() ** FONDNESS);
    const track = this.#tracks[place];
    if (track !== undefined && random.chance(WEARINESS)) this.#tracks.push(...this.#tracks.splice(place, 1));
    return track;
  }
}

/** What a listener knows on the first day: some tracks of each favourite artist. */
export function initialLibrary(
  random: Random,
  profile: ListenerProfile,
  catalogue: SimulatedCatalogue,
): Library {
  const library = new Library();
  for (const artist of profile.favourites) {
    const discography = catalogue.discographies[artist];
    if (!discography || discography.tracks.length === 0) continue;
    for (let wanted = 1 + random.int(4); wanted > 0; wanted--) {
      const track = discography.tracks[drawIndex(random, discography.sums)];
      if (track !== undefined) library.add(random, track);
    }
  }
  return library;
}
