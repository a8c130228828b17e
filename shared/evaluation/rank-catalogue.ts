/** Ranks a whole catalogue for every listener, from item-to-item neighbours or by popularity. */
import type { Interactions } from './split-file.ts';

/** Edge e says `s(item[e] → neighbour[e]) = score[e]`; edges may come in any order, each at most once. */
export interface Neighbours {
  readonly item: Int32Array;
  readonly neighbour: Int32Array;
  readonly score: Float32Array | Float64Array;
}

/** Lists of up to k items, best first: listener u's are `items[u·k … u·k + lengths[u] − 1]`. */
export interface Ranking {
  readonly k: number;
  readonly items: Int32Array;
  readonly lengths: Int32Array;
}

export interface RankingInput {
  readonly train: Interactions;
  /** One weight per entry of train.items; 1 each when absent. */
  readonly weights?: Float32Array | Float64Array;
  /** Items are 0 … itemCount − 1. */
  readonly itemCount: number;
  readonly k: number;
}

/** Listener u's list, best first. */
export function rankedItems(ranking: Ranking, listener: number): Int32Array {
  const start = listener * ranking.k;
  return ranking.items.subarray(start, start + (ranking.lengths[listener] ?? 0));
}

/**
 * The k best of the whole catalogue by `score_j = Σ_i w_i·s(i→j)` over the listener's train items i, which
 * themselves are left out; ties, also among items of score 0, by lower index. Lists are shorter than k only where
 * fewer items remain. Throws RangeError for an index, score or weight that is out of range.
 */
export function rankByNeighbours(neighbours: Neighbours, input: RankingInput): Ranking {
  const edges = groupByItem(neighbours, input.itemCount);
  const { train, weights } = input;
  if (weights && weights.length !== train.items.length)
    throw new RangeError(`There are ${weights.length} weights for ${train.items.length} train entries.`);
  return rankByScores(input, (scores, listener) => {
    const from = train.offsets[listener] as number;
    const to = train.offsets[listener + 1] as number;
    scores.fill(0);
    for (let entry = from; entry < to; entry++) {
      const item = train.items[entry] as number;
      const weight = weights ? (weights[entry] as number) : 1;
      if (!Number.isFinite(weight)) throw new RangeError(`Weight ${entry} is not a finite number.`);
      const end = edges.offsets[item + 1] as number;
      for (let edge = edges.offsets[item] as number; edge < end; edge++) {
        const target = edges.neighbour[edge] as number;
        scores[target] = (scores[target] as number) + weight * (edges.score[edge] as number);
      }
    }
  });
}

/** The k items of most listeners in train that the listener does not have; ties by lower index. */
export function rankByPopularity(input: RankingInput): Ranking {
  const popularity = listenersPerItem(input.train, input.itemCount);
  return rankByScores(input, (scores) => scores.set(popularity));
}

/** How many listeners have each item. Throws RangeError for an item that is out of range. */
export function listenersPerItem(train: Interactions, itemCount: number): Float64Array {
  const counts = new Float64Array(itemCount);
  for (const [entry, item] of train.items.entries()) {
    if (!(item >= 0 && item < itemCount)) throw new RangeError(`Train entry ${entry} names item ${item}.`);
    counts[item] = (counts[item] as number) + 1;
  }
  return counts;
}

/**
 * The k best by the scores that `fillScores` writes for each listener in turn (every item's, −∞ to leave it out), without
 * their train items; ties by lower index. Throws RangeError for k and for an item that is out of range.
 */
export function rankByScores(
  { train, itemCount, k }: RankingInput,
  fillScores: (scores: Float64Array, listener: number) => void,
): Ranking {
  if (!Number.isSafeInteger(k) || k < 1) throw new RangeError(`k must be a positive whole number, not ${k}.`);
  listenersPerItem(train, itemCount);
  const listeners = train.offsets.length - 1;
  const items = new Int32Array(listeners * k).fill(-1);
  const lengths = new Int32Array(listeners);
  const scores = new Float64Array(itemCount);
  for (let listener = 0; listener < listeners; listener++) {
    const from = train.offsets[listener] as number;
    const to = train.offsets[listener + 1] as number;
    fillScores(scores, listener);
    for (let entry = from; entry < to; entry++)
      scores[train.items[entry] as number] = Number.NEGATIVE_INFINITY;
    lengths[listener] = selectBest(scores, items.subarray(listener * k, (listener + 1) * k));
  }
  return { k, items, lengths };
}

/** Writes the indices of the largest scores into `best`, ties by lower index, −∞ never; returns how many. */
function selectBest(scores: Float64Array, best: Int32Array): number {
  let length = 0;
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item] as number;
    if (score === Number.NEGATIVE_INFINITY) continue;
    if (length === best.length && !(score > (scores[best[length - 1] as number] as number))) continue;
    // Insertion: items come in ascending order, so an equal score stays behind the ones that are there.
    let place = length < best.length ? length++ : length - 1;
    while (place > 0 && (scores[best[place - 1] as number] as number) < score) {
      best[place] = best[place - 1] as number;
      place -= 1;
    }
    best[place] = item;
  }
  return length;
}

/** Counting sort of the edges by item. */
function groupByItem(neighbours: Neighbours, itemCount: number) {
  const { item, neighbour, score } = neighbours;
  if (item.length !== neighbour.length || item.length !== score.length)
    throw new RangeError(
      `Edges are ragged: ${item.length} items, ${neighbour.length} neighbours, ${score.length} scores.`,
    );
  const offsets = new Int32Array(itemCount + 1);
  for (let edge = 0; edge < item.length; edge++) {
    const from = item[edge] as number;
    const to = neighbour[edge] as number;
    if (!(from >= 0 && from < itemCount && to >= 0 && to < itemCount))
      throw new RangeError(`Edge ${edge} (${from} → ${to}) leaves the catalogue of ${itemCount} items.`);
    if (!Number.isFinite(score[edge]))
      throw new RangeError(`The score of edge ${edge} is not a finite number.`);
    offsets[from + 1] = (offsets[from + 1] as number) + 1;
  }
  for (let index = 0; index < itemCount; index++)
    offsets[index + 1] = (offsets[index + 1] as number) + (offsets[index] as number);
  const next = offsets.slice();
  const grouped = { offsets, neighbour: new Int32Array(item.length), score: new Float64Array(item.length) };
  for (let edge = 0; edge < item.length; edge++) {
    const place = next[item[edge] as number] as number;
    next[item[edge] as number] = place + 1;
    grouped.neighbour[place] = neighbour[edge] as number;
    grouped.score[place] = score[edge] as number;
  }
  return grouped;
}
