/** How far taste can be told from what others listen to: artists held out, found by neighbours and by popularity. */
import { rankByNeighbours, rankByPopularity } from '../../shared/evaluation/rank-catalogue.ts';
import type { Evaluation } from '../../shared/evaluation/results.ts';
import { evaluateSplit } from '../../shared/evaluation/split-evaluation.ts';
import type { Interactions, Split } from '../../shared/evaluation/split-file.ts';
import { createRandom } from '../../shared/random.ts';
import { type Figures, spread } from '../../shared/simulation/closed-loop-figures.ts';
import { neighboursOfSplit } from './evaluate-pipeline.ts';
import type { Settings } from './settings.ts';

/** Plays by listener and artist. */
export type ArtistPlays = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** As many top artists per listener as the published set has. */
const TOP_ARTISTS = 50;
const HELD_OUT = 0.2;
const K = 20;

/**
 * Figures of `listeners` listeners, drawn by `seed`, each by their 50 most played artists: concentration over
 * artists, and recall at 20 of a fifth held out, by co-listening neighbours and by popularity.
 */
export async function alignmentFigures(
  engine: Pick<Settings, 'threads' | 'memory'>,
  plays: ArtistPlays,
  listeners: number,
  seed: number,
): Promise<Figures> {
  const drawn = draw([...plays.keys()].sort(), listeners, seed);
  const tops = drawn.map((listener) => topArtists(plays.get(listener) ?? new Map()));
  const counts = new Map<string, number>();
  for (const artist of tops.flat()) counts.set(artist, (counts.get(artist) ?? 0) + 1);
  const split = splitOf(tops, seed);
  const input = { train: split.train, itemCount: split.items.length, k: K };
  const neighbours = await neighboursOfSplit(engine, split);
  const recall = (evaluation: Evaluation) => evaluation.measures?.recall.mean ?? 0;
  const byNeighbours = recall(evaluateSplit('', rankByNeighbours(neighbours, input), split, { seed }));
  const byPopularity = recall(evaluateSplit('', rankByPopularity(input), split, { seed }));
  return {
    ...spread('artistListeners', counts),
    'recall.neighbours': byNeighbours,
    'recall.popularity': byPopularity,
    'recall.lift': byNeighbours / byPopularity,
  };
}

function draw(names: readonly string[], count: number, seed: number): string[] {
  const random = createRandom(seed, 'alignment-listeners');
  return names
    .map((name) => ({ name, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ name }) => name);
}

function topArtists(plays: ReadonlyMap<string, number>): string[] {
  return [...plays]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, TOP_ARTISTS)
    .map(([artist]) => artist);
}

function splitOf(tops: readonly (readonly string[])[], seed: number): Split {
  const random = createRandom(seed, 'alignment-split');
  const index = new Map([...new Set(tops.flat())].sort().map((artist, place) => [artist, place]));
  const train: number[][] = [];
  const test: number[][] = [];
  for (const artists of tops) {
    const known: number[] = [];
    const held: number[] = [];
    for (const artist of artists) (random.chance(HELD_OUT) ? held : known).push(index.get(artist) ?? -1);
    train.push(known.sort((a, b) => a - b));
    test.push(held.sort((a, b) => a - b));
  }
  return {
    listeners: tops.map((_, listener) => listener),
    items: [...index.values()],
    train: flatten(train),
    test: flatten(test),
    duplicates: 0,
  };
}

function flatten(lists: readonly (readonly number[])[]): Interactions {
  const offsets = new Int32Array(lists.length + 1);
  for (const [index, list] of lists.entries()) offsets[index + 1] = (offsets[index] ?? 0) + list.length;
  return { offsets, items: Int32Array.from(lists.flat()) };
}
