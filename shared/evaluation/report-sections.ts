/** Results as sections of a report: evaluations by ranker and slice, closed loops by week, ablations. */
import type { Estimate } from './bootstrap.ts';
import type { ReportSection } from './report-html.ts';
import type { DifferencePlot, LinePlot, Plot } from './report-plots.ts';
import type { Character, Evaluation, Measure } from './results.ts';

const MEASURES: readonly (readonly [Measure, string])[] = [
  ['ndcg', 'NDCG'],
  ['recall', 'Recall'],
  ['mrr', 'MRR'],
];
const CHARACTER: readonly (readonly [Exclude<keyof Character, 'artistGini'>, string, string])[] = [
  ['discoveryRate', 'Discovery rate', 'share of the list'],
  ['intraListDistance', 'Intra-list distance', '1 − Jaccard of genres'],
  ['calibration', 'Calibration gap', 'KL in nats'],
  ['popularity', 'Popularity', 'mean percentile'],
];
const NOTHING = '–';
/** Points of a Lorenz curve: more cannot be seen. */
const CURVE_POINTS = 100;

const show = (estimate: Estimate | null, digits = 4): string =>
  estimate === null
    ? NOTHING
    : `${estimate.mean.toFixed(digits)} (${estimate.low.toFixed(digits)} to ${estimate.high.toFixed(digits)})`;
const distinct = (names: readonly string[]): string[] => [...new Set(names)];

/** Figures with 95% intervals, bars by slice and ranker, and how exposure is shared. */
export function evaluationSections(evaluations: readonly Evaluation[]): ReportSection[] {
  const slices = distinct(evaluations.map(({ slice }) => slice));
  const rankers = distinct(evaluations.map(({ ranker }) => ranker));
  const bars = (title: string, unit: string, of: (evaluation: Evaluation) => Estimate | null): Plot => ({
    kind: 'bars',
    title,
    unit,
    groups: slices,
    series: rankers.map((ranker) => ({
      name: ranker,
      values: slices.map((slice) => {
        const found = evaluations.find((entry) => entry.ranker === ranker && entry.slice === slice);
        return found === undefined ? null : of(found);
      }),
    })),
  });
  const known = CHARACTER.filter(([name]) =>
    evaluations.some(({ character }) => character !== null && character[name] !== null),
  );
  const k = distinct(evaluations.map((evaluation) => String(evaluation.k))).join(', ');
  return [
    {
      title: 'Accuracy',
      notes: [`At ${k}; in brackets 95% intervals by bootstrap over listeners.`],
      table: {
        head: ['ranker', 'slice', 'listeners', ...MEASURES.map(([, title]) => title)],
        rows: evaluations.map(({ ranker, slice, listeners, measures }) => [
          ranker,
          slice,
          String(listeners),
          ...MEASURES.map(([measure]) => show(measures === null ? null : measures[measure])),
        ]),
      },
      plots: MEASURES.map(([measure, title]) =>
        bars(`${title} by slice`, title, ({ measures }) => (measures === null ? null : measures[measure])),
      ),
    },
    {
      title: 'What the lists are like',
      table: {
        head: [
          'ranker',
          'slice',
          'coverage',
          'item Gini',
          'artist Gini',
          'novelty',
          ...known.map(([, title]) => title),
        ],
        rows: evaluations.map(({ ranker, slice, exposure, character }) => [
          ranker,
          slice,
          exposure === null ? NOTHING : exposure.coverage.toFixed(3),
          exposure === null ? NOTHING : exposure.gini.toFixed(3),
          character?.artistGini == null ? NOTHING : character.artistGini.toFixed(3),
          exposure?.novelty == null ? NOTHING : exposure.novelty.toFixed(2),
          ...known.map(([name]) => show(character === null ? null : character[name], 3)),
        ]),
      },
      plots: [
        ...known.map(([name, title, unit]) =>
          bars(title, unit, ({ character }) => (character === null ? null : character[name])),
        ),
        lorenzPlot(evaluations.filter(({ slice }) => slice === slices[0])),
      ],
    },
  ];
}

