/** Evaluations as a plain text table for people and as JSON for machines. */
import type { Estimate } from './bootstrap.ts';
import type { Character, Evaluation, Measure } from './results.ts';

const COLUMNS: readonly { readonly measure: Measure; readonly title: string }[] = [
  { measure: 'ndcg', title: 'NDCG' },
  { measure: 'recall', title: 'Recall' },
  { measure: 'plainRecall', title: 'Recall (plain)' },
  { measure: 'mrr', title: 'MRR' },
];
const NOTHING = '–';

/**
 * One row per evaluation: means at k with their 95% intervals, coverage, and novelty in bits. Rows keep their
 * order; a slice in which nobody was judged shows dashes.
 */
export function renderTable(evaluations: readonly Evaluation[]): string {
  const head = [
    'ranker',
    'slice',
    'listeners',
    'k',
    ...COLUMNS.map(({ title }) => title),
    'coverage',
    'novelty',
  ];
  const rows = evaluations.map(({ ranker, slice, listeners, k, measures, exposure }) => [
    ranker,
    slice,
    String(listeners),
    String(k),
    ...COLUMNS.map(({ measure }) => (measures ? renderEstimate(measures[measure]) : NOTHING)),
    exposure ? exposure.coverage.toFixed(3) : NOTHING,
    exposure?.novelty == null ? NOTHING : exposure.novelty.toFixed(2),
  ]);
  return renderRows(head, rows);
}

const CHARACTER: readonly { readonly name: keyof Character; readonly title: string }[] = [
  { name: 'intraListDistance', title: 'intra-list distance' },
  { name: 'calibration', title: 'calibration KL' },
  { name: 'discoveryRate', title: 'discovery rate' },
  { name: 'popularity', title: 'popularity percentile' },
  { name: 'artistGini', title: 'artist Gini' },
];

/** One row per evaluation of what its lists are like; rows and columns of which nothing is known are left out. Empty without any. */
export function renderCharacterTable(evaluations: readonly Evaluation[]): string {
  const columns = CHARACTER.filter(({ name }) =>
    evaluations.some(({ character }) => character != null && character[name] !== null),
  );
  if (columns.length === 0) return '';
  const rows = evaluations.flatMap(({ ranker, slice, character }) => {
    const cells = columns.map(({ name }) => {
      const value = character?.[name] ?? null;
      return value === null ? NOTHING : typeof value === 'number' ? value.toFixed(4) : renderEstimate(value);
    });
    return cells.every((cell) => cell === NOTHING) ? [] : [[ranker, slice, ...cells]];
  });
  return renderRows(['ranker', 'slice', ...columns.map(({ title }) => title)], rows);
}

/** Rows under their heads, the first two columns to the left and figures to the right. */
export function renderRows(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const renderRow = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(renderRow).join('\n');
}

function renderEstimate({ mean, low, high }: Estimate): string {
  return `${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
}

export type EvaluationRow = Pick<
  Evaluation,
  'ranker' | 'slice' | 'k' | 'listeners' | 'measures' | 'exposure' | 'character'
>;

/** The evaluations without their per-listener values, ready for JSON.stringify: no NaN, no typed arrays. */
export function toRows(evaluations: readonly Evaluation[]): EvaluationRow[] {
  return evaluations.map(({ ranker, slice, k, listeners, measures, exposure, character }) => ({
    ranker,
    slice,
    k,
    listeners,
    measures,
    exposure,
    character,
  }));
}
