/** Judges rankers on a timeline, sliced by whether the listener knew the recording. */
import type { Ranker } from './baselines.ts';
import type { BootstrapOptions } from './bootstrap.ts';
import { type Evaluation, evaluateLists, type JudgedList } from './results.ts';
import type { Timeline, TimelineListener } from './timeline.ts';

/**
 * all: everybody, every recording. repeat and discovery: listeners with a history, recordings heard in train and
 * never heard in train. cold: listeners without a history.
 */
export const SLICES = ['all', 'repeat', 'discovery', 'cold'] as const;
export type Slice = (typeof SLICES)[number];

export interface TimelineEvaluationOptions extends BootstrapOptions {
  /** 20 unless told. */
  readonly k?: number;
  /** Recordings that could be recommended, for coverage; those played in train unless told. */
  readonly catalogueSize?: number;
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
  const k = options.k ?? 20;
  const reference = {
    popularity: (recordingId: string) => timeline.popularity.get(recordingId) ?? 0,
    listeners: timeline.trainListeners,
    catalogueSize: options.catalogueSize ?? timeline.popularity.size,
  };
  return rankers.flatMap((ranker) => {
    const lists = new Map<Slice, JudgedList<string>[]>(SLICES.map((slice) => [slice, []]));
    for (const listener of timeline.listeners.values()) {
      if (listener.relevant.size === 0) continue;
      const ranked = ranker.rank(listener.listenerId);
      for (const slice of SLICES) {
        const judged = judge(slice, listener, ranked, k, ranker.name);
        if (judged) lists.get(slice)?.push(judged);
      }
    }
    return SLICES.map((slice) =>
      evaluateLists({ ranker: ranker.name, slice, k }, lists.get(slice) ?? [], reference, options),
    );
  });
}

function judge(
  slice: Slice,
  listener: TimelineListener,
  ranked: readonly string[],
  k: number,
  ranker: string,
): JudgedList<string> | undefined {
  const known = listener.history.length > 0;
  if (slice !== 'all' && known === (slice === 'cold')) return undefined;
  const belongs = (recordingId: string) =>
    slice === 'repeat'
      ? listener.heard.has(recordingId)
      : slice === 'discovery'
        ? !listener.heard.has(recordingId)
        : true;
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
