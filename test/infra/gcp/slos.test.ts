import { describe, expect, test } from 'vitest';
import { burnAlertsOf } from '../../../infra/gcp/alerts.ts';
import { BURN_WINDOWS, burnRate, objectivesFor } from '../../../infra/gcp/slos.ts';
import { fires } from './alert-evaluator.ts';

const HOUR = 3600;
const NAME = 'projects/a-project/services/segue-serve/serviceLevelObjectives/availability';
const OBJECTIVES = objectivesFor({ fresh: 'fresh' });
const serve = OBJECTIVES.find(({ service, id }) => service === 'serve' && id === 'availability');
if (serve === undefined) throw new Error('There is no objective of serve.');

test('windows are 14.4× over 1 h and 5 min, 6× over 6 h and 30 min, 1× over 3 days and 6 h', () => {
  expect(BURN_WINDOWS.map(({ rate, long, short }) => [rate, long, short])).toEqual([
    [14.4, HOUR, 300],
    [6, 6 * HOUR, 1800],
    [1, 72 * HOUR, 6 * HOUR],
  ]);
});

test('serving is promised at 99.9%, and 99% of answers within 300 ms', () => {
  const promised = OBJECTIVES.map(({ service, id, goal }) => `${service} ${id} ${goal}`);
  expect(promised).toEqual([
    'serve availability 0.999',
    'serve latency 0.99',
    'sessions availability 0.999',
    'sessions latency 0.95',
    'agent availability 0.999',
    'ingest availability 0.999',
    'signals freshness 0.99',
    'builds freshness 0.99',
  ]);
  const latency = OBJECTIVES.find(({ service, id }) => service === 'serve' && id === 'latency');
  expect(latency?.indicator).toMatchObject({ kind: 'faster', below: 300 });
});

test('a burn rate is the share of errors over the share allowed', () => {
  expect(burnRate(0, 0, 0.999)).toBe(0);
  expect(burnRate(1, 1000, 0.999)).toBeCloseTo(1, 9);
  expect(burnRate(144, 10_000, 0.999)).toBeCloseTo(14.4, 9);
  expect(burnRate(1000, 1000, 0.99)).toBeCloseTo(100, 9);
});

describe('alerts on the budget', () => {
  const alerts = burnAlertsOf(serve, NAME);
  /** Which rates fire while `share` of requests fail from one minute to another. */
  const firing = (share: number, from: number, to: number, until: number) => {
    const minutes = Array.from({ length: until }, (_, m) => ({
      total: 1000,
      bad: m >= from && m < to ? share * 1000 : 0,
    }));
    const world = { series: [], events: { [NAME]: { goal: serve.goal, minutes } }, until: until * 60 };
    return alerts.filter((alert) => fires(alert, world)).map(({ severity }) => severity);
  };

  test('are of two windows that both have to burn, each over the objective', () => {
    for (const { combiner, conditions } of alerts) {
      expect(combiner).toBe('AND');
      expect(conditions).toHaveLength(2);
      for (const { series } of conditions) expect(series).toContain(`select_slo_burn_rate("${NAME}", "`);
    }
    expect(alerts[0]?.conditions.map(({ series, above }) => [series.slice(-8), above])).toEqual([
      ['"3600s")', 14.4],
      [' "300s")', 14.4],
    ]);
    expect(alerts[0]?.text).toContain('2% of a month’s budget goes in 1 h');
    expect(alerts[1]?.text).toContain('5% of a month’s budget goes in 6 h');
    expect(alerts[2]?.text).toContain('10% of a month’s budget goes in 72 h');
  });

  test('an outage wakes somebody within minutes', () => {
    expect(firing(1, 4 * 24 * 60, 4 * 24 * 60 + 3, 4 * 24 * 60 + 5)).toContain('CRITICAL');
  });

  test('an outage that is over wakes nobody an hour later', () => {
    const day = 4 * 24 * 60;
    const minutes = Array.from({ length: day + 30 }, (_, m) => ({
      total: 1000,
      bad: m >= day && m < day + 1 ? 100 : 0,
    }));
    const world = { series: [], events: { [NAME]: { goal: serve.goal, minutes } }, until: (day + 30) * 60 };
    expect(alerts.filter((alert) => fires(alert, world))).toEqual([]);
  });

  test('seven times too many errors for six hours are an error, twice too many for three days a warning', () => {
    const week = 7 * 24 * 60;
    expect(firing(0.007, week, week + 6 * 60, week + 6 * 60)).toEqual(['ERROR']);
    expect(firing(0.002, week, week + 3 * 24 * 60, week + 3 * 24 * 60)).toEqual(['WARNING']);
    expect(firing(0.0009, 0, week, week)).toEqual([]);
  });
});
