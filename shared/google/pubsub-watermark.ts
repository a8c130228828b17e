/** How far the warehouse is known to be complete, by the age of what its subscriptions have not delivered yet. */
import { messageOf, PermanentError, TransientError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { SubscriptionName } from '../schema/topics.ts';
import type { AuthorizedFetch } from './bigquery-fetch.ts';

export interface WatermarkOptions {
  readonly project: string;
  /** Those that write into BigQuery. */
  readonly subscriptions: readonly SubscriptionName[];
  readonly clock: Clock;
  /** Under the scope monitoring.read. */
  readonly fetch: AuthorizedFetch;
  readonly endpoint?: string;
}

const MINUTE_MS = 60_000;
/** Nothing younger is ever claimed: BigQuery's and Pub/Sub's own delays. */
const MARGIN_MS = 10 * MINUTE_MS;
/** The metric is sampled every minute and shows up to about three later (Cloud Monitoring: Pub/Sub metrics). */
const METRIC_LAG_MS = 4 * MINUTE_MS;
/** How far back a sample is looked for, and what is kept clear of where an idle subscription has none. */
const WINDOW_MS = 60 * MINUTE_MS;
const REQUEST_TIMEOUT_MS = 30_000;

/** As Cloud Monitoring answers timeSeries.list, newest point first. */
interface TimeSeriesPage {
  readonly timeSeries?: readonly {
    readonly resource?: { readonly labels?: Readonly<Record<string, string>> };
    readonly points?: readonly Point[];
  }[];
  readonly nextPageToken?: string;
}

interface Point {
  readonly interval?: { readonly endTime?: string };
  readonly value?: { readonly int64Value?: string; readonly doubleValue?: number };
}

interface Sample {
  readonly at: number;
  readonly ageMs: number;
}

/**
 * Returns the instant, epoch ms, up to which a build may claim to cover events: what was received before it is in
 * the warehouse. Ten minutes ago, or earlier while an older message is undelivered. A subscription without a sample
 * within the hour is idle: an hour ago, also where all of them are, as in a project that nobody uses yet. Throws
 * TransientError when Cloud Monitoring fails.
 */
export function createSettledCutoff(options: WatermarkOptions): () => Promise<number> {
  const { subscriptions, clock } = options;
  if (subscriptions.length === 0) throw new PermanentError('A watermark needs a subscription to look at.');
  return async () => {
    const now = clock.now();
    const samples = await newestSamples(options, now);
    const behind = subscriptions.map((subscription) => {
      const sample = samples.get(subscription);
      return sample === undefined ? WINDOW_MS : sample.ageMs + Math.max(METRIC_LAG_MS, now - sample.at);
    });
    return now - Math.max(MARGIN_MS, ...behind);
  };
}

async function newestSamples(options: WatermarkOptions, now: number): Promise<Map<string, Sample>> {
  const newest = new Map<string, Sample>();
  let pageToken: string | undefined;
  do {
    const page = await fetchPage(options, now, pageToken);
    for (const { resource, points } of page.timeSeries ?? []) {
      const subscription = resource?.labels?.subscription_id;
      for (const point of points ?? []) {
        const sample = sampleOf(point);
        if (subscription !== undefined && sample.at > (newest.get(subscription)?.at ?? 0))
          newest.set(subscription, sample);
      }
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && pageToken !== '');
  return newest;
}

function sampleOf({ interval, value }: Point): Sample {
  const at = Date.parse(interval?.endTime ?? '');
  const seconds = Number(value?.int64Value ?? value?.doubleValue);
  if (!Number.isFinite(at) || !Number.isFinite(seconds))
    throw new TransientError('Cloud Monitoring answered with a sample that has no time or no value.');
  return { at, ageMs: seconds * 1000 };
}

async function fetchPage(
  { project, subscriptions, fetch, endpoint = 'https://monitoring.googleapis.com' }: WatermarkOptions,
  now: number,
  pageToken: string | undefined,
): Promise<TimeSeriesPage> {
  const names = subscriptions.map((name) => `"${name}"`).join(', ');
  const query = new URLSearchParams({
    filter: `metric.type = "pubsub.googleapis.com/subscription/oldest_unacked_message_age" AND resource.labels.subscription_id = one_of(${names})`,
    'interval.startTime': new Date(now - WINDOW_MS).toISOString(),
    'interval.endTime': new Date(now).toISOString(),
    view: 'FULL',
    ...(pageToken !== undefined && { pageToken }),
  });
  try {
    const response = await fetch(`${endpoint}/v3/projects/${project}/timeSeries?${query}`, {
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${text.slice(0, 200)}`);
    return JSON.parse(text) as TimeSeriesPage;
  } catch (cause) {
    throw new TransientError(`The age of undelivered messages is not known: ${messageOf(cause)}`, { cause });
  }
}
