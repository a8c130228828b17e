/** What the three sizes preset. Every figure can be set otherwise in the stack's configuration. */
export type Size = 'dev' | 'team' | 'internet';
export type FunctionName = 'ingest' | 'update-signals' | 'rebuild' | 'serve' | 'sessions' | 'agent';

/** They answer people, who bring a token: the doors of the API. */
export const DOOR_NAMES = ['ingest', 'serve', 'sessions', 'agent'] as const satisfies readonly FunctionName[];
export type DoorName = (typeof DOOR_NAMES)[number];

/** They hold the catalogue of a build in memory, and that of the build before while requests change over. */
export const CATALOGUE_HOLDERS: readonly FunctionName[] = ['serve', 'sessions', 'agent'];
/** MiB: two catalogues of 200,000 items beside the code. */
export const CATALOGUE_MEMORY = 1024;

export interface FunctionSize {
  /** As `512Mi`. */
  readonly memory: string;
  /** vCPUs as text. */
  readonly cpu: string;
  /** Requests at a time in one instance. */
  readonly concurrency: number;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly timeoutSeconds: number;
}

interface Preset {
  readonly functions: Readonly<Record<FunctionName, FunctionSize>>;
  readonly serveHost: 'function' | 'cloud-run';
  readonly load: 'direct' | 'dataflow';
  /** Zones of the region, one cluster each. */
  readonly zoneLetters: readonly string[];
  readonly bigtable: {
    readonly minNodes: number;
    readonly maxNodes: number;
    readonly storage: 'SSD';
    readonly cpuTarget: number;
    readonly backupDays: number;
  };
  readonly retentionDays: number;
  readonly buildDays: number;
  readonly maxBytesBilled: number;
  readonly deletionProtection: boolean;
}

const GiB = 2 ** 30;
/** Longer than a turn whose prompt a model reads: it may take eight seconds, and the catalogue of a cold start five. */
const TURN_SECONDS = 60;
/** A turn computes for a twentieth of a second (docs/cost.md) and otherwise waits: more at a time would only queue. */
const TURNS_AT_A_TIME = 20;

/** A build runs one stage a request; the warehouse works, the function waits, so an hour and little memory do. */
const rebuild = (memory: string): FunctionSize => ({
  memory,
  cpu: '1',
  concurrency: 8,
  minInstances: 0,
  maxInstances: 2,
  timeoutSeconds: 3600,
});

export const PRESETS: Readonly<Record<Size, Preset>> = {
  /** Costs least: nothing kept warm, one node, and the stack can be destroyed. */
  dev: {
    functions: {
      ingest: {
        memory: '512Mi',
        cpu: '1',
        concurrency: 40,
        minInstances: 0,
        maxInstances: 2,
        timeoutSeconds: 30,
      },
      'update-signals': {
        memory: '512Mi',
        cpu: '1',
        concurrency: 40,
        minInstances: 0,
        maxInstances: 2,
        timeoutSeconds: 30,
      },
      rebuild: rebuild('1Gi'),
      serve: {
        memory: '1Gi',
        cpu: '1',
        concurrency: 40,
        minInstances: 0,
        maxInstances: 2,
        timeoutSeconds: 30,
      },
      sessions: {
        memory: '1Gi',
        cpu: '1',
        concurrency: TURNS_AT_A_TIME,
        minInstances: 0,
        maxInstances: 2,
        timeoutSeconds: TURN_SECONDS,
      },
      agent: {
        memory: '1Gi',
        cpu: '1',
        concurrency: TURNS_AT_A_TIME,
        minInstances: 0,
        maxInstances: 2,
        timeoutSeconds: TURN_SECONDS,
      },
    },
    serveHost: 'function',
    load: 'direct',
    zoneLetters: ['b'],
    bigtable: { minNodes: 1, maxNodes: 1, storage: 'SSD', cpuTarget: 60, backupDays: 3 },
    retentionDays: 0,
    buildDays: 7,
    maxBytesBilled: 100 * GiB,
    deletionProtection: false,
  },
  /** About a million listeners: one warm instance on the way of a request, autoscaled nodes, protected data. */
  team: {
    functions: {
      ingest: {
        memory: '512Mi',
        cpu: '1',
        concurrency: 80,
        minInstances: 1,
        maxInstances: 20,
        timeoutSeconds: 30,
      },
      'update-signals': {
        memory: '512Mi',
        cpu: '1',
        concurrency: 80,
        minInstances: 0,
        maxInstances: 20,
        timeoutSeconds: 30,
      },
      rebuild: rebuild('2Gi'),
      serve: {
        memory: '1Gi',
        cpu: '1',
        concurrency: 80,
        minInstances: 1,
        maxInstances: 40,
        timeoutSeconds: 30,
      },
      sessions: {
        memory: '2Gi',
        cpu: '1',
        concurrency: TURNS_AT_A_TIME,
        minInstances: 1,
        maxInstances: 20,
        timeoutSeconds: TURN_SECONDS,
      },
      agent: {
        memory: '2Gi',
        cpu: '1',
        concurrency: TURNS_AT_A_TIME,
        minInstances: 0,
        maxInstances: 10,
        timeoutSeconds: TURN_SECONDS,
      },
    },
    serveHost: 'function',
    load: 'dataflow',
    zoneLetters: ['b'],
    bigtable: { minNodes: 1, maxNodes: 10, storage: 'SSD', cpuTarget: 60, backupDays: 7 },
    retentionDays: 0,
    buildDays: 14,
    // The largest stage over five years of a million listeners' history (docs/cost.md).
    maxBytesBilled: 10 * 1024 * GiB,
    deletionProtection: true,
  },
  /** Hundreds of millions: a plain Node host, two clusters, room for the peak of an evening. */
  internet: {
    functions: {
      ingest: {
        memory: '1Gi',
        cpu: '1',
        concurrency: 250,
        minInstances: 10,
        maxInstances: 1000,
        timeoutSeconds: 30,
      },
      'update-signals': {
        memory: '1Gi',
        cpu: '1',
        concurrency: 250,
        minInstances: 10,
        maxInstances: 1000,
        timeoutSeconds: 30,
      },
      rebuild: rebuild('4Gi'),
      serve: {
        memory: '4Gi',
        cpu: '1',
        concurrency: 250,
        minInstances: 20,
        maxInstances: 1000,
        timeoutSeconds: 30,
      },
      sessions: {
        memory: '4Gi',
        cpu: '1',
        concurrency: TURNS_AT_A_TIME,
        minInstances: 10,
        maxInstances: 1000,
        timeoutSeconds: TURN_SECONDS,
      },
      agent: {
        memory: '4Gi',
        cpu: '1',
        concurrency: TURNS_AT_A_TIME,
        minInstances: 2,
        maxInstances: 200,
        timeoutSeconds: TURN_SECONDS,
      },
    },
    serveHost: 'cloud-run',
    load: 'dataflow',
    zoneLetters: ['b', 'c'],
    bigtable: { minNodes: 30, maxNodes: 300, storage: 'SSD', cpuTarget: 60, backupDays: 14 },
    retentionDays: 1095,
    buildDays: 14,
    maxBytesBilled: 1024 * 1024 * GiB,
    deletionProtection: true,
  },
};
