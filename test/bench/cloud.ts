/** npm run bench -- cloud: the serve bundle on Bigtable's emulator, cold and warm, beside bare hello worlds in one run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { generateSigningKey } from '../../shared/auth/key-file.ts';
import { issueToken, publicPart } from '../../shared/auth/tokens.ts';
import { installBundles, startCloud } from '../e2e/cloud/emulated-cloud.ts';
import type { BenchResult } from './bench.ts';
import { fillRows, listenerIds } from './cloud-community.ts';
import { type PinnedServer, startPinned } from './pinned-server.ts';

const CONNECTIONS = 64;
const LISTENERS = 200;

interface Variant {
  readonly name: string;
  readonly folder: string;
  readonly args: readonly string[];
  /** One that answers 200 as soon as it can. */
  readonly path: string;
  /** What is asked when warm. */
  readonly paths: readonly string[];
}

const FRAMEWORK = 'node_modules/@google-cloud/functions-framework/build/src/main.js';

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const round = (value: number, digits = 0) => Math.round(value * 10 ** digits) / 10 ** digits;

/** Milliseconds from the start of the process to the last byte of its first 200. */
async function coldStart(
  variant: Variant,
  environment: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
) {
  const server = startPinned({ ...variant, environment });
  try {
    return await server.untilAnswered(variant.path, headers);
  } finally {
    await server.stop();
  }
}

async function throughput(
  server: PinnedServer,
  paths: readonly string[],
  headers: Record<string, string>,
  seconds: number,
) {
  const run = (duration: number) =>
    autocannon({
      url: server.url,
      connections: CONNECTIONS,
      duration,
      requests: paths.map((path) => ({ path, headers })),
    });
  // Each listener once, so that what is measured is warm, and then together.
  for (const path of paths) await (await fetch(server.url + path, { headers })).arrayBuffer();
  await run(3);
  const before = server.cpuSeconds();
  const result = await run(seconds);
  const cpu = server.cpuSeconds() - before;
  return {
    'requests/s': round(result.requests.average),
    'CPU µs/request': round((cpu * 1e6) / result.requests.total),
    'p50 ms': result.latency.p50,
    'p99 ms': result.latency.p99,
    errors: result.errors + result.non2xx,
    'RSS MB': server.rssMb(),
  };
}

/**
 * Cold start: median of `runs`, variants in turn, no compile cache. Warm: each alone for `seconds`. The server has
 * one core to itself; emulators and load share the other one, so what the server could do is also told by its CPU.
 */
export async function benchCloud({ runs, seconds }: { runs: number; seconds: number }): Promise<BenchResult> {
  const [cloud, installed] = await Promise.all([startCloud(), installBundles(['serve'])]);
  try {
    await fillRows(cloud, LISTENERS);
    const folder = installed.folders.serve ?? '';
    // Beside the real one, so that both load the same installed framework.
    const hello = join(folder, 'hello.js');
    writeFileSync(
      hello,
      `import { http } from '@google-cloud/functions-framework';\nhttp('hello', (_request, response) => { response.send('hello'); });\n`,
    );
    const key = await generateSigningKey();
    const environment = {
      ...cloud.environment,
      SEGUE_KEYS: JSON.stringify([publicPart(key)]),
      SEGUE_LOG: 'error',
    };
    const clock = { now: () => Date.now() };
    const token = await issueToken({ key, principal: { kind: 'service' }, lifetimeSeconds: 3600, clock });
    const headers = { authorization: `Bearer ${token}` };
    const weekly = listenerIds(LISTENERS).map((id) => `/v1/listeners/${id}/discover-weekly`);
    const next = listenerIds(LISTENERS).map((id) => `/v1/listeners/${id}/next?limit=10`);
    const serving = { path: weekly[0] ?? '', paths: weekly };
    const variants: Variant[] = [
      {
        name: 'framework hello',
        folder,
        args: [FRAMEWORK, '--target=hello', '--source=hello.js', '--signature-type=http'],
        path: '/',
        paths: ['/'],
      },
      {
        name: 'serve on the framework',
        folder,
        args: [FRAMEWORK, '--target=serve', '--signature-type=http'],
        ...serving,
      },
      { name: 'serve on the plain host', folder, args: ['server.js'], ...serving },
    ];
    const cold = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
    for (let run = 0; run < runs; run++)
      for (const variant of variants)
        cold.get(variant.name)?.push(await coldStart(variant, environment, headers));

    const rows: Record<string, string | number>[] = [];
    for (const variant of variants) {
      const server = startPinned({ ...variant, environment });
      try {
        await server.untilAnswered(variant.path, headers);
        const name = variant.name;
        rows.push({
          server: name,
          'cold ms': round(median(cold.get(name) ?? [])),
          ...(await throughput(server, variant.paths, headers, seconds)),
        });
        if (variant.paths === weekly)
          rows.push({ server: `${name}, next of 10`, ...(await throughput(server, next, headers, seconds)) });
      } finally {
        await server.stop();
      }
    }
    const row = (name: string) => rows.find(({ server }) => server === name) ?? {};
    const ratio = (name: string, column: string) => {
      const value = Number(row(name)[column]) / Number(row('framework hello')[column]);
      return round(column.startsWith('CPU') ? 1 / value : value, 2);
    };
    const summary: Record<string, unknown> = {
      'bundle bytes': readFileSync(join(folder, 'index.js')).length,
    };
    for (const name of ['serve on the framework', 'serve on the plain host']) {
      summary[`${name}: cold / hello`] = ratio(name, 'cold ms');
      for (const what of [name, `${name}, next of 10`]) {
        summary[`${what}: requests/s / hello`] = ratio(what, 'requests/s');
        summary[`${what}: requests per CPU second / hello`] = ratio(what, 'CPU µs/request');
      }
    }
    return {
      name: 'cloud',
      parameters: { runs, seconds, connections: CONNECTIONS, listeners: LISTENERS },
      rows,
      summary,
    };
  } finally {
    await cloud.stop();
    installed.remove();
  }
}
