import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gini } from '../../../shared/domain/gini.ts';
import { historyFigures, meanFigures, spread } from '../../../shared/simulation/closed-loop-figures.ts';
import { START } from './closed-loop-worlds.ts';

const DAY = 86_400_000;
const heard = (day: number, recording: string, msPlayed = 200_000) => ({
  at: START + day * DAY,
  recording,
  msPlayed,
});

describe('figures of a history', () => {
  it('tell skips of new and of known recordings apart', () => {
    const figures = historyFigures([
      heard(0, 'a', 500),
      heard(0.1, 'a', 200_000),
      heard(0.2, 'a', 4_000),
      heard(0.3, 'b', 200_000),
    ]);
    expect(figures).toMatchObject({ skipped: 0.5, skippedNew: 0.5, skippedKnown: 0.5 });
    expect(figures).toMatchObject({ skippedWithin1s: 0.5, skippedWithin5s: 1 });
  });

  it('count a play to 95% of the longest listen as heard out, of recordings heard five times', () => {
    const often = [200_000, 190_000, 189_000, 60_000, 10_000].map((ms, day) => heard(day, 'a', ms));
    expect(historyFigures([...often, heard(6, 'b', 90_000)]).completed).toBe(0.5);
  });

  it('say how many days after a recording came again, in the second half', () => {
    const days = [0, 10, 10.2, 11.2, 16, 40, 80];
    const figures = historyFigures(days.map((day) => heard(day, 'a')).concat(heard(79, 'b')));
    // The span is 80 days: what counts is the play at 40 (24 days after 16), at 80 (40 after), and the new one.
    expect(figures.repeated).toBeCloseTo(2 / 3);
    expect(figures['repeat.withinMonth']).toBe(0.5);
    expect(figures['repeat.later']).toBe(0.5);
    expect(figures['repeat.sameDay']).toBe(0);
  });

  it('count first plays that came again on later days within 28, where 28 days are left', () => {
    const figures = historyFigures([
      heard(0, 'early'),
      ...[30, 31, 58].map((day) => heard(day, 'kept')),
      ...[40, 40.1, 41].map((day) => heard(day, 'once more')),
      ...[41, 70].map((day) => heard(day, 'too late')),
      heard(90, 'last'),
      heard(100, 'end'),
    ]);
    expect(figures['playedAgain.oneDay']).toBeCloseTo(2 / 3);
    expect(figures['playedAgain.twoDays']).toBeCloseTo(1 / 3);
  });

  it('refuse an empty history, and no history', () => {
    expect(() => historyFigures([])).toThrow(RangeError);
    expect(() => meanFigures([])).toThrow(RangeError);
  });

  it('are averaged by name', () => {
    expect(
      meanFigures([
        { a: 1, b: 2 },
        { a: 3, b: 2 },
      ]),
    ).toEqual({ a: 2, b: 2 });
  });
});

describe('spread', () => {
  it('has the Gini coefficient of exposure, and shares as counted by hand', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 300 }),
        (amounts) => {
          const figures = spread('x', new Map(amounts.map((amount, index) => [index, amount])));
          expect(figures['x.gini']).toBeCloseTo(gini(amounts), 9);
          const descending = amounts.toSorted((a, b) => b - a);
          const top = descending.slice(0, Math.max(1, Math.round(amounts.length / 10)));
          const sum = (list: readonly number[]) => list.reduce((total, amount) => total + amount, 0);
          expect(figures['x.top10']).toBeCloseTo(sum(top) / sum(amounts), 9);
        },
      ),
    );
  });

  it('finds the exponent of a law by which amounts were made', () => {
    for (const exponent of [0.4, 1, 1.3]) {
      const amounts = Array.from({ length: 5000 }, (_, rank) => 1e6 * (rank + 1) ** -exponent);
      expect(spread('x', new Map(amounts.entries()))['x.slope']).toBeCloseTo(-exponent, 6);
    }
  });
});
