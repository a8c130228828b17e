/** What is known of a split beside its pairs: how often an item was played, and the tags that people gave it. */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf, PermanentError } from '../errors.ts';
import { eachLine, locate, parseIds } from './split-file.ts';

/** Ids are those of the split's files. */
export interface SplitKnowledge {
  readonly plays: (listener: number, item: number) => number;
  /** Tags of an item, the ones given most often first. */
  readonly tags: (item: number) => readonly string[];
}

export const NOTHING_KNOWN: SplitKnowledge = { plays: () => 1, tags: () => [] };

/** Plays by listener and item. */
export type Plays = ReadonlyMap<number, ReadonlyMap<number, number>>;

/**
 * Reads pairs with a head line, `listener item plays` parted by white space (train-counts.tsv, HetRec's
 * user_artists.dat). Throws PermanentError naming file and line for other than three whole numbers, no plays and a
 * pair told twice, and naming the file where it holds none.
 */
export async function readPlays(path: string): Promise<Plays> {
  const plays = new Map<number, Map<number, number>>();
  await eachRow(path, 3, ([listener = 0, item = 0, times = 0], where) => {
    if (times < 1) throw new PermanentError(`${where}: a pair of no plays is no pair.`);
    const of = plays.get(listener) ?? new Map<number, number>();
    if (of.has(item)) throw new PermanentError(`${where}: listener ${listener} has item ${item} already.`);
    plays.set(listener, of.set(item, times));
  });
  if (plays.size === 0) throw new PermanentError(`${path} holds no pair.`);
  return plays;
}

/** Plays of a split's directory out of its train-counts.tsv. Throws as readPlays() and where the file is missing. */
export async function readTrainPlays(directory: string): Promise<Plays> {
  return readPlays(await locate(directory, 'train-counts.tsv'));
}

/** With or without instants, which do not matter here. */
const TAGS_FILE = /^user_taggedartists(-timestamps)?\.dat(\.gz)?$/;
/** Tags that fewer people used say more about them than about what they tagged. */
const PEOPLE_PER_TAG = 2;

/**
 * Tags of artists out of HetRec's user_taggedartists[-timestamps].dat (userID artistID tagID …; a head line), named by
 * tag id: those given most often first, of equal ones the more common. A tag that one person alone uses is left out.
 * Throws PermanentError where the directory has no such file and naming file and line for what is no id.
 */
export async function readArtistTags(directory: string): Promise<ReadonlyMap<number, readonly string[]>> {
  const name = (await readdir(directory)).sort().find((file) => TAGS_FILE.test(file));
  if (name === undefined) throw new PermanentError(`${directory} has no user_taggedartists.dat.`);
  const people = new Map<number, Set<number>>();
  const times = new Map<number, Map<number, number>>();
  const artists = new Map<number, number>();
  await eachRow(join(directory, name), 3, ([person = 0, artist = 0, tag = 0]) => {
    people.set(tag, (people.get(tag) ?? new Set()).add(person));
    const of = times.get(artist) ?? new Map<number, number>();
    if (!of.has(tag)) artists.set(tag, (artists.get(tag) ?? 0) + 1);
    times.set(artist, of.set(tag, (of.get(tag) ?? 0) + 1));
  });
  const common = (tag: number) => artists.get(tag) ?? 0;
  return new Map(
    [...times].map(([artist, of]) => [
      artist,
      [...of]
        .filter(([tag]) => (people.get(tag)?.size ?? 0) >= PEOPLE_PER_TAG)
        .sort(([a, x], [b, y]) => y - x || common(b) - common(a) || a - b)
        .map(([tag]) => String(tag)),
    ]),
  );
}

/**
 * The directory with tags of artists that goes with a split: for a directory that says which artist an item is (items.txt)
 * the first beside it that has such tags, for a file of pairs its own. Null where there is none. Throws PermanentError
 * where nothing is at that path.
 */
export async function findArtistTags(split: string): Promise<string | null> {
  const kind = await stat(split).catch((error) => {
    throw new PermanentError(`${split} cannot be read: ${messageOf(error)}`);
  });
  if (!kind.isDirectory()) return (await hasArtistTags(dirname(split))) ? dirname(split) : null;
  if (!(await readdir(split)).some((file) => /^items\.txt(\.gz)?$/.test(file))) return null;
  const parent = dirname(resolve(split));
  for (const name of (await readdir(parent)).sort()) {
    const directory = join(parent, name);
    if (await hasArtistTags(directory)) return directory;
  }
  return null;
}

/** What is no directory, or none that may be looked into, has no tags for anybody. */
async function hasArtistTags(directory: string): Promise<boolean> {
  const files = await readdir(directory).catch(() => []);
  return files.some((file) => TAGS_FILE.test(file));
}

/**
 * Artist by item of a split's directory out of its items.txt (item artist name, by tabs; a head line). Items that it
 * does not list have no artist. Throws PermanentError where it is missing and naming the line for what is no id.
 */
export async function readItemArtists(directory: string): Promise<ReadonlyMap<number, number>> {
  const artists = new Map<number, number>();
  await eachRow(await locate(directory, 'items.txt'), 2, ([item = 0, artist = 0]) => {
    artists.set(item, artist);
  });
  return artists;
}

/** The first `count` columns of each line below the head, as ids. */
async function eachRow(
  path: string,
  count: number,
  take: (ids: readonly number[], where: string) => void,
): Promise<void> {
  let line = 0;
  await eachLine(path, (text) => {
    line += 1;
    if (line === 1 || text.trim() === '') return;
    const where = `${path} line ${line}`;
    const ids = parseIds(text.trim().split(/\s+/, count).join(' '), where);
    if (ids.length < count) throw new PermanentError(`${where}: ${count} columns are needed.`);
    take(ids, where);
  });
}
