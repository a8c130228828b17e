/** Judges rankers on a timeline, sliced by whether the listener knew the recording. */
import type { Ranker } from './baselines.ts';
import type { BootstrapOptions } from './bootstrap.ts';
import { type Evaluation, evaluateLists, type JudgedList, type Reference } from './results.ts';
import type { Timeline, TimelineListener } from './timeline.ts';

/**
 * all: everybody, every recording. repeat and discovery: listeners with a history, recordings heard in train and
 * never heard in train; reachable: discovery among the recordings that could be recommended. cold: listeners without a
 * history.
 */
export const SLICES = ['all', 'repeat', 'discovery', 'reachable', 'cold'] as const;
export type Slice = (typeof SLICES)[number];

/** Lists of one ranker in one slice. */
export interface SliceLists {
  readonly ranker: string;
  readonly slice: Slice;
  readonly lists: readonly JudgedList<string>[];
}

export interface TimelineEvaluationOptions extends BootstrapOptions {
  /** 20 unless told. */
  readonly k?: number;
  /** Recordings that could be recommended, for coverage; those played in train unless told. */
  readonly catalogueSize?: number;
  /** What is known of a recording, for what lists are like beside their accuracy. */
  readonly genresOf?: (recordingId: string) => readonly string[];
  readonly artistOf?: (recordingId: string) => string | null;
  /** Recordings that could be recommended; without them the slice `reachable` is left out. */
  readonly reachable?: ReadonlySet<string>;
}

/**
 * One evaluation per ranker and slice, in that order. In repeat and discovery both the list and what is relevant
 * are reduced to the slice, so that a list is not blamed for what the slice excludes; a listener is judged where
 * something relevant remains. Throws RangeError for a ranker that ranks a recording twice.
 */
export function evaluateTimeline(
  timeline: Timeline,
  rankers: readonly Ranker[],
  options: TimelineEvaluationOptions,
): Evaluation[] {
  const reference = referenceOf(timeline, options);
  const k = options.k ?? 20;
  return judgeTimeline(timeline, rankers, { k, reachable: options.reachable }).map(
    ({ ranker, slice, lists }) => evaluateLists({ ranker, slice, k }, lists, reference, options),
  );
}

export const recordingOf = ({ recordingId }: { readonly recordingId: string }): string => recordingId;

/** What lists over a timeline are measured against; recordings played in train are the catalogue unless told. */
export function referenceOf(
  timeline: Timeline,
  {
    catalogueSize,
    genresOf,
    artistOf,
  }: Pick<TimelineEvaluationOptions, 'catalogueSize' | 'genresOf' | 'artistOf'>,
): Reference<string> {
  return {
    popularity: (recordingId: string) => timeline.popularity.get(recordingId) ?? 0,
    listeners: timeline.trainListeners,
    catalogueSize: catalogueSize ?? timeline.popularity.size,
    popularities: [...timeline.popularity.values()],
    historyOf: (listener) => timeline.listeners.get(String(listener))?.history.map(recordingOf) ?? [],
    ...(genresOf !== undefined && { genresOf }),
    ...(artistOf !== undefined && { artistOf }),
  };
}

/** The judged lists of each ranker and slice, in that order; throws as evaluateTimeline(). */
export function judgeTimeline(
  timeline: Timeline,
  rankers: readonly Ranker[],
  { k, reachable }: { readonly k: number; readonly reachable?: ReadonlySet<string> | undefined },
): SliceLists[] {
  const slices = SLICES.filter((slice) => slice !== 'reachable' || reachable !== undefined);
  return rankers.flatMap((ranker) => {
    const lists = new Map<Slice, JudgedList<string>[]>(slices.map((slice) => [slice, []]));
    for (const listener of timeline.listeners.values()) {
      if (listener.relevant.size === 0) continue;
      const ranked = ranker.rank(listener.listenerId);
      for (const slice of slices) {
        const judged = judge(slice, listener, ranked, k, ranker.name, reachable);
        if (judged) lists.get(slice)?.push(judged);
      }
    }
    return slices.map((slice) => ({ ranker: ranker.name, slice, lists: lists.get(slice) ?? [] }));
  });
}

function judge(
  slice: Slice,
  listener: TimelineListener,
  ranked: readonly string[],
  k: number,
  ranker: string,
  reachable: ReadonlySet<string> | undefined,
): JudgedList<string> | undefined {
  const known = listener.history.length > 0;
  if (slice !== 'all' && known === (slice === 'cold')) return undefined;
  const belongs = (recordingId: string) => {
    if (slice === 'repeat') return listener.heard.has(recordingId);
    if (slice === 'discovery') return !listener.heard.has(recordingId);
    if (slice === 'reachable')
      return !listener.heard.has(recordingId) && reachable?.has(recordingId) === true;
    return true;
  };
  const relevant = new Set([...listener.relevant].filter(belongs));
  if (relevant.size === 0) return undefined;
  const list: string[] = [];
  for (let place = 0; place < ranked.length && list.length < k; place++) {
    const recordingId = ranked[place] as string;
    if (belongs(recordingId)) list.push(recordingId);
  }
  if (new Set(list).size < list.length)
    throw new RangeError(`Ranker ${ranker} ranks a recording twice for listener ${listener.listenerId}.`);
  return { listener: listener.listenerId, ranked: list, relevant };
}
