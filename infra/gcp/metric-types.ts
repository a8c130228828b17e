/** Every metric that alerts, service levels and dashboards look at, as Cloud Monitoring's public lists name them. */

export interface MetricType {
  /** As in a filter's `metric.type`. */
  readonly type: string;
  readonly resource: string;
  readonly kind: 'DELTA' | 'GAUGE';
  readonly value: 'INT64' | 'DOUBLE' | 'BOOL' | 'DISTRIBUTION';
  /** Labels of the metric and of the resource that filters may use. */
  readonly labels: readonly string[];
  /** The page that lists it. */
  readonly source: string;
}

const LISTS = 'https://cloud.google.com/monitoring/api/metrics_gcp';
const A_B = `${LISTS}_a_b`;
const I_O = `${LISTS}_i_o`;
const P_Z = `${LISTS}_p_z`;
const LOG_BASED = 'https://cloud.google.com/logging/docs/logs-based-metrics';

function of(
  list: string,
  resource: string,
  labels: readonly string[],
  metrics: readonly (readonly [
    type: string,
    kind: MetricType['kind'],
    value: MetricType['value'],
    ...labels: string[],
  ])[],
): MetricType[] {
  return metrics.map(([type, kind, value, ...own]) => ({
    type,
    kind,
    value,
    resource,
    labels: [...labels, ...own],
    source: list,
  }));
}

export const METRIC_TYPES: readonly MetricType[] = [
  ...of(
    P_Z,
    'cloud_run_revision',
    ['service_name', 'location', 'revision_name'],
    [
      ['run.googleapis.com/request_count', 'DELTA', 'INT64', 'response_code', 'response_code_class'],
      [
        'run.googleapis.com/request_latencies',
        'DELTA',
        'DISTRIBUTION',
        'response_code',
        'response_code_class',
      ],
      ['run.googleapis.com/container/billable_instance_time', 'DELTA', 'DOUBLE'],
    ],
  ),
  ...of(
    P_Z,
    'pubsub_subscription',
    ['subscription_id'],
    [
      ['pubsub.googleapis.com/subscription/oldest_unacked_message_age', 'GAUGE', 'INT64'],
      ['pubsub.googleapis.com/subscription/num_undelivered_messages', 'GAUGE', 'INT64'],
      [
        'pubsub.googleapis.com/subscription/push_request_latencies',
        'DELTA',
        'DISTRIBUTION',
        'response_class',
      ],
    ],
  ),
  ...of(
    P_Z,
    'pubsub_topic',
    ['topic_id'],
    [['pubsub.googleapis.com/topic/send_message_operation_count', 'DELTA', 'INT64', 'response_class']],
  ),
  ...of(
    P_Z,
    'workflows.googleapis.com/Workflow',
    ['workflow_id', 'location'],
    [['workflows.googleapis.com/finished_execution_count', 'DELTA', 'INT64', 'status']],
  ),
  ...of(
    A_B,
    'bigtable_cluster',
    ['instance', 'cluster', 'zone'],
    [
      ['bigtable.googleapis.com/cluster/cpu_load', 'GAUGE', 'DOUBLE'],
      ['bigtable.googleapis.com/cluster/cpu_load_hottest_node', 'GAUGE', 'DOUBLE'],
      ['bigtable.googleapis.com/cluster/node_count', 'GAUGE', 'INT64'],
      ['bigtable.googleapis.com/cluster/storage_utilization', 'GAUGE', 'DOUBLE'],
    ],
  ),
  ...of(
    A_B,
    'bigtable_table',
    ['instance', 'cluster', 'table'],
    [
      ['bigtable.googleapis.com/server/error_count', 'DELTA', 'INT64', 'method', 'error_code', 'app_profile'],
      ['bigtable.googleapis.com/server/latencies', 'DELTA', 'DISTRIBUTION', 'method', 'app_profile'],
    ],
  ),
  // Told of the project as a whole, under the resource `global`.
  ...of(A_B, 'global', [], [['bigquery.googleapis.com/query/scanned_bytes_billed', 'DELTA', 'INT64']]),
  ...of(
    I_O,
    'uptime_url',
    ['host'],
    [
      [
        'monitoring.googleapis.com/uptime_check/check_passed',
        'GAUGE',
        'BOOL',
        'check_id',
        'checker_location',
      ],
    ],
  ),
  ...of(
    LOG_BASED,
    'cloud_run_revision',
    ['service_name'],
    [
      ['logging.googleapis.com/user/segue_builds_published', 'DELTA', 'INT64'],
      ['logging.googleapis.com/user/segue_builds_rejected', 'DELTA', 'INT64'],
      ['logging.googleapis.com/user/segue_pushes_refused', 'DELTA', 'INT64', 'status'],
      ['logging.googleapis.com/user/segue_answers_degraded', 'DELTA', 'INT64', 'part'],
      ['logging.googleapis.com/user/segue_stage_seconds', 'DELTA', 'DISTRIBUTION', 'stage'],
    ],
  ),
];

export type Condition = readonly [label: string, is: '=' | '!=', value: string | readonly string[]];

/**
 * A filter of Cloud Monitoring for one of METRIC_TYPES, given by the end of its name. Conditions name labels; a list
 * is any of them. Throws for a metric or a label that is not declared.
 */
export function seriesOf(name: string, ...conditions: readonly Condition[]): string {
  const metric = METRIC_TYPES.find(({ type }) => type === name || type.endsWith(`/${name}`));
  if (metric === undefined) throw new Error(`There is no metric ${name}.`);
  const parts = conditions.map(([label, is, value]) => {
    if (!metric.labels.includes(label)) throw new Error(`${metric.type} has no label ${label}.`);
    const place = RESOURCE_LABELS.has(label) ? 'resource' : 'metric';
    const values =
      typeof value === 'string' ? `"${value}"` : `one_of(${value.map((v) => `"${v}"`).join(', ')})`;
    return `${place}.labels.${label} ${is} ${values}`;
  });
  return [`metric.type = "${metric.type}"`, `resource.type = "${metric.resource}"`, ...parts].join(' AND ');
}

const RESOURCE_LABELS: ReadonlySet<string> = new Set([
  'service_name',
  'location',
  'revision_name',
  'subscription_id',
  'topic_id',
  'workflow_id',
  'instance',
  'cluster',
  'zone',
  'table',
  'host',
]);
