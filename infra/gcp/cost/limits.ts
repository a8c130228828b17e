/** What runs out first: each need beside what the size allows or a project begins with, the tightest first. */
import type { Machines } from './machines.ts';
import type { Measurements } from './measurements.ts';
import { SECONDS_PER_MONTH, type Volumes } from './volumes.ts';
import type { Deployment, Workload } from './workload.ts';

export interface Limit {
  readonly resource: string;
  readonly need: number;
  readonly limit: number;
  readonly unit: string;
  /** Need over limit: beyond 1 it does not fit. */
  readonly use: number;
  /** Whose limit it is, and what need and limit rest on. */
  readonly known: string;
}

const TIB = 2 ** 40;
/** A function may take an hour (infra/gcp/sizes.ts). */
const LOAD_HOURS = 1;

/** Every limit, the most used first. */
export function limitsOf(
  volumes: Volumes,
  machines: Machines,
  { peak }: Workload,
  deployment: Deployment,
  m: Measurements,
): Limit[] {
  const limits: Limit[] = [];
  const add = (resource: string, need: number, limit: number, unit: string, known: string) =>
    limits.push({ resource, need, limit, unit, use: need / limit, known });
  const preset = (setting: string) => `segue:${setting} of this size`;

  for (const [name, { size, peakLoad }] of Object.entries(machines.functions))
    if (name !== 'rebuild')
      add(
        `${name}: instances in the busiest hour`,
        peakLoad,
        size.maxInstances,
        'instances',
        `${preset(`functions.${name}.maxInstances`)}; CPU a request by docs/benchmarks.md or estimate`,
      );
  const most = (nodes: (cluster: (typeof machines.clusters)[number]) => number) =>
    Math.max(...machines.clusters.map(nodes));
  const nodes = preset('bigtable.maxNodes');
  add(
    'Bigtable: nodes in the busiest hour, a cluster',
    most(({ load }) => load.peak),
    deployment.maxNodes,
    'nodes',
    `${nodes}; rows a second and node by Google`,
  );
  add(
    'Bigtable: nodes while a build is loaded, a cluster',
    most(({ load }) => load.loading),
    deployment.maxNodes,
    'nodes',
    `${nodes}; bytes a second and node derived from Google's rows`,
  );
  add(
    'Bigtable: nodes for the bytes, a cluster',
    most(({ load }) => load.storage),
    deployment.maxNodes,
    'nodes',
    `${nodes}; bytes a node as autoscaling aims at`,
  );
  add(
    'BigQuery: the largest stage',
    volumes.build.largestScan / TIB,
    deployment.maxBytesBilled / TIB,
    'TiB',
    `${preset('maxBytesBilled')}; bytes a play measured on DuckDB's tables`,
  );
  if (deployment.load !== 'reverse-etl')
    add(
      'BigQuery: slots to end a build in time',
      machines.build.slotSeconds / (m.buildHours.value * 3600),
      m.onDemandSlots.value,
      'slots',
      'what a project has on demand; core-seconds measured with the stages as SQL on DuckDB',
    );
  if (deployment.load === 'direct')
    add(
      'rebuild: loading by itself',
      machines.directHours,
      LOAD_HOURS,
      'hours',
      "a function's longest request; the rate is an estimate",
    );
  add(
    'Pub/Sub: publishing in the busiest hour',
    (volumes.published * peak) / SECONDS_PER_MONTH / 1e6,
    m.publishQuota.value / 1e6,
    'MB/s',
    'the quota of a large region, from memory',
  );
  add(
    'Pub/Sub: push in the busiest hour',
    (volumes.pushed * peak) / SECONDS_PER_MONTH / 1e6,
    m.pushQuota.value / 1e6,
    'MB/s',
    'the quota of a large region, from memory',
  );
  return limits.sort((a, b) => b.use - a.use);
}
