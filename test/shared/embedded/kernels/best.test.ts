/** The heap of the kernels against a sort of everything that was offered. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Best } from '../../../../shared/embedded/kernels/best.ts';

const entries = fc.uniqueArray(
  fc.record({ id: fc.nat({ max: 500 }), score: fc.integer({ min: -3, max: 6 }) }),
  {
    selector: ({ id }) => id,
    maxLength: 120,
  },
);

const sorted = (of: readonly { id: number; score: number }[], limit: number) =>
  of.toSorted((a, b) => b.score - a.score || a.id - b.id).slice(0, limit);

const drained = (best: Best) => {
  const { ids, scores } = best.drain();
  return Array.from(ids, (id, place) => ({ id, score: scores[place] }));
};

describe('the best n', () => {
  test('are those of a sort, ties by the smaller id, whatever the order of the offers', () => {
    fc.assert(
      fc.property(entries, fc.nat({ max: 20 }), (offered, limit) => {
        const best = new Best(limit);
        for (const { id, score } of offered) best.offer(id, score);
        expect(drained(best)).toEqual(sorted(offered, limit));
      }),
      { numRuns: 500 },
    );
  });

  test('start over after drain and after clear', () => {
    fc.assert(
      fc.property(entries, entries, fc.boolean(), (before, offered, drains) => {
        const best = new Best(5);
        for (const { id, score } of before) best.offer(id, score);
        if (drains) best.drain();
        else best.clear();
        for (const { id, score } of offered) best.offer(id, score);
        expect(drained(best)).toEqual(sorted(offered, 5));
      }),
      { numRuns: 200 },
    );
  });

  test('lose none that reaches the threshold', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 9 }), (offered, limit) => {
        const best = new Best(limit);
        for (const { id, score } of offered) if (score >= best.threshold) best.offer(id, score);
        expect(drained(best)).toEqual(sorted(offered, limit));
      }),
      { numRuns: 200 },
    );
  });
});
