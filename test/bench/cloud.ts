/** npm run bench -- cloud: the serve bundle on Bigtable's emulator, cold and warm, beside bare hello worlds in one run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { generateSigningKey } from '../../shared/auth/key-file.ts';
import { issueToken, publicPart } from '../../shared/auth/tokens.ts';
import { bytesAtStart } from '../e2e/cloud/bytes-at-start.ts';
import { installBundles, startCloud } from '../e2e/cloud/emulated-cloud.ts';
import type { BenchResult } from './bench.ts';
import { fillRows, listenerIds } from './cloud-community.ts';
import { keepOffTheServersCore, type PinnedServer, startPinned } from './pinned-server.ts';

const CONNECTIONS = 64;
const LISTENERS = 200;
const ROUNDS = 5;
/** Items asked of `next`: a list, and the one track that a player needs. */
const NEXT = [10, 1];
const WARM_SECONDS = 3;
const HELLO = 'framework hello';

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

type Figures = Readonly<Record<'requests/s' | 'CPU µs/request' | 'p50 ms' | 'p99 ms' | 'errors', number>>;

/** What one server is asked, over and over. */
interface Load {
  readonly name: string;
  readonly server: PinnedServer;
  readonly paths: readonly string[];
}

async function measure(
  { server, paths }: Load,
  headers: Record<string, string>,
  seconds: number,
): Promise<Figures> {
  const before = server.cpuSeconds();
  const result = await autocannon({
    url: server.url,
    connections: CONNECTIONS,
    duration: seconds,
    requests: paths.map((path) => ({ path, headers })),
  });
  return {
    'requests/s': result.requests.average,
    'CPU µs/request': ((server.cpuSeconds() - before) * 1e6) / result.requests.total,
    'p50 ms': result.latency.p50,
    'p99 ms': result.latency.p99,
    errors: result.errors + result.non2xx,
  };
}

/**
 * Cold start: median of `runs`, variants in turn, no compile cache. Warm: ROUNDS of `seconds`, loads in turn, each round
 * compared with the hello of the same round, since the machine is not equally fast for minutes on end. The server has one
 * core to itself; emulators and load share the other one, which is full before the server's is: what that core could do is
 * told by its CPU time.
 */
export async function benchCloud({ runs, seconds }: { runs: number; seconds: number }): Promise<BenchResult> {
  keepOffTheServersCore();
  const [cloud, installed] = await Promise.all([startCloud(), installBundles(['serve'])]);
  try {
    await fillRows(cloud, LISTENERS);
    const folder = installed.folders.serve ?? '';
    // Beside the real one, so that both load the same installed framework.
    writeFileSync(
      join(folder, 'hello.js'),
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
    const next = (count: number) =>
      listenerIds(LISTENERS).map((id) => `/v1/listeners/${id}/next?limit=${count}`);
    const serving = { path: weekly[0] ?? '', paths: weekly };
    const variants: Variant[] = [
      {
        name: HELLO,
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

    const servers: PinnedServer[] = [];
    const figures = new Map<string, Figures[]>();
    const memory = new Map<string, number>();
    try {
      const loads: Load[] = [];
      for (const variant of variants) {
        const server = startPinned({ ...variant, environment });
        servers.push(server);
        await server.untilAnswered(variant.path, headers);
        loads.push({ name: variant.name, server, paths: variant.paths });
        if (variant.paths === weekly)
          for (const count of NEXT)
            loads.push({ name: `${variant.name}, next ${count}`, server, paths: next(count) });
      }
      for (const load of loads) {
        // Each listener once, so that what is measured is warm, and then together.
        for (const path of load.paths) await (await fetch(load.server.url + path, { headers })).arrayBuffer();
        await measure(load, headers, WARM_SECONDS);
        figures.set(load.name, []);
      }
      for (let turn = 0; turn < ROUNDS; turn++)
        for (const load of loads) figures.get(load.name)?.push(await measure(load, headers, seconds));
      for (const { name, server } of loads) memory.set(name, server.rssMb());
    } finally {
      for (const server of servers) await server.stop();
    }

    const hello = figures.get(HELLO) ?? [];
    /** Median over rounds of how often this load's figure is hello's. */
    const ratio = (name: string, column: keyof Figures) =>
      median(
        (figures.get(name) ?? []).map((one, turn) => one[column] / (hello[turn]?.[column] ?? Number.NaN)),
      );
    const coldRatio = (name: string) =>
      median((cold.get(name) ?? []).map((ms, run) => ms / (cold.get(HELLO)?.[run] ?? Number.NaN)));
    const rows = [...figures].map(([name, all]): Record<string, string | number> => {
      const mid = (column: keyof Figures) => round(median(all.map((one) => one[column])));
      return {
        server: name,
        ...(cold.has(name) && { 'cold ms': round(median(cold.get(name) ?? [])) }),
        'requests/s': mid('requests/s'),
        'CPU µs/request': mid('CPU µs/request'),
        'p50 ms': mid('p50 ms'),
        'p99 ms': mid('p99 ms'),
        errors: all.reduce((sum, { errors }) => sum + errors, 0),
        'RSS MB': memory.get(name) ?? Number.NaN,
      };
    });
    const summary: Record<string, unknown> = {
      'bytes of code at start': bytesAtStart(folder, 'index.js'),
    };
    for (const name of ['serve on the framework', 'serve on the plain host']) {
      summary[`${name}: cold / hello`] = round(coldRatio(name), 2);
      for (const what of [name, ...NEXT.map((count) => `${name}, next ${count}`)]) {
        summary[`${what}: requests/s / hello`] = round(ratio(what, 'requests/s'), 2);
        summary[`${what}: requests per CPU second / hello`] = round(1 / ratio(what, 'CPU µs/request'), 2);
      }
    }
    return {
      name: 'cloud',
      parameters: { runs, rounds: ROUNDS, seconds, connections: CONNECTIONS, listeners: LISTENERS },
      rows,
      summary,
    };
  } finally {
    await cloud.stop();
    installed.remove();
  }
}
