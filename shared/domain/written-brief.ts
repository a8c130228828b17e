/** A brief as somebody writes it who knows names and no ids: a model, or the parser. Code alone turns names into ids. */
import type { Brief } from './brief.ts';
import type { Vocabulary } from './brief-vocabulary.ts';
import { artistIdOf } from './recording.ts';

export interface NamedTrack {
  readonly title: string;
  readonly artist: string | null;
}

/** As Brief, with names of artists where it has artist ids, and NamedTracks where it has item ids. */
export interface WrittenBrief extends Omit<Brief, 'seedTracks' | 'exclude'> {
  readonly seedTracks: readonly NamedTrack[];
  readonly exclude: Omit<Brief['exclude'], 'tracks'> & { readonly tracks: readonly NamedTrack[] };
}

export interface UnknownName {
  /** JSON pointer of the list it stood in: `/exclude/artists`. */
  readonly field: string;
  readonly name: string;
}

export interface GroundedBrief {
  readonly brief: Brief;
  /** Names that are not in the catalogue; the brief is without them. */
  readonly unknown: readonly UnknownName[];
}

/**
 * Names into ids of the catalogue. A name is found by its folded spelling, or with one typo where it has five letters
 * or more and only one name is that near; others are reported, never guessed.
 */
export function groundBrief(written: WrittenBrief, vocabulary: Vocabulary): GroundedBrief {
  const unknown: UnknownName[] = [];
  const resolve = <T>(field: string, names: readonly T[], find: (name: T) => readonly string[]): string[] => {
    const ids = new Set<string>();
    for (const name of names) {
      const found = find(name);
      for (const id of found) ids.add(id);
      if (found.length === 0) unknown.push({ field, name: nameOf(name) });
    }
    return [...ids];
  };
  const artists = (field: string, names: readonly string[]) =>
    resolve(field, names, (name) => vocabulary.findArtists(name).map(({ id }) => id));
  const genres = (field: string, names: readonly string[]) =>
    resolve(field, names, (name) => {
      const genre = vocabulary.findGenre(name);
      return genre === undefined ? [] : [genre];
    });
  const tracks = (field: string, names: readonly NamedTrack[]) =>
    resolve(field, names, ({ title, artist }) => vocabulary.findTracks(title, artist));
  const only = artists('/onlyArtists', written.onlyArtists);
  const brief: Brief = {
    ...written,
    genres: genres('/genres', written.genres),
    seedArtists: artists('/seedArtists', written.seedArtists),
    seedTracks: tracks('/seedTracks', written.seedTracks),
    onlyArtists: only.length > 0 ? only : idsOfStrangers(written.onlyArtists),
    exclude: {
      ...written.exclude,
      genres: genres('/exclude/genres', written.exclude.genres),
      artists: artists('/exclude/artists', written.exclude.artists),
      tracks: tracks('/exclude/tracks', written.exclude.tracks),
    },
    less: {
      genres: genres('/less/genres', written.less.genres),
      artists: artists('/less/artists', written.less.artists),
    },
  };
  return { brief, unknown };
}

/** "Only X" must not become "anything" because X is not in the catalogue: the id that X would have serves nothing. */
function idsOfStrangers(names: readonly string[]): string[] {
  return names.flatMap((name) => artistIdOf(name) ?? []);
}

function nameOf(name: unknown): string {
  if (typeof name === 'string') return name;
  const { title, artist } = name as NamedTrack;
  return artist === null ? title : `${title} by ${artist}`;
}
