/** How many machines the volumes take: instances of functions, nodes of Bigtable, slots, Dataflow's vCPUs. */
import type { FunctionName, FunctionSize } from '../sizes.ts';
import type { Measurements } from './measurements.ts';
import { SECONDS_PER_MONTH, type Volumes } from './volumes.ts';
import type { Deployment, Workload } from './workload.ts';

/** Row tables that a build loads, a job of the template each (shared/schema/rows.ts). */
const LOADED_TABLES = 3;
/** Seeds whose neighbours a turn reads, a row each (functions/sessions/turn.ts). */
const SEEDS_A_TURN = 10;

export interface Instances {
  readonly size: FunctionSize;
  /** Mean over the month, without those that idle. */
  readonly busy: number;
  /** In the busiest hour, at least the configured minimum. */
  readonly peak: number;
  /** The same without the minimum and not rounded. */
  readonly peakLoad: number;
  /** Seconds a month in which an instance works, all of them together. */
  readonly activeSeconds: number;
  /** Seconds a month in which a minimum instance waits. */
  readonly idleSeconds: number;
}

export interface Cluster {
  /** Nodes by day on average, in the busiest hour, while a build is loaded, and for the bytes alone. */
  readonly day: number;
  readonly peak: number;
  readonly loading: number;
  readonly forStorage: number;
  /** What of them the load alone takes at the target, neither rounded nor at least the minimum. */
  readonly load: { readonly peak: number; readonly loading: number; readonly storage: number };
}

export interface Machines {
  readonly functions: Readonly<Record<FunctionName, Instances>>;
  readonly clusters: readonly Cluster[];
  /** Slot-seconds of one build, the slots that end it in time, and hours it takes on demand's slots. */
  readonly build: { readonly slotSeconds: number; readonly slots: number; readonly hours: number };
  /** Of one night, where the template loads; the vCPUs that end it in time. */
  readonly dataflow: { readonly vcpuHours: number; readonly vcpus: number };
  /** Hours of one direct load, where the function writes by itself. */
  readonly directHours: number;
}

/** GiB of `512Mi` or `2Gi`. */
export function gibOf(memory: string): number {
  const amount = Number.parseInt(memory, 10);
  return memory.endsWith('Mi') ? amount / 1024 : amount;
}

/**
 * Instances for `cores` of work on average in `requests` a second. Little traffic is billed by the tenth of a second
 * in which anything is under way: the share 1 − e^(−λd) of the time; much traffic by the cores it takes.
 */
function instancesFor(
  size: FunctionSize,
  { cores, requests, peak }: { cores: number; requests: number; peak: number },
  m: Measurements,
): Instances {
  const perInstance = m.useOfCore.value * Math.min(1, Number(size.cpu));
  const underWay = 1 - Math.exp(-requests * m.leastBilled.value);
  const busy = Math.max(cores / perInstance, underWay);
  return {
    size,
    busy,
    peak: Math.max(size.minInstances, Math.ceil((cores * peak) / perInstance), requests > 0 ? 1 : 0),
    peakLoad: (cores * peak) / perInstance,
    activeSeconds: busy * SECONDS_PER_MONTH,
    idleSeconds: Math.max(0, size.minInstances - busy) * SECONDS_PER_MONTH,
  };
}

/** Nodes that so many node-seconds a second take at the target, and those that the bytes take. */
const nodes = (load: number, { cpuTarget }: Deployment) => load / (cpuTarget / 100);

