/** npm run bench -- ingest: events a second, and how soon an event changes what is recommended. */
import autocannon from 'autocannon';
import type { BenchResult } from './bench.ts';
import { startSegue } from './host-process.ts';

const BATCH = 100;
const EVENTS_PER_SECOND = 500;
const PROBE_EVERY_MS = 100;
const PROBE_LISTENERS = 40;

type Segue = Awaited<ReturnType<typeof startSegue>>;

let made = 0;
const event = (listenerId: string, itemId: string) => ({
  type: 'listen',
  eventId: `bench-${++made}`,
  listenerId,
  itemId,
  occurredAt: Date.now(),
  msPlayed: 180_000,
});

function post(segue: Segue, events: readonly object[]): Promise<Response> {
  return fetch(`${segue.address}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${segue.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });
}

async function discoverWeekly(segue: Segue, listener: string): Promise<string[]> {
  const response = await fetch(`${segue.address}/v1/listeners/${listener}/discover-weekly`, {
    headers: { authorization: `Bearer ${segue.token}` },
  });
  const { items } = (await response.json()) as { items: { itemId: string }[] };
  return items.map(({ itemId }) => itemId);
}

/** Milliseconds from sending the play of a recommended item until it is recommended no more. */
async function probe(segue: Segue, listener: string): Promise<number> {
  const [itemId] = await discoverWeekly(segue, listener);
  if (itemId === undefined) throw new Error(`${listener} is recommended nothing.`);
  const started = performance.now();
  await post(segue, [event(listener, itemId)]);
  while ((await discoverWeekly(segue, listener)).includes(itemId));
  return performance.now() - started;
}

async function underLoad(segue: Segue, seconds: number): Promise<number[]> {
  const latencies: Promise<number>[] = [];
  const sends: Promise<Response>[] = [];
  const started = performance.now();
  let sent = 0;
  for (let tick = 0; performance.now() - started < seconds * 1000; tick++) {
    const due = Math.floor(((performance.now() - started) / 1000) * EVENTS_PER_SECOND);
    for (; sent < due; sent++)
      sends.push(post(segue, [event(`busy-${sent % 500}`, `track-${String(sent % 2000).padStart(5, '0')}`)]));
    if (tick % Math.round(PROBE_EVERY_MS / 20) === 0)
      latencies.push(probe(segue, `listener-${String((tick % PROBE_LISTENERS) + 1).padStart(4, '0')}`));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const refused = (await Promise.all(sends)).filter(({ status }) => status !== 202).length;
  if (refused > 0) throw new Error(`${refused} of ${sends.length} events were not accepted.`);
  return (await Promise.all(latencies)).sort((a, b) => a - b);
}

const quantile = (sorted: readonly number[], share: number) =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);

/** Measures for so many seconds each. */
export async function benchIngest({ seconds }: { seconds: number }): Promise<BenchResult> {
  const segue = await startSegue();
  const latencies = await underLoad(segue, seconds);
  const flood = await autocannon({
    url: `${segue.address}/v1/events`,
    connections: 16,
    duration: seconds,
    method: 'POST',
    headers: { authorization: `Bearer ${segue.token}`, 'content-type': 'application/json' },
    setupClient: (client) => {
      const next = () =>
        client.setBody(
          JSON.stringify({
            events: Array.from({ length: BATCH }, () =>
              event(`busy-${made % 2000}`, `track-${String(made % 2000).padStart(5, '0')}`),
            ),
          }),
        );
      next();
      client.on('response', next);
    },
  });
  await segue.stop();
  return {
    name: 'ingest',
    parameters: {
      seconds,
      'events per batch': BATCH,
      connections: 16,
      'events/s beside the probes': EVENTS_PER_SECOND,
    },
    rows: [],
    summary: {
      'durable events/s': Math.round(flood.requests.average * BATCH),
      'batch p50 ms': flood.latency.p50,
      'batch p99 ms': flood.latency.p99,
      'refused batches': flood.non2xx,
      probes: latencies.length,
      'event to changed recommendation, p50 ms': quantile(latencies, 0.5),
      'event to changed recommendation, p99 ms': quantile(latencies, 0.99),
    },
  };
}
