import { describe, expect, test } from 'vitest';
import { answerSchema, SourceSchema } from '../../../shared/api/answer.ts';
import { GENERATORS } from '../../../shared/domain/candidate.ts';

describe('the answer’s schema', () => {
  const answer = {
    surface: 'next',
    listenerId: null,
    basis: 'item',
    build: null,
    ranking: 'ranking-1',
    impressionId: 'i',
    generatedAt: '2026-11-01T12:00:00.000Z',
    items: [],
    degraded: [],
  };

  test('takes an answer about an item while nothing is published', () => {
    expect(answerSchema().parse(answer)).toEqual(answer);
  });

  test.each([
    ['an unknown basis', { basis: 'mood' }],
    ['no impression', { impressionId: undefined }],
    ['items that are none', { items: [{}] }],
  ])('refuses %s', (_, rest) => {
    expect(answerSchema().safeParse({ ...answer, ...rest }).success).toBe(false);
  });

  test('has a source for every generator', () => {
    expect(SourceSchema.options).toHaveLength(GENERATORS.length);
  });
});