function clustersOf(
  volumes: Volumes,
  { peak }: Workload,
  deployment: Deployment,
  m: Measurements,
): Cluster[] {
  const { rates, build } = volumes;
  const read = 1 / m.nodeReads.value;
  const write = 1 / m.nodeWrites.value;
  const row = Math.max(read, build.listenerCells / m.nodeReadBytes.value);
  // An answer reads the listener's row and the tombstone; the catalogue is remembered, two reads of it are not.
  // A turn and a tool also read what goes with some seeds.
  const serving =
    rates.answers * (row + 3 * read) + (rates.turns + rates.calls) * (row + (3 + SEEDS_A_TURN) * read);
  // Ingest reads private sessions, items and the tombstone; update-signals the tombstone, and what it writes if absent.
  const once = rates.ingestRequests * 3 * read + rates.pushes * 2 * read;
  const everywhere = rates.pushes * write;
  const loading = build.loaded / (m.loadHours.value * 3600) / m.nodeWriteBytes.value;
  const storage = volumes.rows / m.nodeStorage.value;
  return Array.from({ length: deployment.clusters }, (_, index) => {
    const mean = serving / deployment.clusters + everywhere + (index === 0 ? once : 0);
    const load = {
      peak: nodes(mean * peak, deployment),
      loading: nodes(mean + loading, deployment),
      storage,
    };
    const atLeast = Math.max(deployment.minNodes, Math.ceil(storage));
    return {
      day: Math.max(atLeast, Math.ceil(nodes(mean, deployment))),
      peak: Math.max(atLeast, Math.ceil(load.peak)),
      loading: Math.max(atLeast, Math.ceil(load.loading)),
      forStorage: Math.ceil(storage),
      load,
    };
  });
}

export function machinesOf(
  volumes: Volumes,
  workload: Workload,
  deployment: Deployment,
  m: Measurements,
): Machines {
  const { rates, build } = volumes;
  const { functions, serveHost, load } = deployment;
  const { peak } = workload;
  const slotSeconds = build.coreSeconds;
  const least = m.stages.value * m.stageOverhead.value;
  const isAnything = volumes.history > 0;
  const hours = isAnything ? (slotSeconds / m.onDemandSlots.value + least) / 3600 : 0;
  const directHours = load === 'direct' ? build.loaded / m.directLoad.value / 3600 : 0;
  const vcpuHours =
    load === 'dataflow' && isAnything
      ? build.loaded / m.dataflowRate.value / 3600 + LOADED_TABLES * m.dataflowStart.value
      : 0;
  const seconds = 1000;
  const answering = m.cpuPerAnswer.value + (serveHost === 'function' ? m.frameworkOverhead.value : 0);
  // It waits for the warehouse, and is billed while it does.
  const waiting = ((hours + directHours) * volumes.buildsPerMonth * 3600) / SECONDS_PER_MONTH;
  const rebuild = instancesFor(functions.rebuild, { cores: 0, requests: 0, peak }, m);
  return {
    functions: {
      ingest: instancesFor(
        functions.ingest,
        {
          cores:
            (rates.ingestRequests * m.cpuPerIngestRequest.value + rates.events * m.cpuPerIngestEvent.value) /
            seconds,
          requests: rates.ingestRequests,
          peak,
        },
        m,
      ),
      'update-signals': instancesFor(
        functions['update-signals'],
        { cores: (rates.pushes * m.cpuPerPush.value) / seconds, requests: rates.pushes, peak },
        m,
      ),
      serve: instancesFor(
        functions.serve,
        { cores: (rates.answers * answering) / seconds, requests: rates.answers, peak },
        m,
      ),
      sessions: instancesFor(
        functions.sessions,
        { cores: (rates.turns * m.cpuPerTurn.value) / seconds, requests: rates.turns, peak },
        m,
      ),
      agent: instancesFor(
        functions.agent,
        { cores: (rates.calls * m.cpuPerTurn.value) / seconds, requests: rates.calls, peak },
        m,
      ),
      rebuild: {
        ...rebuild,
        busy: waiting,
        peak: Math.max(rebuild.peak, isAnything ? 1 : 0),
        activeSeconds: waiting * SECONDS_PER_MONTH,
      },
    },
    clusters: clustersOf(volumes, workload, deployment, m),
    build: { slotSeconds, slots: Math.ceil(slotSeconds / (m.buildHours.value * 3600)), hours },
    dataflow: { vcpuHours, vcpus: Math.ceil(vcpuHours / m.loadHours.value) },
    directHours,
  };
}
