import { describe, expect, test } from 'vitest';
import {
  artistPopularityRanker,
  frequencyRanker,
  popularityRanker,
  randomRanker,
  recencyRanker,
} from '../../../shared/evaluation/baselines.ts';
import { timeline } from './timeline-fixture.ts';

describe('baselines', () => {
  test('popularity is one list for everybody, recency and frequency are the listener’s own', () => {
    expect(popularityRanker(timeline).rank('w')).toEqual(['a', 'b', 'c']);
    const elsewhere = new Map(Object.entries({ z: 40, y: 40, b: 100, x: 90 }));
    expect(popularityRanker(timeline, elsewhere).rank('w')).toEqual(['a', 'b', 'c', 'x', 'y', 'z']);
    expect(recencyRanker(timeline).rank('u')).toEqual(['s', 'b', 'a']);
    expect(frequencyRanker(timeline).rank('u')).toEqual(['a', 'b', 's']);
    expect(recencyRanker(timeline).rank('v')).toEqual(['a', 'c']);
    expect(frequencyRanker(timeline).rank('nobody')).toEqual([]);
  });

  test('artist popularity offers what is unheard of the artists played most, in the order of the catalogue', () => {
    const artists = new Map([
      ['z', 'A'],
      ['n', 'B'],
      ['a', 'A'],
      ['o', null],
      ['m', 'A'],
      ['b', 'B'],
      ['s', 'C'],
      ['t', 'C'],
    ]);
    const { rank } = artistPopularityRanker(timeline, artists);
    // u played A twice and B once; C was only skipped, o has no artist.
    expect(rank('u')).toEqual(['z', 'm', 'n']);
    expect(rank('v')).toEqual(['z', 'm']);
    expect(rank('w')).toEqual([]);
  });

  test('random is an order by the seed of all that is unheard, whatever the order of the catalogue', () => {
    const catalogue = Array.from({ length: 40 }, (_, index) => `c${index}`);
    const { rank } = randomRanker(timeline, ['a', ...catalogue, 'b'], 1);
    expect(rank('u').toSorted()).toEqual(catalogue.toSorted());
    expect(rank('u')).not.toEqual(catalogue);
    expect(rank('w').filter((id) => catalogue.includes(id))).toEqual(rank('u'));
    expect(randomRanker(timeline, ['a', ...catalogue, 'b'], 1).rank('u')).toEqual(rank('u'));
    expect(randomRanker(timeline, ['a', ...catalogue, 'b'], 2).rank('u')).not.toEqual(rank('u'));
  });
});
