/** From ranked lists to figures: the same measures, intervals and shape for every kind of evaluation. */

import { gini } from '../domain/gini.ts';
import {
  type BootstrapOptions,
  bootstrapDifference,
  bootstrapMean,
  type Difference,
  type Estimate,
} from './bootstrap.ts';
import { artistGini, coverage, novelty } from './exposure.ts';
import {
  calibrationGap,
  discoveryRate,
  genreDistance,
  intraListDistance,
  meanOfKnown,
  percentileAmong,
} from './list-measures.ts';
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
  /** Popularities of the items that some train listener has: for percentiles. */
  readonly popularities?: Iterable<number>;
  /** Everything a listener had in train, as often as they had it: for what is new to them and what they are used to. */
  readonly historyOf?: (listener: string | number) => Iterable<T>;
  /** Empty where not known. */
  readonly genresOf?: (item: T) => readonly string[];
  /** Null where not known: such an item is shown by nobody. */
  readonly artistOf?: (item: T) => string | null;
}

/** What the lists are like beside their accuracy; null where the reference or the lists do not tell. */
export interface Character {
  /** Mean distance of two items by genre (1 − Jaccard), 0 to 1. */
  readonly intraListDistance: Estimate | null;
  /** `KL(history ‖ list)` of genres in nats. */
  readonly calibration: Estimate | null;
  /** Share of items that the listener never had. */
  readonly discoveryRate: Estimate | null;
  /** Mean percentile of the items' popularity in the catalogue: 0 obscure, 1 the most popular. */
  readonly popularity: Estimate | null;
  /** Gini of how often the artists that are shown at all are shown. */
  readonly artistGini: number | null;
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
  /** Null without any listener. */
  readonly character: Character | null;
  /** How often each item that is shown at all is shown, and how many there are: for curves of exposure. */
  readonly shown: { readonly counts: Float64Array; readonly catalogueSize: number };
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
    shown: shownOf(
      lists.map((list) => list.ranked.slice(0, about.k)),
      reference,
    ),
    character: some ? characterOf(lists, about.k, reference, options) : null,
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

function countShown<T>(shown: readonly (readonly T[])[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const list of shown) for (const item of list) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

function shownOf<T>(shown: readonly (readonly T[])[], { catalogueSize }: Reference<T>): Evaluation['shown'] {
  const counts = Float64Array.from(countShown(shown).values());
  // A ranker may show what train does not have; the catalogue is then at least what it showed.
  return { counts, catalogueSize: Math.max(1, catalogueSize, counts.length) };
}

function exposureOf<T>(shown: readonly (readonly T[])[], reference: Reference<T>): Evaluation['exposure'] {
  const { counts, catalogueSize: size } = shownOf(shown, reference);
  const bits = shown
    .filter((list) => list.length > 0)
    .map((list) => novelty(list, reference.popularity, Math.max(1, reference.listeners)));
  return {
    coverage: coverage(shown, size),
    gini: gini([...counts, ...new Float64Array(size - counts.length)]),
    novelty: bits.length === 0 ? null : bits.reduce((sum, value) => sum + value, 0) / bits.length,
  };
}

function characterOf<T extends string | number>(
  lists: readonly JudgedList<T>[],
  k: number,
  reference: Reference<T>,
  options: BootstrapOptions,
): Character {
  const { popularity, popularities, historyOf, genresOf, artistOf, catalogueSize } = reference;
  const shown = lists.map(({ listener, ranked }) => ({ listener, list: ranked.slice(0, k) }));
  const estimate = (values: readonly (number | null)[]): Estimate | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : bootstrapMean(known, options);
  };
  const heard = popularities === undefined ? undefined : [...popularities];
  const percentile =
    heard === undefined ? undefined : percentileAmong(heard, Math.max(1, catalogueSize, heard.length));
  return {
    intraListDistance:
      genresOf === undefined
        ? null
        : estimate(
            shown.map(({ list }) =>
              intraListDistance(list, (a, b) => genreDistance(genresOf(a), genresOf(b))),
            ),
          ),
    calibration:
      genresOf === undefined || historyOf === undefined
        ? null
        : estimate(shown.map(({ listener, list }) => calibrationGap(list, historyOf(listener), genresOf))),
    discoveryRate:
      historyOf === undefined
        ? null
        : estimate(shown.map(({ listener, list }) => discoveryRate(list, new Set(historyOf(listener))))),
    popularity:
      percentile === undefined
        ? null
        : estimate(shown.map(({ list }) => meanOfKnown(list.map((item) => percentile(popularity(item)))))),
    artistGini:
      artistOf === undefined
        ? null
        : artistGini(
            shown.flatMap(({ list }) => list),
            artistOf,
          ),
  };
}
