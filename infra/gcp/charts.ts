/** What the dashboard shows, section by section: in, to the rows, through the night, out, and what it costs. */
import { BIGTABLE_INSTANCE } from '../../shared/schema/cloud.ts';
import { SUBSCRIPTIONS, TOPICS } from '../../shared/schema/topics.ts';
import type { CheckIds } from './checks.ts';
import { serviceName } from './deployment.ts';
import { seriesOf } from './metric-types.ts';
import type { DoorName } from './sizes.ts';
import { ANSWER_MS, SIGNAL_SECONDS, TURN_MS } from './slos.ts';

export interface Line {
  readonly legend: string;
  readonly series: string;
  readonly aligner: string;
  readonly reducer?: string;
  readonly by?: readonly string[];
  /** Seconds. */
  readonly period?: number;
}

export interface Chart {
  readonly title: string;
  readonly unit?: string;
  readonly lines: readonly Line[];
  readonly threshold?: number;
}

const rows = (metric: string) => seriesOf(metric, ['instance', '=', BIGTABLE_INSTANCE]);
const service = (name: Parameters<typeof serviceName>[0]) =>
  ['service_name', '=', serviceName(name)] as const;

/** Charts by section, top down. */
export function chartsFor({ fresh }: Pick<CheckIds, 'fresh'>): Readonly<Record<string, readonly Chart[]>> {
  const percentile = (name: DoorName, percent: 50 | 95 | 99): Line => ({
    legend: `p${percent}`,
    series: seriesOf('run.googleapis.com/request_latencies', service(name)),
    aligner: 'ALIGN_DELTA',
    reducer: `REDUCE_PERCENTILE_${String(percent).padStart(2, '0')}`,
  });
  const answered = (name: DoorName | 'update-signals'): Line => ({
    legend: name,
    series: seriesOf('run.googleapis.com/request_count', service(name)),
    aligner: 'ALIGN_RATE',
    reducer: 'REDUCE_SUM',
    by: ['metric.labels.response_code_class'],
  });
  return {
    In: [
      { title: 'Requests of ingest a second, by class', lines: [answered('ingest')] },
      {
        title: 'Messages published a second',
        lines: [
          {
            legend: 'topic',
            series: seriesOf('send_message_operation_count', ['topic_id', '=', Object.values(TOPICS)]),
            aligner: 'ALIGN_RATE',
            reducer: 'REDUCE_SUM',
            by: ['resource.labels.topic_id'],
          },
        ],
      },
      {
        title: 'Oldest message not delivered',
        unit: 's',
        lines: [
          {
            legend: 'subscription',
            series: seriesOf('subscription/oldest_unacked_message_age', [
              'subscription_id',
              '=',
              Object.values(SUBSCRIPTIONS).map(({ name }) => name),
            ]),
            aligner: 'ALIGN_MAX',
            by: ['resource.labels.subscription_id'],
            reducer: 'REDUCE_MAX',
          },
        ],
        threshold: SIGNAL_SECONDS,
      },
    ],
    'To the listener’s row': [
      {
        title: 'Event to signal: a push, p99',
        unit: 'us',
        lines: [
          {
            legend: 'p99',
            series: seriesOf('push_request_latencies', [
              'subscription_id',
              '=',
              SUBSCRIPTIONS.updateSignals.name,
            ]),
            aligner: 'ALIGN_DELTA',
            reducer: 'REDUCE_PERCENTILE_99',
          },
        ],
      },
      { title: 'Pushes a second, by class', lines: [answered('update-signals')] },
      {
        title: 'Pushes refused',
        lines: [
          {
            legend: 'status',
            series: seriesOf('segue_pushes_refused'),
            aligner: 'ALIGN_DELTA',
            reducer: 'REDUCE_SUM',
            by: ['metric.labels.status'],
          },
        ],
      },
    ],
    'The night': [
      {
        title: 'Stages: how long they took',
        unit: 's',
        lines: [
          {
            legend: 'stage',
            series: seriesOf('segue_stage_seconds'),
            aligner: 'ALIGN_DELTA',
            reducer: 'REDUCE_PERCENTILE_99',
            by: ['metric.labels.stage'],
            period: 3600,
          },
        ],
      },
      {
        title: 'Builds published and rejected, runs ended',
        lines: [
          {
            legend: 'published',
            series: seriesOf('segue_builds_published'),
            aligner: 'ALIGN_DELTA',
            reducer: 'REDUCE_SUM',
            period: 3600,
          },
          {
            legend: 'rejected',
            series: seriesOf('segue_builds_rejected'),
            aligner: 'ALIGN_DELTA',
            reducer: 'REDUCE_SUM',
            period: 3600,
          },
          {
            legend: 'runs',
            series: seriesOf('finished_execution_count', ['workflow_id', '=', 'segue-nightly']),
            aligner: 'ALIGN_DELTA',
            reducer: 'REDUCE_SUM',
            by: ['metric.labels.status'],
            period: 3600,
          },
        ],
      },
      {
        title: 'Share of places that see the last night’s build',
        lines: [
          {
            legend: 'fresh',
            series: seriesOf('uptime_check/check_passed', ['check_id', '=', fresh]),
            aligner: 'ALIGN_NEXT_OLDER',
            reducer: 'REDUCE_FRACTION_TRUE',
            period: 600,
          },
        ],
      },
    ],
    Out: [
      { title: 'Answers a second, by class', lines: [answered('serve')] },
      {
        title: 'How long an answer takes',
        unit: 'ms',
        lines: [percentile('serve', 50), percentile('serve', 95), percentile('serve', 99)],
        threshold: ANSWER_MS,
      },
      {
        title: 'Parts left out of answers',
        lines: [
          {
            legend: 'part',
            series: seriesOf('segue_answers_degraded'),
            aligner: 'ALIGN_DELTA',
            reducer: 'REDUCE_SUM',
            by: ['metric.labels.part'],
          },
        ],
      },
    ],
    'Out, turn by turn': [
      { title: 'Turns and blends a second, by class', lines: [answered('sessions')] },
      {
        title: 'How long a turn takes',
        unit: 'ms',
        lines: [percentile('sessions', 50), percentile('sessions', 95), percentile('sessions', 99)],
        threshold: TURN_MS,
      },
      { title: 'Calls of tools a second, by class', lines: [answered('agent')] },
    ],
    Rows: [
      {
        title: 'Bigtable: CPU, and of the hottest node',
        lines: [
          { legend: 'cluster', series: rows('cluster/cpu_load'), aligner: 'ALIGN_MEAN' },
          { legend: 'hottest node', series: rows('cluster/cpu_load_hottest_node'), aligner: 'ALIGN_MEAN' },
        ],
      },
      {
        title: 'Bigtable: storage and nodes',
        lines: [
          { legend: 'storage', series: rows('cluster/storage_utilization'), aligner: 'ALIGN_MEAN' },
          { legend: 'nodes', series: rows('cluster/node_count'), aligner: 'ALIGN_MEAN' },
        ],
      },
      {
        title: 'Bigtable: p99 and errors',
        unit: 'ms',
        lines: [
          {
            legend: 'p99',
            series: rows('bigtable.googleapis.com/server/latencies'),
            aligner: 'ALIGN_DELTA',
            reducer: 'REDUCE_PERCENTILE_99',
            by: ['metric.labels.method'],
          },
          {
            legend: 'errors',
            series: rows('bigtable.googleapis.com/server/error_count'),
            aligner: 'ALIGN_RATE',
            reducer: 'REDUCE_SUM',
            by: ['metric.labels.error_code'],
          },
        ],
      },
    ],
    'What it costs': [
      {
        title: 'Instances that are paid for',
        lines: [
          {
            legend: 'service',
            series: seriesOf('container/billable_instance_time'),
            aligner: 'ALIGN_RATE',
            reducer: 'REDUCE_SUM',
            by: ['resource.labels.service_name'],
          },
        ],
      },
      {
        title: 'Bytes that BigQuery bills',
        unit: 'By',
        lines: [
          {
            legend: 'billed',
            series: seriesOf('query/scanned_bytes_billed'),
            aligner: 'ALIGN_DELTA',
            reducer: 'REDUCE_SUM',
            period: 3600,
          },
        ],
      },
      {
        title: 'Nodes of Bigtable',
        lines: [
          {
            legend: 'nodes',
            series: rows('cluster/node_count'),
            aligner: 'ALIGN_MEAN',
            reducer: 'REDUCE_SUM',
          },
        ],
      },
    ],
  };
}
