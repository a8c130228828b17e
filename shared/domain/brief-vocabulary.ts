/** The names a catalogue knows, made to be looked up as people spell them. */
import { GENRE_SYNONYMS } from './brief-genres.ts';
import { Spellings } from './brief-spelling.ts';
import type { CatalogueSnapshot } from './indexed-item.ts';
import { foldWords } from './text-folding.ts';

export interface NamedArtist {
  readonly id: string;
  readonly name: string;
}

export interface Vocabulary {
  /** As the catalogue writes them. */
  readonly genres: readonly string[];
  /** The catalogue's genre by its name, a synonym of it, or a sub-genre that the catalogue does not have. */
  findGenre(name: string): string | undefined;
  /** All artists of that name, ids without duplicates; empty where there is none. */
  findArtists(name: string): readonly NamedArtist[];
  /** Without forgiving a typo; `folded` is as foldWords() writes it. */
  genreSpelt(folded: string): string | undefined;
  artistsSpelt(folded: string): readonly NamedArtist[];
  /** With one typo; in a short genre no letter may be another. */
  genreMisspelt(folded: string): string | undefined;
  artistMisspelt(folded: string): NamedArtist | undefined;
  /** Words in the longest artist or genre name that is looked for in a text. */
  readonly longest: number;
  /** Item ids; by any artist where that is null. */
  findTracks(title: string, artist: string | null): readonly string[];
}

export interface VocabularySource {
  readonly genres: readonly string[];
  readonly artists: readonly NamedArtist[];
  /** Called once, when a title is first asked for. */
  readonly tracks?: () => Iterable<{
    readonly itemId: string;
    readonly title: string | null;
    readonly artistId: string | null;
  }>;
}

const MOST_WORDS = 8;

/** An index of the names; costs some microseconds per name, so keep it as long as its catalogue. */
export function compileVocabulary({ genres, artists, tracks }: VocabularySource): Vocabulary {
  const genreNames = indexGenres(genres);
  const artistNames = indexArtists(artists);
  const genreSpellings = new Spellings(genreNames.keys());
  const artistSpellings = new Spellings(artistNames.keys());
  let longest = 1;
  for (const names of [genreNames, artistNames])
    for (const name of names.keys()) longest = Math.max(longest, name.split(' ').length);
  let titles: Map<string, { itemId: string; artistId: string | null }[]> | undefined;
  const artistsSpelt = (folded: string) =>
    artistNames.get(folded) ?? artistNames.get(withoutArticle(folded)) ?? [];
  const genreMisspelt = (folded: string): string | undefined => {
    const near = genreSpellings.near(folded);
    // Several spellings of one genre are no ambiguity.
    const [genre, ...others] = new Set(
      (near.length > 0 ? near : genreSpellings.nearShort(folded)).map((name) => genreNames.get(name)),
    );
    return others.length === 0 ? genre : undefined;
  };
  const findArtists = (name: string) => {
    const folded = foldWords(name);
    const exact = artistsSpelt(folded);
    if (exact.length > 0) return exact;
    const nearest = artistSpellings.nearest(folded);
    return nearest === undefined ? [] : (artistNames.get(nearest) ?? []);
  };
  return {
    genres,
    longest: Math.min(longest, MOST_WORDS),
    genreSpelt: (folded) => genreNames.get(folded),
    artistsSpelt,
    findArtists,
    genreMisspelt,
    artistMisspelt: (folded) => artistNames.get(artistSpellings.nearest(folded) ?? '')?.[0],
    findGenre(name) {
      const folded = foldWords(name);
      return genreNames.get(folded) ?? genreMisspelt(folded);
    },
    findTracks(title, artist) {
      titles ??= indexTitles(tracks?.() ?? []);
      const ids = artist === null ? null : new Set(findArtists(artist).map(({ id }) => id));
      return (titles.get(foldWords(title)) ?? [])
        .filter(({ artistId }) => ids === null || (artistId !== null && ids.has(artistId)))
        .map(({ itemId }) => itemId);
    },
  };
}

/** The names of one build's tracks. */
export function vocabularyOf({ items }: CatalogueSnapshot): Vocabulary {
  const genres = new Set<string>();
  const artists = new Map<string, NamedArtist>();
  for (const { kind, genres: own, artist, artistId } of items) {
    if (kind !== 'track') continue;
    for (const genre of own) genres.add(genre);
    if (artist !== null && artistId !== null && !artists.has(artistId))
      artists.set(artistId, { id: artistId, name: artist });
  }
  return compileVocabulary({
    genres: [...genres].sort(),
    artists: [...artists.values()],
    tracks: () => items.filter(({ kind }) => kind === 'track'),
  });
}

function withoutArticle(folded: string): string {
  return folded.startsWith('the ') ? folded.slice(4) : folded;
}

/** Own names first; then synonyms and sub-genres of those that the catalogue has. */
function indexGenres(genres: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const genre of genres) {
    const folded = foldWords(genre);
    if (folded !== '' && !names.has(folded)) names.set(folded, genre);
  }
  const own = new Map(names);
  for (const [synonym, meant] of GENRE_SYNONYMS) {
    const found = meant.find((name) => own.has(name));
    if (found !== undefined && !names.has(synonym)) names.set(synonym, own.get(found) as string);
  }
  return names;
}

/** By folded name, with and without the article; namesakes are all of them. */
function indexArtists(artists: readonly NamedArtist[]): Map<string, NamedArtist[]> {
  const names = new Map<string, NamedArtist[]>();
  const add = (name: string, artist: NamedArtist) => {
    const known = names.get(name);
    if (known === undefined) names.set(name, [artist]);
    else if (known.every(({ id }) => id !== artist.id)) known.push(artist);
  };
  const folded = artists.map((artist) => [foldWords(artist.name), artist] as const);
  for (const [name, artist] of folded) if (name !== '') add(name, artist);
  for (const [name, artist] of folded) {
    const bare = withoutArticle(name);
    if (bare !== name && bare !== '' && !names.has(bare)) add(bare, artist);
  }
  return names;
}

function indexTitles(
  tracks: Iterable<{ itemId: string; title: string | null; artistId: string | null }>,
): Map<string, { itemId: string; artistId: string | null }[]> {
  const titles = new Map<string, { itemId: string; artistId: string | null }[]>();
  for (const { itemId, title, artistId } of tracks) {
    const folded = foldWords(title ?? '');
    if (folded === '') continue;
    const same = titles.get(folded);
    if (same === undefined) titles.set(folded, [{ itemId, artistId }]);
    else same.push({ itemId, artistId });
  }
  return titles;
}
