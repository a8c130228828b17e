import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gini } from '../../../shared/domain/gini.ts';
import { renderReport } from '../../../shared/evaluation/report-html.ts';
import {
  ablationSection,
  closedLoopSection,
  evaluationSections,
  lorenzPoints,
} from '../../../shared/evaluation/report-sections.ts';
import { evaluateLists } from '../../../shared/evaluation/results.ts';

const evaluate = (ranker: string, slice: string, ranked: readonly string[]) =>
  evaluateLists(
    { ranker, slice, k: 2 },
    ranked.length === 0 ? [] : [{ listener: 'u', ranked, relevant: new Set(['a']) }],
    { popularity: () => 1, listeners: 2, catalogueSize: 4, historyOf: () => ['a'] },
    { seed: 1 },
  );

describe('evaluations', () => {
  const sections = evaluationSections([
    evaluate('segue', 'all', ['a', 'b']),
    evaluate('segue', 'cold', []),
    evaluate('popularity', 'all', ['b', 'c']),
  ]);

  test('are rows of figures with their intervals, dashes where nobody was judged', () => {
    const rows = sections[0]?.table?.rows ?? [];
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ['segue', 'all', '1'],
      ['segue', 'cold', '0'],
      ['popularity', 'all', '1'],
    ]);
    expect(rows[0]?.[3]).toBe('1.0000 (1.0000 to 1.0000)');
    expect(rows[1]?.slice(3)).toEqual(['–', '–', '–']);
    expect(sections[1]?.table?.head).toContain('Discovery rate');
    expect(sections[1]?.table?.head).not.toContain('Calibration gap');
    expect(sections[1]?.table?.rows[2]?.at(-1)).toBe('1.000 (1.000 to 1.000)');
  });

  test('are bars by slice and ranker, nothing where there is no such evaluation', () => {
    expect(sections[0]?.plots?.[0]).toMatchObject({
      kind: 'bars',
      groups: ['all', 'cold'],
      series: [
        { name: 'segue', values: [{ mean: 1 }, null] },
        { name: 'popularity', values: [{ mean: 0 }, null] },
      ],
    });
    expect(renderReport('x', sections).match(/<svg /g)).toHaveLength(5);
  });
});

describe('the Lorenz curve', () => {
  test('by hand: two of four are shown, one three times', () => {
    const points = lorenzPoints([3, 1], 4);
    expect(points).toHaveLength(101);
    expect([0, 25, 50, 75, 100].map((index) => points[index]?.mean)).toEqual([0, 0, 0, 0.25, 1]);
  });

  test('bends away from the diagonal as far as Gini says, and never rises above it', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(counts, fc.nat({ max: 25 }), (shown, unseen) => {
        const size = shown.length + unseen;
        const points = lorenzPoints(shown, size);
        let area = 0;
        for (const [index, { x, mean }] of points.entries()) {
          expect(mean).toBeLessThanOrEqual(x + 1e-9);
          const before = points[index - 1];
          if (before !== undefined) area += ((mean + before.mean) / 2) * (x - before.x);
        }
        // The polygon of the curve is drawn at a hundred places, not at each item.
        expect(1 - 2 * area).toBeCloseTo(gini([...shown, ...new Array<number>(unseen).fill(0)]), 1);
      }),
    );
  });

  test('of nothing shown is the diagonal', () => {
    expect(lorenzPoints([], 4)[50]?.mean).toBe(0.5);
  });
});

describe('a closed loop', () => {
  const run = (policy: string, seed: number, values: readonly number[]) => ({
    policy,
    seed,
    weeks: values.map((plays, index) => ({ week: index + 1, measures: { plays } })),
  });
  const section = closedLoopSection({
    policies: [run('segue', 1, [1, 5]), run('popularity', 1, [2]), run('segue', 2, [3, 4])].toReversed(),
  });

  test('is a mean within the band of its seeds, week by week, in whatever order runs come', () => {
    expect(section.plots).toMatchObject([
      {
        kind: 'lines',
        unit: 'plays',
        series: [
          {
            name: 'segue',
            points: [
              { x: 1, mean: 2, low: 1, high: 3 },
              { x: 2, mean: 4.5, low: 4, high: 5 },
            ],
          },
          { name: 'popularity', points: [{ x: 1, mean: 2, low: 2, high: 2 }] },
        ],
      },
    ]);
    expect(section.notes?.[0]).toContain('2 seeds');
  });

  test('leaves out weeks in which a policy was not measured', () => {
    const gap = closedLoopSection({
      policies: [
        {
          policy: 'p',
          seed: 1,
          weeks: [
            { week: 1, measures: { a: 1 } },
            { week: 2, measures: { b: 2 } },
          ],
        },
      ],
    });
    expect(
      gap.plots?.map((plot) => plot.kind === 'lines' && plot.series[0]?.points.map(({ x }) => x)),
    ).toEqual([[1], [2]]);
    expect(closedLoopSection({ policies: [] }).plots).toEqual([]);
  });
});

test('an ablation starts with what costs most', () => {
  const entry = (name: string, mean: number) => ({ name, mean, low: mean, high: mean });
  const section = ablationSection('NDCG', [entry('b', 0.1), entry('a', -0.2), entry('c', -0.1)]);
  expect(section.table?.rows.map(([name]) => name)).toEqual(['a', 'c', 'b']);
  expect(section.plots).toMatchObject([
    { kind: 'differences', entries: [{ name: 'a' }, { name: 'c' }, { name: 'b' }] },
  ]);
});
