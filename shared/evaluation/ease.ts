/**
 * EASE (Steck, 2019): x·B for each listener's row x, B = I − P·diag(P)⁻¹, P = (XᵀX + λI)⁻¹. Computed by listener
 * instead of by item: with M = (XXᵀ + λI)⁻¹, x_u·P = M_u·X and P_jj = (1 − X_jᵀ·M·X_j)/λ, exactly.
 */
import { invert } from '../domain/positive-definite.ts';
import { listenersOf } from './item-baselines.ts';
import { type Ranking, type RankingInput, rankByScores } from './rank-catalogue.ts';

/** Listeners up to which the dense matrix (8 bytes by listeners²) and its inverse are worth while. */
export const EASE_LISTENERS = 6_000;

/**
 * The k best by EASE, its own train items left out; ties by lower index. Throws RangeError for a λ that is not positive,
 * for more listeners than EASE_LISTENERS and as rankByPopularity does.
 */
export function rankByEase(input: RankingInput, lambda: number): Ranking {
  const { train, itemCount } = input;
  const count = train.offsets.length - 1;
  if (!(lambda > 0)) throw new RangeError(`Lambda must be positive, not ${lambda}.`);
  if (count > EASE_LISTENERS) throw new RangeError(`EASE of ${count} listeners would not fit.`);
  const byItem = listenersOf(train, itemCount);
  const of = (item: number) =>
    byItem.listeners.subarray(byItem.offsets[item] as number, byItem.offsets[item + 1] as number);
  const matrix = new Float64Array(count * count);
  for (let item = 0; item < itemCount; item++)
    for (const a of of(item)) for (const b of of(item)) matrix[a * count + b]! += 1;
  for (let at = 0; at < count; at++) matrix[at * count + at]! += lambda;
  const inverse = invert(matrix, count);
  const diagonal = Float64Array.from({ length: itemCount }, (_, item) => {
    let sum = 0;
    for (const a of of(item)) for (const b of of(item)) sum += inverse[a * count + b] as number;
    return (1 - sum) / lambda;
  });
  return rankByScores(input, (scores, listener) => {
    const row = inverse.subarray(listener * count, (listener + 1) * count);
    for (let item = 0; item < itemCount; item++) {
      let sum = 0;
      for (let at = byItem.offsets[item] as number; at < (byItem.offsets[item + 1] as number); at++)
        sum += row[byItem.listeners[at] as number] as number;
      scores[item] = -sum / (diagonal[item] as number);
    }
  });
}
