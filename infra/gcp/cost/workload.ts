/** What is asked of a deployment, and what a deployment is made of as far as it costs. */
import { type FunctionName, type FunctionSize, PRESETS, type Size } from '../sizes.ts';

/** The days for which config.ts keeps live events unless told otherwise. */
export const LIVE_DAYS = 30;
/** Days of history that a deployment is priced at which keeps everything. */
const DEFAULT_HISTORY_DAYS = 365;

export interface Workload {
  /** Who listen: each of them every day. */
  readonly listeners: number;
  /** Listens a listener and day, skips included. */
  readonly playsPerDay: number;
  /** Listens that arrive in one request of ingest. */
  readonly playsPerRequest: number;
  /** Ranked answers a listener and day. */
  readonly answersPerDay: number;
  readonly itemsPerAnswer: number;
  /** Turns of sessions a listener and day, and tracks in one. */
  readonly turnsPerDay: number;
  readonly itemsPerTurn: number;
  /** Prompts that a model reads, of all turns. */
  readonly promptsPerTurn: number;
  /** Calls of the agent's tools a listener and day. */
  readonly callsPerDay: number;
  /** Items of the catalogue that are listened to, at most. */
  readonly catalogueItems: number;
  /** The busiest hour's load over the mean. */
  readonly peak: number;
  /** Age of the deployment: the history it holds, unless its retention is shorter. */
  readonly historyDays: number;
}

export interface Deployment {
  readonly size: Size;
  readonly functions: Readonly<Record<FunctionName, FunctionSize>>;
  readonly serveHost: 'function' | 'cloud-run';
  readonly load: 'direct' | 'dataflow' | 'reverse-etl';
  /** Clusters of Bigtable, each with every row. */
  readonly clusters: number;
  /** Of each cluster. */
  readonly minNodes: number;
  readonly maxNodes: number;
  /** Percent of CPU that autoscaling aims at. */
  readonly cpuTarget: number;
  readonly backupDays: number;
  readonly liveDays: number;
  readonly buildDays: number;
  /** Days of listens and impressions in the warehouse; 0 keeps them. */
  readonly retentionDays: number;
  readonly maxBytesBilled: number;
  /** Whether a model reads prompts. */
  readonly hasModel: boolean;
  /** Behind a load balancer with Cloud Armor. */
  readonly hasDomain: boolean;
}

/** Listening and asking as documented; one listen a request is what ListenBrainz players do. */
export const DEFAULT_WORKLOAD = {
  playsPerDay: 25,
  playsPerRequest: 1,
  answersPerDay: 5,
  itemsPerAnswer: 20,
  turnsPerDay: 0.5,
  itemsPerTurn: 10,
  promptsPerTurn: 0.2,
  callsPerDay: 0.02,
  catalogueItems: 1_000_000,
  peak: 2.5,
} as const;

/** The size that the examples name for so many listeners. */
export function sizeFor(listeners: number): Size {
  if (listeners <= 100_000) return 'dev';
  return listeners <= 10_000_000 ? 'team' : 'internet';
}

/** A deployment as its example configures it: internet has a domain, and each loads as its preset says. */
export function deploymentOf(size: Size, given: Partial<Deployment> = {}): Deployment {
  const { functions, serveHost, load, zoneLetters, bigtable, ...preset } = PRESETS[size];
  const { minNodes, maxNodes, cpuTarget, backupDays } = bigtable;
  return {
    size,
    functions,
    serveHost,
    load,
    clusters: zoneLetters.length,
    minNodes,
    maxNodes,
    cpuTarget,
    backupDays,
    liveDays: LIVE_DAYS,
    buildDays: preset.buildDays,
    retentionDays: preset.retentionDays,
    maxBytesBilled: preset.maxBytesBilled,
    hasModel: false,
    hasDomain: size === 'internet',
    ...given,
  };
}

/** A whole workload of what is given; the history is as old as the warehouse keeps it, or a year. */
export function workloadOf(
  given: Pick<Workload, 'listeners'> & Partial<Workload>,
  { retentionDays }: Pick<Deployment, 'retentionDays'>,
): Workload {
  const historyDays = given.historyDays ?? (retentionDays > 0 ? retentionDays : DEFAULT_HISTORY_DAYS);
  return {
    ...DEFAULT_WORKLOAD,
    ...given,
    historyDays: retentionDays > 0 ? Math.min(historyDays, retentionDays) : historyDays,
  };
}
