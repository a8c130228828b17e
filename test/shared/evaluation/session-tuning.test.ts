import { expect, test } from 'vitest';
import { SESSION_WEIGHTS, type SessionWeights } from '../../../shared/domain/session-neighbours.ts';
import {
  SESSION_GRID,
  SESSION_START,
  SESSION_TUNING,
  tuneSessionWeights,
} from '../../../shared/evaluation/session-tuning.ts';

/** Best where every weight is the last of its grid. */
const towardsTheEnd = (weights: SessionWeights) =>
  Object.entries(SESSION_GRID).reduce(
    (sum, [name, values]) => sum - Math.abs(weights[name as 'rules'] - (values.at(-1) ?? 0)),
    0,
  );

test('climbs one coordinate at a time to the best of the grid, the same way each time', () => {
  const steps = tuneSessionWeights(towardsTheEnd);
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1];
    if (before === undefined) {
      expect(step).toMatchObject({ weights: SESSION_START, changed: null });
      continue;
    }
    expect(step.objective).toBeGreaterThan(before.objective);
    const { name, to } = step.changed ?? { name: 'seeds', to: -1 };
    expect(step.weights).toEqual({ ...before.weights, [name]: to });
  }
  expect(towardsTheEnd(steps.at(-1)?.weights ?? SESSION_START)).toBeCloseTo(0, 12);
  expect(tuneSessionWeights(towardsTheEnd)).toEqual(steps);
});

test('ties keep what was there', () => {
  expect(tuneSessionWeights(() => 1)).toHaveLength(1);
  expect(SESSION_TUNING.rounds).toBeGreaterThan(1);
});

test('what is shipped is on the grid', () => {
  for (const [name, values] of Object.entries(SESSION_GRID))
    expect([...values, SESSION_START[name as 'rules']]).toContain(SESSION_WEIGHTS[name as 'rules']);
  expect(SESSION_WEIGHTS.seeds).toBe(SESSION_START.seeds);
});
