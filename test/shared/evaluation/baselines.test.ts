import { describe, expect, test } from 'vitest';
import { frequencyRanker, popularityRanker, recencyRanker } from '../../../shared/evaluation/baselines.ts';
import { timeline } from './timeline-fixture.ts';

describe('baselines', () => {
  test('popularity is one list for everybody, recency and frequency are the listener’s own', () => {
    expect(popularityRanker(timeline).rank('w')).toEqual(['a', 'b', 'c']);
    expect(recencyRanker(timeline).rank('u')).toEqual(['s', 'b', 'a']);
    expect(frequencyRanker(timeline).rank('u')).toEqual(['a', 'b', 's']);
    expect(recencyRanker(timeline).rank('v')).toEqual(['a', 'c']);
    expect(frequencyRanker(timeline).rank('nobody')).toEqual([]);
  });
});
