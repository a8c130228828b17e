/** The whole pipeline against the usual baselines on a split: the same items, the same listeners, paired differences. */
import { readdir } from 'node:fs/promises';
import { EASE_LISTENERS, rankByEase } from '../../shared/evaluation/ease.ts';
import { cosineNeighbours, rp3Neighbours } from '../../shared/evaluation/item-baselines.ts';
import { type Ranking, rankByNeighbours, rankByPopularity } from '../../shared/evaluation/rank-catalogue.ts';
import type { Evaluation } from '../../shared/evaluation/results.ts';
import { cutSplit } from '../../shared/evaluation/split-cut.ts';
import { ALL_LISTENERS, COLD_LISTENERS, evaluateSplit } from '../../shared/evaluation/split-evaluation.ts';
import { readSplit, type Split } from '../../shared/evaluation/split-file.ts';
import {
  NOTHING_KNOWN,
  readArtistTags,
  readItemArtists,
  readPlays,
  readTrainPlays,
  type SplitKnowledge,
} from '../../shared/evaluation/split-knowledge.ts';
import { type Engine, rankSplitByPools } from './evaluate-pipeline.ts';

const K = 20;
/** Of the baselines: the best of a few values each on validation cuts of the Last.fm split's train file. */
const COSINE_NEIGHBOURS = 1_000;
const RP3 = { beta: 0.1, neighbours: 500 };
const EASE_LAMBDA = 100;

/** Every ranker's evaluation, of all listeners and then of the cold ones; the pipeline, called segue, comes first. */
export async function evaluateSplitRankers(
  engine: Engine,
  split: Split,
  knowledge: SplitKnowledge,
  seed: number,
): Promise<Evaluation[]> {
  const input = { train: split.train, itemCount: split.items.length, k: K };
  const rankings: [string, Ranking][] = [
    ['segue', await rankSplitByPools(engine, split, knowledge, { k: K })],
    ['popularity', rankByPopularity(input)],
    ['item-KNN', rankByNeighbours(cosineNeighbours({ ...input, limit: COSINE_NEIGHBOURS }), input)],
    ['RP3beta', rankByNeighbours(rp3Neighbours({ ...input, limit: RP3.neighbours }, RP3.beta), input)],
  ];
  if (split.listeners.length <= EASE_LISTENERS) rankings.push(['EASE', rankByEase(input, EASE_LAMBDA)]);
  return [ALL_LISTENERS, COLD_LISTENERS].flatMap((slice) =>
    rankings.map(([name, ranking]) => evaluateSplit(name, ranking, split, { seed }, slice)),
  );
}

/**
 * Plays out of the split's own train-counts.tsv, tags out of a HetRec directory by way of its items.txt. What is not
 * there or not given is unknown: then a pair is one play, an item has no tags, and `tell` is told so. Throws as the
 * readers do.
 */
export async function readSplitKnowledge(
  directory: string,
  tagDirectory: string | null,
  tell: (line: string) => void,
): Promise<SplitKnowledge> {
  const files = await readdir(directory);
  const hasPlays = files.some((file) => /^train-counts\.tsv(\.gz)?$/.test(file));
  if (!hasPlays) tell(`${directory} has no train-counts.tsv: every pair counts as one play.`);
  if (tagDirectory === null) tell('No item has tags; --tags says where they are.');
  const plays = hasPlays ? await readTrainPlays(directory) : new Map();
  if (tagDirectory === null)
    return { plays: (listener, item) => plays.get(listener)?.get(item) ?? 1, tags: NOTHING_KNOWN.tags };
  const artists = await readItemArtists(directory);
  const tags = await readArtistTags(tagDirectory);
  return {
    plays: (listener, item) => plays.get(listener)?.get(item) ?? 1,
    tags: (item) => tags.get(artists.get(item) ?? -1) ?? [],
  };
}

interface SplitRequest {
  /** HetRec directory with the tags of artists, or null for none. */
  readonly tagDirectory: string | null;
  readonly seed: number;
  readonly tell: (line: string) => void;
}

/** All rankers on the split of a directory. Throws as the readers do. */
export async function evaluateSplitDirectory(
  engine: Engine,
  directory: string,
  { tagDirectory, seed, tell }: SplitRequest,
): Promise<Evaluation[]> {
  const knowledge = await readSplitKnowledge(directory, tagDirectory, tell);
  return evaluateSplitRankers(engine, await readSplit(directory), knowledge, seed);
}

/** Of each listener's items, held out for test by a random split. */
const TEST_SHARE = 0.2;

/**
 * All rankers on `splits` fresh splits of a file of plays (see readPlays), of the seeds seed, seed + 1 and so on; slices
 * are numbered by split. Items are the artists that the tags are of. Throws as the readers do.
 */
export async function evaluateRandomSplits(
  engine: Engine,
  path: string,
  { splits, tagDirectory, seed, tell }: SplitRequest & { readonly splits: number },
): Promise<Evaluation[]> {
  const plays = await readPlays(path);
  const itemsOf = new Map([...plays].map(([listener, items]) => [listener, [...items.keys()]]));
  if (tagDirectory === null) tell('No item has tags; --tags says where they are.');
  const tags = tagDirectory === null ? new Map() : await readArtistTags(tagDirectory);
  const knowledge: SplitKnowledge = {
    plays: (listener, item) => plays.get(listener)?.get(item) ?? 1,
    tags: (item) => tags.get(item) ?? [],
  };
  const found: Evaluation[] = [];
  for (let number = 0; number < splits; number++) {
    const split = cutSplit(itemsOf, { seed: seed + number, share: TEST_SHARE });
    for (const evaluation of await evaluateSplitRankers(engine, split, knowledge, seed))
      found.push({ ...evaluation, slice: `${evaluation.slice} ${number + 1}` });
  }
  return found;
}
