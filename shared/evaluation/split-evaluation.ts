/** Judges rankings of a whole catalogue against the test file of a published split. */
import type { BootstrapOptions } from './bootstrap.ts';
import { listenersPerItem, type Ranking, rankedItems } from './rank-catalogue.ts';
import { type Evaluation, evaluateLists } from './results.ts';
import type { Split } from './split-file.ts';

/**
 * Every listener with at least one test item is judged, also one without train items. `ranking` is over the
 * split's listeners and items. Throws RangeError when it is over another number of listeners.
 */
export function evaluateSplit(
  ranker: string,
  ranking: Ranking,
  split: Split,
  options: BootstrapOptions,
): Evaluation {
  const { listeners, items, train, test } = split;
  if (ranking.lengths.length !== listeners.length)
    throw new RangeError(
      `The ranking is of ${ranking.lengths.length} listeners, the split of ${listeners.length}.`,
    );
  const lists = listeners.flatMap((listener, index) => {
    const relevant = new Set(test.items.subarray(test.offsets[index], test.offsets[index + 1]));
    return relevant.size === 0 ? [] : [{ listener, ranked: [...rankedItems(ranking, index)], relevant }];
  });
  const popularity = listenersPerItem(train, items.length);
  const indexOf = new Map<string | number, number>(listeners.map((listener, index) => [listener, index]));
  return evaluateLists(
    { ranker, slice: 'all', k: ranking.k },
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
