/** How far a build may claim to cover events, by what Cloud Monitoring says and when it says nothing. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../../shared/errors.ts';
import { createSettledCutoff } from '../../../shared/google/pubsub-watermark.ts';

const NOW = Date.UTC(2026, 10, 20, 3);
const MINUTE = 60_000;
const SUBSCRIPTIONS = ['listens-to-warehouse', 'controls-to-warehouse'] as const;

interface Point {
  readonly subscription: string;
  readonly minutesAgo: number;
  readonly seconds: number;
}

let points: Point[];
let status = 200;
let pageSize = 100;
let asked: URL[];
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://fake');
  asked.push(url);
  const start = Number(url.searchParams.get('pageToken') ?? 0);
  const names = [...new Set(points.map(({ subscription }) => subscription))];
  const timeSeries = names.slice(start, start + pageSize).map((subscription_id) => ({
    metric: { type: 'pubsub.googleapis.com/subscription/oldest_unacked_message_age' },
    resource: { type: 'pubsub_subscription', labels: { project_id: 'p', subscription_id } },
    points: points
      .filter((point) => point.subscription === subscription_id)
      .map(({ minutesAgo, seconds }) => ({
        interval: { endTime: new Date(NOW - minutesAgo * MINUTE).toISOString() },
        value: { int64Value: String(seconds) },
      })),
  }));
  const more = start + pageSize < names.length;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      ...(timeSeries.length > 0 && { timeSeries }),
      ...(more && { nextPageToken: String(start + pageSize) }),
    }),
  );
});

beforeEach(async () => {
  points = [];
  asked = [];
  status = 200;
  pageSize = 100;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const cutoff = (more: Partial<Parameters<typeof createSettledCutoff>[0]> = {}) =>
  createSettledCutoff({
    project: 'p',
    subscriptions: SUBSCRIPTIONS,
    clock: { now: () => NOW },
    fetch,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...more,
  })();

const minutesBehind = async () => (NOW - (await cutoff())) / MINUTE;
const point = (subscription: string, minutesAgo: number, seconds: number): Point => ({
  subscription,
  minutesAgo,
  seconds,
});

test('with nothing undelivered it is ten minutes ago', async () => {
  points = SUBSCRIPTIONS.map((subscription) => point(subscription, 3, 0));
  expect(await minutesBehind()).toBe(10);
});

test('an undelivered message holds it back, with the metric’s own delay', async () => {
  points = [point('listens-to-warehouse', 3, 40 * 60), point('controls-to-warehouse', 3, 0)];
  expect(await minutesBehind()).toBe(44);
  points = [point('listens-to-warehouse', 3, 0), point('controls-to-warehouse', 3, 90 * 60)];
  expect(await minutesBehind()).toBe(94);
});

test('an old sample counts as from when it was taken, and only the newest counts', async () => {
  points = [
    point('listens-to-warehouse', 20, 0),
    point('listens-to-warehouse', 21, 9000),
    point('controls-to-warehouse', 3, 0),
  ];
  expect(await minutesBehind()).toBe(20);
});

test('a subscription without a sample is idle: an hour ago, also where all are', async () => {
  points = [point('listens-to-warehouse', 3, 0)];
  expect(await minutesBehind()).toBe(60);
  points = [];
  expect(await minutesBehind()).toBe(60);
});

test('asks for these subscriptions within the hour, page by page', async () => {
  points = [point('listens-to-warehouse', 3, 0), point('controls-to-warehouse', 3, 30 * 60)];
  pageSize = 1;
  expect(await minutesBehind()).toBe(34);
  expect(asked).toHaveLength(2);
  expect(asked[0]?.pathname).toBe('/v3/projects/p/timeSeries');
  expect(asked[0]?.searchParams.get('filter')).toBe(
    'metric.type = "pubsub.googleapis.com/subscription/oldest_unacked_message_age" AND resource.labels.subscription_id = one_of("listens-to-warehouse", "controls-to-warehouse")',
  );
  expect(asked[0]?.searchParams.get('interval.startTime')).toBe(new Date(NOW - 60 * MINUTE).toISOString());
});

test('a failure, a broken answer and a sample without a value are transient; no subscription is a mistake', async () => {
  points = [point('listens-to-warehouse', 3, 0)];
  status = 503;
  await expect(cutoff()).rejects.toThrow(TransientError);
  status = 200;
  points = [point('listens-to-warehouse', 3, Number.NaN)];
  await expect(cutoff()).rejects.toThrow('no value');
  await expect(cutoff({ fetch: async () => new Response('<html>') })).rejects.toThrow(TransientError);
  const cut = async () => {
    throw new TypeError('fetch failed');
  };
  await expect(cutoff({ fetch: cut })).rejects.toThrow(/not known: fetch failed/);
  expect(() =>
    createSettledCutoff({ project: 'p', subscriptions: [], clock: { now: () => 0 }, fetch }),
  ).toThrow(PermanentError);
});
