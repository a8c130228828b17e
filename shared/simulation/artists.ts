/** Artists of the generated community: one or two genres each, popularity by Zipf's law within a genre. */
import { artistIdOf } from '../domain/recording.ts';
import { clampedNormal, cumulate, drawIndex, type Random } from '../random.ts';
import { GENRES, genreIndex } from './genres.ts';
import { artistName } from './names.ts';

/** Zipf exponent of artists' popularity within a genre. */
const POPULARITY_EXPONENT = 1.1;
/** Share of artists at home in a second, related genre, and how much of their standing they have there. */
const CROSSOVER_SHARE = 0.15;
const CROSSOVER_STANDING = 0.4;

export interface SimulatedArtist {
  readonly name: string;
  readonly artistId: string;
  /** Indices into GENRES, the home genre first. */
  readonly genres: readonly number[];
  /** Year of the first album. */
  readonly debut: number;
  /** Popularity within the home genre, the leader's being 1. */
  readonly standing: number;
}

/** Artists to draw from in one genre: `artists[drawIndex(random, sums)]`. */
export interface GenreRoster {
  readonly artists: readonly number[];
  readonly sums: Float64Array;
}

/** `count` artists with distinct identities; every genre has one as long as count allows. */
export function generateArtists(random: Random, count: number, latestYear: number): SimulatedArtist[] {
  const taken = new Set<string>();
  const members = GENRES.map(() => 0);
  const genreSums = cumulate(GENRES.map((genre) => genre.weight));
  return Array.from({ length: count }, (_, index) => {
    const home = index < GENRES.length ? index : drawIndex(random, genreSums);
    const rank = members[home] ?? 0;
    members[home] = rank + 1;
    const profile = GENRES[home] as (typeof GENRES)[number];
    const genres = random.chance(CROSSOVER_SHARE) ? [home, genreIndex(random.pick(profile.related))] : [home];
    return {
      ...distinctName(random, taken),
      genres,
      debut: Math.round(clampedNormal(random, ...profile.debut, 1955, latestYear)),
      standing: (rank + 1) ** -POPULARITY_EXPONENT,
    };
  });
}

function distinctName(random: Random, taken: Set<string>): { name: string; artistId: string } {
  for (let attempt = 1; ; attempt++) {
    const drawn = artistName(random);
    // Large communities exhaust the words: from then on a numeral tells namesakes apart.
    const name = attempt > 20 ? `${drawn} ${taken.size}` : drawn;
    const artistId = artistIdOf(name);
    if (artistId === null || taken.has(artistId)) continue;
    taken.add(artistId);
    return { name, artistId };
  }
}

/** One roster per genre, in the order of GENRES. */
export function rosters(artists: readonly SimulatedArtist[]): GenreRoster[] {
  return GENRES.map((_, genre) => {
    const members = artists.flatMap((artist, index) =>
      artist.genres.includes(genre)
        ? [{ index, weight: artist.standing * (artist.genres[0] === genre ? 1 : CROSSOVER_STANDING) }]
        : [],
    );
    return {
      artists: members.map((member) => member.index),
      sums: cumulate(members.map((member) => member.weight)),
    };
  });
}
