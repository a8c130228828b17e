/** Alerts on what answers: the functions, and the rows behind them. */
import { BIGTABLE_INSTANCE } from '../../shared/schema/cloud.ts';
import { type Alert, type AlertCondition, MINUTE } from './alert.ts';
import { CHECKS, type CheckIds } from './checks.ts';
import type { SegueConfig } from './config.ts';
import { serviceName } from './deployment.ts';
import { type Condition, seriesOf } from './metric-types.ts';
import { DOOR_NAMES, type FunctionName } from './sizes.ts';

/** Of a cluster's CPU, above what autoscaling aims at: it had its time and could not help. */
const CPU_ABOVE_TARGET = 0.15;

/** Requests that fail, are refused, or are answered in part. */
export function ofDoors(checks: CheckIds): Alert[] {
  const requests = (name: FunctionName, ...more: Condition[]) =>
    seriesOf('run.googleapis.com/request_count', ['service_name', '=', serviceName(name)], ...more);
  return [
    // Whether a fresh build serves is an alert of its own.
    ...CHECKS.filter(({ id }) => id !== 'fresh').map(
      ({ id, door }): Alert => ({
        id: `${door}-down`,
        name: `${door} does not answer`,
        severity: 'CRITICAL',
        combiner: 'OR',
        conditions: [
          {
            name: 'No answer at two places or more',
            series: seriesOf('uptime_check/check_passed', ['check_id', '=', checks[id]]),
            alignment: { period: 10 * MINUTE, aligner: 'ALIGN_NEXT_OLDER', reducer: 'REDUCE_COUNT_FALSE' },
            above: 1,
            seconds: MINUTE,
          },
        ],
        text: `\`gcloud run services describe ${serviceName(door)}\` and its log; with a domain also its certificate and DNS record. After a deployment: the revision before.`,
      }),
    ),
    {
      id: 'error-ratio',
      name: 'Requests end in server errors',
      severity: 'ERROR',
      combiner: 'OR',
      conditions: ([...DOOR_NAMES, 'update-signals'] as const).map((name) => ({
        name: `More than 5% of ${name}`,
        series: requests(name, ['response_code_class', '=', '5xx']),
        per: requests(name),
        alignment: { period: 5 * MINUTE, aligner: 'ALIGN_RATE', reducer: 'REDUCE_SUM' },
        above: 0.05,
        seconds: 5 * MINUTE,
      })),
      text: '`gcloud run services logs read SERVICE --limit=50`: entries `request failed` have the cause. Where it is update-signals, Pub/Sub sends again, and Bigtable is the first to look at.',
    },
    {
      id: 'forged-pushes',
      name: 'Pushes are refused',
      severity: 'ERROR',
      combiner: 'OR',
      conditions: [
        {
          name: 'More than five refused pushes in five minutes',
          series: seriesOf('segue_pushes_refused'),
          alignment: { period: 5 * MINUTE, aligner: 'ALIGN_DELTA', reducer: 'REDUCE_SUM' },
          above: 5,
          seconds: 0,
        },
      ],
      text: 'Somebody calls update-signals who is not Pub/Sub, or Pub/Sub signs for another account than the function expects; then signals are late too.\n\n`gcloud pubsub subscriptions describe update-signals` (pushConfig) against SEGUE_PUSH_ACCOUNT and SEGUE_PUSH_AUDIENCE of the function; the callers are in its request log.',
    },
    {
      id: 'answers-degraded',
      name: 'Answers leave parts out',
      severity: 'WARNING',
      combiner: 'OR',
      conditions: [
        {
          name: 'More than fifty parts missing in five minutes',
          series: seriesOf('segue_answers_degraded'),
          alignment: { period: 5 * MINUTE, aligner: 'ALIGN_DELTA', reducer: 'REDUCE_SUM' },
          above: 50,
          seconds: 5 * MINUTE,
        },
      ],
      text: 'serve and sessions answer without what they cannot read and say so in `degraded`; it is Bigtable as a rule, and the model for `brief`.\n\n`gcloud run services logs read segue-serve --limit=50`, or segue-sessions: the entries `answering without a part` and `a session goes on without a part` name the part and the error.',
    },
  ];
}

/** Bigtable busy, hot, failing or full. */
export function ofRows({ bigtable }: SegueConfig): Alert[] {
  const cluster = (metric: string) => seriesOf(metric, ['instance', '=', BIGTABLE_INSTANCE]);
  const load = (name: string, metric: string, above: number, minutes: number): AlertCondition => ({
    name,
    series: cluster(metric),
    alignment: { period: 5 * MINUTE, aligner: 'ALIGN_MEAN' },
    above,
    seconds: minutes * MINUTE,
  });
  const busy = Math.min(0.95, bigtable.cpuTarget / 100 + CPU_ABOVE_TARGET);
  return [
    {
      id: 'rows-cpu',
      name: 'Bigtable’s CPU is above what autoscaling aims at',
      severity: 'WARNING',
      combiner: 'OR',
      conditions: [
        load(`A cluster above ${Math.round(busy * 100)}% for half an hour`, 'cluster/cpu_load', busy, 30),
      ],
      text: 'Autoscaling is at maxNodes, has no quota, or there is none.\n\n`gcloud bigtable clusters list --instances=segue` and the quota of nodes; raise `segue:bigtable` maxNodes.',
    },
    {
      id: 'rows-hot',
      name: 'A node of Bigtable is hot',
      severity: 'WARNING',
      combiner: 'OR',
      conditions: [
        load('The hottest node above 90% for a quarter', 'cluster/cpu_load_hottest_node', 0.9, 15),
      ],
      text: 'One row or tablet takes more than its node can; more nodes do not help.\n\nBigtable’s Key Visualizer, or `gcloud beta bigtable hot-tablets list CLUSTER --instance=segue`. A single listener who sends without end is a client gone wrong.',
    },
    {
      id: 'rows-errors',
      name: 'Bigtable fails',
      severity: 'ERROR',
      combiner: 'OR',
      conditions: [
        {
          name: 'More than one error a second',
          series: seriesOf('bigtable.googleapis.com/server/error_count', [
            'instance',
            '=',
            BIGTABLE_INSTANCE,
          ]),
          alignment: { period: MINUTE, aligner: 'ALIGN_RATE', reducer: 'REDUCE_SUM' },
          above: 1,
          seconds: 2 * MINUTE,
        },
      ],
      text: 'Reads and writes are tried again for a while; then answers are degraded and pushes come again.\n\nhttps://status.cloud.google.com, then the error codes on the dashboard: UNAVAILABLE passes, PERMISSION_DENIED is a missing grant.',
    },
    {
      id: 'rows-full',
      name: 'Bigtable’s disks fill up',
      severity: 'WARNING',
      combiner: 'OR',
      conditions: [load('A cluster above 70% of its storage', 'cluster/storage_utilization', 0.7, 30)],
      text: 'Above 70% Google advises against running; autoscaling adds nodes up to maxNodes.\n\n`gcloud bigtable clusters list --instances=segue` tells the nodes. Raise maxNodes of `segue:bigtable`, or lower `segue:liveDays`.',
    },
  ];
}
