/** Alerts on the way of the data: deliveries, and the nightly build. */
import { deadLetterName } from '../../shared/schema/cloud.ts';
import { SUBSCRIPTIONS } from '../../shared/schema/topics.ts';
import { type Alert, type AlertCondition, HOUR, MINUTE } from './alert.ts';
import type { CheckIds } from './checks.ts';
import type { SegueConfig } from './config.ts';
import { seriesOf } from './metric-types.ts';

/** Hours after which the build that serves is late: a day, three hours for a build, one that its cutoff lies back. */
export const FRESH_HOURS = 28;
/** Hours after which it is stale: a night was missed. */
export const STALE_HOURS = 36;

const { updateSignals, ...toWarehouse } = SUBSCRIPTIONS;

/** Messages that died or wait. */
export function ofDelivery(): Alert[] {
  const dead = Object.values(SUBSCRIPTIONS).map(({ name }) => deadLetterName(name));
  const age = (names: readonly string[]) =>
    seriesOf('subscription/oldest_unacked_message_age', ['subscription_id', '=', names]);
  return [
    {
      id: 'dead-letters',
      name: 'Dead letters are waiting',
      severity: 'ERROR',
      combiner: 'OR',
      conditions: [
        {
          name: 'A message lies among the dead letters',
          series: seriesOf('subscription/num_undelivered_messages', ['subscription_id', '=', dead]),
          alignment: { period: 5 * MINUTE, aligner: 'ALIGN_MAX' },
          above: 0,
          seconds: 0,
        },
      ],
      text: 'A message failed five times or can never be read; it is kept for 31 days and the rest goes on.\n\n`gcloud pubsub subscriptions pull SUBSCRIPTION-dead --limit=10 --format=json` shows it; the attribute `reason` says why. Mend the cause, then publish it again to its topic: repeats count once.',
    },
    {
      id: 'signals-late',
      name: 'Events wait to change answers',
      severity: 'ERROR',
      combiner: 'OR',
      conditions: [
        {
          name: 'The oldest event not yet in its listener’s row is older than five minutes',
          series: age([updateSignals.name]),
          alignment: { period: MINUTE, aligner: 'ALIGN_MAX' },
          above: 5 * MINUTE,
          seconds: 5 * MINUTE,
        },
      ],
      text: 'update-signals does not keep up or fails; nothing is lost for seven days, and nothing heard since is filtered.\n\n`gcloud run services logs read segue-update-signals --limit=50`, then Bigtable’s CPU and hottest node on the dashboard, then the function’s maxInstances.',
    },
    {
      id: 'warehouse-late',
      name: 'The warehouse is behind',
      severity: 'WARNING',
      combiner: 'OR',
      conditions: [
        {
          name: 'The oldest message not yet in BigQuery is older than an hour',
          series: age(Object.values(toWarehouse).map(({ name }) => name)),
          alignment: { period: 5 * MINUTE, aligner: 'ALIGN_MAX' },
          above: HOUR,
          seconds: 10 * MINUTE,
        },
      ],
      text: 'The next build covers only what is in BigQuery, and so begins that much earlier.\n\n`gcloud pubsub subscriptions describe SUBSCRIPTION` tells the state of the subscription: a table or a right may be missing.',
    },
  ];
}

/** Runs that failed, builds that were rejected, late or missed. */
export function ofBuilds({ region }: SegueConfig, checks: Pick<CheckIds, 'fresh'>): Alert[] {
  const executions = `\`gcloud workflows executions list segue-nightly --location=${region} --limit=3\``;
  const notFresh = (seconds: number): Omit<AlertCondition, 'name'> => ({
    series: seriesOf('uptime_check/check_passed', ['check_id', '=', checks.fresh]),
    alignment: { period: 10 * MINUTE, aligner: 'ALIGN_NEXT_OLDER', reducer: 'REDUCE_COUNT_FALSE' },
    // From two places at least: one alone may have lost its own way.
    above: 1,
    seconds,
  });
  return [
    {
      id: 'night-failed',
      name: 'The nightly run failed',
      severity: 'ERROR',
      combiner: 'OR',
      conditions: [
        {
          name: 'An execution of segue-nightly ended without success',
          series: seriesOf(
            'finished_execution_count',
            ['workflow_id', '=', 'segue-nightly'],
            ['status', '!=', 'SUCCEEDED'],
          ),
          alignment: { period: 5 * MINUTE, aligner: 'ALIGN_DELTA', reducer: 'REDUCE_SUM' },
          above: 0,
          seconds: 0,
        },
      ],
      text: `A stage, the audit, a load, a template that did not end, or the publication failed; the build before serves on.\n\n${executions}; the error of the last one names the step. Running the workflow again takes the same build up where it stopped: \`gcloud workflows run segue-nightly --location=${region}\`.`,
    },
    {
      id: 'build-rejected',
      name: 'A build failed its audit',
      severity: 'ERROR',
      combiner: 'OR',
      conditions: [
        {
          name: 'rebuild told of a rejected build',
          series: seriesOf('segue_builds_rejected'),
          alignment: { period: 5 * MINUTE, aligner: 'ALIGN_DELTA', reducer: 'REDUCE_SUM' },
          above: 0,
          seconds: 0,
        },
      ],
      text: `The build is not served, the last good one is.\n\n${executions} names the failed audits; \`curl $(pulumi stack output rebuildUrl)/builds\` shows what was seen. After something large on purpose, waive by name: \`gcloud workflows run segue-nightly --location=${region} --data='{"accept":["volume","psi"]}'\`.`,
    },
    {
      id: 'build-late',
      name: 'The build of the last night does not serve yet',
      severity: 'WARNING',
      combiner: 'OR',
      conditions: [{ name: `The build that serves is older than ${FRESH_HOURS} h`, ...notFresh(HOUR / 2) }],
      text: `The run did not start, still goes on, or failed.\n\n${executions}, and \`gcloud scheduler jobs describe segue-nightly --location=${region}\`.`,
    },
    {
      id: 'build-stale',
      name: `The build that serves is older than ${STALE_HOURS} h`,
      severity: 'CRITICAL',
      combiner: 'OR',
      conditions: [
        {
          name: `Late for ${STALE_HOURS - FRESH_HOURS} h`,
          ...notFresh((STALE_HOURS - FRESH_HOURS) * HOUR),
        },
      ],
      text: `A night was missed. Live events still count, candidates grow old.\n\n${executions}; run the workflow again.`,
    },
  ];
}
