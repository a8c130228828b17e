/** What a deployment costs a month under a workload: a model over list prices and measurements, never a bill. */
import { type Limit, limitsOf } from './limits.ts';
import { linesOf } from './lines.ts';
import { type Machines, machinesOf } from './machines.ts';
import type { Measurements } from './measurements.ts';
import type { Prices } from './prices.ts';
import type { Line } from './sheet.ts';
import { type Volumes, volumesOf } from './volumes.ts';
import type { Deployment, Workload } from './workload.ts';

export interface Estimate {
  readonly workload: Workload;
  readonly deployment: Deployment;
  readonly volumes: Volumes;
  readonly machines: Machines;
  readonly lines: readonly Line[];
  /** The tightest first: it is the bottleneck. */
  readonly limits: readonly Limit[];
  /** USD a month. */
  readonly total: number;
  /** USD of it whose price was not looked up. */
  readonly unchecked: number;
}

const sum = (lines: readonly Line[]) => lines.reduce((total, { monthly }) => total + monthly, 0);

/** Pure: the same inputs give the same estimate. Machines are what is needed, also where a limit forbids them. */
export function estimate(
  workload: Workload,
  deployment: Deployment,
  measurements: Measurements,
  prices: Prices,
): Estimate {
  const volumes = volumesOf(workload, deployment, measurements);
  const machines = machinesOf(volumes, workload, deployment, measurements);
  const lines = linesOf({ deployment, volumes, machines, measurements, prices });
  return {
    workload,
    deployment,
    volumes,
    machines,
    lines,
    limits: limitsOf(volumes, machines, workload, deployment, measurements),
    total: sum(lines),
    unchecked: sum(lines.filter(({ price }) => !price.checked)),
  };
}
