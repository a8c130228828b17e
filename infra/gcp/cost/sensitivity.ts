/** How far an estimate may be off, given how far each figure it rests on may be. */
import type { FigureId, Measurements } from './measurements.ts';
import { type Estimate, estimate } from './model.ts';
import type { Prices } from './prices.ts';

export interface Doubt {
  readonly figure: FigureId;
  /** USD a month that the total changes by, at most, when this figure alone is as wrong as it may be. */
  readonly change: number;
}

export interface Sensitivity {
  /** Bounds of the total: the root of the summed squares of the changes each way. */
  readonly low: number;
  readonly high: number;
  /** The largest first. */
  readonly doubts: readonly Doubt[];
}

/** Moves one figure at a time to both ends of what it may be, the workload and the prices being as given. */
export function sensitivityOf(
  { workload, deployment, total }: Estimate,
  measurements: Measurements,
  prices: Prices,
): Sensitivity {
  let below = 0;
  let above = 0;
  const doubts: Doubt[] = [];
  for (const [id, figure] of Object.entries(measurements) as [FigureId, Measurements[FigureId]][]) {
    const changes = [figure.value / figure.within, figure.value * figure.within].map((value) => {
      const moved = { ...measurements, [id]: { ...figure, value } };
      return estimate(workload, deployment, moved, prices).total - total;
    });
    below += Math.min(0, ...changes) ** 2;
    above += Math.max(0, ...changes) ** 2;
    doubts.push({ figure: id, change: Math.max(...changes.map(Math.abs)) });
  }
  return {
    low: Math.max(0, total - Math.sqrt(below)),
    high: total + Math.sqrt(above),
    doubts: doubts.sort((a, b) => b.change - a.change),
  };
}
