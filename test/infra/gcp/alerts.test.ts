import { beforeAll, describe, expect, test } from 'vitest';
import type { Alert } from '../../../infra/gcp/alert.ts';
import { alertsFor } from '../../../infra/gcp/alerts.ts';
import { FRESH_HOURS, STALE_HOURS } from '../../../infra/gcp/alerts-on-data.ts';
import { readConfig } from '../../../infra/gcp/config.ts';
import { fires, type Series } from './alert-evaluator.ts';
import { exampleSettings } from './examples.ts';

const CHECKS = { live: 'live', fresh: 'fresh', 'sessions-live': 'sessions-live', 'agent-live': 'agent-live' };
let alerts: readonly Alert[];
beforeAll(() => {
  const settings = exampleSettings('team');
  alerts = alertsFor(readConfig({ get: (key) => settings[key] }), CHECKS);
});

/** A series with a point a minute. */
function minutely(
  metric: string,
  labels: Readonly<Record<string, string>>,
  minutes: number,
  value: (minute: number) => number | boolean,
): Series {
  const points = Array.from({ length: minutes }, (_, i) => ({ at: (i + 1) * 60, value: value(i + 1) }));
  return { metric, labels, points };
}

const RUN = 'run.googleapis.com/request_count';
const AGE = 'pubsub.googleapis.com/subscription/oldest_unacked_message_age';
const BIGTABLE = 'bigtable.googleapis.com';
const LOGGED = 'logging.googleapis.com/user';
const PLACES = ['eur-belgium', 'usa-iowa', 'apac-singapore'];

const requests = (service: string, minutes: number, bad: (minute: number) => number): Series[] => [
  minutely(RUN, { service_name: service, response_code_class: '2xx' }, minutes, (m) => 1000 - bad(m)),
  minutely(RUN, { service_name: service, response_code_class: '5xx' }, minutes, bad),
];
const checks = (
  id: string,
  minutes: number,
  passes: (minute: number) => boolean,
  places = PLACES,
): Series[] =>
  places.map((checker_location) =>
    minutely(
      'monitoring.googleapis.com/uptime_check/check_passed',
      { check_id: id, checker_location, host: 'h' },
      minutes,
      passes,
    ),
  );
const cluster = { instance: 'segue', cluster: 'segue-europe-west1-b' };

/** Two hours in which all is well. */
function wellFor(minutes: number): Series[] {
  return [
    ...['segue-serve', 'segue-sessions', 'segue-agent', 'segue-ingest', 'segue-update-signals'].flatMap(
      (name) => requests(name, minutes, () => 0),
    ),
    ...['update-signals', 'listens-to-warehouse', 'controls-to-warehouse'].map((subscription_id) =>
      minutely(AGE, { subscription_id }, minutes, () => 2),
    ),
    minutely(
      'pubsub.googleapis.com/subscription/num_undelivered_messages',
      { subscription_id: 'update-signals' },
      minutes,
      () => 40,
    ),
    minutely(
      'pubsub.googleapis.com/subscription/num_undelivered_messages',
      { subscription_id: 'update-signals-dead' },
      minutes,
      () => 0,
    ),
    ...Object.keys(CHECKS).flatMap((id) => checks(id, minutes, () => true)),
    minutely(`${BIGTABLE}/cluster/cpu_load`, cluster, minutes, () => 0.6),
    minutely(`${BIGTABLE}/cluster/cpu_load_hottest_node`, cluster, minutes, () => 0.7),
    minutely(`${BIGTABLE}/cluster/storage_utilization`, cluster, minutes, () => 0.4),
    minutely(`${BIGTABLE}/server/error_count`, { instance: 'segue', method: 'ReadRows' }, minutes, () => 3),
    minutely(
      'workflows.googleapis.com/finished_execution_count',
      { workflow_id: 'segue-nightly', status: 'SUCCEEDED' },
      minutes,
      (m) => (m === 30 ? 1 : 0),
    ),
    minutely(`${LOGGED}/segue_builds_published`, { service_name: 'segue-rebuild' }, minutes, (m) =>
      m === 30 ? 1 : 0,
    ),
    minutely(
      `${LOGGED}/segue_pushes_refused`,
      { service_name: 'segue-update-signals', status: '403' },
      minutes,
      (m) => (m === 10 ? 1 : 0),
    ),
    minutely(
      `${LOGGED}/segue_answers_degraded`,
      { service_name: 'segue-serve', part: 'taste' },
      minutes,
      () => 1,
    ),
  ];
}

function firing(series: readonly Series[], minutes = 120): string[] {
  return alerts.filter((alert) => fires(alert, { series, until: minutes * 60 })).map(({ id }) => id);
}

test('nothing fires while all is well', () => {
  expect(firing(wellFor(120))).toEqual([]);
});

