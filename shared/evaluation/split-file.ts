/** A published split: `train.txt` and `test.txt`, one listener a line, `user item item …`, optionally gzipped. */
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { messageOf, PermanentError } from '../errors.ts';

/** Items of each listener in one flat array: those of listener u are `items[offsets[u] … offsets[u+1]−1]`. */
export interface Interactions {
  /** Length: listeners + 1. */
  readonly offsets: Int32Array;
  readonly items: Int32Array;
}

export interface Split {
  /** Ids as the files have them; their places are the indices used everywhere else. Ascending. */
  readonly listeners: readonly number[];
  readonly items: readonly number[];
  readonly train: Interactions;
  /** Items that train does not have stay relevant: they count as missed. */
  readonly test: Interactions;
  /** Repetitions within a line, dropped. */
  readonly duplicates: number;
}

type Lines = Map<number, number[]>;

/**
 * Reads a split. Empty lines are skipped, a listener without items is kept. Throws PermanentError naming file and
 * line for an id that is not a whole number from 0 on and for a listener with two lines in one file, and naming
 * the file where it is missing, there twice (plain and .gz), unreadable or a truncated gzip.
 */
export async function readSplit(directory: string): Promise<Split> {
  const train = await readLines(directory, 'train.txt');
  const test = await readLines(directory, 'test.txt');
  for (const { path, lines } of [train, test])
    if (lines.size === 0) throw new PermanentError(`${path} holds no listener.`);
  return splitOf(train.lines, test.lines, train.duplicates + test.duplicates);
}

/**
 * Reads the train part of a split alone, by listener; its test file is not opened. Throws as readSplit does.
 */
export async function readTrain(directory: string): Promise<ReadonlyMap<number, readonly number[]>> {
  const { path, lines } = await readLines(directory, 'train.txt');
  if (lines.size === 0) throw new PermanentError(`${path} holds no listener.`);
  return lines;
}

/** The split of what each listener has before and after, by the ids in it. */
export function splitOf(
  train: ReadonlyMap<number, readonly number[]>,
  test: ReadonlyMap<number, readonly number[]>,
  duplicates = 0,
): Split {
  const listeners = ascending([...train.keys(), ...test.keys()]);
  const items = ascending([train, test].flatMap((lines) => [...lines.values()].flat()));
  const itemIndex = new Map(items.map((id, index) => [id, index]));
  return {
    listeners,
    items,
    train: flatten(listeners, train, itemIndex),
    test: flatten(listeners, test, itemIndex),
    duplicates,
  };
}

function ascending(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}

function flatten(
  listeners: readonly number[],
  lines: ReadonlyMap<number, readonly number[]>,
  itemIndex: ReadonlyMap<number, number>,
): Interactions {
  const offsets = new Int32Array(listeners.length + 1);
  const items: number[] = [];
  for (const [index, listener] of listeners.entries()) {
    for (const item of lines.get(listener) ?? []) items.push(itemIndex.get(item) ?? -1);
    offsets[index + 1] = items.length;
  }
  return { offsets, items: Int32Array.from(items) };
}

async function readLines(
  directory: string,
  name: string,
): Promise<{ path: string; lines: Lines; duplicates: number }> {
  const path = await locate(directory, name);
  const lines: Lines = new Map();
  const lineOf = new Map<number, number>();
  let duplicates = 0;
  let number = 0;
  const take = (line: string) => {
    number += 1;
    const [listener, ...ids] = parseIds(line, `${path} line ${number}`);
    if (listener === undefined) return;
    const earlier = lineOf.get(listener);
    if (earlier !== undefined)
      throw new PermanentError(`${path} line ${number}: listener ${listener} is on line ${earlier} already.`);
    lineOf.set(listener, number);
    const distinct = [...new Set(ids)];
    duplicates += ids.length - distinct.length;
    lines.set(listener, distinct);
  };
  await eachLine(path, take);
  return { path, lines, duplicates };
}

/** Ids of a line, parted by white space. Throws PermanentError naming `where` for what is no whole number from 0 on. */
export function parseIds(line: string, where: string): number[] {
  const tokens = line.split(/\s+/).filter((token) => token !== '');
  return tokens.map((token) => {
    const id = /^\d+$/.test(token) ? Number(token) : Number.NaN;
    if (!Number.isSafeInteger(id))
      throw new PermanentError(
        `${where}: ${JSON.stringify(token.slice(0, 40))} is not a whole number from 0 on.`,
      );
    return id;
  });
}

/** The path of a file or of its gzip. Throws PermanentError where it is missing or there twice. */
export async function locate(directory: string, name: string): Promise<string> {
  const candidates = [join(directory, name), join(directory, `${name}.gz`)];
  const found: string[] = [];
  for (const path of candidates) if (await exists(path)) found.push(path);
  const [path, second] = found;
  if (path === undefined) throw new PermanentError(`${directory} has neither ${name} nor ${name}.gz.`);
  if (second !== undefined) throw new PermanentError(`${path} and ${second} are both there: keep one.`);
  return path;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Calls `take` with each line of a file, gunzipped where it ends in .gz, the last also without a line feed. Throws
 * PermanentError naming the file where it cannot be read; a PermanentError of `take` goes through.
 */
export async function eachLine(path: string, take: (line: string) => void): Promise<void> {
  const consume = async (chunks: AsyncIterable<string>) => {
    let rest = '';
    for await (const chunk of chunks) {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) take(line);
    }
    if (rest !== '') take(rest);
  };
  const file = createReadStream(path);
  try {
    if (path.endsWith('.gz')) {
      const gunzip = createGunzip();
      gunzip.setEncoding('utf8');
      await pipeline(file, gunzip, consume);
    } else {
      file.setEncoding('utf8');
      await pipeline(file, consume);
    }
  } catch (error) {
    if (error instanceof PermanentError) throw error;
    throw new PermanentError(`${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}
