/** npm run bench -- serve: ranked answers a second, beside two hello worlds in the same run. */
import autocannon from 'autocannon';
import type { BenchResult } from './bench.ts';
import { type RunningServer, startSegue, startServer } from './host-process.ts';

const CONNECTIONS = 64;
const LISTENERS = 200;

type Measured = {
  readonly 'requests/s': number;
  readonly 'p50 ms': number;
  readonly 'p99 ms': number;
  readonly errors: number;
};

async function measure(
  server: RunningServer,
  seconds: number,
  paths: readonly string[],
  token?: string,
): Promise<Measured> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const run = (duration: number) =>
    autocannon({
      url: server.address,
      connections: CONNECTIONS,
      duration,
      requests: paths.map((path) => ({ path, headers })),
    });
  await run(2);
  const result = await run(seconds);
  return {
    'requests/s': Math.round(result.requests.average),
    'p50 ms': result.latency.p50,
    'p99 ms': result.latency.p99,
    errors: result.errors + result.non2xx,
  };
}

/** Measures each server alone, one after the other, for so many seconds. */
export async function benchServe({ seconds }: { seconds: number }): Promise<BenchResult> {
  const rows: ({ server: string } & Measured)[] = [];
  for (const [name, module] of [
    ['node:http hello', 'test/bench/node-hello.ts'],
    ['functions-framework hello', 'test/bench/framework-hello.ts'],
  ] as const) {
    const server = await startServer(module, {}, /ready at (\S+)/);
    rows.push({ server: name, ...(await measure(server, seconds, ['/'])) });
    await server.stop();
  }
  const segue = await startSegue();
  const listeners = Array.from(
    { length: LISTENERS },
    (_, index) => `listener-${String(index + 1).padStart(4, '0')}`,
  );
  for (const [name, path] of [
    ['livez', () => '/livez'],
    ['discover-weekly', (id: string) => `/v1/listeners/${id}/discover-weekly`],
    ['next', (id: string) => `/v1/listeners/${id}/next?limit=10`],
    ['profile', (id: string) => `/v1/listeners/${id}/profile`],
  ] as const)
    rows.push({
      server: `segue ${name}`,
      ...(await measure(segue, seconds, listeners.map(path), segue.token)),
    });
  await segue.stop();
  const rate = (server: string) => rows.find((row) => row.server === server)?.['requests/s'] ?? Number.NaN;
  const ratio = (server: string) =>
    Math.round((rate(server) / rate('functions-framework hello')) * 1000) / 1000;
  return {
    name: 'serve',
    parameters: { seconds, connections: CONNECTIONS, listeners: LISTENERS },
    rows,
    summary: {
      'discover-weekly / framework hello': ratio('segue discover-weekly'),
      'next / framework hello': ratio('segue next'),
    },
  };
}
