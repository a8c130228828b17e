/** Judges rankings of a whole catalogue against the test file of a published split. */
import type { BootstrapOptions } from './bootstrap.ts';
import { listenersPerItem, type Ranking, rankedItems } from './rank-catalogue.ts';
import { type Evaluation, evaluateLists } from './results.ts';
import type { Split } from './split-file.ts';

/** Of the listeners who are judged, by the number of their train items. */
export interface SplitSlice {
  readonly name: string;
  readonly holds: (trainItems: number) => boolean;
}

export const ALL_LISTENERS: SplitSlice = { name: 'all', holds: () => true };
/** Who has so little that co-listening knows next to nothing of them. */
export const COLD_LISTENERS: SplitSlice = { name: 'cold', holds: (trainItems) => trainItems <= 5 };

/**
 * Every listener of the slice with at least one test item is judged, also one without train items. `ranking` is over the
 * split's listeners and items. Throws RangeError when it is over another number of listeners.
 */
export function evaluateSplit(
  ranker: string,
  ranking: Ranking,
  split: Split,
  options: BootstrapOptions,
  slice: SplitSlice = ALL_LISTENERS,
): Evaluation {
  const { listeners, items, train, test } = split;
  if (ranking.lengths.length !== listeners.length)
    throw new RangeError(
      `The ranking is of ${ranking.lengths.length} listeners, the split of ${listeners.length}.`,
    );
  const lists = listeners.flatMap((listener, index) => {
    const relevant = new Set(test.items.subarray(test.offsets[index], test.offsets[index + 1]));
    const size = (train.offsets[index + 1] as number) - (train.offsets[index] as number);
    return relevant.size === 0 || !slice.holds(size)
      ? []
      : [{ listener, ranked: [...rankedItems(ranking, index)], relevant }];
  });
  const popularity = listenersPerItem(train, items.length);
  const indexOf = new Map<string | number, number>(listeners.map((listener, index) => [listener, index]));
  return evaluateLists(
    { ranker, slice: slice.name, k: ranking.k },
    lists,
    {
      popularity: (item) => popularity[item] ?? 0,
      listeners: listeners.filter((_, index) => train.offsets[index + 1] !== train.offsets[index]).length,
      catalogueSize: items.length,
      popularities: popularity.filter((count) => count > 0),
      historyOf: (listener) => {
        const index = indexOf.get(listener) ?? -1;
        return train.items.subarray(train.offsets[index], train.offsets[index + 1]);
      },
    },
    options,
  );
}
