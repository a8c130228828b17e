/**
 * stages/neighbours.sql on typed arrays: per source one accumulator over the listeners of both. Integers below
 * 2^53 and the two factors in the order of the SQL, so that both give the same numbers.
 */
import { Best } from './best.ts';

export interface CoListeningInput {
  /** Compressed sparse rows, ids from 1: the ids of listener u are ids[listenerOffsets[u] … listenerOffsets[u+1]). */
  readonly listenerOffsets: Int32Array;
  readonly ids: Int32Array;
  /** Per listener, w_u in millionths. */
  readonly weights: Float64Array;
  /** The listeners of id i are listeners[idOffsets[i] … idOffsets[i+1]). */
  readonly idOffsets: Int32Array;
  readonly listeners: Int32Array;
  /** Of an id as source and as neighbour. */
  readonly outFactors: Float64Array;
  readonly inFactors: Float64Array;
  readonly limit: number;
  /** Millionths; higher scores count as this one. */
  readonly most: number;
}

/** Rows (id, neighbour, score, place) of a block, as columns. */
export interface CoListeningOutput {
  readonly ids: Int32Array;
  readonly neighbours: Int32Array;
  readonly scores: Float64Array;
  readonly places: Int32Array;
}

/** Makes the function that computes the neighbours of the ids first to last; its scratch memory is reused. */
export function coListening(input: CoListeningInput): (first: number, last: number) => CoListeningOutput {
  const { listenerOffsets, ids, weights, idOffsets, listeners, outFactors, inFactors, most } = input;
  const totals = new Float64Array(outFactors.length);
  const touched = new Int32Array(outFactors.length);
  const best = new Best(input.limit);

  const neighboursOf = (id: number) => {
    let count = 0;
    for (let at = idOffsets[id]!; at < idOffsets[id + 1]!; at++) {
      const listener = listeners[at]!;
      const weight = weights[listener]!;
      const end = listenerOffsets[listener + 1]!;
      for (let other = listenerOffsets[listener]!; other < end; other++) {
        const neighbour = ids[other]!;
        if (totals[neighbour] === 0) touched[count++] = neighbour;
        totals[neighbour]! += weight;
      }
    }
    const out = outFactors[id]!;
    best.clear();
    for (let at = 0; at < count; at++) {
      const neighbour = touched[at]!;
      const score = Math.min(Math.round(totals[neighbour]! * out * inFactors[neighbour]!), most);
      totals[neighbour] = 0;
      if (score > 0 && neighbour !== id) best.offer(neighbour, score);
    }
    return best.drain();
  };

  return (first, last) => {
    const found = [];
    let rows = 0;
    for (let id = first; id <= last; id++) {
      const block = neighboursOf(id);
      rows += block.ids.length;
      found.push(block);
    }
    const output = {
      ids: new Int32Array(rows),
      neighbours: new Int32Array(rows),
      scores: new Float64Array(rows),
      places: new Int32Array(rows),
    };
    let row = 0;
    for (const [index, block] of found.entries()) {
      output.ids.fill(first + index, row, row + block.ids.length);
      output.neighbours.set(block.ids, row);
      output.scores.set(block.scores, row);
      for (let place = 0; place < block.ids.length; place++) output.places[row + place] = place + 1;
      row += block.ids.length;
    }
    return output;
  };
}