/** How unevenly the places of all lists are shared by the items of the catalogue, the least shown first. */
function lorenzPlot(evaluations: readonly Evaluation[]): LinePlot {
  return {
    kind: 'lines',
    title: `Exposure of the catalogue (Lorenz curve${evaluations[0] === undefined ? '' : `, ${evaluations[0].slice}`})`,
    xTitle: 'share of the catalogue, least shown first',
    unit: 'share of the places',
    diagonal: 'even',
    series: evaluations
      .filter(({ shown }) => shown.counts.length > 0)
      .map(({ ranker, shown }) => ({
        name: ranker,
        points: lorenzPoints(shown.counts, shown.catalogueSize),
      })),
  };
}

/** The curve of `counts` over `size` items, those beyond the counts never shown: x, y from (0, 0) to (1, 1). */
export function lorenzPoints(counts: ArrayLike<number>, size: number): LinePlot['series'][number]['points'] {
  const sorted = Float64Array.from(counts).sort();
  const total = sorted.reduce((sum, count) => sum + count, 0);
  const sums = new Float64Array(sorted.length + 1);
  for (const [index, count] of sorted.entries()) sums[index + 1] = (sums[index] as number) + count;
  const unseen = size - sorted.length;
  return Array.from({ length: CURVE_POINTS + 1 }, (_, step) => {
    const x = step / CURVE_POINTS;
    const seen = Math.max(0, x * size - unseen);
    const whole = Math.min(sorted.length, Math.floor(seen));
    const below = sums[whole] as number;
    const above = sums[Math.min(sorted.length, whole + 1)] as number;
    const mean = total === 0 ? x : (below + (above - below) * (seen - whole)) / total;
    return { x, mean, low: mean, high: mean };
  });
}

/** What a closed loop came to, as far as it is drawn: one entry a policy and seed. */
export interface PolicyRuns {
  readonly policies: readonly {
    readonly policy: string;
    readonly seed: number;
    readonly weeks: readonly { readonly week: number; readonly measures: Readonly<Record<string, number>> }[];
  }[];
}

/** A plot for each measure: by policy the mean over seeds, week by week, within the least and most of any seed. */
export function closedLoopSection(result: PolicyRuns): ReportSection {
  const policies = [...Map.groupBy(result.policies, ({ policy }) => policy)];
  const names = distinct(
    result.policies.flatMap(({ weeks }) => weeks.flatMap(({ measures }) => Object.keys(measures))),
  );
  const bandsOf = (measure: string) =>
    policies.map(([name, runs]) => {
      const byWeek = Map.groupBy(
        runs.flatMap(({ weeks }) => weeks.filter(({ measures }) => measures[measure] !== undefined)),
        ({ week }) => week,
      );
      const points = [...byWeek]
        .sort(([a], [b]) => a - b)
        .map(([week, entries]) => {
          const values = entries.map(({ measures }) => measures[measure] as number);
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
          return { x: week, mean, low: Math.min(...values), high: Math.max(...values) };
        });
      return { name, points };
    });
  const seeds = distinct(result.policies.map(({ seed }) => String(seed))).length;
  const drawn = names.map((name) => ({ name, series: bandsOf(name) }));
  return {
    title: 'Closed loop',
    notes: [
      `${seeds} seeds. Lines are means over seeds, bands reach from the least to the most of any seed.`,
    ],
    table: {
      head: ['policy', 'measure', 'first week', 'last week'],
      rows: drawn.flatMap(({ name, series }) =>
        series.map(({ name: policy, points }) => [
          policy,
          name,
          show(points[0] ?? null),
          show(points.at(-1) ?? null),
        ]),
      ),
    },
    plots: drawn.map(({ name, series }) => ({
      kind: 'lines',
      title: `${name} by week`,
      xTitle: 'week',
      unit: name,
      series,
    })),
  };
}

/** What leaving a part out does to a measure: differences to the whole, the largest loss first. */
export function ablationSection(measure: string, entries: DifferencePlot['entries']): ReportSection {
  const sorted = entries.toSorted((a, b) => a.mean - b.mean || (a.name < b.name ? -1 : 1));
  return {
    title: `Ablation: ${measure}`,
    notes: ['Difference to the whole when one part is left out; below 0 the part helps.'],
    table: {
      head: ['left out', 'difference'],
      rows: sorted.map((entry) => [entry.name, show(entry)]),
    },
    plots: [
      {
        kind: 'differences',
        title: `Change of ${measure} without the part`,
        unit: `change of ${measure}`,
        entries: sorted,
      },
    ],
  };
}
