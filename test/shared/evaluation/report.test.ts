import { describe, expect, test } from 'vitest';
import { renderCharacterTable, renderTable, toRows } from '../../../shared/evaluation/report.ts';
import { evaluateLists } from '../../../shared/evaluation/results.ts';

const reference = { popularity: () => 1, listeners: 4, catalogueSize: 2 };
const evaluations = [
  evaluateLists(
    { ranker: 'co-listening', slice: 'all', k: 20 },
    [{ listener: 'u', ranked: ['a'], relevant: new Set(['a']) }],
    reference,
    { seed: 1 },
  ),
  evaluateLists({ ranker: 'popularity', slice: 'discovery', k: 20 }, [], reference, { seed: 1 }),
];

describe('renderTable', () => {
  test('aligns columns, shows intervals, and dashes where nobody was judged', () => {
    const lines = renderTable(evaluations).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(
      /^ranker\s+slice\s+listeners\s+k\s+NDCG\s+Recall\s+Recall \(plain\)\s+MRR\s+coverage\s+novelty$/,
    );
    expect(lines[2]).toMatch(/^co-listening {2}all +1 +20 +1\.0000 \(1\.0000 to 1\.0000\).* 0\.500 +2\.00$/);
    expect(lines[3]).toMatch(/^popularity {4}discovery +0 +20 +–( +–)+$/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  test('is a head alone for no evaluations', () => {
    expect(renderTable([]).split('\n')).toHaveLength(2);
  });
});

describe('renderCharacterTable', () => {
  test('shows what is known, no column, row or table where nothing is', () => {
    expect(renderCharacterTable(evaluations)).toBe('');
    const telling = evaluateLists(
      { ranker: 'x', slice: 'all', k: 20 },
      [{ listener: 'u', ranked: ['a', 'b'], relevant: new Set(['a']) }],
      { ...reference, historyOf: () => ['a'], artistOf: () => 'A' },
      { seed: 1 },
    );
    const lines = renderCharacterTable([telling, ...evaluations]).split('\n');
    expect(lines[0]).toMatch(/^ranker +slice +discovery rate +artist Gini$/);
    expect(lines[2]).toMatch(/^x +all +0\.5000 \(0\.5000 to 0\.5000\) +0\.0000$/);
    expect(lines).toHaveLength(3);
  });
});

describe('toRows', () => {
  test('survives JSON without loss, NaN or per-listener values', () => {
    const rows = toRows(evaluations);
    expect(JSON.parse(JSON.stringify(rows))).toEqual(rows);
    expect(rows[0]).toMatchObject({
      ranker: 'co-listening',
      listeners: 1,
      exposure: { coverage: 0.5, novelty: 2 },
    });
    expect(rows[1]).toMatchObject({ listeners: 0, measures: null, exposure: null });
    expect(JSON.stringify(rows)).not.toContain('values');
  });
});
