import { describe, expect, test } from 'vitest';
import type { Constraint } from '../../../../shared/evaluation/prompts/constraint.ts';
import {
  type JudgedPrompt,
  judgePrompt,
  type Outcome,
  scorePrompts,
} from '../../../../shared/evaluation/prompts/score-prompts.ts';
import { tracks, worldOf } from './playlist-fixture.ts';

const jazz = tracks(12, () => ({ genres: ['jazz'] }));
const rock = tracks(3, () => ({ genres: ['rock'] }));
const world = worldOf([...jazz, ...rock]);
const genre = (name: string): Constraint => ({ kind: 'genre', anyOf: [name] });
const ask = (constraints: Constraint[], playlist: typeof jazz, ...reported: string[]) =>
  judgePrompt({ id: 'x-01', prompt: 'x', constraints }, { playlist, reported }, world);
const outcomes = ({ verdicts }: JudgedPrompt) => verdicts.map(({ outcome }) => outcome);

describe('judging', () => {
  test('an unmet constraint that could be met has failed, whatever is reported', () => {
    expect(outcomes(ask([genre('jazz')], rock, 'No jazz.'))).toEqual(['failed']);
    expect(outcomes(ask([genre('jazz')], []))).toEqual(['failed']);
  });

  test('one that cannot be met is excused if that is told', () => {
    const twenty: Constraint = { kind: 'tracks', min: 20, max: 20 };
    const told = ask([genre('rock'), twenty], rock, 'Only 3 tracks.');
    expect(outcomes(told)).toEqual(['met', 'excused']);
    expect(told.lacking).toBe('3 of 20 tracks');
    expect(outcomes(ask([genre('rock'), twenty], rock))).toEqual(['met', 'failed']);
    expect(outcomes(ask([genre('rock'), twenty], rock, ' '))).toEqual(['met', 'failed']);
  });

  test('a report that is due is never excused', () => {
    const report: Constraint = { kind: 'reported', what: ['french'] };
    expect(outcomes(ask([genre('folk'), report], [], 'No folk.'))).toEqual(['excused', 'failed']);
    expect(outcomes(ask([genre('folk'), report], [], 'No folk in French.'))).toEqual(['excused', 'met']);
  });
});

describe('scoring', () => {
  const judged = (id: string, ...list: [Constraint, Outcome][]): JudgedPrompt => ({
    id,
    lacking: null,
    verdicts: list.map(([constraint, outcome]) => ({ constraint, outcome, detail: '' })),
  });
  const set = [
    judged('a-01', [genre('jazz'), 'met'], [{ kind: 'clean' }, 'failed']),
    judged('a-02', [genre('rock'), 'met']),
    judged('a-03', [genre('rock'), 'excused'], [{ kind: 'clean' }, 'excused']),
    judged('a-04', [genre('rock'), 'failed'], [{ kind: 'heard' }, 'excused']),
  ];

  test('counts what was met of what counts, overall, by kind and by case', () => {
    const { overall, byKind, cases } = scorePrompts(set, { seed: 1 });
    expect(overall).toMatchObject({ met: 2, failed: 2, excused: 3, share: { mean: 0.5 } });
    expect(byKind.get('genre')).toMatchObject({ met: 2, failed: 1, excused: 1 });
    expect(byKind.get('genre')?.share?.mean).toBeCloseTo(2 / 3, 12);
    expect(byKind.get('clean')).toMatchObject({ met: 0, failed: 1, excused: 1, share: { mean: 0 } });
    expect(byKind.get('heard')).toEqual({ met: 0, failed: 0, excused: 1, share: null });
    expect([...byKind.keys()]).toEqual(['clean', 'genre', 'heard']);
    expect(cases).toMatchObject({ met: 1, failed: 2, excused: 1 });
  });

  test('resamples cases: constraints that fail together widen the interval', () => {
    const repeat = (times: number, outcome: Outcome, id: number) =>
      judged(`b-${id}`, ...Array.from({ length: times }, (): [Constraint, Outcome] => [genre('x'), outcome]));
    const apart = Array.from({ length: 200 }, (_, id) => repeat(1, id % 2 ? 'met' : 'failed', id));
    const together = Array.from({ length: 20 }, (_, id) => repeat(10, id % 2 ? 'met' : 'failed', id));
    const width = (list: JudgedPrompt[]) => {
      const share = scorePrompts(list, { seed: 7 }).overall.share;
      expect(share?.mean).toBe(0.5);
      return (share?.high ?? 0) - (share?.low ?? 0);
    };
    // Standard deviations of a mean of 200 and of 20 coin flips, four of them wide.
    expect(width(apart)).toBeCloseTo(3.92 * Math.sqrt(0.25 / 200), 1);
    expect(width(together)).toBeGreaterThan(2 * width(apart));
  });

  test('gives equal intervals for equal seeds, around the mean', () => {
    const once = scorePrompts(set, { seed: 3 });
    expect(scorePrompts(set, { seed: 3 })).toEqual(once);
    const { mean, low, high } = once.overall.share ?? { mean: 0, low: 1, high: 0 };
    expect(low).toBeLessThanOrEqual(mean);
    expect(high).toBeGreaterThanOrEqual(mean);
  });

  test('refuses no prompts', () => {
    expect(() => scorePrompts([], { seed: 1 })).toThrow(RangeError);
  });
});
