/** Follow-ups as patches: what is said outright as the parser reads it, directions from what was served. */
import { type Brief, MOST_MINUTES } from './brief.ts';
import { briefOf, clampTracks, type Draft, meet, soundsOf, unreadOf } from './brief-draft.ts';
import { isEqual, type Json, type PatchOperation } from './brief-json-patch.ts';
import { readDraft } from './brief-parser.ts';
import { shiftBrief, withoutContraryMoods } from './brief-shift.ts';
import type { Vocabulary } from './brief-vocabulary.ts';
import type { IndexedItem } from './indexed-item.ts';
import { MOOD_REGIONS } from './moods.ts';
import { groundBrief, type UnknownName } from './written-brief.ts';

export interface RefinementContext {
  /** What the brief led to. */
  readonly playlist: readonly IndexedItem[];
  /** Epoch ms. */
  readonly now: number;
}

export interface Refinement {
  /** Empty where nothing was understood. */
  readonly patch: readonly PatchOperation[];
  /** The brief with the patch applied. */
  readonly brief: Brief;
  /** Names in this follow-up that are not in the catalogue, and words that meant nothing. */
  readonly unknown: readonly UnknownName[];
  readonly unread: readonly string[];
}

/** Entries of a list. */
const MOST_ENTRIES = 50;

/**
 * Reads a follow-up. What it says outright replaces what the brief says of the same, `more` and `also` add to it, `no`
 * excludes; relative words move the brief from what `playlist` was.
 */
export function refine(
  brief: Brief,
  text: string,
  vocabulary: Vocabulary,
  { playlist, now }: RefinementContext,
): Refinement {
  const year = new Date(now).getUTCFullYear();
  const draft = readDraft(text, vocabulary, year);
  // Directions are taken below, from where the playlist is.
  const { brief: said, unknown } = groundBrief(
    briefOf({ ...draft, relatives: new Map(), impliedGenres: [] }, year),
    vocabulary,
  );
  let refined = merge(brief, said, draft, playlist);
  for (const [axis, direction] of draft.relatives) refined = shiftBrief(refined, axis, direction, playlist);
  const unread = unreadOf(draft);
  refined = { ...refined, unread: union(brief.unread, unread) };
  return { patch: difference(brief, refined), brief: refined, unknown, unread };
}

function merge(brief: Brief, said: Brief, draft: Draft, playlist: readonly IndexedItem[]): Brief {
  const { exclude, less } = brief;
  const joined = draft.isGenreAdded && !draft.isGenreOnly ? union(brief.genres, said.genres) : said.genres;
  const genres = said.genres.length === 0 ? brief.genres : joined;
  // More of one of several can only be said as less of the others.
  const isMoreOfThem = draft.isGenreAdded && said.genres.every((genre) => brief.genres.includes(genre));
  const others = isMoreOfThem ? without(brief.genres, said.genres) : [];
  const artists = [...said.seedArtists, ...said.onlyArtists];
  const seeds =
    draft.isInstead && said.seedArtists.length > 0
      ? said.seedArtists
      : union(brief.seedArtists, said.seedArtists);
  const only = said.onlyArtists.length > 0 ? said.onlyArtists : brief.onlyArtists;
  const versions = said.versions.length > 0 ? said.versions : brief.versions;
  return withSound(
    {
      ...brief,
      genres: without(genres, said.exclude.genres),
      seedArtists: seeds,
      onlyArtists: without(only, said.exclude.artists),
      years: said.years ?? brief.years,
      languages: said.languages.length > 0 ? said.languages : brief.languages,
      versions: without(versions, said.exclude.versions),
      cleanOnly: said.cleanOnly || brief.cleanOnly,
      exclude: {
        ...exclude,
        genres: union(without(exclude.genres, said.genres), said.exclude.genres),
        artists: union(without(exclude.artists, artists), said.exclude.artists),
        versions: union(without(exclude.versions, said.versions), said.exclude.versions),
        moods: union(without(exclude.moods, said.moods), said.exclude.moods),
      },
      less: {
        genres: union(without(less.genres, said.genres), [...said.less.genres, ...others]),
        artists: union(without(less.artists, artists), said.less.artists),
      },
      familiarity: draft.familiarity ?? brief.familiarity,
      discovery: draft.discovery ?? brief.discovery,
      popularity: draft.popularity ?? brief.popularity,
      arc: said.arc ?? brief.arc,
      length: lengthAfter(brief, said, draft, playlist),
    },
    draft,
  );
}

/** Moods that are named replace those there were, with the ranges that contradict them. */
function withSound(brief: Brief, draft: Draft): Brief {
  const said = soundsOf(draft);
  const moods = said.moods.length > 0 ? said.moods : without(brief.moods, draft.exclude.moods);
  const rangeOf = (axis: 'energy' | 'valence') => {
    if (said[axis] !== null) return said[axis];
    const isPossible = said.moods.every((mood) => meet(MOOD_REGIONS[mood][axis], brief[axis]) !== undefined);
    return isPossible ? brief[axis] : null;
  };
  return withoutContraryMoods({
    ...brief,
    moods,
    bpm: said.bpm ?? brief.bpm,
    energy: rangeOf('energy'),
    valence: rangeOf('valence'),
  });
}

function lengthAfter(
  { length }: Brief,
  said: Brief,
  { tracks, minutes, isFurther }: Draft,
  playlist: readonly IndexedItem[],
): Brief['length'] {
  if (tracks !== undefined && isFurther && length.minutes === null)
    return { tracks: clampTracks((length.tracks ?? playlist.length) + tracks), minutes: null };
  if (minutes !== undefined && isFurther && length.minutes !== null)
    return { tracks: null, minutes: Math.min(MOST_MINUTES, length.minutes + minutes) };
  return tracks === undefined && minutes === undefined ? length : said.length;
}

/** Operations that turn one brief into the other; one per field, those of `exclude` and `less` by themselves. */
export function difference(from: Brief, to: Brief): PatchOperation[] {
  const patch: PatchOperation[] = [];
  const compare = (path: string, before: unknown, after: unknown) => {
    if (!isEqual(before, after)) patch.push({ op: 'replace', path, value: after as Json });
  };
  for (const name of Object.keys(to) as (keyof Brief)[]) {
    if (name !== 'exclude' && name !== 'less') {
      compare(`/${name}`, from[name], to[name]);
      continue;
    }
    const before: Readonly<Record<string, unknown>> = { ...from[name] };
    for (const [list, after] of Object.entries(to[name])) compare(`/${name}/${list}`, before[list], after);
  }
  return patch;
}

function union<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  return b.length === 0 ? a : [...new Set([...a, ...b])].slice(0, MOST_ENTRIES);
}

function without<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  return b.length === 0 ? a : a.filter((entry) => !b.includes(entry));
}
