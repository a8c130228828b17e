/** What one play, listener or request takes, and where each figure is from. docs/cost.md tells how to measure again. */

export interface Figure {
  readonly value: number;
  readonly unit: string;
  /** The command or document that gave it, or the word estimate and what it rests on. */
  readonly source: string;
  /** The truth may be this many times more or less. */
  readonly within: number;
}

const BYTES = 'node test/infra/gcp/cost/measure-bytes.ts';
const SIZES =
  'test/infra/gcp/cost/measurements.test.ts (a typical event, with UUIDs and ids of 22 characters)';
const PERFORMANCE = 'https://docs.cloud.google.com/bigtable/docs/performance';
const AUTOSCALING = 'https://docs.cloud.google.com/bigtable/docs/autoscaling';
const PUBSUB_QUOTAS = 'https://cloud.google.com/pubsub/quotas';

const figure = (value: number, unit: string, source: string, within: number): Figure => ({
  value,
  unit,
  source,
  within,
});

export const MEASUREMENTS = {
  // Messages and cells.
  listenMessage: figure(492, 'bytes', SIZES, 1.3),
  liveCell: figure(234, 'bytes with the qualifier', SIZES, 1.3),
  impressionMessage: figure(405, 'bytes an item', SIZES, 1.3),
  messageOverhead: figure(
    80,
    'bytes of id, timestamp and ordering key',
    'https://cloud.google.com/pubsub/pricing',
    1.5,
  ),
  listenRow: figure(256, 'bytes in BigQuery', BYTES, 1.2),
  impressionRow: figure(
    250,
    'bytes in BigQuery',
    'estimate: the columns of an impression, counted as for listens',
    1.3,
  ),

  // A listener's cells of one build, with a history of 2,000 plays.
  poolCell: figure(30_000, 'bytes', BYTES, 1.5),
  tasteCell: figure(10_000, 'bytes', BYTES, 1.5),
  recentCellPerPlay: figure(14, 'bytes a play of the history', BYTES, 1.5),
  /** recent_cap times the bytes of a line. */
  recentCellMost: figure(60_000, 'bytes', `${BYTES}: 2,000 recordings of 30 bytes`, 1.3),
  heardCellPerPlay: figure(0.8, 'bytes a play of the history', BYTES, 2),
  relatedCell: figure(3_300, 'bytes an item', BYTES, 1.5),
  compression: figure(0.5, 'of the bytes', `${BYTES}: zstd of each cell alone, .25 to .85`, 1.5),

  // A build in BigQuery.
  scanPerPlay: figure(1_800, 'bytes', BYTES, 1.5),
  scanPerListener: figure(150_000, 'bytes', BYTES, 2),
  scanPerItem: figure(17_000, 'bytes', BYTES, 2),
  largestScanPerPlay: figure(265, 'bytes', `${BYTES}: listening, repeated_events`, 1.5),
  writtenPerPlay: figure(240, 'bytes', BYTES, 1.5),
  writtenPerListener: figure(90_000, 'bytes', BYTES, 2),
  writtenPerItem: figure(8_400, 'bytes', BYTES, 2),
  cpuPerPlay: figure(8e-6, 'core-seconds', `${BYTES}, stages as SQL on DuckDB`, 5),
  cpuPerListener: figure(
    0.084,
    'core-seconds',
    `${BYTES}, stages as SQL on DuckDB: .048 at 151 seeds, squared up to 200`,
    5,
  ),
  stages: figure(42, 'stages', 'shared/sql/stages.ts', 1),
  stageOverhead: figure(
    10,
    'seconds a stage at least',
    'estimate: starting a query job and asking for it',
    3,
  ),

  // Functions.
  cpuPerIngestRequest: figure(
    0.6,
    'core-ms',
    'estimate: framework .13 (docs/benchmarks.md), token, reads, publish',
    3,
  ),
  cpuPerIngestEvent: figure(
    0.1,
    'core-ms',
    'docs/benchmarks.md: 10,513 events/s in batches, both functions on 2 cores',
    2,
  ),
  cpuPerPush: figure(
    0.5,
    'core-ms',
    'estimate: framework .13 (docs/benchmarks.md), token, a read, a conditional write',
    3,
  ),
  cpuPerAnswer: figure(
    1.1,
    'core-ms',
    'docs/benchmarks.md: 909 discover-weekly/s on 2 cores shared with the load',
    2,
  ),
  cpuPerTurn: figure(
    57,
    'core-ms with the framework',
    'node test/infra/gcp/cost/measure-turns.ts: 200,000 items; 19 with 20,000',
    3,
  ),
  frameworkOverhead: figure(
    0.11,
    'core-ms',
    'docs/benchmarks.md: hello on the framework less node:http',
    1.5,
  ),
  useOfCore: figure(
    0.6,
    'of one core an instance',
    'from memory, Cloud Run scales at 60% CPU; a Node process computes on one core',
    1.3,
  ),
  leastBilled: figure(0.1, 'seconds', 'https://cloud.google.com/run/pricing: rounded up to 100 ms', 1),
  answerItem: figure(670, 'bytes of JSON', 'docs/benchmarks.md: 30 items are some 20 KB', 1.3),
  ingestAnswer: figure(400, 'bytes with headers', 'estimate', 2),
  requestLog: figure(
    1_300,
    'bytes',
    'estimate: the line of the function and the request log of Cloud Run',
    2,
  ),

  // Bigtable.
  nodeReads: figure(17_000, 'rows of 1 KB a second', PERFORMANCE, 1.5),
  nodeWrites: figure(14_000, 'rows of 1 KB a second', PERFORMANCE, 1.5),
  nodeReadBytes: figure(220e6, 'bytes a second', `${PERFORMANCE}: scans`, 2),
  nodeWriteBytes: figure(14e6, 'bytes a second', `${PERFORMANCE}: 14,000 rows of 1 KB`, 3),
  nodeStorage: figure(
    2.5 * 2 ** 40,
    'bytes a node',
    `${AUTOSCALING}: half of the 5 TiB a node can hold, from memory`,
    1.5,
  ),

  // Documents and prompts.
  documentsPerTurn: figure(1, 'documents read, and as many written', 'functions/sessions/writing.ts', 1.5),
  sessionDocument: figure(20_000, 'bytes', 'estimate: the barred ids, answers and history of five turns', 4),
  turnsPerSession: figure(5, 'turns', 'estimate', 3),
  promptTokens: figure(3_000, 'tokens a prompt', 'estimate: instruction, schema and names', 2),
  answerTokens: figure(600, 'tokens a prompt', 'estimate: a brief, and what was thought', 3),

  // Loading and the night.
  buildHours: figure(1.5, 'hours', 'estimate: half of 03:00 to 06:00, when the build must be there', 1.5),
  loadHours: figure(1.5, 'hours', 'estimate: the other half', 1.5),
  directLoad: figure(5e6, 'bytes a second of one function', 'estimate', 3),
  dataflowRate: figure(4e6, 'bytes a second and vCPU', 'estimate: text of 50 KB a row', 3),
  dataflowStart: figure(0.1, 'vCPU-hours a job', 'estimate: two vCPUs for three minutes', 2),
  dataflowMemory: figure(3.75, 'GiB a vCPU', 'estimate: n1-standard', 1.2),
  dataflowDisk: figure(25, 'GiB a vCPU', 'https://cloud.google.com/dataflow/docs/shuffle-for-batch', 1.5),

  // Quotas that a project begins with.
  onDemandSlots: figure(2_000, 'slots', 'https://cloud.google.com/bigquery/quotas, from memory', 1),
  publishQuota: figure(4e9, 'bytes a second in a large region', `${PUBSUB_QUOTAS}, from memory`, 1),
  pushQuota: figure(140e6, 'bytes a second in a large region', `${PUBSUB_QUOTAS}, from memory`, 1),
} as const satisfies Readonly<Record<string, Figure>>;

export type FigureId = keyof typeof MEASUREMENTS;
export type Measurements = Readonly<Record<FigureId, Figure>>;
