/** From ranked lists to figures: the same measures, intervals and shape for every kind of evaluation. */
import {
  type BootstrapOptions,
  bootstrapDifference,
  bootstrapMean,
  type Difference,
  type Estimate,
} from './bootstrap.ts';
import { coverage, gini, novelty } from './exposure.ts';
import { mrrAtK, ndcgAtK, plainRecallAtK, precisionAtK, recallAtK } from './metrics.ts';

/** Per-listener measures, each in [0, 1]. */
const MEASURES = {
  ndcg: ndcgAtK,
  recall: recallAtK,
  plainRecall: plainRecallAtK,
  precision: precisionAtK,
  mrr: mrrAtK,
} as const;
export type Measure = keyof typeof MEASURES;
const MEASURE_NAMES = Object.keys(MEASURES) as readonly Measure[];

/** One listener's list, best first, and what turned out to be relevant: at least one item. */
export interface JudgedList<T> {
  readonly listener: string | number;
  readonly ranked: readonly T[];
  readonly relevant: ReadonlySet<T>;
}

/** What the lists are measured against, from train alone. */
export interface Reference<T> {
  /** How many train listeners have an item. */
  readonly popularity: (item: T) => number;
  readonly listeners: number;
  /** How many items could have been ranked. */
  readonly catalogueSize: number;
}

export interface Evaluation {
  readonly ranker: string;
  readonly slice: string;
  readonly k: number;
  /** How many listeners were judged; without any, measures and exposure are null. */
  readonly listeners: number;
  readonly measures: Readonly<Record<Measure, Estimate>> | null;
  /** Coverage and Gini of the shown items (over the catalogue); mean novelty of the lists in bits, null if all are empty. */
  readonly exposure: {
    readonly coverage: number;
    readonly gini: number;
    readonly novelty: number | null;
  } | null;
  /** Values behind the means, in the order of `judged`: for paired comparisons. */
  readonly values: Readonly<Record<Measure, Float64Array>>;
  readonly judged: readonly (string | number)[];
}

/** Measures the first k of every list. Throws as metrics.ts and bootstrap.ts do. */
export function evaluateLists<T extends string | number>(
  about: { readonly ranker: string; readonly slice: string; readonly k: number },
  lists: readonly JudgedList<T>[],
  reference: Reference<T>,
  options: BootstrapOptions,
): Evaluation {
  const values = mapMeasures((measure) =>
    Float64Array.from(lists, ({ ranked, relevant }) => MEASURES[measure](ranked, relevant, about.k)),
  );
  const some = lists.length > 0;
  return {
    ...about,
    listeners: lists.length,
    measures: some ? mapMeasures((measure) => bootstrapMean(values[measure], options)) : null,
    exposure: some
      ? exposureOf(
          lists.map((list) => list.ranked.slice(0, about.k)),
          reference,
        )
      : null,
    values,
    judged: lists.map((list) => list.listener),
  };
}

/** `a − b` in one measure over the same listeners. Throws RangeError when they judged different listeners. */
export function compareEvaluations(
  a: Evaluation,
  b: Evaluation,
  measure: Measure,
  options: BootstrapOptions,
): Difference {
  if (a.judged.length !== b.judged.length || a.judged.some((listener, index) => listener !== b.judged[index]))
    throw new RangeError(`${a.ranker}/${a.slice} and ${b.ranker}/${b.slice} judged different listeners.`);
  return bootstrapDifference(a.values[measure], b.values[measure], options);
}

function mapMeasures<V>(compute: (measure: Measure) => V): Record<Measure, V> {
  return Object.fromEntries(MEASURE_NAMES.map((measure) => [measure, compute(measure)])) as Record<
    Measure,
    V
  >;
}

function exposureOf<T>(shown: readonly (readonly T[])[], reference: Reference<T>): Evaluation['exposure'] {
  const counts = new Map<T, number>();
  for (const list of shown) for (const item of list) counts.set(item, (counts.get(item) ?? 0) + 1);
  // A ranker may show what train does not have; the catalogue is then at least what it showed.
  const size = Math.max(1, reference.catalogueSize, counts.size);
  const bits = shown
    .filter((list) => list.length > 0)
    .map((list) => novelty(list, reference.popularity, Math.max(1, reference.listeners)));
  return {
    coverage: coverage(shown, size),
    gini: gini([...counts.values(), ...new Float64Array(size - counts.size)]),
    novelty: bits.length === 0 ? null : bits.reduce((sum, value) => sum + value, 0) / bits.length,
  };
}
