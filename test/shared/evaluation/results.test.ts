import { describe, expect, test } from 'vitest';
import { compareEvaluations, evaluateLists } from '../../../shared/evaluation/results.ts';

const about = { ranker: 'r', slice: 'all', k: 2 };
const reference = { popularity: () => 2, listeners: 8, catalogueSize: 4 };
const list = (listener: string, ranked: string[], relevant: string[]) => ({
  listener,
  ranked,
  relevant: new Set(relevant),
});

describe('evaluateLists', () => {
  test('means over listeners, exposure over what is shown in the first k', () => {
    const lists = [list('u', ['a', 'b', 'c'], ['a', 'c']), list('v', ['b', 'a'], ['d'])];
    const { measures, exposure, listeners, judged } = evaluateLists(about, lists, reference, { seed: 1 });
    expect(listeners).toBe(2);
    expect(judged).toEqual(['u', 'v']);
    expect(measures?.recall.mean).toBe(0.25);
    expect(measures?.mrr.mean).toBe(0.5);
    // a and b are shown twice each, c and d never: pairs differ by 2 in 8 of 16, 16 over 2·4·4.
    expect(exposure).toEqual({ coverage: 0.5, gini: 0.5, novelty: 2 });
  });

  test('nobody to judge gives no figures rather than zeros', () => {
    const { listeners, measures, exposure } = evaluateLists(about, [], reference, { seed: 1 });
    expect({ listeners, measures, exposure }).toEqual({ listeners: 0, measures: null, exposure: null });
  });

  test('empty lists score 0 and have no novelty; coverage never passes 1', () => {
    const empty = evaluateLists(about, [list('u', [], ['a'])], reference, { seed: 1 });
    expect(empty.measures?.ndcg.mean).toBe(0);
    expect(empty.exposure).toEqual({ coverage: 0, gini: 0, novelty: null });
    const beyond = evaluateLists(
      about,
      [list('u', ['x', 'y'], ['a'])],
      { ...reference, catalogueSize: 1 },
      { seed: 1 },
    );
    expect(beyond.exposure?.coverage).toBe(1);
  });
});

describe('compareEvaluations', () => {
  test('pairs listener by listener and refuses different listeners', () => {
    const judge = (lists: ReturnType<typeof list>[]) => evaluateLists(about, lists, reference, { seed: 1 });
    const good = judge([list('u', ['a'], ['a']), list('v', ['a'], ['a'])]);
    const bad = judge([list('u', ['b'], ['a']), list('v', ['b'], ['a'])]);
    expect(compareEvaluations(good, bad, 'recall', { seed: 1 })).toEqual({
      mean: 1,
      low: 1,
      high: 1,
      shareNotAbove: 0,
    });
    const other = judge([list('v', ['b'], ['a']), list('u', ['b'], ['a'])]);
    expect(() => compareEvaluations(good, other, 'recall', { seed: 1 })).toThrow('different listeners');
  });
});

describe('the character of lists', () => {
  const known: Readonly<Record<string, string[]>> = { u: ['a', 'a', 'c'], v: [] };
  const genres: Readonly<Record<string, string[]>> = { a: ['rock'], b: ['jazz'], c: ['jazz'] };
  const telling = {
    ...reference,
    popularities: [2, 2, 2],
    historyOf: (listener: string | number) => known[listener] ?? [],
    genresOf: (item: string) => genres[item] ?? [],
    artistOf: (item: string) => (item === 'd' ? null : item === 'c' ? 'A' : 'B'),
  };
  const lists = [list('u', ['a', 'b', 'c'], ['a']), list('v', ['c', 'd'], ['d'])];

  test('is of the first k and of listeners for whom it is known', () => {
    const { character } = evaluateLists(about, lists, telling, { seed: 1 });
    // u: rock and jazz are 1 apart; v: one known item is no pair.
    expect(character?.intraListDistance?.mean).toBe(1);
    // u had a and is shown a and b; v had nothing.
    expect(character?.discoveryRate?.mean).toBe(0.75);
    // Everybody's popularity is 2: above the one of four that nobody has, equal to three.
    expect(character?.popularity?.mean).toBe((1 + 1.5) / 4);
    // B twice, A once.
    expect(character?.artistGini).toBeCloseTo(1 / 6, 12);
    // u wants rock ⅔ and jazz ⅓, and is shown ½ and ½; v has no history.
    const term = (p: number) => p * Math.log(p / (0.99 * 0.5 + 0.01 * p));
    expect(character?.calibration?.mean).toBeCloseTo(term(2 / 3) + term(1 / 3), 12);
  });

  test('is null where the reference does not tell, and altogether where nobody is judged', () => {
    expect(evaluateLists(about, lists, reference, { seed: 1 }).character).toEqual({
      intraListDistance: null,
      calibration: null,
      discoveryRate: null,
      popularity: null,
      artistGini: null,
    });
    expect(evaluateLists(about, [], telling, { seed: 1 }).character).toBeNull();
  });
});
