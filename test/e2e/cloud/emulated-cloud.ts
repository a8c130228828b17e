/** A project on Google's emulators, with what infra would provision there, and functions started from their bundles. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPromise } from 'yauzl';
import { type Bundles, buildBundles } from '../../../infra/gcp/bundles.ts';
import type { FunctionName } from '../../../infra/gcp/sizes.ts';
import { deadLetterName, ENTRY_POINTS } from '../../../shared/schema/cloud.ts';
import { SUBSCRIPTIONS, TOPICS } from '../../../shared/schema/topics.ts';
import { createTables } from '../../emulators/bigtable-tables.ts';
import { type Emulator, startEmulator } from '../../emulators/emulators.ts';
import { ROOT } from '../host-process.ts';

export const PROJECT = 'demo-project';
const READY_MS = 60_000;

export interface EmulatedCloud {
  readonly bigtable: Emulator;
  readonly pubsub: Emulator;
  readonly firestore: Emulator;
  /** Environment that functions find the emulators by. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes the push subscription of update-signals deliver there. */
  pushTo(url: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the three emulators with every table, topic and dead-letter subscription. */
export async function startCloud(): Promise<EmulatedCloud> {
  const [bigtable, pubsub, firestore] = await Promise.all([
    startEmulator('bigtable'),
    startEmulator('pubsub'),
    startEmulator('firestore'),
  ]);
  const put = (path: string, body: unknown) => putPubsub(pubsub.address, path, body);
  await createTables(bigtable.address, { project: PROJECT, instance: 'segue' });
  for (const topic of Object.values(TOPICS)) await put(`topics/${topic}`, {});
  for (const { name } of Object.values(SUBSCRIPTIONS)) {
    await put(`topics/${deadLetterName(name)}`, {});
    await put(`subscriptions/${deadLetterName(name)}`, { topic: topicPath(deadLetterName(name)) });
  }
  return {
    bigtable,
    pubsub,
    firestore,
    environment: {
      GOOGLE_CLOUD_PROJECT: PROJECT,
      BIGTABLE_EMULATOR_HOST: bigtable.address,
      PUBSUB_EMULATOR_HOST: pubsub.address,
      FIRESTORE_EMULATOR_HOST: firestore.address,
      METADATA_SERVER_DETECTION: 'none',
    },
    pushTo: (url) =>
      put(`subscriptions/${SUBSCRIPTIONS.updateSignals.name}`, {
        topic: topicPath(TOPICS.listens),
        pushConfig: { pushEndpoint: url },
        ackDeadlineSeconds: 20,
      }),
    stop: async () => {
      await Promise.all([bigtable.stop(), pubsub.stop(), firestore.stop()]);
    },
  };
}

const topicPath = (topic: string) => `projects/${PROJECT}/topics/${topic}`;

async function putPubsub(address: string, path: string, body: unknown): Promise<void> {
  const url = `http://${address}/v1/projects/${PROJECT}/${path}`;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
}

/** Unpacks a zip into an empty folder. */
async function unpack(zip: string, folder: string): Promise<void> {
  const archive = await openPromise(zip);
  for await (const entry of archive.eachEntry()) {
    const path = join(folder, entry.fileName);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await buffer(await archive.openReadStreamPromise(entry)));
  }
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
}

/** Bundles unpacked and installed as Google's buildpack does it: `npm ci` for production, nothing else. */
export async function installBundles(names: readonly FunctionName[]): Promise<{
  folders: Readonly<Partial<Record<FunctionName, string>>>;
  bundles: Bundles;
  remove: () => void;
}> {
  const bundles = await buildBundles(ROOT);
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'segue-bundles-')));
  const folders: Partial<Record<FunctionName, string>> = {};
  for (const name of names) {
    const folder = join(root, name);
    mkdirSync(folder);
    await unpack(bundles[name].zip, folder);
    await run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
    folders[name] = folder;
  }
  return { folders, bundles, remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }) };
}

export interface RunningFunction {
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
  /** Everything it wrote. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts a function from its folder: with the Functions Framework, or its plain Node host. */
export async function startFunction(
  name: FunctionName,
  folder: string,
  environment: Readonly<Record<string, string>>,
  { host = 'framework', port: wanted }: { host?: 'framework' | 'node'; port?: number | undefined } = {},
): Promise<RunningFunction> {
  const port = wanted ?? (await freePort());
  const args =
    host === 'node'
      ? ['server.js']
      : [
          'node_modules/@google-cloud/functions-framework/build/src/main.js',
          `--target=${ENTRY_POINTS[name]}`,
          '--signature-type=http',
        ];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      PORT: `${port}`,
      ...environment,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const ended = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  await untilAnswering(url, child, () => output);
  return {
    url,
    port,
    child,
    output: () => output,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function untilAnswering(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The function ended with ${child.exitCode}:\n${output()}`);
    try {
      await fetch(`${url}/livez`);
      return;
    } catch {
      await sleep(20);
    }
  }
  throw new Error(`The function did not answer:\n${output()}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port.');
  return address.port;
}
