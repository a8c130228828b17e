/** What is promised of the service, and the alerts on how fast a promise is being used up. */
import { SUBSCRIPTIONS } from '../../shared/schema/topics.ts';
import type { CheckIds } from './checks.ts';
import { serviceName } from './deployment.ts';
import { seriesOf } from './metric-types.ts';
import type { DoorName } from './sizes.ts';

/** Days over which a promise is kept or broken: 2% of thirty days' budget is what 14.4× burns in an hour. */
export const PERIOD_DAYS = 30;

/** Two windows of one alert: the long one says that it matters, the short one that it goes on. */
export interface BurnWindow {
  /** How many times faster than allowed the budget is spent. */
  readonly rate: number;
  /** Seconds. */
  readonly long: number;
  readonly short: number;
  readonly severity: 'CRITICAL' | 'ERROR' | 'WARNING';
}

const HOUR = 3600;

/** Multi-window, multi-burn-rate alerts (Google: The Site Reliability Workbook, chapter 5). */
export const BURN_WINDOWS: readonly BurnWindow[] = [
  { rate: 14.4, long: HOUR, short: HOUR / 12, severity: 'CRITICAL' },
  { rate: 6, long: 6 * HOUR, short: HOUR / 2, severity: 'ERROR' },
  { rate: 1, long: 72 * HOUR, short: 6 * HOUR, severity: 'WARNING' },
];

/** How a promise is measured: shares of requests, or of windows of time. */
export type Indicator =
  | { readonly kind: 'ratio'; readonly total: string; readonly bad: string }
  | { readonly kind: 'faster'; readonly distribution: string; readonly below: number }
  | { readonly kind: 'mean'; readonly series: string; readonly below: number; readonly window: number }
  /** A window is good when anything in it is true. */
  | { readonly kind: 'true'; readonly series: string; readonly window: number };

export interface Objective {
  /** Of the service that it is promised of, and of the promise. */
  readonly service: 'serve' | 'sessions' | 'agent' | 'ingest' | 'signals' | 'builds';
  readonly id: string;
  readonly name: string;
  /** Share that has to be good. */
  readonly goal: number;
  readonly indicator: Indicator;
  /** What somebody looks at who is woken by it. */
  readonly runbook: string;
}

/** Milliseconds within which 99% of answers are given. */
export const ANSWER_MS = 300;
/** Milliseconds within which 95% of turns are given: most are parsed, some have a model read their prompt. */
export const TURN_MS = 2_000;
/** Seconds within which an event changes the next answer, as a mean over a window. */
export const SIGNAL_SECONDS = 60;
const WINDOW = 300;

/** `fresh`: the uptime check that asks whether a fresh build serves. */
export function objectivesFor({ fresh }: Pick<CheckIds, 'fresh'>): Objective[] {
  const requests = (name: DoorName) => ({
    kind: 'ratio' as const,
    total: seriesOf('run.googleapis.com/request_count', ['service_name', '=', serviceName(name)]),
    bad: seriesOf(
      'run.googleapis.com/request_count',
      ['service_name', '=', serviceName(name)],
      ['response_code_class', '=', '5xx'],
    ),
  });
  return [
    {
      service: 'serve',
      id: 'availability',
      name: 'Answers that are no server error',
      goal: 0.999,
      indicator: requests('serve'),
      runbook:
        'Whoever listens gets errors. `gcloud run services logs read segue-serve --limit=50`, then Bigtable’s CPU and errors on the dashboard. After a deployment: put the revision before back.',
    },
    {
      service: 'serve',
      id: 'latency',
      name: `Answers within ${ANSWER_MS} ms`,
      goal: 0.99,
      indicator: {
        kind: 'faster',
        distribution: seriesOf('run.googleapis.com/request_latencies', [
          'service_name',
          '=',
          serviceName('serve'),
        ]),
        below: ANSWER_MS,
      },
      runbook:
        'Answers are slow. Look at Bigtable’s latencies and hottest node, at instances (cold starts raise it: minInstances), and whether a load runs outside of its low priority.',
    },
    {
      service: 'sessions',
      id: 'availability',
      name: 'Turns and blends that are no server error',
      goal: 0.999,
      indicator: requests('sessions'),
      runbook:
        'Music does not go on. `gcloud run services logs read segue-sessions --limit=50`, then Bigtable’s CPU and errors on the dashboard, then the status of Firestore. A turn that was not answered may be sent again.',
    },
    {
      service: 'sessions',
      id: 'latency',
      name: `Turns and blends within ${TURN_MS} ms`,
      goal: 0.95,
      indicator: {
        kind: 'faster',
        distribution: seriesOf('run.googleapis.com/request_latencies', [
          'service_name',
          '=',
          serviceName('sessions'),
        ]),
        below: TURN_MS,
      },
      runbook:
        'Turns are slow. Each answer tells the time of its stages: `brief` is the model that reads prompts, `retrieve` is Bigtable. A cold start reads the whole catalogue: raise minInstances.',
    },
    {
      service: 'agent',
      id: 'availability',
      name: 'Calls of tools that are no server error',
      goal: 0.999,
      indicator: requests('agent'),
      runbook:
        'Models get no answers. `gcloud run services logs read segue-agent --limit=50`, then what serve and sessions look at: it reads and writes the same.',
    },
    {
      service: 'ingest',
      id: 'availability',
      name: 'Batches of events that are taken',
      goal: 0.999,
      indicator: requests('ingest'),
      runbook:
        'Players cannot hand in events; they repeat them, so nothing is lost yet. `gcloud run services logs read segue-ingest --limit=50`, then the status of Pub/Sub.',
    },
    {
      service: 'signals',
      id: 'freshness',
      name: `Events that change answers within ${SIGNAL_SECONDS} s`,
      goal: 0.99,
      indicator: {
        kind: 'mean',
        series: seriesOf('subscription/oldest_unacked_message_age', [
          'subscription_id',
          '=',
          SUBSCRIPTIONS.updateSignals.name,
        ]),
        below: SIGNAL_SECONDS,
        window: WINDOW,
      },
      runbook:
        'What is played now changes nothing yet. `gcloud run services logs read segue-update-signals --limit=50`, then Bigtable’s CPU and hottest node.',
    },
    {
      service: 'builds',
      id: 'freshness',
      name: 'Time in which the build of the last night serves',
      goal: 0.99,
      indicator: {
        kind: 'true',
        series: seriesOf('uptime_check/check_passed', ['check_id', '=', fresh]),
        window: WINDOW,
      },
      runbook:
        'The night’s build is late. `gcloud workflows executions list segue-nightly --limit=3` and the error of the last one; running the workflow again takes the build up where it stopped.',
    },
  ];
}

/** Times faster than allowed that the budget of a goal is spent when `bad` of `total` are bad; 0 where nothing was. */
export function burnRate(bad: number, total: number, goal: number): number {
  return total === 0 ? 0 : bad / total / (1 - goal);
}

/** The series of an objective's burn rate over so many seconds (Cloud Monitoring: time-series selectors of SLOs). */
export function burnSeries(objectiveName: string, seconds: number): string {
  return `select_slo_burn_rate("${objectiveName}", "${seconds}s")`;
}
