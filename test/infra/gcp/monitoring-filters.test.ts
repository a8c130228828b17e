import { beforeAll, describe, expect, test } from 'vitest';
import type { Alert } from '../../../infra/gcp/alert.ts';
import { alertsFor } from '../../../infra/gcp/alerts.ts';
import { chartsFor } from '../../../infra/gcp/charts.ts';
import { readConfig } from '../../../infra/gcp/config.ts';
import { dashboardJson } from '../../../infra/gcp/dashboards.ts';
import { METRIC_TYPES, seriesOf } from '../../../infra/gcp/metric-types.ts';
import { objectivesFor } from '../../../infra/gcp/slos.ts';
import { parseFilter } from './alert-evaluator.ts';
import { exampleSettings } from './examples.ts';

const CHECKS = { live: 'live', fresh: 'fresh', 'sessions-live': 'sessions-live', 'agent-live': 'agent-live' };
const HOUR = 3600;
let alerts: readonly Alert[];
beforeAll(() => {
  const settings = exampleSettings('team');
  alerts = alertsFor(readConfig({ get: (key) => settings[key] }), CHECKS);
});

describe('what is looked at', () => {
  const filters = () => [
    ...alerts.flatMap(({ conditions }) =>
      conditions.flatMap(({ series, per }) => [series, ...(per ? [per] : [])]),
    ),
    ...objectivesFor(CHECKS).flatMap(({ indicator }) =>
      Object.entries(indicator)
        .filter(([key]) => ['total', 'bad', 'distribution', 'series'].includes(key))
        .map(([, value]) => String(value)),
    ),
    ...Object.values(chartsFor(CHECKS)).flatMap((charts) =>
      charts.flatMap(({ lines }) => lines.map(({ series }) => series)),
    ),
  ];

  test('is declared, every metric with the page that lists it, and nothing is declared for nothing', () => {
    const used = new Set(filters().map((filter) => parseFilter(filter).metric));
    expect(METRIC_TYPES.filter(({ type }) => !used.has(type)).map(({ type }) => type)).toEqual([]);
    for (const { source, type } of METRIC_TYPES) {
      expect(source).toMatch(/^https:\/\/cloud\.google\.com\//);
      const [, product = ''] = /^(\w+)\.googleapis/.exec(type) ?? [];
      const [, from, to] = /metrics_gcp_(\w)_(\w)$/.exec(source) ?? [];
      if (from !== undefined && to !== undefined)
        expect(product[0] !== undefined && product[0] >= from && product[0] <= to, type).toBe(true);
    }
  });

  test('a metric or a label that is not declared is refused', () => {
    expect(() => seriesOf('run.googleapis.com/requests')).toThrow('There is no metric');
    expect(() => seriesOf('cluster/cpu_load', ['service_name', '=', 'x'])).toThrow(
      'has no label service_name',
    );
  });
});

test('every alert says what it means and with which command to begin', () => {
  for (const { id, text, name, conditions } of alerts) {
    expect(text.length, id).toBeGreaterThan(80);
    expect(text, id).toMatch(/`(gcloud|curl) |https:\/\//);
    expect(name.length, id).toBeLessThan(80);
    // A policy has six conditions at most, and a threshold's duration is at most 23.5 hours in whole minutes.
    expect(conditions.length).toBeLessThanOrEqual(6);
    for (const { seconds } of conditions) {
      expect(seconds % 60).toBe(0);
      expect(seconds).toBeLessThanOrEqual(23.5 * HOUR);
    }
  }
  expect(new Set(alerts.map(({ id }) => id)).size).toBe(alerts.length);
});

test('the dashboard’s tiles lie side by side within its columns, and none on another', () => {
  const { mosaicLayout } = JSON.parse(dashboardJson(CHECKS, { app: 'segue' })) as {
    mosaicLayout: {
      columns: number;
      tiles: { xPos?: number; yPos: number; width: number; height: number }[];
    };
  };
  const taken = new Set<string>();
  for (const { xPos = 0, yPos, width, height } of mosaicLayout.tiles) {
    expect(xPos + width).toBeLessThanOrEqual(mosaicLayout.columns);
    for (let x = xPos; x < xPos + width; x += 1)
      for (let y = yPos; y < yPos + height; y += 1) {
        expect(taken.has(`${x} ${y}`)).toBe(false);
        taken.add(`${x} ${y}`);
      }
  }
});
