/** The item-to-item baselines everybody compares with, as edges for rankByNeighbours(). */
import type { Neighbours } from './rank-catalogue.ts';
import type { Interactions } from './split-file.ts';

/** Best `limit` neighbours of each item, ties by lower index. */
export interface BaselineInput {
  readonly train: Interactions;
  readonly itemCount: number;
  readonly limit: number;
}

/** Cosine of items' listeners: s(i→j) = |L_i ∩ L_j| / √(|L_i|·|L_j|) (Sarwar et al., 2001). */
export function cosineNeighbours(input: BaselineInput): Neighbours {
  return neighboursBy(
    input,
    () => 1,
    (both, i, j) => both / Math.sqrt(i * j),
  );
}

/**
 * RP3β: two steps of a random walk from an item over a listener to an item, over popularity^β (Paudel et al., 2017, with
 * α = 1): s(i→j) = (1/|L_i|)·Σ_u 1/|I_u| / |L_j|^β over the listeners of both.
 */
export function rp3Neighbours(input: BaselineInput, beta: number): Neighbours {
  return neighboursBy(
    input,
    (items) => 1 / items,
    (both, i, j) => both / i / j ** beta,
  );
}

/** `weigh`: what a common listener of so many items adds; `score`: of that sum and both items' listeners. */
function neighboursBy(
  { train, itemCount, limit }: BaselineInput,
  weigh: (items: number) => number,
  score: (sum: number, listenersOfItem: number, listenersOfNeighbour: number) => number,
): Neighbours {
  const { offsets, listeners } = listenersOf(train, itemCount);
  const sizeOf = (item: number) => (offsets[item + 1] as number) - (offsets[item] as number);
  const sums = new Float64Array(itemCount);
  const edges: { item: number[]; neighbour: number[]; score: number[] } = {
    item: [],
    neighbour: [],
    score: [],
  };
  for (let item = 0; item < itemCount; item++) {
    const touched: number[] = [];
    for (let at = offsets[item] as number; at < (offsets[item + 1] as number); at++) {
      const listener = listeners[at] as number;
      const from = train.offsets[listener] as number;
      const to = train.offsets[listener + 1] as number;
      for (let entry = from; entry < to; entry++) {
        const other = train.items[entry] as number;
        if (sums[other] === 0) touched.push(other);
        sums[other] = (sums[other] as number) + weigh(to - from);
      }
    }
    const scored = touched
      .filter((other) => other !== item)
      .map((other) => ({ other, score: score(sums[other] as number, sizeOf(item), sizeOf(other)) }))
      .sort((a, b) => b.score - a.score || a.other - b.other);
    for (const { other, score: value } of scored.slice(0, limit)) {
      edges.item.push(item);
      edges.neighbour.push(other);
      edges.score.push(value);
    }
    for (const other of touched) sums[other] = 0;
  }
  return {
    item: Int32Array.from(edges.item),
    neighbour: Int32Array.from(edges.neighbour),
    score: Float64Array.from(edges.score),
  };
}

/** From items by listener to listeners by item. Throws RangeError for an item that is out of range. */
export function listenersOf(train: Interactions, itemCount: number) {
  const offsets = new Int32Array(itemCount + 1);
  for (const [entry, item] of train.items.entries()) {
    if (!(item >= 0 && item < itemCount)) throw new RangeError(`Train entry ${entry} names item ${item}.`);
    offsets[item + 1] = (offsets[item + 1] as number) + 1;
  }
  for (let item = 0; item < itemCount; item++)
    offsets[item + 1] = (offsets[item + 1] as number) + (offsets[item] as number);
  const next = offsets.slice();
  const listeners = new Int32Array(train.items.length);
  for (let listener = 0; listener + 1 < train.offsets.length; listener++)
    for (let at = train.offsets[listener] as number; at < (train.offsets[listener + 1] as number); at++) {
      const item = train.items[at] as number;
      const place = next[item] as number;
      next[item] = place + 1;
      listeners[place] = listener;
    }
  return { offsets, listeners };
}
