/** What a listener of the closed loop puts on by themselves: something they know, or something they come across. */

import { drawIndex, type Random } from '../random.ts';
import { knowFromElsewhere, type ListenerState, likingAt } from './closed-loop-listener.ts';
import type { LoopWorld } from './closed-loop-world.ts';

/** Tracks known on the first day, fewest and most, and how often each was played by then. */
const KNOWN_BEFORE = { fewest: 30, most: 90, plays: 3 } as const;
/** Of how many that were met by chance the best was kept. */
const MET_PER_KEPT = 6;
/** Familiar tracks among which liking decides. */
const CANDIDATES = 5;

/** Fills the library with what the listener knew before the first event: met by renown, kept by appeal. */
export function fillLibrary(random: Random, world: LoopWorld, state: ListenerState): void {
  const { fewest, most, plays } = KNOWN_BEFORE;
  const { appeal } = state.listener;
  for (let left = fewest + random.int(most - fewest + 1); left > 0; left--) {
    let best = meet(random, world, state);
    for (let met = 1; met < MET_PER_KEPT; met++) {
      const other = meet(random, world, state);
      if ((appeal[other] ?? 0) > (appeal[best] ?? 0)) best = other;
    }
    knowFromElsewhere(state, best, plays);
  }
}

/** Canonical index of the track that the listener puts on at `at` (epoch ms). */
export function chooseOwn(random: Random, world: LoopWorld, state: ListenerState, at: number): number {
  const { parameters } = world;
  if (random.chance(parameters.familiarShare) && state.library.length > 0)
    return chooseFamiliar(random, world, state, at);
  if (random.chance(parameters.artistShare) && state.library.length > 0) {
    const liked = chooseFamiliar(random, world, state, at);
    return trackBy(random, world, world.catalogue.tracks[liked]?.artist ?? 0);
  }
  return meet(random, world, state);
}

/** A few that come to mind, of which liking chooses (softmax). */
function chooseFamiliar(random: Random, world: LoopWorld, state: ListenerState, at: number): number {
  const { parameters, catalogue } = world;
  const tracks = Array.from({ length: CANDIDATES }, () => recall(random, world, state));
  const weights = tracks.map((canonical) => {
    const artist = catalogue.tracks[canonical]?.artist ?? 0;
    return Math.exp(parameters.choosiness * likingAt(state, parameters, { canonical, artist }, at));
  });
  let target = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    target -= weight;
    if (target < 0) return tracks[index] ?? 0;
  }
  return tracks[0] ?? 0;
}

function recall(random: Random, { parameters }: LoopWorld, { recent, library }: ListenerState): number {
  const lately = random.chance(parameters.recentShare);
  const place = random.next();
  if (lately && recent.length > 0)
    return recent[Math.floor(recent.length * place ** parameters.recentPower)] ?? 0;
  return library[Math.floor(library.length * place)] ?? 0;
}

/** A track met by chance in a genre of the listener's: the renowned more often. */
function meet(random: Random, world: LoopWorld, { listener }: ListenerState): number {
  const roster = world.catalogue.rosters[drawIndex(random, listener.profile.genreSums)];
  const artist = roster?.artists[drawIndex(random, roster.sums)] ?? 0;
  return trackBy(random, world, artist);
}

function trackBy(random: Random, { catalogue, canonical }: LoopWorld, artist: number): number {
  const discography = catalogue.discographies[artist];
  return canonical[discography?.tracks[drawIndex(random, discography.sums)] ?? 0] ?? 0;
}