describe('each fault has its alert', () => {
  const later =
    (value: number, from = 20) =>
    (minute: number) =>
      minute >= from ? value : 0;

  test.each<[string, () => Series[], string[]]>([
    [
      'a stage fails half-way, or a template never finishes: the run ends in failure',
      () => [
        minutely(
          'workflows.googleapis.com/finished_execution_count',
          { workflow_id: 'segue-nightly', status: 'FAILED' },
          120,
          (m) => (m === 40 ? 1 : 0),
        ),
      ],
      ['night-failed'],
    ],
    [
      'an audit fails',
      () => [
        minutely(`${LOGGED}/segue_builds_rejected`, { service_name: 'segue-rebuild' }, 120, (m) =>
          m === 40 ? 1 : 0,
        ),
      ],
      ['build-rejected'],
    ],
    [
      'a message dies',
      () => [
        minutely(
          'pubsub.googleapis.com/subscription/num_undelivered_messages',
          { subscription_id: 'controls-to-warehouse-dead' },
          120,
          later(1),
        ),
      ],
      ['dead-letters'],
    ],
    [
      'pushes are forged',
      () => [
        minutely(
          `${LOGGED}/segue_pushes_refused`,
          { service_name: 'segue-update-signals', status: '401' },
          120,
          later(20, 60),
        ),
      ],
      ['forged-pushes'],
    ],
    [
      'Bigtable does not answer for minutes: pushes fail, answers leave parts out',
      () => [
        ...requests('segue-update-signals', 120, later(900)),
        minutely(
          `${BIGTABLE}/server/error_count`,
          { instance: 'segue', method: 'ReadRows' },
          120,
          later(6000),
        ),
        minutely(
          `${LOGGED}/segue_answers_degraded`,
          { service_name: 'segue-serve', part: 'listener' },
          120,
          later(500),
        ),
        minutely(AGE, { subscription_id: 'update-signals' }, 120, (m) => Math.max(0, (m - 20) * 60)),
      ],
      ['signals-late', 'error-ratio', 'answers-degraded', 'rows-errors'],
    ],
    [
      'events do not reach listeners’ rows',
      () => [minutely(AGE, { subscription_id: 'update-signals' }, 120, (m) => m * 60)],
      ['signals-late'],
    ],
    [
      'events do not reach the warehouse',
      () => [minutely(AGE, { subscription_id: 'listens-to-warehouse' }, 120, (m) => m * 60)],
      ['warehouse-late'],
    ],
    ['serve is gone', () => checks('live', 120, (m) => m < 20), ['serve-down']],
    ['serve fails', () => requests('segue-serve', 120, later(100)), ['error-ratio']],
    ['sessions are gone', () => checks('sessions-live', 120, (m) => m < 20), ['sessions-down']],
    ['no tool answers', () => checks('agent-live', 120, (m) => m < 20), ['agent-down']],
    ['turns fail', () => requests('segue-sessions', 120, later(100)), ['error-ratio']],
    ['tools fail', () => requests('segue-agent', 120, later(100)), ['error-ratio']],
    ['ingest fails', () => requests('segue-ingest', 120, later(100)), ['error-ratio']],
    [
      'autoscaling cannot help',
      () => [minutely(`${BIGTABLE}/cluster/cpu_load`, cluster, 120, later(0.85))],
      ['rows-cpu'],
    ],
    [
      'a row is hot',
      () => [minutely(`${BIGTABLE}/cluster/cpu_load_hottest_node`, cluster, 120, later(0.98))],
      ['rows-hot'],
    ],
    [
      'disks fill up',
      () => [minutely(`${BIGTABLE}/cluster/storage_utilization`, cluster, 120, later(0.8))],
      ['rows-full'],
    ],
  ])('%s', (_, fault, expected) => {
    const broken = fault();
    const isBroken = (one: Series) =>
      broken.some(
        ({ metric, labels }) =>
          metric === one.metric && JSON.stringify(labels) === JSON.stringify(one.labels),
      );
    expect(firing([...wellFor(120).filter((one) => !isBroken(one)), ...broken])).toEqual(expected);
  });

  test('a night is missed: first late, then stale', () => {
    const minutes = (STALE_HOURS + 2 - 24) * 60;
    // The check begins to fail when the build has grown too old, FRESH_HOURS after its cutoff.
    const failsFrom = (FRESH_HOURS - 24) * 60;
    const until = (hours: number) =>
      firing(
        checks('fresh', minutes, (m) => m < failsFrom),
        (hours - 24) * 60,
      );
    expect(until(FRESH_HOURS)).toEqual([]);
    expect(until(FRESH_HOURS + 1)).toEqual(['build-late']);
    expect(until(STALE_HOURS + 1)).toEqual(['build-late', 'build-stale']);
  });
});

describe('what passes by itself wakes nobody', () => {
  test.each<[string, () => Series[]]>([
    [
      'Bigtable away for half a minute',
      () => requests('segue-update-signals', 120, (m) => (m === 30 ? 500 : 0)),
    ],
    ['one place that lost its way', () => checks('live', 120, () => false, ['eur-belgium'])],
    [
      'CPU of a peak before autoscaling has helped',
      () => [minutely(`${BIGTABLE}/cluster/cpu_load`, cluster, 120, (m) => (m > 20 && m < 40 ? 0.95 : 0.6))],
    ],
    [
      'a backlog of a minute',
      () => [minutely(AGE, { subscription_id: 'update-signals' }, 120, (m) => (m === 30 ? 400 : 2))],
    ],
    [
      'a refused push now and then',
      () => [
        minutely(
          `${LOGGED}/segue_pushes_refused`,
          { service_name: 'segue-update-signals', status: '403' },
          120,
          (m) => (m % 5 === 0 ? 1 : 0),
        ),
      ],
    ],
  ])('%s', (_, series) => {
    expect(firing(series())).toEqual([]);
  });
});
