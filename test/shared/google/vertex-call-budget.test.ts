import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCallBudget } from '../../../shared/google/vertex-call-budget.ts';
import { ManualClock } from '../../contract/manual-clock.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const MIDNIGHT = Date.UTC(2026, 10, 2);

test('within no minute and on no day is more taken than is allowed, and never less without need', () => {
  const step = fc.record({ ms: fc.nat({ max: 40_000 }), listener: fc.constantFrom('ann', 'bob') });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 20 }),
      (steps, perMinute, perDay) => {
        const clock = new ManualClock(MIDNIGHT - 10 * MINUTE);
        const budget = createCallBudget({ perMinute, perDay, clock });
        const taken: { at: number; listener: string }[] = [];
        for (const { ms, listener } of steps) {
          clock.advance(ms);
          const now = clock.now();
          const recent = taken.filter((call) => call.listener === listener && now - call.at < MINUTE).length;
          const today = taken.filter((call) => Math.floor(call.at / DAY) === Math.floor(now / DAY)).length;
          const expected = recent >= perMinute ? 'listener' : today >= perDay ? 'day' : 'taken';
          expect(budget.take(listener)).toBe(expected);
          if (expected === 'taken') taken.push({ at: now, listener });
        }
      },
    ),
  );
});

test('a clock that is set back gives nothing back', () => {
  const clock = new ManualClock(MIDNIGHT);
  const budget = createCallBudget({ perMinute: 10, perDay: 1, clock });
  expect(budget.take('ann')).toBe('taken');
  clock.advance(-1);
  expect(budget.take('bob')).toBe('day');
  clock.advance(2);
  expect(budget.take('bob')).toBe('day');
});
