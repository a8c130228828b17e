/** The pipeline and the baselines on splits small enough to know what must come first. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rankSplitByPools } from '../../infra/local/evaluate-pipeline.ts';
import { evaluateRandomSplits, evaluateSplitDirectory } from '../../infra/local/evaluate-split.ts';
import { rankedItems } from '../../shared/evaluation/rank-catalogue.ts';
import { splitOf } from '../../shared/evaluation/split-file.ts';
import { NOTHING_KNOWN } from '../../shared/evaluation/split-knowledge.ts';

const ENGINE = { threads: 1, memory: '512MB' };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'segue-split-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Listeners 0–9 share items 0–5, listeners 10–19 items 10–15; each lacks one of theirs, which is what test holds. */
const lacked = (listener: number) => (listener % 10 < 6 ? (listener % 10) + (listener < 10 ? 0 : 10) : null);
const itemsOf = (listener: number) =>
  Array.from({ length: 6 }, (_, item) => item + (listener < 10 ? 0 : 10)).filter(
    (item) => item !== lacked(listener),
  );
const LISTENERS = Array.from({ length: 20 }, (_, listener) => listener);

test('a pool’s first item is what the like-minded have', async () => {
  const train = new Map(LISTENERS.map((listener) => [listener, itemsOf(listener)]));
  const split = splitOf(train, new Map([[0, [99]]]));
  const ranking = await rankSplitByPools(ENGINE, split, NOTHING_KNOWN, { k: 2 });
  for (const [index, listener] of split.listeners.entries()) {
    const first = split.items[rankedItems(ranking, index)[0] ?? -1];
    if (lacked(listener) !== null) expect(first).toBe(lacked(listener));
    for (const item of rankedItems(ranking, index))
      expect(itemsOf(listener)).not.toContain(split.items[item]);
  }
});

test('an item nobody has is found by its tags, and by them alone', async () => {
  const split = splitOf(
    new Map([...LISTENERS.map((at) => [at, itemsOf(at)] as const), [30, [20]]]),
    new Map([[30, [21]]]),
  );
  const tagged = {
    ...NOTHING_KNOWN,
    tags: (item: number) => (item === 20 || item === 21 ? ['drone', 'rock'] : item < 15 ? ['rock'] : []),
  };
  const place = async (knowledge: typeof NOTHING_KNOWN) => {
    const ranking = await rankSplitByPools(ENGINE, split, knowledge, { k: 3 });
    return [...rankedItems(ranking, split.listeners.indexOf(30))].indexOf(split.items.indexOf(21));
  };
  expect(await place(tagged)).toBe(0);
  expect(await place(NOTHING_KNOWN)).not.toBe(0);
});

test('plays lead to what goes with the item played most', async () => {
  const train = new Map([...LISTENERS.map((at) => [at, itemsOf(at)] as const), [30, [0, 10]]]);
  const split = splitOf(train, new Map());
  const firstWhen = async (most: number) => {
    const plays = (listener: number, item: number) => (listener === 30 && item === most ? 5_000 : 1);
    const ranking = await rankSplitByPools(ENGINE, split, { ...NOTHING_KNOWN, plays }, { k: 1 });
    return split.items[rankedItems(ranking, split.listeners.indexOf(30))[0] ?? -1];
  };
  expect(await firstWhen(0)).toBeLessThan(10);
  expect(await firstWhen(10)).toBeGreaterThanOrEqual(10);
});

test('a directory is judged by every ranker over all and over cold listeners, missing knowledge told', async () => {
  const path = join(directory, 'split');
  await mkdir(path);
  const line = (listener: number, items: readonly number[]) => [listener, ...items].join(' ');
  const tested = LISTENERS.filter((listener) => lacked(listener) !== null);
  await writeFile(join(path, 'train.txt'), LISTENERS.map((at) => line(at, itemsOf(at))).join('\n'));
  await writeFile(join(path, 'test.txt'), tested.map((at) => line(at, [lacked(at) ?? -1])).join('\n'));
  const told: string[] = [];
  const request = { tagDirectory: null, seed: 1, tell: (text: string) => void told.push(text) };
  const evaluations = await evaluateSplitDirectory(ENGINE, path, request);
  expect(told.map((text) => text.split(' ').at(-1))).toEqual(['play.', 'are.']);
  expect(evaluations.map(({ ranker, slice }) => `${ranker} ${slice}`)).toEqual(
    ['all', 'cold'].flatMap((slice) =>
      ['segue', 'popularity', 'item-KNN', 'RP3beta', 'EASE'].map((ranker) => `${ranker} ${slice}`),
    ),
  );
  for (const { ranker, listeners, measures } of evaluations) {
    expect(listeners).toBe(tested.length);
    if (ranker !== 'popularity') expect(measures?.ndcg.mean).toBe(1);
  }
});

test('random splits are of seeds of their own, and the same ones again', async () => {
  const path = join(directory, 'user_artists.dat');
  const pairs = LISTENERS.flatMap((at) => itemsOf(at).map((item) => `${at}\t${item}\t${at + item + 1}`));
  await writeFile(path, `userID\tartistID\tweight\n${pairs.join('\n')}\n`);
  const request = { tagDirectory: null, seed: 4, tell: () => {}, splits: 2 };
  const once = await evaluateRandomSplits(ENGINE, path, request);
  expect([...new Set(once.map(({ slice }) => slice))]).toEqual(['all 1', 'cold 1', 'all 2', 'cold 2']);
  expect(await evaluateRandomSplits(ENGINE, path, request)).toEqual(once);
  const [second] = await evaluateRandomSplits(ENGINE, path, { ...request, seed: 5, splits: 1 });
  const before = once.find(({ ranker, slice }) => ranker === 'segue' && slice === 'all 2');
  expect(second?.values.ndcg).toEqual(before?.values.ndcg);
});
