/** The world of the closed loop: a catalogue with hidden vectors, and what every track would mean to every listener. */
import type { CatalogueItem } from '../domain/item.ts';
import { InvalidInput } from '../errors.ts';
import { createRandom, type Random } from '../random.ts';
import { generateCatalogue, type SimulatedCatalogue } from './catalogue.ts';
import type { LoopParameters } from './closed-loop-parameters.ts';
import { GENRES, genreIndex } from './genres.ts';
import { drawActivity, generateListener, type ListenerProfile } from './tastes.ts';

const DIMENSIONS = 10;
/** How far a genre leans towards the mean of its related ones. */
const RELATED_LEAN = 0.5;

export interface LoopSize {
  readonly listeners: number;
  readonly tracks: number;
  /** Days of listening before any policy serves. */
  readonly historyDays: number;
  /** Weeks in which the policy serves and is measured. */
  readonly weeks: number;
}

export interface LoopListener {
  readonly index: number;
  readonly profile: ListenerProfile;
  /** Relative amount of listening, mean 1. */
  readonly activity: number;
  /** Appeal of each track by its index, about mean 0; hidden from every policy. */
  readonly appeal: Float32Array;
}

export interface LoopWorld {
  readonly seed: number;
  /** Epoch ms of the first day's midnight, UTC. */
  readonly startAt: number;
  readonly parameters: LoopParameters;
  readonly size: LoopSize;
  readonly catalogue: SimulatedCatalogue;
  /** By track: the index of the first release of its recording, under which what is heard is kept. */
  readonly canonical: Int32Array;
  readonly trackOfItem: ReadonlyMap<string, number>;
  readonly listeners: readonly LoopListener[];
}

/** Equal arguments give equal worlds. Throws InvalidInput naming a size that is no positive whole number. */
export function createWorld(
  seed: number,
  startAt: number,
  size: LoopSize,
  parameters: LoopParameters,
): LoopWorld {
  for (const [name, value] of Object.entries(size))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new InvalidInput([{ pointer: `/${name}`, detail: 'must be a whole number of at least 1' }]);
  const catalogue = generateCatalogue({ seed, tracks: size.tracks, episodes: 0, updatedAt: startAt });
  const hidden = hiddenTracks(seed, catalogue, parameters);
  const activity = drawActivity(seed, size.listeners);
  const listeners = Array.from({ length: size.listeners }, (_, index): LoopListener => {
    const random = createRandom(seed, `loop-listener:${index}`);
    const profile = generateListener(random, catalogue, {
      listenerId: `listener-${String(index + 1).padStart(4, '0')}`,
      plannedListens: 0,
    });
    const appeal = appealOf(random, profile, catalogue, hidden, parameters);
    return { index, profile, activity: activity[index] ?? 1, appeal };
  });
  return {
    seed,
    startAt,
    parameters,
    size,
    catalogue,
    canonical: canonicalTracks(catalogue),
    trackOfItem: new Map(catalogue.tracks.map(({ item }, index) => [item.itemId, index])),
    listeners,
  };
}

/** Description of a track. Throws RangeError for an index without one. */
export function itemOf({ catalogue }: LoopWorld, track: number): CatalogueItem {
  const found = catalogue.tracks[track];
  if (found === undefined) throw new RangeError(`There is no track ${track}.`);
  return found.item;
}

function canonicalTracks({ tracks }: SimulatedCatalogue): Int32Array {
  const first = new Map<string, number>();
  return Int32Array.from(tracks, ({ item }, index) => {
    const known = first.get(item.recordingId);
    if (known === undefined) first.set(item.recordingId, index);
    return known ?? index;
  });
}

interface HiddenTracks {
  /** By genre, DIMENSIONS numbers each. */
  readonly genres: readonly Float64Array[];
  /** By track, DIMENSIONS numbers each. */
  readonly vectors: readonly Float64Array[];
  readonly quality: Float64Array;
  readonly renown: Float64Array;
}

function hiddenTracks(seed: number, catalogue: SimulatedCatalogue, parameters: LoopParameters): HiddenTracks {
  const random = createRandom(seed, 'loop-tracks');
  const own = GENRES.map(() => normals(random, 1));
  const genres = own.map((vector, index) => {
    const related = (GENRES[index]?.related ?? []).map((name) => own[genreIndex(name)] ?? vector);
    return vector.map(
      (value, d) =>
        value + related.reduce((sum, other) => sum + ((other[d] ?? 0) * RELATED_LEAN) / related.length, 0),
    );
  });
  const artists = catalogue.artists.map((artist) => {
    const offset = normals(random, parameters.artistSpread);
    return offset.map(
      (value, d) =>
        value + artist.genres.reduce((sum, g) => sum + (genres[g]?.[d] ?? 0) / artist.genres.length, 0),
    );
  });
  const vectors = catalogue.tracks.map(({ artist }) => {
    const offset = normals(random, parameters.trackSpread);
    return offset.map((value, d) => value + (artists[artist]?.[d] ?? 0));
  });
  const renown = standardised(renownOf(catalogue));
  const shown = parameters.qualityShown;
  const quality = renown.map((known) => shown * known + Math.sqrt(1 - shown * shown) * random.normal(0, 1));
  return { genres, vectors, quality, renown };
}

/** Logarithm of how likely a track is to be met: its genre's size, its artist's standing, its place among theirs. */
function renownOf({ tracks, artists, discographies }: SimulatedCatalogue): Float64Array {
  const renown = new Float64Array(tracks.length);
  for (const [index, { tracks: own }] of discographies.entries()) {
    const artist = artists[index];
    const weight = GENRES[artist?.genres[0] ?? 0]?.weight ?? 1;
    for (const [place, track] of own.entries())
      renown[track] = Math.log((weight * (artist?.standing ?? 1)) / (place + 1));
  }
  return renown;
}

function appealOf(
  random: Random,
  profile: ListenerProfile,
  { tracks }: SimulatedCatalogue,
  { genres, vectors, quality, renown }: HiddenTracks,
  parameters: LoopParameters,
): Float32Array {
  const personal = normals(random, parameters.personalSpread);
  const vector = personal.map(
    (value, d) =>
      value + profile.genreShares.reduce((sum, share, g) => sum + share * (genres[g]?.[d] ?? 0), 0),
  );
  const mainstream = random.next();
  const energy = profile.genreShares.reduce((sum, share, g) => sum + share * (GENRES[g]?.energy[0] ?? 0), 0);
  const fit = standardised(Float64Array.from(vectors, (track) => cosine(vector, track)));
  const sound = standardised(Float64Array.from(tracks, (track) => -((track.energy - energy) ** 2)));
  return Float32Array.from(
    tracks,
    (_, track) =>
      parameters.fit * (fit[track] ?? 0) +
      parameters.quality * (quality[track] ?? 0) +
      parameters.renown * mainstream * (renown[track] ?? 0) +
      parameters.sound * (sound[track] ?? 0) +
      random.normal(0, parameters.whim),
  );
}

function normals(random: Random, deviation: number): Float64Array {
  return Float64Array.from({ length: DIMENSIONS }, () => random.normal(0, deviation));
}

function cosine(a: Float64Array, b: Float64Array): number {
  let product = 0;
  let ofA = 0;
  let ofB = 0;
  for (let d = 0; d < a.length; d++) {
    const [x = 0, y = 0] = [a[d], b[d]];
    product += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return product / Math.sqrt(ofA * ofB || 1);
}

function standardised(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(variance || 1));
}
