/** One history judged at many cuts: a lone listener gives one number per cut, so the cuts are what is resampled. */
import { dateOf } from '../domain/time.ts';
import { InvalidInput } from '../errors.ts';
import type { Ranker } from './baselines.ts';
import { type Evaluation, evaluateLists, type JudgedList } from './results.ts';
import { DAY_MS, type Listen, type Timeline } from './timeline.ts';
import {
  judgeTimeline,
  recordingOf,
  referenceOf,
  type TimelineEvaluationOptions,
} from './timeline-evaluation.ts';

export interface JudgedCut {
  readonly timeline: Timeline;
  /** The same rankers, in the same order, at every cut. */
  readonly rankers: readonly Ranker[];
  /** Recordings that could be recommended at the cut. */
  readonly reachable: ReadonlySet<string>;
}

/**
 * `cuts` instants at equal distances, epoch milliseconds: the first at `from` and the last `testDays` before `to`, both
 * shares of the time from the first listen to the last. Throws InvalidInput for options out of range and too little time.
 */
export function cutInstants(
  listens: readonly Listen[],
  options: {
    readonly cuts: number;
    readonly from: number;
    readonly to: number;
    readonly testDays: number;
  },
): number[] {
  const { cuts, from, to, testDays } = options;
  if (!Number.isSafeInteger(cuts) || cuts < 1) throw invalid('/cuts', `must be 1 or more, not ${cuts}`);
  if (!(from >= 0 && from < to && to <= 1))
    throw invalid('/from', `must be below /to, both from 0 to 1, not ${from} and ${to}`);
  if (!(testDays > 0)) throw invalid('/testDays', `must be more than 0, not ${testDays}`);
  if (listens.length === 0) throw invalid('/listens', 'there is no listen to split');
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { occurredAt } of listens) {
    first = Math.min(first, occurredAt);
    last = Math.max(last, occurredAt);
  }
  const start = first + (last - first) * from;
  const end = first + (last - first) * to - testDays * DAY_MS;
  if (end < start)
    throw invalid('/testDays', `${testDays} days do not fit between the shares ${from} and ${to}`);
  return Array.from({ length: cuts }, (_, index) =>
    Math.round(cuts === 1 ? start : start + ((end - start) * index) / (cuts - 1)),
  );
}

/**
 * One evaluation per ranker and slice over all cuts, as evaluateTimeline() gives it of one; who is judged is a listener
 * at a cut, written `listener @ date`. Throws RangeError for no cuts and for cuts whose rankers differ.
 */
export function evaluateCuts(
  cuts: readonly JudgedCut[],
  options: Omit<TimelineEvaluationOptions, 'reachable'>,
): Evaluation[] {
  const k = options.k ?? 20;
  const last = cuts.at(-1);
  if (last === undefined) throw new RangeError('There is no cut to judge.');
  const judged = cuts.map(({ timeline, rankers, reachable }) =>
    judgeTimeline(timeline, rankers, { k, reachable }).map((slice) => ({
      ...slice,
      lists: slice.lists.map((list) => ({ ...list, listener: nameOf(list, timeline) })),
    })),
  );
  const histories = new Map(
    cuts.flatMap(({ timeline }) =>
      [...timeline.listeners.values()].map(
        ({ listenerId, history }) => [nameOf({ listener: listenerId }, timeline), history] as const,
      ),
    ),
  );
  const reference = {
    ...referenceOf(last.timeline, {
      ...options,
      catalogueSize: options.catalogueSize ?? last.reachable.size,
    }),
    // As it was at the cut at which a list was made.
    historyOf: (listener: string | number) => histories.get(String(listener))?.map(recordingOf) ?? [],
  };
  return (judged.at(-1) ?? []).map(({ ranker, slice }, place) => {
    const lists = judged.flatMap((slices) => {
      const same = slices[place];
      if (same?.ranker !== ranker) throw new RangeError(`Not every cut is ranked by ${ranker}.`);
      return same.lists;
    });
    return evaluateLists({ ranker, slice, k }, lists, reference, options);
  });
}

function nameOf({ listener }: Pick<JudgedList<string>, 'listener'>, { cutAt }: Timeline): string {
  return `${listener} @ ${dateOf(cutAt)}`;
}

/** Of the recordings that listeners with a history played for the first time: how many, and how many were in reach. */
export function reachOfCut({ timeline, reachable }: JudgedCut): {
  readonly unheard: number;
  readonly reachable: number;
} {
  const found = { unheard: 0, reachable: 0 };
  for (const { history, heard, relevant } of timeline.listeners.values())
    for (const recordingId of history.length > 0 ? relevant.difference(heard) : []) {
      found.unheard += 1;
      found.reachable += reachable.has(recordingId) ? 1 : 0;
    }
  return found;
}

function invalid(pointer: string, detail: string): InvalidInput {
  return new InvalidInput([{ pointer, detail }]);
}
